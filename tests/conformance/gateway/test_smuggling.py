"""S01-S50: whatever two readers could read differently is refused, or framed exactly once."""
import pytest

from harness.poll import wait_until

from gateway_client import is_problem
from gateway_origin import OK, answering
from gateway_wire import Ended
from smuggling import CHUNKED, FRAMED, H2, LAST, PROBE, REFUSED

EVIL = b"GET /up/evil HTTP/1.1\r\nHost: a\r\n\r\n"


def by_id(vectors):
    return {"argvalues": vectors, "ids": [vector.id for vector in vectors]}


def saw_only_the_probe(origin):
    origin.settle()
    assert [request.target for request in origin.requests] == ["/s", "/probe"], origin.octets


@pytest.mark.parametrize("vector", **by_id(REFUSED + H2))
def test_vector_is_refused(client, origin, vector):
    client.send(vector.octets + PROBE)
    is_problem(client.answer(), vector.status)
    client.ends()
    origin.settle()
    assert origin.octets == b"", "some of it reached the back end"


@pytest.mark.parametrize("vector", **by_id(REFUSED))
def test_vector_is_refused_octet_by_octet(client, origin, vector):
    """However the network cuts it: no whole request arrives, and what had begun is broken off."""
    client.send_octets(vector.octets)
    client.send(PROBE)
    is_problem(client.answer(), vector.status)
    client.ends()
    origin.left(list(origin.peers))
    origin.settle()
    assert origin.requests == [], origin.octets


@pytest.mark.parametrize("vector", **by_id(FRAMED))
@pytest.mark.parametrize("cut", ["whole", "octets"])
def test_vector_is_framed_once(client, origin, vector, cut):
    if cut == "whole":
        client.send(vector.octets + PROBE)
    else:
        client.send_octets(vector.octets + PROBE)
    method = vector.octets.split(b" ")[0].decode()
    assert client.answer(method).status == client.answer("GET").status == 200
    saw_only_the_probe(origin)
    request = origin.requests[0]
    assert request.body == vector.body and request.trailers == []
    assert request.framing == ("chunked" if CHUNKED in vector.octets else "length")


@pytest.mark.parametrize("name", ["X-Forwarded-For", "x-forwarded-for", "X-FORWARDED-HOST"])
def test_case_S40_connection_cannot_delete_the_gateways_own_fields(client, origin, name):
    answer = client.get("/up/s", b"Connection: %s\r\n%s: 6.6.6.6\r\n" % (name.encode(), name.encode()))
    assert answer.status == 200
    assert len(origin.requests[0].all(name)) == 1 and origin.requests[0].get(name) != "6.6.6.6"


def test_case_S41_h2c_is_not_tunnelled(client, origin):
    client.send(b"GET /up/s HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\n"
                b"Connection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n" + PROBE)
    assert client.answer().status == client.answer().status == 200
    saw_only_the_probe(origin)
    for name in ("Upgrade", "Connection", "HTTP2-Settings"):
        assert origin.requests[0].all(name) == []


@pytest.mark.parametrize("status", [b"200 OK", b"426 Upgrade Required"])
def test_case_S42_a_refused_websocket_is_a_plain_answer(client, origin, status):
    origin.script = answering(b"HTTP/1.1 " + status + b"\r\nContent-Length: 2\r\n\r\nno")
    client.send(b"GET /up/s HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n" + PROBE)
    assert [client.answer().status, client.answer().status] == [int(status[:3])] * 2
    saw_only_the_probe(origin)


@pytest.mark.parametrize("status", [b"200 OK", b"417 Expectation Failed"])
def test_case_S43_an_early_answer_leaves_no_body_behind(client, origin, status):
    """The body looks like a request and is sent at once; it must never be read as one."""
    def early(peer):
        while peer.request_head():
            peer.send(b"HTTP/1.1 " + status + b"\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno")
            return

    origin.script = early
    client.send(b"POST /up/s HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
                b"Content-Length: %d\r\n\r\n" % len(EVIL) + EVIL + PROBE)
    assert client.answer().status == int(status[:3])
    try:
        assert client.answer().status == int(status[:3])
        assert [head.target for head in origin.heads] == ["/s", "/probe"]
    except Ended:
        assert [head.target for head in origin.heads] == ["/s"]


