"""Ten thousand slow senders and slow readers: memory stays bounded, others are served meanwhile, and
everybody gets the answer to his own request (decision G7)."""
import os
import resource

import pytest

from harness.running import preset
from harness.stack import private_kb

from gateway_client import Client, is_problem
from gateway_crowd import DESCRIPTORS, SPARE, process
from gateway_setup import ANY_CONNECTIONS, url_route
from token_load import token_origin

SANITIZED = preset() in ("asan", "tsan")
COUNT = 300 if SANITIZED else min(10000, (DESCRIPTORS - SPARE) // 2)  # two descriptors a request
WORKERS = 2
UNSENT = 16 << 20  # what a worker may keep for those that do not read
SETTINGS = {**ANY_CONNECTIONS, "zuul.semaphore.max-semaphores": 100000, "crema.gateway.workers": WORKERS,
            "crema.gateway.head-ms": 60000, "crema.gateway.body-ms": 60000, "crema.gateway.body-rate": 0,
            "crema.gateway.write-ms": 60000, "zuul.host.socket-timeout-millis": 60000,
            "zuul.host.connect-timeout-millis": 60000,
            "hystrix.command.default.execution.isolation.thread.timeoutInMilliseconds": 60000,
            "crema.gateway.access-log-every": 0}


@pytest.fixture
def crowded(start, back):
    """A gateway with an origin for the crowd, and another one for those who are in no crowd."""
    back.script = token_origin
    with process("origin") as origin:
        gateway = start({**url_route("up", f"http://127.0.0.1:{origin()[1]}"),
                         **url_route("quick", f"http://{back.authority}"), **SETTINGS})
        gateway.client = Client(gateway.port)
        yield gateway
        gateway.client.close()


def octets(gateway):
    return private_kb(gateway.child.pid) * 1024


def is_served(gateway):
    """While none of the crowd can go on: who was there before gets his answer, and so does a newcomer."""
    assert gateway.client.get("/quick/abc").body == gateway.ask("/quick/abc").body == b"abc"


@pytest.mark.parametrize("kind, each", [("heads", 2048), ("bodies", 4096), ("readers", 12288)])
def test_slow_clients(crowded, kind, each):
    """each: octets that one of them may cost, the shared budget for unsent octets apart."""
    is_served(crowded)
    before = octets(crowded)
    with process("clients", crowded.port, COUNT, kind) as ask:
        assert ask() == ["open", str(COUNT)]
        for _ in range(2):
            is_served(crowded)
            assert ask("step") == ["stepped"]
        grown = octets(crowded) - before
        budget = WORKERS * UNSENT if kind == "readers" else 0
        print(f"{COUNT} {kind}: {grown >> 10} KiB, {grown // COUNT} octets each")
        assert SANITIZED or grown < budget + COUNT * each + (1 << 20), grown
        is_served(crowded)
        finished = COUNT if kind != "readers" else (COUNT + 9) // 10
        assert ask("finish") == ["right", str(finished), "wrong", "0", "refused", "0"]
    is_served(crowded)


def test_no_descriptor_is_left(start, back):
    """Who was accepted is told that it is the gateway's want, not the instance's; the others wait; with free
    descriptors everything is as before."""
    back.script = token_origin
    gateway = start({**url_route("up", f"http://{back.authority}"), "crema.gateway.pool-max": 0,
                     "hystrix.command.default.circuitBreaker.enabled": "true"})
    assert gateway.ask("/up/x").status == 200
    pid = gateway.child.pid
    limits = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    clients = [Client(gateway.port) for _ in range(30)]
    for client in clients:
        assert client.get("/up/x").status == 200  # so all of them are accepted
    back.left(list(back.peers))
    in_use = {int(name) for name in os.listdir(f"/proc/{pid}/fd")}
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (min(set(range(1000)) - in_use), limits[1]))
    late = Client(gateway.port)  # in the kernel's queue only
    late.send(b"GET /up/late HTTP/1.1\r\nHost: g\r\n\r\n")
    for number in range(60):  # more than would open a circuit
        body = is_problem(clients[number % 30].get("/up/x"), 503, "overload_shed")
        assert body["rule"] == "ulimit -n" and body["upstream"] == back.authority
    resource.prlimit(pid, resource.RLIMIT_NOFILE, limits)
    assert late.answer().body == b"late"
    for client in clients:
        assert client.get("/up/y").body == b"y"
        client.close()
    late.close()
