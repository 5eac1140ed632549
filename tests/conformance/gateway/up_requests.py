"""Requests to the route `/up`, as bytes."""

GET = b"GET /up/%d HTTP/1.1\r\nHost: g\r\n\r\n"


def post(fields, body=b""):
    return b"POST /up/s HTTP/1.1\r\nHost: g\r\n" + fields + b"\r\n\r\n" + body
