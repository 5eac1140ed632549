"""Open streams are no connections in work: they have a limit of their own, for all of them (decision G1)."""
import base64
import threading

import pytest

from harness.poll import wait_until

from gateway_client import is_problem
from gateway_origin import OK
from gateway_pools import figures, has, is_empty, sender, users

ONE = {"ribbon.MaxConnectionsPerHost": 1, "ribbon.MaxTotalConnections": 1}
EVENTS = (b"HTTP/1.1 200 OK\r\nContent-Type: Text/Event-Stream ; charset=UTF-8\r\n%s\r\n")
CHUNKED = EVENTS % b"Transfer-Encoding: chunked\r\n" + b"5\r\nfirst\r\n"
CLOSED = EVENTS % b"" + b"first"
SWITCH = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: x\r\n\r\n"
UPGRADE = (b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n"
           % base64.b64encode(bytes(16)))


def streams(peer):
    """/events and /closed do not end, /socket is a WebSocket, the rest is answered."""
    while request := peer.request():
        answers = {"/events": CHUNKED, "/closed": CLOSED, "/socket": SWITCH}
        peer.send(answers.get(request.target, OK))
        if request.target in answers:
            peer.wait_end()
            return


def open_stream(gateway, kind):
    client = sender(gateway, f"/users/{kind}", UPGRADE if kind == "socket" else b"")
    if kind == "socket":
        assert client.head().start.startswith("HTTP/1.1 101")
    else:
        assert client.answer_head().status == 200
        assert client.chunk() == b"first"
    return client


@pytest.mark.parametrize("kind", ["events", "closed", "socket"])
def test_one_stream_too_many(start, back, kind):
    back.script = streams
    gateway = start(users(back, **ONE, **{"crema.gateway.max-streams": 3}))
    clients = [open_stream(gateway, kind) for _ in range(3)]
    has(gateway, streams=3, connections=0)
    assert gateway.ask("/users/plain").status == 200, "a stream takes no place of a connection"
    late = sender(gateway, f"/users/{kind}", UPGRADE if kind == "socket" else b"")
    body = is_problem(late.answer(), 503, "overload_shed")
    assert (body["rule"], body["limit"], body["service"]) == ("crema.gateway.max-streams", 3, "users")
    assert body["upstream"] == back.authority and back.authority in body["detail"]
    refused = [peer for peer in back.peers if peer.requests and peer.requests[-1].target == f"/{kind}"][-1]
    back.left([refused])
    late.close()
    clients.pop().reset()
    has(gateway, streams=2)
    clients.append(open_stream(gateway, kind))
    for client in clients:
        client.reset()
    is_empty(gateway)


def test_a_stream_lets_the_next_one_go(start, back):
    """Who waits for the only connection has it as soon as the answer turns out to be a stream."""
    back.script = streams
    gateway = start(users(back, **ONE))
    clients = [open_stream(gateway, "events") for _ in range(30)]
    has(gateway, streams=30, connections=0, waiting=0)
    back.renew()
    for client in clients:
        client.close()
    is_empty(gateway)


@pytest.mark.parametrize("answer", [
    EVENTS % b"Content-Length: 10\r\n" + b"first",
    b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-streams\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n",
], ids=["events of a known length", "no events", "almost events"])
def test_what_is_no_stream(start, back, answer):
    def script(peer):
        peer.request()
        peer.send(answer)
        peer.wait_end()

    back.script = script
    gateway = start(users(back))
    client = sender(gateway, "/users/x")
    assert client.answer_head().status == 200
    has(gateway, streams=0, connections=1)
    client.reset()
    is_empty(gateway)


def is_over(gateway, peer):
    """Of a client that sends no more it shows only when something is sent to it."""
    return figures(gateway)["gateway_streams"] == 0 or not peer.send(b"1\r\nx\r\n")


@pytest.mark.parametrize("end", ["origin", "origin resets", "client", "client resets"])
def test_a_stream_ends(start, back, end):
    over = threading.Event()

    def script(peer):
        request = peer.request()
        peer.send({"/events": CHUNKED, "/socket": SWITCH}[request.target])
        if end.startswith("origin"):
            peer.wait(over)
        else:
            peer.wait_end()
        if end == "origin resets":
            peer.reset()

    back.script = script
    gateway = start(users(back))
    for kind in ("events", "socket"):
        over.clear()
        client = open_stream(gateway, kind)
        has(gateway, streams=1)
        over.set()
        if end == "client":
            client.close()
            wait_until(lambda: is_over(gateway, back.peers[-1]), 10, "the gateway to notice")
        elif end == "client resets":
            client.reset()
        client.close()
        has(gateway, streams=0)
    is_empty(gateway)


def test_the_limit_changes_while_streams_are_open(changing, back):
    back.script = streams
    gateway = changing(users(back, **{"crema.gateway.max-streams": 2}))
    clients = [open_stream(gateway, "events") for _ in range(2)]
    gateway.change(**{"crema.gateway.max-streams": 1})
    is_problem(gateway.ask("/users/events"), 503, "overload_shed")
    gateway.change(**{"crema.gateway.max-streams": 3})
    clients.append(open_stream(gateway, "events"))
    has(gateway, streams=3)
    for client in clients:
        client.reset()
    is_empty(gateway)


def test_the_gateways_own_streams_are_not_counted(start, back):
    gateway = start(users(back, **{"crema.gateway.max-streams": 1}))
    clients = [sender(gateway, "/actuator/hystrix.stream") for _ in range(2)]
    assert [client.answer_head().status for client in clients] == [200, 200]
    assert figures(gateway)["gateway_streams"] == 0
    for client in clients:
        client.close()
