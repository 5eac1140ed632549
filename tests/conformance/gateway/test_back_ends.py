"""Connections to back ends: reuse, retries, silences, resets (gateway.md 7.4, T101, and the rules behind it)."""
import threading

import pytest

from gateway_client import is_problem
from gateway_origin import OK, answering
from gateway_wire import Ended
from up_requests import GET, post

SETTINGS = {
    "crema.gateway.write-ms": 1500,
    "crema.gateway.stream-idle-ms": 600,
    "zuul.host.socket-timeout-millis": 700,
}


def test_case_101_connections_are_used_again(client, origin):
    for _ in range(10):
        assert client.get("/up/s").status == 200
    assert len(origin.peers) == 1


def test_case_101_connections_are_shared_by_clients_of_a_worker(connect, origin):
    for _ in range(10):
        assert connect().get("/up/s", b"Connection: close\r\n").status == 200
    assert len(origin.peers) <= 4  # one per worker


def test_A19_the_back_end_wants_to_close(client, origin):
    origin.script = answering(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok")
    for number in range(3):
        assert client.get("/up/s").get("Connection") is None
        origin.left([origin.peers[number]])


def stale(peer):
    """The first connection serves one request and dies, by a reset, when the second one comes."""
    peer.request()
    peer.send(OK)
    if peer.number == 0:
        if peer.request_head():
            peer.reset()
    else:
        while peer.request():
            peer.send(OK)


@pytest.mark.parametrize("request_octets", [GET % 2, b"HEAD /up/s HTTP/1.1\r\nHost: g\r\n\r\n",
                                            b"DELETE /up/s HTTP/1.1\r\nHost: g\r\n\r\n",
                                            b"PUT /up/s HTTP/1.1\r\nHost: g\r\nContent-Length: 5\r\n\r\nhello"])
def test_case_101_a_stale_connection_is_retried_invisibly(client, origin, request_octets):
    def script(peer):
        if peer.number == 0:
            return stale(peer)
        while request := peer.request():
            peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Method: %s\r\n\r\n" % request.method.encode())
        return None

    origin.script = script
    assert client.get("/up/s").body == b"ok"
    answer = client.ask(request_octets)
    method = request_octets.split(b" ")[0].decode()
    assert answer.status == 200 and answer.get("X-Method") == method
    assert len(origin.peers) == 2
    if method == "PUT":
        assert origin.requests[-1].body == b"hello"


def test_case_101_post_is_not_sent_twice(client, origin):
    origin.script = stale
    assert client.get("/up/s").body == b"ok"
    is_problem(client.ask(post(b"Content-Length: 5", b"hello")), 502, "upstream_reset")
    assert len(origin.heads) == 2
    assert client.get("/up/s").body == b"ok"


def test_case_101_a_fresh_connection_is_not_retried(client, origin):
    origin.script = lambda peer: peer.request()  # and closes
    is_problem(client.get("/up/s"), 502, "upstream_reset")
    assert len(origin.heads) == 1


def test_case_101_no_retry_once_an_answer_has_begun(client, origin):
    def script(peer):
        peer.request()
        peer.send(OK)
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Le")

    origin.script = script
    assert client.get("/up/s").body == b"ok"
    assert client.get("/up/s").status == 502
    assert len(origin.peers) == 1


def test_G1_a_back_end_that_does_not_answer(client, origin):
    origin.script = lambda peer: peer.request() and peer.wait_end()
    body = is_problem(client.get("/up/s"), 504)
    assert origin.authority in body["detail"]
    origin.left([origin.peers[0]])
    origin.script = answering(OK)
    assert client.get("/up/s").status == 200, "the client's connection may go on"


def test_C6_a_back_end_that_stops_in_its_answer(client, origin):
    def script(peer):
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")
        peer.wait_end()

    origin.script = script
    client.send(GET % 1)
    client.answer_head()
    assert client.rest() == b"hello" and client.ended
    origin.left([origin.peers[0]])


def test_C6_a_back_end_that_takes_no_body(client, origin):
    """Back pressure first (the client is not read on), then a limit."""
    origin.script = lambda peer: peer.request_head() and peer.wait(threading.Event())
    client.send(post(b"Content-Length: 1000000000"))
    origin.saw_heads(1)
    sent = 0
    while not client.has_input():
        sent += client.push(bytes(65536))
        assert sent < 50_000_000, "it is kept somewhere"
    is_problem(client.answer("POST"), 504)


def test_A4_the_back_end_resets_in_its_answer(client, origin):
    half = threading.Event()

    def script(peer):
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")
        if peer.wait(half):
            peer.reset()

    origin.script = script
    client.send(GET % 1)
    client.answer_head()
    assert client.take(5) == b"hello"
    half.set()
    with pytest.raises(Ended):
        client.take(5)


def test_A4_http_1_0_sees_a_truncation_by_a_reset(client, origin):
    """Without a length and without chunks only a reset tells that something is missing."""
    half = threading.Event()

    def script(peer):
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
        peer.wait(half)

    origin.script = script
    client.send(b"GET /up/s HTTP/1.0\r\n\r\n")
    assert client.answer_head().framing == "close" and client.take(5) == b"hello"
    half.set()
    assert client.ends() == "reset"
