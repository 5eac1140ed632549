"""Decision D2: an instance that is told to end fails nobody who has another one to go to."""
import http.client
import json
import signal
import socket
import time

import pytest

from harness.load import Load
from harness.poll import wait_until
from harness.steady import Steady

# As the containers are started: one fetch interval and a bit, then what is left of 2.5 s.
SHUTDOWN = {"crema.shutdown.linger-ms": 1200, "crema.shutdown.drain-ms": 1300}
WITHIN = 2.5 + 0.5  # s; the half is for a busy machine

READ = ("GET", "/api/v1/member", None)
WRITE = ("POST", "/api/v1/member", json.dumps({"_id": "m-1", "userName": "kevin"}))


@pytest.fixture
def gateway(daemon, shop):
    return daemon("zuul-gateway", {
        "spring.cloud.config.enabled": "false", "server.address": "127.0.0.1",
        "eureka.client.service-url.defaultZone": shop.registry.url("/eureka/"),
        "zuul.routes.member": "/api/v1/member/**=msa-service-coffee-member",
        "zuul.routes.member.strip-prefix": "false", **SHUTDOWN})


def start_member(shop):
    return shop.start("coffee-member", **SHUTDOWN)


def ports_in(gateway):
    """Which instances the gateway sends requests to, by what the actuator counts."""
    return gateway.get("/actuator/health").json["components"]["gateway"]["details"]["instances"]


def wait_for_instances(gateway, count):
    wait_until(lambda: ports_in(gateway) == str(count + 1), 10, f"{count} members and the gateway itself")


def stop_timed(running):
    began = time.monotonic()
    assert running.stop() == 0
    return time.monotonic() - began


@pytest.mark.parametrize("again", [False, True], ids=["stopped", "restarted"])
def test_one_of_two_is_stopped_under_load_and_no_request_fails(shop, gateway, again):
    members = [start_member(shop), start_member(shop)]
    wait_for_instances(gateway, 2)
    with Steady(gateway.port, [READ, WRITE]) as load:
        wait_until(lambda: load.answered > 300, 20, "the load to flow")
        took = stop_timed(members[0])
        if again:
            members[0].start()
            wait_for_instances(gateway, 2)
        before = load.answered
        wait_until(lambda: load.answered > before + 300, 20, "the load to flow on")
    assert load.failures == [], load.by_status
    assert took < WITHIN


def test_the_only_one_is_stopped_and_callers_are_told_when_to_come_again(shop, gateway):
    member = start_member(shop)
    wait_for_instances(gateway, 1)
    with Steady(gateway.port, [READ, WRITE]) as load:
        wait_until(lambda: load.answered > 300, 20, "the load to flow")
        assert stop_timed(member) < WITHIN
        wait_until(lambda: load.by_status.get(503, 0) > 50, 20, "refusals")
    assert set(load.by_status) == {200, 503}, load.failures[:5]

    def refused():
        """Where refusals were more than half, the circuit is open until its next trial call."""
        answer = gateway.get("/api/v1/member")
        assert answer.status == 503 and int(answer.headers["Retry-After"]) >= 1
        assert answer.headers["Content-Type"].startswith("application/problem+json")
        assert "msa-service-coffee-member" in answer.json["detail"]
        return answer.json["failure"] == "no_instance"
    wait_until(refused, 10, "the reason", every=0.1)


def test_who_comes_while_it_lingers_is_answered_and_asked_to_go(shop):
    member = start_member(shop)
    kept = http.client.HTTPConnection("127.0.0.1", member.port, timeout=5)
    kept.request("GET", "/api/v1/member")
    answer = kept.getresponse()
    assert answer.read() and answer.headers["Connection"] != "close"
    member.signal(signal.SIGTERM)
    wait_until(lambda: "event=registry.left" in member.log, 5, "it to leave the registry")
    fresh = member.get("/api/v1/member")
    assert (fresh.status, fresh.headers["Connection"]) == (200, "close")
    kept.request("GET", "/api/v1/member")
    answer = kept.getresponse()
    assert answer.read() and (answer.status, answer.headers["Connection"]) == (200, "close")
    assert member.child.wait(10) == 0
    assert "registry.forgot" not in member.log, "nobody forgot it: it left"


def test_idle_connections_do_not_hold_up_the_end(shop):
    member = shop.start("coffee-member", **{"crema.shutdown.linger-ms": 0,
                                            "crema.shutdown.drain-ms": 10000})
    idle = [socket.create_connection(("127.0.0.1", member.port), timeout=5) for _ in range(20)]
    for client in idle[:10]:
        client.sendall(b"GET /api/v1/member HTTP/1.1\r\nHost: m\r\n\r\n")
        assert client.recv(65536).startswith(b"HTTP/1.1 200")
    assert stop_timed(member) < 2
    for client in idle:
        client.close()


def test_the_gateway_ends_within_its_time_with_idle_clients(shop, gateway):
    start_member(shop)
    wait_for_instances(gateway, 1)
    request = b"GET /api/v1/member HTTP/1.1\r\nHost: g\r\n\r\n"
    idle = [socket.create_connection(("127.0.0.1", gateway.port), timeout=10) for _ in range(20)]
    for client in idle:
        client.sendall(request)
        assert client.recv(65536).startswith(b"HTTP/1.1 200")
    with Steady(gateway.port, [READ]) as load:
        wait_until(lambda: load.answered > 50, 10, "the load to flow")
        gateway.signal(signal.SIGTERM)
        began = time.monotonic()
        wait_until(lambda: "event=registry.left" in gateway.log, 5, "the gateway to leave")
        before = load.answered
        wait_until(lambda: load.answered > before + 20, 5, "answers while it lingers")
        assert gateway.child.wait(10) == 0
        took = time.monotonic() - began
    assert took < WITHIN
    # Whoever was kept until the close was answered: nothing was cut in the middle.
    assert {status for status in load.by_status if status != 200} <= {"ConnectionRefusedError"}, \
        load.failures[:5]
    for client in idle:
        client.close()


def test_a_registry_that_does_not_answer_costs_no_time_beyond_the_limit(daemon, shop):
    silent = socket.create_server(("127.0.0.1", 0))
    member = daemon("coffee-member", {
        "spring.cloud.config.enabled": "false", "spring.kafka.bootstrap-servers": "127.0.0.1:1",
        "eureka.client.service-url.defaultZone":
            f"http://127.0.0.1:{silent.getsockname()[1]}/eureka/", **SHUTDOWN})
    assert stop_timed(member) < WITHIN
    silent.close()


def test_a_broker_that_died_costs_no_time_beyond_the_limit(shop, tmp_path):
    broker = shop.start_broker()
    order = shop.start("coffee-order", **SHUTDOWN)
    status = shop.start("coffee-status", **SHUTDOWN)
    load = Load(order.port, tmp_path / "load", 200, senders=4)
    load.start()
    wait_until(lambda: len(load.answered()) > 200, 20, "orders", every=0.1)
    broker.kill()
    before = len(load.answered())
    wait_until(lambda: len(load.answered()) > before + 50, 20, "orders without a broker", every=0.1)
    load.stop()
    assert stop_timed(order) < WITHIN
    assert stop_timed(status) < WITHIN
