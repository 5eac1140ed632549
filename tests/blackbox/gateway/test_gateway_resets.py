"""Ends and resets at every octet of a request and of an answer: nobody gets what was not meant for him,
nothing that is not whole looks whole, and no connection is used again after a doubt."""
import threading

import pytest

from harness.poll import wait_until

from gateway_client import Client, is_problem
from gateway_origin import HELLO, answering
from gateway_setup import url_route
from gateway_wire import Ended, chunks
from token_load import token_origin

REQUESTS = {
    "length": b"POST /up/cut HTTP/1.1\r\nHost: g\r\nContent-Length: 5\r\n\r\nhello",
    "chunked": b"PUT /up/cut HTTP/1.1\r\nHost: g\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks(b"hel", b"lo"),
    "none": b"GET /up/cut HTTP/1.1\r\nHost: g\r\n\r\n",
}
ANSWERS = {
    **HELLO,
    "interim": b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
}
ENDS = {"end": lambda wire: wire.close(), "reset": lambda wire: wire.reset()}


@pytest.mark.parametrize("kind", REQUESTS)
@pytest.mark.parametrize("end", ENDS)
def test_a_request_that_breaks_off_at_every_octet(connect, origin, kind, end):
    """None of it arrives as a request; the next client, on the same connections, is not mixed up with it."""
    origin.script = token_origin
    good = connect()
    for size in range(len(REQUESTS[kind])):
        client = connect()
        client.send(REQUESTS[kind][:size])
        ENDS[end](client)
        answer = good.get(f"/up/{kind}-{size}")
        assert answer.get("X-Token") == f"{kind}-{size}" and answer.body == f"{kind}-{size}".encode()
        if answer.get("Connection") == "close":
            good = connect()
    origin.settle()
    assert not [request for request in origin.requests if request.target == "/cut"]
    assert len(origin.requests) == len(REQUESTS[kind])


def whole(kind, answer):
    assert (answer.status, answer.body) == (200, b"hello"), answer
    assert answer.framing == ("chunked" if kind == "chunked" else "length")


def read_cut(client, kind, size):
    """What came of an answer that was cut behind `size` octets, and whether the connection may go on."""
    try:
        answer = client.answer()
    except Ended:
        return False  # it shows
    if answer.status == 502:
        is_problem(answer, 502)
        return True
    assert size == len(ANSWERS[kind]), f"{size} octets look like all: {answer!r}"
    whole(kind, answer)
    return True


@pytest.mark.parametrize("kind", ANSWERS)
@pytest.mark.parametrize("end", ENDS)
def test_an_answer_that_breaks_off_at_every_octet(connect, origin, kind, end):
    """A reset may overtake what is on its way, so it comes when the client has what was sent."""
    client = connect()
    sizes = len(ANSWERS[kind]) + (end == "end")
    head = ANSWERS[kind].rindex(b"\r\n\r\n", 0, -5) + 4
    for size in range(sizes):
        passed = threading.Event()

        def script(peer, size=size, passed=passed):
            peer.request()
            peer.send(ANSWERS[kind][:size])
            if peer.wait(passed):
                ENDS[end](peer)

        origin.script = script
        client.send(b"POST /up/cut HTTP/1.1\r\nHost: g\r\nContent-Length: 1\r\n\r\nx")
        origin.saw(size + 1)
        if size >= head:
            wait_until(client.has_input, 10, "the answer's head")
        passed.set()
        if not read_cut(client, kind, size):
            client = connect()
    origin.settle()
    assert len(origin.requests) == len(origin.peers) == sizes, "nothing was sent twice"


@pytest.mark.parametrize("answer", [b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nhello",
                                    b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1 200 OK\r\n\r\n",
                                    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\nmore"])
def test_an_instance_that_sends_more_than_it_said(connect, origin, answer):
    """The excess reaches nobody, neither this client nor the next one."""
    origin.script = answering(answer)
    for number in range(3):
        client = connect()
        first = client.get("/up/s")
        assert first.status == 200 and first.body in (b"hell", b"hello")
        origin.left([origin.peers[number]])
        client.close()


@pytest.mark.parametrize("octets", [b"\0" * 100, b"SSH-2.0-OpenSSH_9.2\r\n", b"\x16\x03\x01\x02\x00\x01",
                                    b"HTTP/1.1 200 OK\n\nhello", b"\r\n\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"\xff" * 50])
def test_an_instance_that_speaks_something_else(client, origin, octets):
    origin.script = answering(octets, keep=False)
    body = is_problem(client.get("/up/s"), 502)
    assert body["upstream"] == origin.authority and origin.authority in body["detail"]
    origin.script = token_origin
    assert client.get("/up/after").body == b"after", "the client's connection may go on"


def test_idle_connections_that_end_while_requests_come(start, back):
    """Each connection ends at a moment that nobody knows, half of them by a reset: no GET fails, and each
    answer bears its own token."""
    def script(peer):
        for _ in range(1 + peer.number % 3):
            request = peer.request()
            if not request:
                return
            token = request.target.rsplit("/", 1)[-1].encode()
            peer.send(b"HTTP/1.1 200 OK\r\nX-Token: %s\r\nContent-Length: %d\r\n\r\n%s" % (token, len(token), token))
        if peer.number % 2:
            peer.reset()

    back.script = script
    gateway = start(url_route("up", f"http://{back.authority}"))
    clients = [Client(gateway.port) for _ in range(4)]
    for number in range(150):
        for index, client in enumerate(clients):
            client.send(b"GET /up/%d-%d HTTP/1.1\r\nHost: g\r\n\r\n" % (index, number))
        for index, client in enumerate(clients):
            answer = client.answer()
            assert answer.status == 200 and answer.body == b"%d-%d" % (index, number), answer
    for client in clients:
        client.close()
