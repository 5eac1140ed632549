"""The admin side on the data port: actuator, routes, streams, figures, access log."""
import socket

import pytest

from harness.poll import wait_until
from shell_backend import Backend, alone


@pytest.fixture
def backend():
    made = Backend()
    yield made
    made.stop()


@pytest.fixture
def gateway(daemon, backend):
    return daemon("zuul-gateway", settings=alone(**{
        "zuul.routes.up.url": backend.url,
        "zuul.routes.users": "/u/**",
        "zuul.routes.users2.path": "/u2/**",
        "zuul.routes.users2.service-id": "users",
        "zuul.routes.users2.strip-prefix": "false",
        "zuul.routes.users2.sensitive-headers": "X-A,Cookie",
        "zuul.routes.info.path": "/info/more/**",
        "zuul.routes.info.url": backend.url,
        "users.ribbon.listOfServers": f"127.0.0.1:{backend.port}"}))


@pytest.mark.parametrize("path", ["/actuator", "/actuator/health", "/actuator/health/readiness",
                                  "/actuator/info", "/actuator/env", "/actuator/metrics",
                                  "/actuator/loggers", "/actuator/mappings", "/health", "/info",
                                  "/env", "/metrics", "/routes", "/filters"])
def test_pages(gateway, path):
    answer = gateway.get(path)
    assert answer.status == 200 and answer.json is not None


def test_errors_of_the_admin_side_are_its_own(gateway):
    assert gateway.get("/actuator/nothing").status == 404
    refused = gateway.delete("/actuator/health")
    assert refused.status == 405 and "GET" in refused.headers["Allow"]
    assert gateway.get("/info/more/x").json["path"] == "/x"  # only "/info" itself is the gateway's


def test_routes(gateway, backend):
    short = {"/up/**": backend.url, "/u/**": "users", "/u2/**": "users", "/info/more/**": backend.url}
    for path in ("/actuator/routes", "/routes", "/actuator/routes/other"):
        assert gateway.get(path).json == short
    assert list(gateway.get("/routes").json) == list(short)  # in their order
    assert gateway.post("/actuator/routes").json == short


def test_route_details(gateway, backend):
    for path in ("/actuator/routes/details", "/actuator/routes?format=details", "/routes/details"):
        details = gateway.get(path).json
        assert details["/up/**"] == {
            "id": "up", "fullPath": "/up/**", "location": backend.url, "path": "/**", "prefix": "/up",
            "retryable": False, "customSensitiveHeaders": False, "prefixStripped": True}
        assert details["/u2/**"] == {
            "id": "users2", "fullPath": "/u2/**", "location": "users", "path": "/u2/**",
            "retryable": False, "sensitiveHeaders": ["cookie", "x-a"], "customSensitiveHeaders": True,
            "prefixStripped": False}


def test_filters(gateway):
    filters = gateway.get("/actuator/filters").json
    assert list(filters) == ["error", "post", "pre", "route"]
    assert {"class", "order", "disabled", "static"} == set(filters["pre"][0])


def test_health_tells_what_is_missing(gateway, daemon):
    details = gateway.get("/actuator/health/gateway").json["details"]
    assert details["routes"] == "4" and "withoutInstance" not in details
    lonely = daemon("zuul-gateway", settings=alone(**{"zuul.routes.users": "/u/**"}))
    answer = lonely.get("/actuator/health/gateway")
    assert answer.status == 200 and "'users'" in answer.json["details"]["withoutInstance"]
    assert lonely.get("/u/1").status == 503


def figure(gateway, start):
    for line in gateway.get("/actuator/prometheus").text.splitlines():
        if line.startswith(start):
            return float(line.rsplit(" ", 1)[1])
    return None


def test_figures(gateway):
    for _ in range(3):
        assert gateway.get("/up/x").status == 200
    assert gateway.get("/nowhere").status == 404
    assert figure(gateway, 'gateway_route_requests_total{route="up",outcome="2xx"}') == 3
    assert figure(gateway, 'gateway_route_duration_seconds_count{route="up"}') == 3
    assert figure(gateway, 'gateway_route_duration_seconds_bucket{route="up",le="+Inf"}') == 3
    assert figure(gateway, 'gateway_route_duration_seconds_sum{route="up"}') > 0
    assert figure(gateway, 'gateway_instance_requests_total{service="up",instance="up",outcome="2xx"}') == 3
    assert figure(gateway, 'gateway_instance_wait_seconds_count{service="up",instance="up"}') == 3
    assert figure(gateway, 'gateway_failures_total{reason="no_route"}') == 1
    assert figure(gateway, "gateway_routes ") == 4
    assert figure(gateway, "gateway_requests_total") >= 4
    wait_until(lambda: figure(gateway, 'hystrix_execution_total{group="RibbonCommand",key="up",'
                                       'event="success"') == 3, 5, "the command's figures")


def test_access_log(gateway):
    gateway.get('/up/a%22b', headers={"X-Request-Id": "id-4711"})
    gateway.get("/nowhere")
    line = wait_until(lambda: next((line for line in gateway.log.splitlines()
                                    if "id=id-4711" in line), None), 5, "the line")
    for part in ("event=request", "method=GET", "path=/up/a%22b", "status=200", "route=up",
                 "peer=127.0.0.1"):
        assert part in line, line
    wait_until(lambda: "end=no_route" in gateway.log, 5, "the failure")


def test_access_log_off_and_sampled(daemon):
    silent = daemon("zuul-gateway", settings=alone(**{"crema.gateway.access-log-every": 0}))
    level = daemon("zuul-gateway", settings=alone(**{"logging.level.gateway.access": "off"}))
    for gateway in (silent, level):
        for _ in range(5):
            assert gateway.get("/nowhere").status == 404
        gateway.stop()
        assert "event=request" not in gateway.log


def test_hystrix_stream_over_the_data_port(gateway):
    gateway.get("/u/1")
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=5) as stream:
        stream.sendall(b"GET /hystrix.stream HTTP/1.1\r\nHost: g\r\n\r\n")
        seen = b""
        while b'"name":"users"' not in seen or b'"name":"up"' not in seen:
            seen += stream.recv(65536)
        assert b"200 OK" in seen and b"text/event-stream" in seen
        assert b'"group":"RibbonCommand"' in seen
        assert b'"propertyValue_executionIsolationThreadTimeoutInMilliseconds":4000' in seen
        assert b'"propertyValue_executionIsolationSemaphoreMaxConcurrentRequests":100' in seen


def test_log_level_is_set_live(gateway):
    answer = gateway.post("/actuator/loggers/gateway.access", json={"configuredLevel": "OFF"})
    assert answer.status == 204 or answer.status == 200
    assert gateway.get("/actuator/loggers/gateway.access").json["effectiveLevel"] == "OFF"


def test_other_admin_paths(daemon, backend):
    gateway = daemon("zuul-gateway", settings=alone(**{
        "crema.gateway.admin-paths": "/actuator/health/**", "zuul.routes.all.path": "/**",
        "zuul.routes.all.url": backend.url}))
    assert gateway.get("/actuator/health").json["status"] == "UP"
    assert gateway.get("/health").json["name"] == "backend"


def test_forward_leads_to_the_admin_side(daemon):
    gateway = daemon("zuul-gateway", settings=alone(**{"zuul.routes.me": "/me/**=forward:/actuator"}))
    assert gateway.get("/me/health").json["status"] == "UP"
