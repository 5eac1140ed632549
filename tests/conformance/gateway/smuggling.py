"""The smuggling vectors of gateway.md 3.8, octet for octet, each with its own expectation (decision G9).

All are sent to a routed path, so that a refusal cannot hide behind a 404. A vector is either REFUSED
(its status, the connection ends, the back end sees nothing) or FRAMED: the back end gets exactly one
request with exactly that body, and the next request on the connection is the probe.
"""
from dataclasses import dataclass

CHUNKED = b"Transfer-Encoding: chunked\r\n"
LAST = b"0\r\n\r\n"
PROBE = b"GET /up/probe HTTP/1.1\r\nHost: a\r\n\r\n"


@dataclass(frozen=True)
class Vector:
    id: str
    octets: bytes
    status: int = 400
    body: bytes = None  # what the back end gets when the vector is a valid request


def post(rest, version=b"1.1"):
    return b"POST /up/s HTTP/" + version + b"\r\nHost: a\r\n" + rest


def get(rest, line=b"GET /up/s HTTP/1.1\r\n"):
    return line + rest


def coded(value, body=LAST):
    return post(b"Transfer-Encoding:" + value + b"\r\n\r\n" + body)


def sized(value, body=b"hello"):
    return post(b"Content-Length:" + value + b"\r\n\r\n" + body)


def chunked(body):
    return post(CHUNKED + b"\r\n" + body)


def several(id, make, values, status=400):
    return [Vector(f"{id}-{letter}", make(value), status)
            for letter, value in zip("abcdefghijklmnop", values)]


ODD_BLANKS = (b"\x0b", b"\x0c", b"\x00", b"\x85", b"\xa0", b"\xff")

TRANSFER_ENCODING = [
    Vector("S01", post(b"Content-Length: 6\r\n" + CHUNKED + b"\r\n0\r\n\r\nX")),
    Vector("S02", post(CHUNKED + b"Content-Length: 4\r\n\r\n1\r\nZ\r\n0\r\n\r\n")),
    Vector("S03-a", post(b"Transfer-Encoding: xchunked\r\nContent-Length: 5\r\n\r\nhello")),
    Vector("S03-b", coded(b" xchunked", b"hello"), 501),
    Vector("S04", post(b"Transfer-Encoding : chunked\r\n\r\n" + LAST)),
    Vector("S05", coded(b"\x0bchunked")),
    *several("S06-behind", lambda odd: coded(b" chunked" + odd), ODD_BLANKS),
    *several("S06-before", lambda odd: coded(b" " + odd + b"chunked"), ODD_BLANKS),
    Vector("S07", coded(b"\r\n chunked")),
    Vector("S08", post(CHUNKED + b"Transfer-Encoding: identity\r\n\r\n" + LAST)),
    Vector("S09", post(CHUNKED + CHUNKED + b"\r\n" + LAST)),
    Vector("S10", post(b"Transfer-Encoding: ,chunked\r\nContent-Length: 5\r\n\r\n" + LAST)),
    Vector("S10-alone", coded(b" ,chunked")),
    Vector("S11-a", coded(b" chunked, identity")),
    Vector("S11-b", coded(b" identity, chunked"), 501),
    *several("S12", coded, (b' "chunked"', b" chunked;q=1")),
    Vector("S16", post(CHUNKED + b"\r\n" + LAST, b"1.0")),
]

SEPARATORS = [
    Vector("S13", post(b"Foo: bar\rTransfer-Encoding: chunked\r\n\r\n" + LAST)),
    Vector("S14", post(b"Foo: bar\nTransfer-Encoding: chunked\r\n\r\n" + LAST)),
    Vector("S15", get(b"Host: a\r\nX: y\r\n\rZGET /up/evil HTTP/1.1\r\nHost: a\r\n\r\n")),
]

LENGTHS = [
    *several("S17", lambda pair: post(b"Content-Length: 5\r\nContent-Length: " + pair + b"\r\n\r\nhello"),
             (b"6", b"5")),
    *several("S18", sized, (b" 5, 5", b" 5,", b" ,5")),
    *several("S19", sized, (b" +5", b" -1", b" 0x5", b" 5_0", b" 5 5", b" 5.0", b" \xef\xbc\x91", b"",
                            b" 18446744073709551616")),
    Vector("S20-a", post(b"Content-Length : 5\r\n\r\nhello")),
    Vector("S20-b", post(b"Content_Length: 5\r\n\r\nhello")),
    Vector("S20-c", post(b"Content-Length\x00: 5\r\n\r\nhello")),
    Vector("S20-d", b"POST /up/s HTTP/1.1\r\n\tContent-Length: 5\r\nHost: a\r\n\r\nhello"),
    Vector("S21", sized(b" 010", b"0123456789"), 200, b"0123456789"),
    Vector("S22", post(b"Content-Length 5\r\n\r\nhello")),
    Vector("S23", get(b": x\r\nHost: a\r\n\r\n")),
    Vector("S32", get(b"Host: a\r\nContent-Length: 35\r\n\r\nGET /admin HTTP/1.1\r\nHost: a\r\n\r\nX: "), 200,
           b"GET /admin HTTP/1.1\r\nHost: a\r\n\r\nX: "),
]

