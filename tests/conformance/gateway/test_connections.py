"""Connections of clients: pipelining, half-closes, aborts, 100-continue, time limits
(gateway.md 7.4, T085-T097, and the rules C behind them)."""
import threading
import time

import pytest

from harness.poll import wait_until

from gateway_client import Client, is_problem
from gateway_origin import OK
from gateway_setup import url_route
from gateway_wire import chunks
from up_requests import GET, post

SETTINGS = {
    "crema.gateway.head-ms": 400,
    "crema.gateway.body-ms": 500,
    "crema.gateway.idle-ms": 800,
    "crema.gateway.write-ms": 1500,
    "crema.gateway.continue-ms": 300,
    "crema.gateway.stream-idle-ms": 600,
    "crema.gateway.requests-max": 20,
}


# --- pipelining ---

def test_case_85_pipelined_requests_in_order(client, origin):
    def script(peer):
        while request := peer.request():
            peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(request.target), request.target.encode()))

    origin.script = script
    client.send(b"".join(GET % number for number in range(10)))
    assert [client.answer().body for _ in range(10)] == [b"/%d" % number for number in range(10)]
    assert [request.target for request in origin.requests] == [f"/{number}" for number in range(10)]


def test_case_85_pipelined_bodies(client, origin):
    client.send(post(b"Content-Length: 5", b"first") + post(b"Transfer-Encoding: chunked", chunks(b"sec", b"ond"))
                + post(b"Content-Length: 0") + GET % 4)
    assert [client.answer().status for _ in range(4)] == [200] * 4
    assert [request.body for request in origin.requests] == [b"first", b"second", b"", b""]


def test_case_85_the_next_request_waits_for_the_answer(client, origin):
    """C2: parsed only after the previous answer is complete."""
    go = threading.Event()

    def script(peer):
        while peer.request():
            if peer.wait(go):
                peer.send(OK)

    origin.script = script
    client.send(GET % 1 + GET % 2)
    origin.saw(1)
    origin.saw_heads(1)
    assert len(origin.heads) == 1
    go.set()
    assert client.answer().status == client.answer().status == 200


def test_case_86_a_good_request_and_a_bad_one(client, origin):
    client.send(GET % 1 + b"GET /up/s HTTP/1.1\r\nHost : g\r\n\r\n" + GET % 3)
    assert client.answer().status == 200
    is_problem(client.answer(), 400, "bad_request")
    client.ends()
    assert len(origin.requests) == 1


def test_case_87_the_last_request_of_a_connection(client):
    for number in range(1, 21):
        answer = client.get("/up/s")
        assert answer.get("Connection") == ("close" if number == 20 else None)
    assert client.ends() == "end"


def test_case_87_the_thousandth_by_default(start, back):
    gateway = start(url_route("up", f"http://{back.authority}"))
    client = Client(gateway.port)
    for number in range(1, 1001):
        assert client.get("/up/s").get("Connection") == ("close" if number == 1000 else None), number
    assert client.ends() == "end"
    client.close()


def test_R19_connection_close(client):
    answer = client.get("/up/s", b"Connection: close\r\n")
    assert answer.get("Connection") == "close" and client.ends() == "end"


# --- time limits of clients ---

@pytest.mark.parametrize("requests", [0, 1])
def test_case_88_an_idle_connection_is_closed_silently(client, requests):
    for _ in range(requests):
        assert client.get("/up/s").status == 200
    assert client.ends() == "end"


def test_case_89_a_head_that_drips(client, origin):
    """The limit is absolute: each octet that comes does not begin it anew."""
    client.send(b"GET /up/s HTTP/1.1\r\nHost: g\r\nX: ")

    def drip():
        client.send(b"x")
        return client.has_input()
    wait_until(drip, 10, "an answer", every=0.05)
    is_problem(client.answer(), 408, "client_timeout")
    client.ends()
    assert origin.octets == b""


