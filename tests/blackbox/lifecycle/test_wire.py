"""What the HTTP side of every daemon makes of requests as they may come over a socket (decisions H2-H5)."""
import gzip
import http.client
import json
import socket
import threading
import time

import pytest

from harness.poll import wait_until

REGISTRY = {"spring.cloud.config.enabled": "false"}
HOST = b"Host: h\r\n"


@pytest.fixture(scope="module")
def registry(shared_daemon):
    return shared_daemon("eureka-registry", {
        **REGISTRY, "crema.http.head-timeout-ms": 1000, "crema.http.body-timeout-ms": 1000,
        "crema.http.idle-timeout-ms": 30000})


class Wire:
    """A socket and bytes."""

    def __init__(self, one):
        self.socket = socket.create_connection(("127.0.0.1", one.port), 10)

    def send(self, data):
        self.socket.sendall(data)

    def answer(self):
        response = http.client.HTTPResponse(self.socket)
        response.begin()
        response.body = response.read()
        return response

    def ends(self, seconds):
        """Whether the server closes within that time."""
        self.socket.settimeout(seconds)
        try:
            while self.socket.recv(65536):
                pass
        except TimeoutError:
            return False
        except OSError:
            pass
        return True

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()


def ask(one, data):
    with Wire(one) as wire:
        wire.send(data)
        return wire.answer()


# --- targets ---

@pytest.mark.parametrize("target, status", [
    (b"/eureka/apps/%41PP", 404), (b"/eureka/apps/A%2FB", 404), (b"/eureka/apps/A%00B", 400),
    (b"/eureka/apps/%zz", 400), (b"/eureka/apps/%", 400), (b"/eureka/apps/%4", 400),
    (b"/eureka/apps#top", 400), (b"eureka/apps", 400), (b"*", 404), (b"//eureka/apps", 404),
    (b"/eureka/./apps", 404), (b"/x/../eureka/apps", 404),
    (b"/eureka/apps?%zz=%00", 200), (b"http://any.host:80/eureka/apps?x", 200),
])
def test_targets(registry, target, status):
    answer = ask(registry, b"GET " + target + b" HTTP/1.1\r\nAccept: application/json\r\n" + HOST + b"\r\n")
    assert answer.status == status
    if status == 400:
        assert answer.getheader("Content-Type") == "application/problem+json"


def test_an_escaped_slash_stays_in_its_segment(registry):
    record = {"instance": {"instanceId": "h/a:1%", "hostName": "h", "app": "SLASH", "ipAddr": "127.0.0.1",
                           "status": "UP", "port": {"$": 1, "@enabled": "true"},
                           "dataCenterInfo": {"name": "MyOwn"}}}
    assert registry.post("/eureka/apps/SLASH", json=record).status == 204
    assert registry.put("/eureka/apps/SLASH/h%2Fa%3A1%25").status == 200
    assert registry.put("/eureka/apps/SLASH/h/a:1%25").status == 404
    assert registry.put("/eureka/apps/SLASH/h%252Fa:1%25").status == 404
    assert registry.delete("/eureka/apps/SLASH/h%2fa:1%25").status == 200


# --- framing ---

REFUSED = (
    b"POST /eureka/apps/A HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST /eureka/apps/A HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
    b"GET /eureka/apps HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n",
    b"GET /eureka/apps HTTP/1.1\r\n\r\n",
    b"POST /eureka/apps/A HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    b"POST /eureka/apps/A HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: identity\r\n\r\n",
    b"POST /eureka/apps/A HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
)


@pytest.mark.parametrize("head", REFUSED)
def test_ambiguous_framing_is_refused_and_closed(registry, head):
    with Wire(registry) as wire:
        wire.send(head + b"GET /eureka/apps HTTP/1.1\r\nHost: h\r\n\r\n")
        assert wire.answer().status == 400
        assert wire.ends(5), "nothing behind it is read"


def test_heartbeats_as_clients_send_them(registry):
    """PUT without a body, with Content-Length 0, from HTTP/1.0, several on one connection."""
    with Wire(registry) as wire:
        wire.send((b"PUT /eureka/apps/NONE/i HTTP/1.1\r\n" + HOST + b"\r\n") * 3)
        assert [wire.answer().status for _ in range(1)] == [404]
    with Wire(registry) as wire:
        wire.send(b"PUT /eureka/apps/NONE/i HTTP/1.1\r\nContent-Length: 0\r\n" + HOST + b"\r\n")
        assert wire.answer().status == 404
        wire.send(b"HEAD /eureka/apps HTTP/1.1\r\n" + HOST + b"Accept: application/json\r\n\r\n")
        head = http.client.HTTPResponse(wire.socket, method="HEAD")
        head.begin()
        assert head.status == 200 and head.read() == b"" and int(head.getheader("Content-Length")) > 0
        wire.send(b"GET /eureka/apps HTTP/1.1\r\n" + HOST + b"\r\n")
        assert wire.answer().status == 200
    with Wire(registry) as wire:
        wire.send(b"PUT /eureka/apps/NONE/i HTTP/1.0\r\n\r\n")
        assert wire.answer().status == 404
        assert wire.ends(5)


