// Reads each URL as gzip and prints the length and the SHA-256 of it.
const crypto = require('crypto');
const http = require('http');
const zlib = require('zlib');

function read(url) {
  return new Promise((resolve, reject) => {
    const headers = { Accept: 'application/json', 'Accept-Encoding': 'gzip' };
    http.get(url, { headers }, (answer) => {
      const hash = crypto.createHash('sha256');
      let length = 0;
      answer.pipe(zlib.createGunzip())
        .on('data', (piece) => { hash.update(piece); length += piece.length; })
        .on('end', () => resolve(`${length} ${hash.digest('hex')}`))
        .on('error', reject);
    }).on('error', reject);
  });
}

(async () => {
  for (const url of process.argv.slice(2)) console.log(await read(url));
})().catch((error) => { console.error(error); process.exit(1); });
