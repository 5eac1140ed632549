"""Instances of the registry: they are routed to when they come and no longer when they leave."""
from urllib.parse import quote

import pytest

from harness.poll import wait_until
from shell_backend import Backend, Entry, alone, name_of, record


@pytest.fixture
def backends():
    made = [Backend("one"), Backend("two")]
    yield made
    for backend in made:
        backend.stop()


@pytest.fixture
def registry(daemon):
    return daemon("eureka-registry", settings={"spring.cloud.config.enabled": "false",
                                               "server.address": "127.0.0.1"})


@pytest.fixture
def gateway(daemon, registry):
    """gateway(**settings)"""
    def start(settings=None):
        return daemon("zuul-gateway", settings=alone(**{
            "eureka.client.enabled": "true",
            "eureka.client.service-url.defaultZone": registry.url("/eureka/"),
            "spring.application.name": "the-gateway", **(settings or {})}))
    return start


def test_a_configured_service_comes_and_leaves(gateway, registry, backends):
    front = gateway({"zuul.routes.users": "/u/**"})
    missing = front.get("/u/1")
    assert missing.status == 503 and missing.json["failure"] == "no_instance"
    entry = Entry(registry, "users", backends[0].port)
    wait_until(lambda: name_of(front.get("/u/1")) == "one", 2, "the instance")
    entry.leave()
    wait_until(lambda: front.get("/u/1").status == 503, 3, "its absence")


def test_a_discovered_service_has_a_route_while_it_has_instances(gateway, registry, backends):
    front = gateway()
    assert front.get("/orders/1").status == 404
    entry = Entry(registry, "ORDERS", backends[0].port)
    wait_until(lambda: front.get("/orders/1").status == 200, 3, "the automatic route")
    assert front.get("/orders/1").json["path"] == "/1"
    assert front.get("/routes").json == {"/orders/**": "orders"}
    entry.leave()
    wait_until(lambda: front.get("/orders/1").status == 404, 3, "the end of the route")


def test_round_robin_over_the_instances(gateway, registry, backends):
    # What is asked before both are known fails, and would open the circuit later.
    front = gateway({"zuul.routes.users": "/u/**", "crema.gateway.workers": 1,
                     "hystrix.command.users.circuitBreaker.enabled": "false"})
    entries = [Entry(registry, "users", backend.port) for backend in backends]
    wait_until(lambda: {name_of(front.get("/u/1")) for _ in range(2)} == {"one", "two"}, 3, "both")
    names = [name_of(front.get("/u/1")) for _ in range(20)]
    assert names == ["one", "two"] * 10 or names == ["two", "one"] * 10, names
    entries[0].leave()
    wait_until(lambda: {name_of(front.get("/u/1")) for _ in range(4)} == {"two"}, 3, "the departure")


def test_an_instance_that_is_down(gateway, registry, backends):
    front = gateway({"zuul.routes.users": "/u/**"})
    entry = Entry(registry, "users", backends[0].port)
    wait_until(lambda: front.get("/u/1").status == 200, 3, "the instance")
    entry.set_status("DOWN")
    wait_until(lambda: front.get("/u/1").status == 503, 3, "its pause")
    entry.set_status("UP")
    wait_until(lambda: front.get("/u/1").status == 200, 3, "its return")


def test_ignored_services_and_the_gateway_itself(gateway, registry, backends):
    front = gateway({"zuul.ignored-services": "inner-*"})
    Entry(registry, "inner-a", backends[0].port)
    Entry(registry, "outer", backends[0].port)
    wait_until(lambda: front.get("/outer/1").status == 200, 3, "the one that is not ignored")
    assert front.get("/inner-a/1").status == 404
    wait_until(lambda: "THE-GATEWAY" in registry.get(
        "/eureka/apps", headers={"Accept": "application/json"}).text, 5, "the gateway's own entry")
    assert list(front.get("/routes").json) == ["/outer/**"]