def test_case_S43_an_unsent_body_is_not_awaited_for_ever(client, origin):
    """The back end refuses at once: the client hears it before it sent a body."""
    def refuse(peer):
        peer.request_head()
        peer.send(b"HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n")
        peer.wait_end()

    origin.script = refuse
    client.send(b"POST /up/s HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 10\r\n\r\n")
    answer = client.answer()
    assert answer.status == 417 and answer.get("Connection") == "close" and answer.interims == []
    client.send(PROBE)
    client.ends()
    assert len(origin.heads) == 1


@pytest.mark.parametrize("framed", [b"Content-Length: 5\r\n\r\nhello", b"Transfer-Encoding: chunked\r\n\r\n" + LAST])
def test_case_S44_a_body_behind_an_answer_to_head(client, origin, framed):
    origin.script = answering(b"HTTP/1.1 200 OK\r\n" + framed)
    client.send(b"HEAD /up/s HTTP/1.1\r\nHost: a\r\n\r\n")
    assert client.answer("HEAD").status == 200
    origin.left([origin.peers[0]])
    origin.script = answering(OK)
    assert client.ask(PROBE).body == b"ok"
    assert len(origin.peers) == 2, "the connection with the illegal body was used again"


def test_case_S45_a_client_that_ends_in_the_middle_of_its_body(client, connect, origin):
    client.send(b"POST /up/s HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello")
    origin.saw_heads(1)
    client.half_close()
    is_problem(client.answer("POST"), 400)
    client.ends()
    origin.left([origin.peers[0]])
    assert connect().ask(PROBE).status == 200
    assert [request.target for request in origin.requests] == ["/probe"] and len(origin.peers) == 2


def refused_answer(connect, origin, octets, status=502):
    """The answer is refused and its connection is not used again."""
    origin.script = answering(octets)
    client = connect()
    is_problem(client.get("/up/s"), status, "upstream_bad_response")
    origin.left([origin.peers[0]])
    origin.script = answering(OK)
    assert client.ask(PROBE).body == b"ok", "the client's connection may go on"
    assert len(origin.peers) == 2


@pytest.mark.parametrize("fields", [b"Content-Length: 5\r\nContent-Length: 6", b"Content-Length: 5, 6",
                                    b"Content-Length: 5\r\nContent-Length: x", b"Content-Length: +5",
                                    b"Content-Length:", b"Content-Length: 18446744073709551616"])
def test_case_78_S46_an_answer_with_two_lengths(connect, origin, fields):
    refused_answer(connect, origin, b"HTTP/1.1 200 OK\r\n" + fields + b"\r\n\r\nhello")


@pytest.mark.parametrize("start", [b"204 No Content\r\nContent-Length: 5", b"204 No Content",
                                   b"304 Not Modified\r\nContent-Length: 5", b"304 Not Modified"])
def test_case_74_S47_a_body_behind_an_answer_that_has_none(client, origin, start):
    origin.script = answering(b"HTTP/1.1 " + start + b"\r\n\r\nhello")
    client.send(PROBE)
    answer = client.answer()
    assert answer.status == int(start[:3]) and answer.body == b""
    assert answer.status != 204 or answer.all("Content-Length") == []
    wait_until(lambda: origin.peers[0].ended, 10, "the gateway to end that connection")
    origin.script = answering(OK)
    assert client.ask(PROBE).body == b"ok"
    assert len(origin.peers) == 2


@pytest.mark.parametrize("fields", [b"X: a\nSet-Cookie: evil=1", b"X: a\rSet-Cookie: evil=1",
                                    b"X: a\r\r\nSet-Cookie: evil=1", b"X: a\0b", b"X: a\x0bb",
                                    b": empty", b"No colon", b"X Y: a"])
def test_case_S48_a_field_injected_into_an_answer(connect, origin, fields):
    refused_answer(connect, origin, b"HTTP/1.1 200 OK\r\n" + fields + b"\r\nContent-Length: 2\r\n\r\nok")
