"""What leaves at a time: in one system call where the kernel has io_uring and lets us, else by a call each."""
import sys

import pytest
from harness import no_io_uring
from harness.poll import wait_until

from gateway_client import Client
from gateway_origin import answering
from gateway_setup import url_route
from token_load import TokenLoad, token_origin

OFF = {"crema.gateway.io-uring": "false"}
FORBIDDEN = (sys.executable, no_io_uring.__file__)
BEST = "io_uring" if no_io_uring.is_allowed() else "send"
WAYS = {"as the kernel lets it": (BEST, {"crema.gateway.io-uring": "true"}, ()), "switched off": ("send", OFF, ()),
        "forbidden": ("send", {}, FORBIDDEN)}
BODY = bytes(range(256)) * 4000


@pytest.fixture(params=WAYS)
def sending(request, start, back):
    """(a gateway, its origin)"""
    told, settings, wrapper = WAYS[request.param]
    gateway = start({**url_route("up", f"http://{back.authority}"), **settings}, wrapper=wrapper)
    details = gateway.get("/actuator/health").json["components"]["gateway"]["details"]
    assert details["sending"] == told
    return gateway, back


def test_every_answer_is_its_requests(sending):
    gateway, back = sending
    back.script = token_origin
    with TokenLoad(gateway.port, rate=2000, senders=40) as load:
        wait_until(lambda: load.answered > 2000, 20, "the answers")
    assert load.failures == [] and load.answered == load.sent


@pytest.mark.parametrize("body", [b"x", BODY], ids=["small", "large"])
def test_bodies_both_ways(sending, body):
    gateway, back = sending
    back.script = answering(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    client = Client(gateway.port)
    for _ in range(20):
        client.send(b"POST /up/a HTTP/1.1\r\nHost: g\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        assert client.answer().body == body
    client.close()
    assert {request.body for request in back.requests} == {body}


def test_pipelined_answers_keep_their_order(sending):
    gateway, back = sending
    back.script = token_origin
    client = Client(gateway.port)
    client.send(b"".join(b"GET /up/%d HTTP/1.1\r\nHost: g\r\n\r\n" % number for number in range(100)))
    assert [client.answer().body for _ in range(100)] == [b"%d" % number for number in range(100)]
    client.close()