def test_a_configured_list_stands_for_the_registry(gateway, registry, backends):
    front = gateway({"zuul.routes.users": "/u/**",
                     "users.ribbon.listOfServers": f"127.0.0.1:{backends[1].port}"})
    Entry(registry, "users", backends[0].port)
    Entry(registry, "other", backends[0].port)
    wait_until(lambda: front.get("/other/1").status == 200, 3, "a fetch")
    assert {name_of(front.get("/u/1")) for _ in range(4)} == {"two"}


def test_a_virtual_name(gateway, registry, backends):
    front = gateway({"zuul.routes.people": "/p/**=Virtual-Users"})
    Entry(registry, "users", backends[0].port, vip="virtual-users")
    wait_until(lambda: front.get("/p/1").status == 200, 3, "the virtual name")


def test_names_that_no_path_carries_disturb_nobody(gateway, registry, backends):
    front = gateway()
    port = backends[0].port
    for name in ("a b", "x{y", "st*r", "q?r", "p%25q", "\u00fc", "a" * 250):
        answer = registry.post(f"/eureka/apps/{quote(name.upper(), safe='')}",
                               json=record(name, port))
        assert answer.status == 204, name
    for name in ("under_score", "dotted.name"):
        Entry(registry, name, port)
    wait_until(lambda: front.get("/dotted.name/1").status == 200, 3, "the last one")
    assert front.get("/under_score/1").status == 200
    assert set(front.get("/routes").json) == {"/under_score/**", "/dotted.name/**"}


def test_the_registry_may_go(gateway, registry, backends):
    front = gateway({"zuul.routes.users": "/u/**"})
    Entry(registry, "users", backends[0].port)
    wait_until(lambda: front.get("/u/1").status == 200, 3, "the instance")
    registry.kill()
    wait_until(lambda: front.get("/actuator/health").json["components"]["eureka"]["details"].get(
        "problem"), 5, "the trouble to be noticed")
    assert front.get("/u/1").status == 200
    assert front.get("/actuator/health").status == 200


def test_started_before_the_registry(daemon, backends, tmp_path):
    probe = daemon("eureka-registry", settings={"spring.cloud.config.enabled": "false"})
    probe.stop()
    front = daemon("zuul-gateway", settings=alone(**{
        "eureka.client.enabled": "true", "zuul.routes.users": "/u/**",
        "eureka.client.service-url.defaultZone": f"http://127.0.0.1:{probe.port}/eureka/"}))
    assert front.get("/u/1").status == 503
    registry = daemon("eureka-registry", settings={"spring.cloud.config.enabled": "false",
                                                   "server.port": probe.port})
    Entry(registry, "users", backends[0].port)
    wait_until(lambda: front.get("/u/1").status == 200, 5, "the instance")


def test_a_registry_without_memory_takes_nothing_away(daemon, gateway, registry, backends):
    front = gateway({"zuul.routes.users": "/u/**"})
    entry = Entry(registry, "users", backends[0].port, lease=6)
    wait_until(lambda: front.get("/u/1").status == 200, 3, "the instance")
    own = "/eureka/apps/THE-GATEWAY"
    wait_until(lambda: registry.get(own).status == 200, 5, "the gateway's own entry")
    registry.kill()
    statuses = [front.get("/u/1").status for _ in range(50)]
    again = daemon("eureka-registry", settings={"spring.cloud.config.enabled": "false",
                                                "server.port": registry.port})
    wait_until(lambda: statuses.append(front.get("/u/1").status)
               or "event=registry.forgot" in front.log, 20, "the empty answer", every=0)
    assert again.get("/eureka/apps/USERS").status == 404
    assert set(statuses) == {200}
    details = front.get("/actuator/health").json["components"]["eureka"]["details"]
    assert details["forgotten"].startswith("1 ") or details["forgotten"].startswith("2 ")
    # The gateway is in the list again without waiting for its next renewal; the instance is not, and
    # goes when its lease would have ended.
    wait_until(lambda: again.get(own).status == 200, 2, "the gateway to register again")
    wait_until(lambda: front.get("/u/1").status == 503, 10, "the end of the lease")
    entry.registry = again
    entry.set_status("UP")
    wait_until(lambda: front.get("/u/1").status == 200, 3, "the instance, registered again")
    entry.leave()
    wait_until(lambda: front.get("/u/1").status == 503, 3, "its departure, which is believed")