def test_case_89_a_half_head(client):
    client.send(b"GET /up/s HT")
    is_problem(client.answer(), 408, "client_timeout")
    client.ends()


@pytest.mark.parametrize("fields, part", [(b"Content-Length: 10", b"hello"),
                                          (b"Transfer-Encoding: chunked", b"5\r\nhello\r\n")])
def test_case_90_a_body_that_stops(client, origin, fields, part):
    client.send(post(fields, part))
    is_problem(client.answer("POST"), 408, "client_timeout")
    client.ends()
    origin.left(list(origin.peers))
    assert len(origin.heads) == 1 and origin.requests == []


def test_case_90_a_body_that_drips(client, origin):
    client.send(post(b"Content-Length: 1000"))

    def drip():
        client.send(b"x")
        return client.has_input()
    wait_until(drip, 10, "an answer", every=0.05)
    is_problem(client.answer("POST"), 408, "client_timeout")
    origin.left(list(origin.peers))


def test_case_91_a_reader_that_stops(connect, origin):
    """What it does not take is not read from the back end; in the end it is cut off."""
    taken = []

    def script(peer):
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        peer.seconds = 0.3
        try:
            while peer.send(bytes(65536)):
                taken.append(65536)
        except AssertionError:
            pass
        peer.seconds = 10
        peer.wait_end()

    origin.script = script
    client = connect(receive_buffer=8192)
    client.send(GET % 1)
    origin.saw(1)
    origin.left([origin.peers[0]])
    assert sum(taken) < 50_000_000
    client.record = False
    while client.receive(time.monotonic() + 10):
        pass
    assert client.ended


# --- half-closes and aborts ---

def test_case_92_a_client_that_half_closes_gets_its_answer(client, origin):
    go = threading.Event()

    def script(peer):
        peer.request()
        if peer.wait(go):
            peer.send(OK)
            peer.wait_end()

    origin.script = script
    client.send(GET % 1)
    client.half_close()
    origin.saw(1)
    go.set()
    assert client.answer().body == b"ok"
    assert client.ends() == "end"


def test_case_92_a_half_close_behind_pipelined_requests(client, origin):
    client.send(GET % 1 + GET % 2 + GET % 3)
    client.half_close()
    assert [client.answer().body for _ in range(3)] == [b"ok"] * 3
    assert client.ends() == "end"


def test_C5_a_half_close_in_a_long_answer(client, origin):
    go = threading.Event()

    def script(peer):
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
        if peer.wait(go):
            peer.send(chunks(b"world"))
        peer.wait_end()

    origin.script = script
    client.send(GET % 1)
    assert client.answer_head().framing == "chunked" and client.chunk() == b"hello"
    client.half_close()
    go.set()
    assert client.chunked() == (b"world", [])


def test_case_93_a_client_that_resets_in_an_answer(client, origin):
    client_gone = threading.Event()

    def script(peer):
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        while peer.send(bytes(65536)):
            pass
        client_gone.set()

    origin.script = script
    client.send(GET % 1)
    client.answer_head()
    client.reset()
    assert client_gone.wait(5), "the back end was not told"


def test_case_93_a_client_that_resets_while_it_waits(client, origin, gateway):
    origin.script = lambda peer: peer.request() and peer.wait_end()
    client.send(b"GET /up/s HTTP/1.1\r\nHost: g\r\nX-Request-Id: gone\r\n\r\n")
    origin.saw(1)
    client.reset()
    origin.left([origin.peers[0]], seconds=1)
    wait_until(lambda: [line for line in gateway.log.splitlines() if "=gone" in line and "client_abort" in line],
               10, "the access log to tell it")


def test_case_93_a_client_that_resets_in_its_body(client, origin):
    client.send(post(b"Content-Length: 10", b"hello"))
    origin.saw_heads(1)
    client.reset()
    origin.left([origin.peers[0]], seconds=1)
    assert origin.requests == []


