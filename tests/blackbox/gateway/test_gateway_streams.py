"""Endless answers through the gateway: the aggregator's turbine.stream, and long polls."""
import json
import threading

from harness.poll import wait_until

from gateway_client import Client
from gateway_origin import OK, answering


def events(client):
    """The events of a stream of server-sent ones, chunk by chunk."""
    kept = b""
    while chunk := client.chunk():
        kept += chunk
        while b"\n" in kept:
            line, kept = kept.split(b"\n", 1)
            if line.startswith(b"data:"):
                yield json.loads(line[5:])


def test_turbine_stream_through_the_gateway(daemon, start, back):
    """The gateway shows the sums of its own circuits, which come from its own stream; a request changes what
    is on its way, and the command's time limit does not end it."""
    registry = daemon("eureka-registry", settings={"spring.cloud.config.enabled": "false"})
    known = {"eureka.client.enabled": "true", "eureka.client.service-url.defaultZone": registry.url("/eureka/")}
    daemon("turbine-aggregator", settings={"spring.cloud.config.enabled": "false", **known})
    back.script = answering(OK)
    gateway = start({**known, "zuul.routes.turbine": "/turbine/**=msa-architecture-turbine-server",
                     "zuul.routes.up": "/up/**=users", "users.ribbon.listOfServers": back.authority,
                     "hystrix.command.default.execution.isolation.thread.timeoutInMilliseconds": 500})
    wait_until(lambda: gateway.ask("/turbine/clusters").status == 200, 20, "the aggregator to be known")
    client = Client(gateway.port, seconds=30)
    client.send(b"GET /turbine/turbine.stream HTTP/1.1\r\nHost: g\r\n\r\n")
    head = client.answer_head()
    assert head.status == 200 and head.framing == "chunked"
    assert head.get("Content-Type") == "text/event-stream;charset=UTF-8"
    metas = 0
    for event in events(client):
        metas += event.get("type") == "meta"
        if event.get("name") == "users" and event.get("rollingCountSuccess", 0) >= 5:
            break
        if metas >= 1 and not back.requests:
            for _ in range(5):
                assert gateway.ask("/up/1").status == 200
    assert metas >= 1 and len(back.requests) == 5
    client.close()


def test_a_long_poll_is_answered_when_there_is_something(start, back):
    """It waits behind the limits of time that hold for answers only where those are set so."""
    there = threading.Event()

    def script(peer):
        while peer.request():
            if peer.wait(there):
                peer.send(OK)

    back.script = script
    gateway = start({"zuul.routes.up": "/up/**=users", "users.ribbon.listOfServers": back.authority,
                     "hystrix.command.users.execution.isolation.thread.timeoutInMilliseconds": 60000})
    client = Client(gateway.port, seconds=30)
    client.send(b"GET /up/poll HTTP/1.1\r\nHost: g\r\n\r\n")
    back.saw(1)
    assert not client.has_input()
    there.set()
    assert client.answer().body == b"ok"
    client.close()
