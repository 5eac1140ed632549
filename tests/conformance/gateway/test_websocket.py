"""WebSockets: the handshake, octets both ways, half-closes, idleness (gateway.md 7.4, T098, T099; C12)."""
import base64
import hashlib
import os
import threading

import pytest

from gateway_client import is_problem
from gateway_origin import OK, answering

SETTINGS = {"crema.gateway.websocket-idle-ms": 600, "crema.gateway.stream-idle-ms": 300,
            "crema.gateway.body-ms": 300, "crema.gateway.body-max": 1000}
KEY = base64.b64encode(b"the sample nonce")
ACCEPT = base64.b64encode(hashlib.sha1(KEY + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
ASK = (b"GET /up/chat HTTP/1.1\r\nHost: g\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n"
       b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + KEY + b"\r\n\r\n")
SWITCH = (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
          b"Sec-WebSocket-Accept: " + ACCEPT + b"\r\n\r\n")
SIZE = 1 << 20


def frame(payload, masked):
    """One binary frame of RFC 6455, longer than 64 KiB."""
    head = b"\x82" + bytes([127 | (128 if masked else 0)]) + len(payload).to_bytes(8, "big")
    return head + (bytes(4) if masked else b"") + payload


def shake(peer):
    """The back end's half of the handshake."""
    request = peer.request()
    assert request.get("Upgrade") == "websocket" and request.get("Connection") == "Upgrade"
    assert request.get("Sec-WebSocket-Key") == KEY.decode() and request.framing is None
    peer.send(SWITCH)


def opened(client):
    client.send(ASK)
    head = client.head()
    assert head.start == "HTTP/1.1 101 Switching Protocols"
    assert head.get("Upgrade") == "websocket" and head.get("Connection") == "Upgrade"
    assert head.get("Sec-WebSocket-Accept") == ACCEPT.decode() and head.get("X-Request-Id")


def test_case_98_frames_of_a_mebibyte_both_ways(client, origin):
    """Both sides send at once, and each gets the other's octets."""
    up, down = frame(os.urandom(SIZE), masked=True), frame(os.urandom(SIZE), masked=False)
    arrived = []

    def script(peer):
        shake(peer)
        sender = threading.Thread(target=peer.send, args=(down,))
        sender.start()
        arrived.append(peer.take(len(up)))
        sender.join()
        peer.send(b"bye")
        peer.wait_end()

    origin.script = script
    opened(client)
    sender = threading.Thread(target=client.send, args=(up,))
    sender.start()
    assert client.take(len(down)) == down
    sender.join()
    assert client.take(3) == b"bye" and arrived == [up]
    client.close()
    origin.left([origin.peers[0]])


def test_case_98_the_first_octets_come_along_with_the_handshake(client, origin):
    """A back end's behind its 101; a client's before it has heard of one."""
    def script(peer):
        request = peer.request()
        assert request.get("Upgrade") == "websocket"
        peer.send(SWITCH + b"early")
        assert peer.take(5) == b"eager"
        peer.send(b"both")
        peer.wait_end()

    origin.script = script
    client.send(ASK + b"eager")
    assert client.head().start.startswith("HTTP/1.1 101 ")
    assert client.take(9) == b"earlyboth"


def test_case_98_the_idle_limit_counts_both_ways(client, origin):
    """Octets of either side begin it anew; none of the limits of bodies holds."""
    def script(peer):
        shake(peer)
        for _ in range(4):
            peer.take(1)
        peer.wait_end()

    origin.script = script
    opened(client)
    for _ in range(4):
        assert not threading.Event().wait(0.35) and client.send(b"x")
    assert client.ends() == "end"
    origin.left([origin.peers[0]])


def test_case_98_each_side_may_end_first(client, connect, origin):
    def script(peer):
        shake(peer)
        peer.send(b"1")
        if peer.number == 0:
            assert peer.rest() == b"last words"
            peer.send(b"and mine")
        else:
            peer.send(b"mine")

    origin.script = script
    opened(client)
    client.send(b"last words")
    client.half_close()
    assert client.rest() == b"1and mine" and client.ended == "end"
    other = connect()
    opened(other)
    assert other.rest() == b"1mine" and other.ended == "end"
    assert len(origin.peers) == 2


def test_case_98_a_client_that_resets(client, origin):
    def script(peer):
        shake(peer)
        peer.wait_end()

    origin.script = script
    opened(client)
    client.reset()
    origin.left([origin.peers[0]], seconds=1)


@pytest.mark.parametrize("status", [b"403 Forbidden", b"200 OK", b"426 Upgrade Required"])
def test_case_99_a_refusal_is_a_plain_answer(client, origin, status):
    """With its body, and the connection goes on: what comes next is a request."""
    origin.script = answering(b"HTTP/1.1 " + status + b"\r\nContent-Length: 4\r\n\r\nnope")
    client.send(ASK + b"GET /up/next HTTP/1.1\r\nHost: g\r\n\r\n")
    assert [(answer.status, answer.body) for answer in (client.answer(), client.answer())] == \
        [(int(status[:3]), b"nope")] * 2
    assert [request.target for request in origin.requests] == ["/chat", "/next"]
    assert origin.requests[1].all("Upgrade") == [] and len(origin.peers) == 1


@pytest.mark.parametrize("answer", [SWITCH.replace(b": websocket", b": h2c"),
                                    SWITCH.replace(b"Upgrade: websocket\r\n", b""),
                                    SWITCH.replace(b"Connection: Upgrade\r\n", b"")])
def test_A7_another_switch_than_the_one_asked_for(client, origin, answer):
    origin.script = answering(answer)
    is_problem(client.ask(ASK), 502, "upstream_bad_response")
    origin.left([origin.peers[0]])


@pytest.mark.parametrize("ask", [ASK.replace(b"GET", b"PUT"), ASK.replace(b"HTTP/1.1", b"HTTP/1.0"),
                                 ASK.replace(b"keep-alive, Upgrade", b"keep-alive"),
                                 ASK.replace(b": WebSocket", b": TLS/1.0"),
                                 ASK.replace(b"Upgrade: WebSocket", b"Upgrade: a\r\nUpgrade: websocket")])
def test_C12_no_upgrade_goes_on_without_all_that_belongs_to_one(client, origin, ask):
    origin.script = answering(OK)
    assert client.ask(ask).status == 200
    assert origin.requests[0].all("Upgrade") == origin.requests[0].all("Connection") == []


def test_C12_a_websocket_with_a_body(client, origin):
    is_problem(client.ask(ASK.replace(b"\r\n\r\n", b"\r\nContent-Length: 2\r\n\r\nhi")), 400, "bad_request")
    assert client.ends() and origin.octets == b""
