// Reads each URL as gzip and prints the length and the SHA-256 of it.
package main

import (
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
)

func read(url string) error {
	request, err := http.NewRequest("GET", url, nil)
	if err != nil {
		return err
	}
	request.Header.Set("Accept", "application/json")
	request.Header.Set("Accept-Encoding", "gzip")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	reader, err := gzip.NewReader(answer.Body)
	if err != nil {
		return err
	}
	digest := sha256.New()
	length, err := io.Copy(digest, reader)
	if err == nil {
		fmt.Printf("%d %x\n", length, digest.Sum(nil))
	}
	return err
}

func main() {
	for _, url := range os.Args[1:] {
		if err := read(url); err != nil {
			log.Fatal(err)
		}
	}
}