CHUNKS = [
    *several("S24", lambda size: chunked(size + b"\r\nhello\r\n" + LAST),
             (b"0x5", b"+5", b"-5", b"5_0", b" 5", b"", b"5 5", b"FFFFFFFFFFFFFFFFF",
              b"00000000000000000005")),
    *several("S25", chunked, (b"5\nhello\r\n" + LAST, b"5\r\nhello\n" + LAST, b"0\n\r\n")),
    *several("S26", chunked, (b"5\r\r;ext\r\nhello\r\n" + LAST, b"5;a=b\r\rXX\r\nhello\r\n" + LAST)),
    Vector("S27", chunked(b'5;ext="\r\nhello\r\n' + LAST)),
    *several("S28", chunked, (b"5;\nhello\r\n" + LAST, b"5;a\nhello\r\n" + LAST)),
    Vector("S29", chunked(b"5\r\nhelloXX" + LAST)),
    Vector("S30", chunked(b"0\r\nX: GET / HTTP/1.1\r\nHost: a\r\n\r\n"), 200, b""),
    Vector("S31", chunked(b"0\r\nContent-Length: 50\r\nTransfer-Encoding: chunked\r\n\r\n"), 200, b""),
]

LINES = [
    Vector("S33", get(b"Host: a\r\nHost: b\r\n\r\n")),
    Vector("S34", get(b"Host: a\r\n\r\n", b"GET http://b/up/s HTTP/1.1\r\n")),
    *several("S35", lambda host: get(b"Host:" + host + b"\r\n\r\n"),
             (b" a\x00.b", b" a@b", b" a/b", b" a b", b" a,b", b" a:99999", b"")),
    *several("S36", lambda line: get(b"Host: a\r\n\r\n", line),
             (b"GET  /up/s HTTP/1.1\r\n", b"GET /up/s\tHTTP/1.1\r\n", b"GET /up/s HTTP/1.1 x\r\n",
              b"GET /up/s\nHTTP/1.1\r\n")),
    *several("S37", lambda version: get(b"Host: a\r\n\r\n", b"GET /up/s " + version + b"\r\n"),
             (b"HTTP/1.32", b"HTTP/4294967295.255", b"HTTP/\r\r1.1", b"HTTP/1.1\x00")),
    *several("S38", lambda method: get(b"Host: a\r\n\r\n", method + b" /up/s HTTP/1.1\r\n"),
             (b"G\x00T", b'G=":<>(e),[T];?"')),
    *several("S39", lambda target: get(b"Host: a\r\n\r\n", b"GET " + target + b" HTTP/1.1\r\n"),
             (b"/up/\x80\xff", b"!", b"/up/a#b")),
    *several("S40", lambda names: post(b"Connection: " + names + b"\r\nContent-Length: 5\r\n\r\nhello"),
             (b"close, content-length", b"host", b"transfer-encoding", b"Cookie", b"authorization")),
]

VECTORS = TRANSFER_ENCODING + SEPARATORS + LENGTHS + CHUNKS + LINES
REFUSED = [vector for vector in VECTORS if vector.status != 200]
FRAMED = [vector for vector in VECTORS if vector.status == 200]

H2_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
H2_SETTINGS = b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"


def _literal(name, value):
    """HPACK: a literal field without indexing, new name, no Huffman."""
    return b"\x00" + bytes([len(name)]) + name + bytes([len(value)]) + value


def h2_request(*fields, data=b"", path=b"/up/s", end_on_head=False):
    """A connection's first octets with one POST in them."""
    block = b"".join(_literal(name, value) for name, value in
                     ((b":method", b"POST"), (b":scheme", b"http"), (b":path", path),
                      (b":authority", b"a"), *fields))
    head = len(block).to_bytes(3, "big") + b"\x01" + (b"\x05" if end_on_head else b"\x04") + b"\0\0\0\x01"
    body = b"" if end_on_head else len(data).to_bytes(3, "big") + b"\x00\x01\0\0\0\x01" + data
    return H2_PREFACE + H2_SETTINGS + head + block + body


# HTTP/2 is not spoken: each of these is refused as a whole, before a frame is looked at.
H2 = [
    Vector("S49-a", h2_request((b"x", b"a\r\nX: y")), 505),
    Vector("S49-b", h2_request((b"content-length", b"50"), data=b"hello"), 505),
    Vector("S49-c", h2_request((b"transfer-encoding", b"chunked"), data=LAST), 505),
    Vector("S49-d", h2_request(path=b"/up/s x"), 505),
    Vector("S49-e", h2_request((b":authority", b"b")), 505),
    Vector("S50", h2_request((b"content-length", b"50"), end_on_head=True), 505),
]