# --- bodies ---

def record(app="PACKED", **more):
    return json.dumps({"instance": {"instanceId": "i1", "hostName": "h", "app": app, "ipAddr": "127.0.0.1",
                                    "status": "UP", "port": {"$": 1, "@enabled": "true"},
                                    "dataCenterInfo": {"name": "MyOwn"}, **more}}).encode()


def test_case_33_a_compressed_registration(registry):
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    answer = registry.post("/eureka/apps/PACKED", body=gzip.compress(record()), headers=headers)
    assert answer.status == 204, answer
    assert registry.put("/eureka/apps/PACKED/i1").status == 200
    bomb = gzip.compress(record(metadata={"x": "0" * 64 * 1024 * 1024}))
    answer = registry.post("/eureka/apps/PACKED", body=bomb, headers=headers)
    assert answer.status == 413, answer
    assert registry.post("/eureka/apps/PACKED", body=b"no gzip", headers=headers).status == 400
    answer = registry.post("/eureka/apps/PACKED", body=b"x", headers={**headers, "Content-Encoding": "br"})
    assert answer.status == 415 and answer.headers["Accept-Encoding"] == "gzip"


def test_answers_are_compressed_for_those_who_ask(registry):
    plain = registry.get("/actuator/mappings")
    assert "Content-Encoding" not in plain.headers and "Accept-Encoding" in plain.headers["Vary"]
    for value, packed in (("gzip", True), ("deflate, gzip;q=0.5", True), ("*", True), ("gzip;q=0", False),
                          ("identity", False), ("gzip;q=0.0, *", False)):
        answer = registry.get("/actuator/mappings", headers={"Accept-Encoding": value})
        assert (answer.headers["Content-Encoding"] == "gzip") == packed, value
        assert (gzip.decompress(answer.body) if packed else answer.body) == plain.body


def test_a_large_body_is_refused_before_it_is_sent(registry):
    size = 512 * 1024 * 1024
    head = b"POST /eureka/apps/A HTTP/1.1\r\n" + HOST + b"Content-Length: %d\r\n" % size
    for expect in (b"", b"Expect: 100-continue\r\n"):
        with Wire(registry) as wire:
            wire.send(head + expect + b"\r\n")
            assert wire.answer().status == 413
            assert wire.ends(5)
    with Wire(registry) as wire:
        wire.send(b"POST /eureka/apps/A HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n")
        chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"

        def pour():
            try:
                for _ in range(4096):
                    wire.send(chunk)
            except OSError:
                return True  # cut off, or refused and closed
            return False
        assert pour(), "256 MB were taken"


def test_a_body_waits_for_the_invitation(registry):
    body = record("INVITED")
    with Wire(registry) as wire:
        wire.send(b"POST /eureka/apps/INVITED HTTP/1.1\r\nContent-Type: application/json\r\n" + HOST +
                  b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(body))
        assert wire.socket.recv(100).startswith(b"HTTP/1.1 100 ")
        wire.send(body)
        assert wire.answer().status == 204


# --- time ---

def trickle(wire, text, limit=15):
    """A byte every 50 ms; how long the server bore it."""
    began = time.monotonic()
    ended = threading.Event()

    def pour():
        for byte in text:
            if ended.wait(0.05):
                return
            try:
                wire.send(bytes([byte]))
            except OSError:
                return
    thread = threading.Thread(target=pour)
    thread.start()
    closed = wire.ends(limit)
    ended.set()
    thread.join()
    assert closed
    return time.monotonic() - began


def test_slow_heads_and_bodies_have_an_absolute_end(registry):
    line = b"GET /eureka/apps HTTP/1.1\r\n"
    for data in (b"", line + HOST + b"X: " + b"x" * 1000, b"G" * 1000):
        with Wire(registry) as wire:
            assert 0.8 < trickle(wire, data) < 5
    with Wire(registry) as wire:
        wire.send(b"POST /eureka/apps/A HTTP/1.1\r\n" + HOST + b"Content-Length: 1000\r\n\r\n")
        assert 0.8 < trickle(wire, b"x" * 1000) < 5
    with Wire(registry) as wire:  # the second head of a connection too
        wire.send(line + HOST + b"\r\n")
        assert wire.answer().status == 200
        wire.send(line + HOST)
        assert 0.8 < trickle(wire, b"X: " + b"x" * 1000) < 5


def test_one_who_vanishes_from_a_stream_is_noticed(daemon):
    one = daemon("example-daemon")

    def streams():
        return one.get("/actuator/metrics/http.server.streams").json["measurements"][0]["value"]
    with Wire(one) as wire:
        wire.send(b"GET /actuator/hystrix.stream HTTP/1.1\r\n" + HOST + b"\r\n")
        wait_until(lambda: streams() == 1, 5, "the stream to be open")
    wait_until(lambda: streams() == 0, 20, "the stream to be closed")
