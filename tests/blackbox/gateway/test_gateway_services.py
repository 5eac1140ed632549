"""Routes to services: the registry's instances in turn, automatic routes, dead instances
(gateway.md T014-T018, T107, T109, T126)."""
import pytest

from harness import http
from harness.poll import Late, wait_until

from gateway_client import Client, is_problem
from gateway_origin import Origin, answer_all

SECONDS = 10  # in which a change in the registry must have reached the gateway


class Fleet:
    """A registry and instances, each an origin that says its name."""

    def __init__(self, registry):
        self.registry = registry
        self.origins = []

    def origin(self):
        origin = Origin()
        origin.script = lambda peer: answer_all(
            peer, b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Port: %d\r\n\r\n" % origin.port)
        self.origins.append(origin)
        return origin

    def register(self, service, port, status="UP"):
        record = {"instance": {
            "instanceId": f"{service}:{port}", "hostName": "127.0.0.1", "ipAddr": "127.0.0.1", "status": status,
            "app": service.upper(), "vipAddress": service, "port": {"$": port, "@enabled": "true"},
            "securePort": {"$": 443, "@enabled": "false"},
            "dataCenterInfo": {"@class": "com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo", "name": "MyOwn"},
            "leaseInfo": {"renewalIntervalInSecs": 30, "durationInSecs": 300}}}
        assert self.registry.post(f"/eureka/apps/{service.upper()}", json=record).status == 204

    def add(self, service):
        origin = self.origin()
        self.register(service, origin.port)
        return origin

    def leave(self, service, port):
        assert self.registry.delete(f"/eureka/apps/{service.upper()}/{service}:{port}").status == 200


@pytest.fixture
def fleet(daemon):
    made = Fleet(daemon("eureka-registry", settings={"spring.cloud.config.enabled": "false"}))
    yield made
    for origin in made.origins:
        origin.reset()
        origin.stop()


@pytest.fixture
def route(start, fleet):
    """route({settings}) starts a gateway that asks the fleet's registry."""
    def make(settings=None):
        return start({"eureka.client.enabled": "true",
                      "eureka.client.service-url.defaultZone": fleet.registry.url("/eureka/"), **(settings or {})})
    return make


def reaches(gateway, target, origins):
    """Waits until requests reach exactly these origins: each worker has a turn of its own."""
    wanted = {(200, str(origin.port)) for origin in origins}
    seen = set()

    def reached():
        seen.clear()
        for _ in range(8 + 4 * len(wanted)):
            answer = gateway.ask(target)
            seen.add((answer.status, answer.get("X-Port")))
        return seen == wanted
    try:
        wait_until(reached, SECONDS, f"{target} to reach {sorted(wanted)}")
    except Late as late:
        raise AssertionError(f"{late}; it reached {seen}") from None


def test_T107_round_robin(route, fleet):
    gateway = route({"zuul.routes.users": "/u/**", "crema.gateway.workers": 1})
    three = [fleet.add("users") for _ in range(3)]
    reaches(gateway, "/u/1", three)
    client = Client(gateway.port)
    ports = [client.get("/u/1").get("X-Port") for _ in range(30)]
    client.close()
    assert ports[:3] * 10 == ports and len(set(ports)) == 3
    request = three[0].requests[-1]
    assert request.target == "/1" and request.get("Host") == three[0].authority
    assert request.get("X-Forwarded-Prefix") == "/u"


@pytest.mark.parametrize("settings", [
    {"zuul.routes.users": "/u/**"},
    {"zuul.routes.users.path": "/u/**"},
    {"zuul.routes.any.path": "/u/**", "zuul.routes.any.service-id": "users"},
    {"zuul.routes.any.path": "/u/**", "zuul.routes.any.serviceId": "USERS"},
    {"zuul.routes[0]": "/u/**=users"},
], ids=["text", "path", "service-id", "serviceId", "list"])
def test_1_2_the_forms_of_a_route(route, fleet, settings):
    gateway = route(settings)
    reaches(gateway, "/u/1", [fleet.add("users")])


def test_both_editions(route, fleet):
    """The book's stripped routes and the additional edition's whole paths, side by side."""
    gateway = route({
        "zuul.routes.coffeeOrder.path": "/coffeeOrder/**",
        "zuul.routes.coffeeOrder.serviceId": "msa-service-coffee-order",
        "zuul.routes.order.path": "/api/v1/order/**",
        "zuul.routes.order.serviceId": "msa-service-coffee-order",
        "zuul.routes.order.strip-prefix": "false"})
    origin = fleet.add("msa-service-coffee-order")
    reaches(gateway, "/coffeeOrder/coffeeOrder", [origin])
    gateway.ask("/api/v1/order/7?page=1")
    gateway.ask("/msa-service-coffee-order/x")
    assert [request.target for request in origin.requests[-3:]] == ["/coffeeOrder", "/api/v1/order/7?page=1", "/x"]


def test_T015_T017_a_new_service_has_a_route(route, fleet):
    gateway = route({"zuul.routes.users": "/myusers/**"})
    is_problem(gateway.ask("/orders/1"), 404, "no_route")
    orders, users = fleet.add("orders"), fleet.add("users")
    reaches(gateway, "/orders/1", [orders])
    assert orders.requests[-1].target == "/1" and orders.requests[-1].get("X-Forwarded-Prefix") == "/orders"
    reaches(gateway, "/myusers/1", [users])
    reaches(gateway, "/users/1", [users])


def test_T014_ignored_services(route, fleet):
    gateway = route({"zuul.routes.users": "/users/**", "zuul.ignored-services": "*"})
    users = fleet.add("users")
    fleet.add("orders")
    reaches(gateway, "/users/1", [users])
    is_problem(gateway.ask("/orders/1"), 404, "no_route")


def test_T018_the_last_instance_leaves(route, fleet):
    gateway = route({"zuul.routes.users": "/u/**"})
    origin = fleet.add("users")
    reaches(gateway, "/u/1", [origin])
    reaches(gateway, "/users/1", [origin])
    fleet.leave("users", origin.port)
    wait_until(lambda: gateway.ask("/users/1").status == 404, SECONDS, "the automatic route to go")
    answer = gateway.ask("/u/1")
    assert is_problem(answer, 503, "no_instance")["service"] == "users"
    assert int(answer.get("Retry-After")) >= 1


def test_a_service_that_never_was(route):
    gateway = route({"zuul.routes.ghost": "/g/**"})
    is_problem(gateway.ask("/g/1"), 503, "no_instance")


def test_T126_only_instances_that_are_up(route, fleet):
    gateway = route({"zuul.routes.users": "/u/**"})
    two = [fleet.add("users") for _ in range(2)]
    fleet.register("users", fleet.origin().port, "OUT_OF_SERVICE")
    reaches(gateway, "/u/1", two)
    fleet.register("users", two[0].port, "DOWN")
    reaches(gateway, "/u/1", two[1:])
    fleet.register("users", two[0].port, "UP")
    reaches(gateway, "/u/1", two)
    assert fleet.origins[2].octets == b""


def test_T125_the_registry_goes_away(route, fleet):
    gateway = route({"zuul.routes.users": "/u/**"})
    origin = fleet.add("users")
    reaches(gateway, "/u/1", [origin])
    fleet.registry.kill()
    for _ in range(20):
        assert gateway.ask("/u/1").status == 200
    assert http.get(gateway.url("/actuator/health/liveness")).status == 200


def test_T109_a_dead_instance(route, fleet):
    """Its requests end as 502 that name it; the others go on, and the connection too."""
    gateway = route({"zuul.routes.users": "/u/**"})
    live, dead = fleet.add("users"), fleet.add("users")
    reaches(gateway, "/u/1", [live, dead])
    dead.renew()
    dead.stop()
    client = Client(gateway.port)
    answers = [client.get("/u/1") for _ in range(10)]
    client.close()
    good = [answer for answer in answers if answer.status == 200]
    assert good and all(answer.get("X-Port") == str(live.port) for answer in good)
    for answer in answers:
        if answer.status != 200:
            body = is_problem(answer, 502, "upstream_connect_refused")
            assert body["upstream"] == dead.authority and body["service"] == "users"


def test_ribbon_list_of_servers(start, back):
    gateway = start({"zuul.routes.users": "/u/**", "users.ribbon.listOfServers": back.authority})
    assert gateway.ask("/u/1").status == 200 and back.requests[0].target == "/1"


def test_internal_paths_of_services_are_not_for_outside(route, fleet):
    gateway = route()
    users = fleet.add("users")
    reaches(gateway, "/users/1", [users])
    for path in ("/users/internal/events", "/users/actuator/env", "/users/%69nternal/x", "/users//internal/x"):
        is_problem(gateway.ask(path), 404, "no_route")
    assert gateway.ask("/users/actuator/health").status == 200