def test_F8_a_client_that_ends_in_a_chunked_body(client, origin):
    client.send(post(b"Transfer-Encoding: chunked", b"5\r\nhello\r\n"))
    origin.saw_heads(1)
    client.half_close()
    is_problem(client.answer("POST"), 400, "bad_request")
    origin.left([origin.peers[0]])
    assert not bytes(origin.peers[0].octets).endswith(b"0\r\n\r\n"), "the body looks whole"


def test_C4_a_refusal_reaches_a_client_that_goes_on_sending(client):
    """A reset would destroy the answer on its way: the rest is read and dropped first."""
    client.send(b"POST /nowhere HTTP/1.1\r\nHost: g\r\nContent-Length: 4000000\r\n\r\n")
    assert client.send_each(bytes(100_000) for _ in range(40))
    is_problem(client.answer("POST"), 404, "no_route")
    assert client.ends() == "end"


# --- early answers and 100-continue ---

def test_case_94_an_early_answer_to_an_upload(client, origin):
    def script(peer):
        peer.request_head()
        peer.take(1024)
        peer.send(b"HTTP/1.1 413 Payload Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig")
        peer.rest()

    origin.script = script
    client.send(post(b"Content-Length: 1073741824", bytes(2048)))
    answer = client.answer("POST")
    assert answer.status == 413 and answer.body == b"big" and answer.get("Connection") == "close"


def test_case_94_an_early_answer_while_the_client_is_sending(client, origin):
    def script(peer):
        peer.request_head()
        peer.send(b"HTTP/1.1 413 Payload Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig")
        peer.half_close()
        peer.rest()

    origin.script = script
    client.send(post(b"Content-Length: 3000000", bytes(1000)))
    origin.saw_heads(1)
    for _ in range(20):
        if not client.send(bytes(100_000)):
            break
    answer = client.answer("POST")
    assert answer.status == 413 and answer.body == b"big"


def expecting(peer, before, after=OK):
    request = peer.request_head()
    peer.send(before)
    if before.startswith(b"HTTP/1.1 100"):
        peer.body(request)
        peer.send(after)
    peer.wait_end()


def test_case_95_continue_is_relayed_once(client, origin):
    origin.script = lambda peer: expecting(peer, b"HTTP/1.1 100 Continue\r\n\r\n")
    client.send(post(b"Expect: 100-continue\r\nContent-Length: 5"))
    assert client.head().start == "HTTP/1.1 100 Continue"
    assert origin.heads[0].get("Expect") == "100-continue"
    client.send(b"hello")
    assert client.answer("POST").status == 200
    assert origin.requests[0].body == b"hello"


def test_case_96_a_refusal_instead_of_continue(client, origin):
    origin.script = lambda peer: expecting(peer, b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n")
    client.send(post(b"Expect: 100-continue\r\nContent-Length: 5"))
    answer = client.answer("POST")
    assert answer.status == 401 and answer.interims == []
    client.ends()


def test_C11_the_gateway_continues_when_the_back_end_does_not(client, origin):
    client.send(post(b"Expect: 100-continue\r\nContent-Length: 5"))
    assert client.head().start == "HTTP/1.1 100 Continue"
    client.send(b"hello")
    assert client.answer("POST").status == 200
    assert origin.requests[0].body == b"hello"


def test_C11_a_client_that_does_not_wait(client, origin):
    assert client.ask(post(b"Expect: 100-Continue\r\nContent-Length: 5", b"hello")).status == 200
    assert client.get("/up/s").status == 200


def test_C11_http_1_0_expects_nothing(client, origin):
    client.send(b"POST /up/s HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello")
    answer = client.answer("POST")
    assert answer.interims == [] and answer.status == 200
    assert origin.requests[0].all("Expect") == []


def test_case_97_another_expectation(client, origin):
    is_problem(client.ask(post(b"Expect: foo\r\nContent-Length: 0")), 417, "expectation_failed")
    assert origin.octets == b""
