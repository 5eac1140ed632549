"""How soon the gateway knows: any of our daemons that ends, any instance that comes."""
import http.client
import signal
import statistics
import time

import pytest

from harness import http as ask
from harness.daemons import BY_NAME
from harness.poll import wait_until
from harness.steady import Steady
from played_registry import record

LIMIT = 0.100  # s, by the median: other work on the machine may delay any single one
ROUNDS = 5
ENDING = ("turbine-aggregator", "hystrix-dashboard", "coffee-order", "coffee-member", "coffee-status")


@pytest.fixture
def registry(daemon):
    return daemon("eureka-registry", settings={"spring.cloud.config.enabled": "false"})


@pytest.fixture
def front(client, registry):
    made = client(registry.url("/eureka/"), {"logging.level.registry.client": "info"})
    wait_until(lambda: made.source == "told as they change", 5, "the stream")
    return made


@pytest.fixture
def start(daemon, registry):
    """start("coffee-order", {more settings}): registered, alone but for the registry."""
    def start_daemon(name, settings=None):
        given = {"spring.cloud.config.enabled": "false", "server.address": "127.0.0.1",
                 "eureka.client.service-url.defaultZone": registry.url("/eureka/"),
                 "spring.application.name": BY_NAME[name].application,
                 "spring.kafka.bootstrap-servers": "127.0.0.1:1", **(settings or {})}
        return daemon(name, settings=given)
    return start_daemon


class Watching:
    """Asks the gateway for its routes on one connection, as fast as it answers."""

    def __init__(self, front):
        self.connection = http.client.HTTPConnection("127.0.0.1", front.running.port, timeout=5)

    def routes(self):
        self.connection.request("GET", "/routes")
        return self.connection.getresponse().read().decode()

    def until(self, condition, what):
        wait_until(lambda: condition(self.routes()), 5, what, every=0)
        return time.monotonic()


@pytest.mark.parametrize("name", ENDING)
def test_who_ends_is_gone_within_100_ms(front, start, name):
    application, taken = BY_NAME[name].application, []
    view = Watching(front)
    running = start(name)
    for number in range(ROUNDS):
        if number:
            running.start()
        view.until(lambda routes: application in routes, f"{name} to be known")
        began = time.monotonic()
        running.signal(signal.SIGTERM)
        taken.append(view.until(lambda routes: application not in routes, f"{name} to be gone") - began)
        assert running.child.wait(10) == 0
    assert statistics.median(taken) <= LIMIT, taken


def test_who_registers_takes_traffic_within_100_ms(front, registry, backends):
    connection = http.client.HTTPConnection("127.0.0.1", front.running.port, timeout=5)
    taken = []

    def answered(path):
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.read() and answer.status == 200

    for number in range(4 * ROUNDS):
        name = f"users{number}"
        body = {"instance": record(name, backends[0].port)}
        began = time.monotonic()
        assert ask.post(registry.url(f"/eureka/apps/{name.upper()}"), json=body).status == 204
        wait_until(lambda: answered(f"/{name}/x"), 5, f"{name} to answer", every=0)
        taken.append(time.monotonic() - began)
    assert statistics.median(taken) <= LIMIT, taken


def test_none_fails_while_one_of_two_ends_with_little_patience(front, start):
    """The linger that the stream makes enough: before it, an instance had to wait for the next look."""
    short = {"crema.shutdown.linger-ms": 150, "crema.shutdown.drain-ms": 1300}
    name = "coffee-member"
    path = f"/{BY_NAME[name].application}/api/v1/member"
    members = [start(name, short), start(name, short)]
    instances = "components", "gateway", "details", "instances"

    def count():
        found = front.running.get("/actuator/health").json
        for key in instances:
            found = found[key]
        return int(found)

    wait_until(lambda: count() == 3, 5, "both members and the gateway")
    with Steady(front.running.port, [("GET", path, None)]) as load:
        for number in range(4):
            before = load.answered
            wait_until(lambda: load.answered > before + 100, 20, "the load to flow")
            assert members[number % 2].stop() == 0
            before = load.answered
            wait_until(lambda: load.answered > before + 100, 20, "the load to flow on")
            members[number % 2].start()
            wait_until(lambda: count() == 3, 5, "both again")
    assert load.failures == [], load.by_status
