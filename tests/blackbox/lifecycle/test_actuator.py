"""The actuator's endpoints, in Boot 2's and Boot 1's form."""
import socket

import pytest

from harness.poll import wait_until

NAME = "example-daemon"


@pytest.fixture(name="one")
def _one(daemon):
    return daemon(NAME, {"example.password": "sesame", "info.app.name": "Shop",
                         "info.app.owner.mail": "a@b", "info.zone": "z"})


def test_index(one):
    answer = one.get("/actuator")
    links = answer.json["_links"]
    assert links["health"] == {"href": one.url("/actuator/health"), "templated": False}
    assert links["metrics-path"]["templated"] is True
    assert {"self", "env", "info", "loggers", "mappings", "prometheus", "refresh",
            "hystrix.stream"} <= set(links)
    for name, link in links.items():
        if not link["templated"] and name not in ("refresh", "hystrix.stream"):
            assert one.get(link["href"].removeprefix(one.url())).status == 200, name


@pytest.mark.parametrize("accept, sent", [
    (None, "application/vnd.spring-boot.actuator.v3+json"),
    ("*/*", "application/vnd.spring-boot.actuator.v3+json"),
    ("application/vnd.spring-boot.actuator.v2+json, application/json",
     "application/vnd.spring-boot.actuator.v2+json"),
    ("application/json", "application/json"),
])
def test_media_type(one, accept, sent):
    answer = one.get("/actuator/health", headers={"Accept": accept} if accept else {})
    assert answer.headers["Content-Type"] == sent


def test_health(one):
    answer = one.get("/actuator/health")
    assert answer.status == 200
    body = answer.json
    assert body["status"] == "UP" and body["groups"] == ["liveness", "readiness"]
    parts = body["components"]
    assert parts["part"] == {"status": "UP", "details": {"answer": "42 \"quoted\""}}
    assert parts["diskSpace"]["details"]["free"] > 0
    assert parts["hystrix"] == {"status": "CIRCUIT_OPEN",
                                "details": {"openCircuitBreakers": ["Example::Ask"]}}
    assert one.get("/actuator/health/part").json["status"] == "UP"
    assert one.get("/actuator/health/nobody").status == 404


def test_health_down_is_503(one):
    one.post("/part/DOWN")
    assert (one.get("/actuator/health").status, one.get("/health").status) == (503, 503)
    one.post("/part/UNKNOWN")
    assert one.get("/actuator/health").json["status"] == "UP"


def test_health_boot1_is_flat(one):
    body = one.get("/health").json
    assert body["part"] == {"status": "UP", "answer": "42 \"quoted\""}
    assert body["diskSpace"]["total"] > 0


def test_health_details_may_be_hidden(daemon):
    one = daemon(NAME, {"management.endpoint.health.show-details": "never"})
    assert one.get("/actuator/health").json == {"status": "UP",
                                                "groups": ["liveness", "readiness"]}
    assert one.get("/health").json == {"status": "UP"}
    assert one.get("/actuator/health/part").status == 404


def test_info(one):
    body = one.get("/actuator/info").json
    assert body["app"] == {"name": "Shop", "owner": {"mail": "a@b"}} and body["zone"] == "z"
    assert body["build"] == {"artifact": NAME, "name": "example", "version": "1.2.3"}
    assert body["process"]["pid"] == one.child.pid


def test_own_route_wins_over_an_alias(one):
    assert one.get("/info").text == "mine"


def test_env_masks_secrets(one):
    answer = one.get("/actuator/env")
    sources = {s["name"]: s["properties"] for s in answer.json["propertySources"]}
    assert sources["commandLineArgs"]["server.port"]["value"] == "0"
    assert sources["commandLineArgs"]["example.password"]["value"] == "******"
    assert b"sesame" not in answer.body
    assert one.get("/actuator/env/server.port").json["property"]["value"] == "0"
    assert one.get("/actuator/env/no.such").status == 404
    assert b"sesame" not in one.get("/env").body
    assert one.get("/env").json["commandLineArgs"]["server.port"] == "0"


def test_metrics(one):
    one.get("/hello")

    def all_names():
        return one.get("/actuator/metrics").json["names"]
    wait_until(lambda: "http.server.requests" in all_names(), 5, "the request to be counted")
    names = all_names()
    assert {"http.server.requests", "process.uptime", "process.private.memory",
            "hystrix.circuit.breaker.open", "logback.events"} <= set(names)
    assert names == sorted(set(names))
    wait_until(lambda: one.get("/actuator/metrics/http.server.requests?tag=uri:/hello").status == 200,
               5, "the request to be counted")
    body = one.get("/actuator/metrics/http.server.requests?tag=uri:/hello").json
    figures = {m["statistic"]: m["value"] for m in body["measurements"]}
    assert figures["COUNT"] == 1 and figures["TOTAL_TIME"] > 0
    assert {"tag": "status", "values": ["200"]} in body["availableTags"]
    assert one.get("/actuator/metrics/http.server.requests?tag=uri:/nowhere").status == 404
    assert one.get("/actuator/metrics/no.such").status == 404


def test_metrics_boot1_are_flat(one):
    body = one.get("/metrics").json
    assert body["process.private.memory"] > 0
    assert body["hystrix.circuit.breaker.open.Example.Ask"] == 1


def test_prometheus(one):
    answer = one.get("/actuator/prometheus")
    assert answer.headers["Content-Type"] == "text/plain;version=0.0.4;charset=utf-8"
    assert 'hystrix_circuit_breaker_open{group="Example",key="Ask"} 1\n' in answer.text
    assert 'logback_events_total{level="info"} ' in answer.text
    assert one.get("/prometheus").status == 200
    open_text = one.get("/actuator/prometheus",
                        headers={"Accept": "application/openmetrics-text;version=1.0.0"})
    assert open_text.headers["Content-Type"].startswith("application/openmetrics-text")
    assert open_text.text.endswith("# EOF\n")


def test_every_prometheus_line_is_well_formed(one):
    families, samples = [], 0
    for line in one.get("/actuator/prometheus").text.splitlines():
        if line.startswith("# TYPE"):
            families.append(line.split()[2])
        elif not line.startswith("#"):
            samples += 1
            name, value = line.split("{")[0].split(" ")[0], line.rsplit(" ", 1)[1]
            assert name.startswith(families[-1]), line
            float(value)
    assert len(families) == len(set(families)) > 10 and samples > 50


def test_loggers_live(one):
    assert "chat.debug" not in one.log
    one.post("/log")
    assert one.get("/actuator/loggers/example.chatty").json == {"effectiveLevel": "INFO"}
    changed = one.post("/actuator/loggers/example", json={"configuredLevel": "DEBUG"})
    assert (changed.status, changed.body) == (204, b"")
    assert one.get("/actuator/loggers/example.chatty").json == {"effectiveLevel": "DEBUG"}
    one.post("/log")
    wait_until(lambda: one.log.count("event=chat.debug") == 1, 5, "the debug line")
    assert one.post("/loggers/example", json={"configuredLevel": None}).status == 204
    assert one.get("/loggers/example.chatty").json == {"effectiveLevel": "INFO"}


@pytest.mark.parametrize("body", ["", "{", "[]", '{"configuredLevel":"LOUD"}',
                                  '{"configuredLevel":7}', '"DEBUG"'])
def test_loggers_bad_bodies(one, body):
    answer = one.post("/actuator/loggers/example", body=body)
    assert answer.status == 400
    assert answer.headers["Content-Type"].startswith("application/problem+json")


def test_loggers_large_body_and_unknown_name(one):
    assert one.post("/actuator/loggers/example", body="x" * 5000).status == 413
    assert one.get("/actuator/loggers/no.such").status == 404


def test_mappings(one):
    rows = one.get("/actuator/mappings").json["contexts"]["example"]["mappings"][
        "dispatcherServlets"]["dispatcherServlet"]
    predicates = [row["predicate"] for row in rows]
    assert "{GET [/hello]}" in predicates and "{POST [/part/{status}]}" in predicates
    assert predicates.count("{GET [/info]}") == 1
    assert "{[/hello],methods=[GET]}" in one.get("/mappings").json


def test_unknown_paths_and_methods(one):
    missing = one.get("/no/such")
    assert missing.status == 404
    assert missing.headers["Content-Type"].startswith("application/problem+json")
    assert missing.json["path"] == "/no/such" and missing.json["status"] == 404
    wrong = one.delete("/actuator/refresh")
    assert wrong.status == 405
    assert wrong.headers["Allow"] == "POST, OPTIONS"
    assert one.get("/actuator/refresh").status == 405


class Stream:
    """A reader of hystrix.stream over a bare socket."""

    def __init__(self, one, path="/actuator/hystrix.stream"):
        self.socket = socket.create_connection(("127.0.0.1", one.port), timeout=5)
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        self.text = ""

    def read_until(self, part):
        while part not in self.text:
            data = self.socket.recv(65536)
            if not data:
                break
            self.text += data.decode()
        return self.text

    def close(self):
        self.socket.close()


def test_hystrix_stream(one):
    stream = Stream(one)
    text = stream.read_until('"name":"Ask"')
    head, _, body = text.partition("\r\n\r\n")
    assert head.startswith("HTTP/1.1 200")
    assert "text/event-stream;charset=UTF-8" in head and "Pragma: no-cache" in head
    assert "no-store" in head
    assert "ping: \n\n" in body and 'data: {"type":"HystrixCommand","name":"Ask"' in body
    stream.close()


def test_hystrix_stream_has_five_places(one):
    streams = [Stream(one, "/hystrix.stream") for _ in range(5)]
    for stream in streams:
        stream.read_until("ping: ")
    refused = one.get("/hystrix.stream")
    assert (refused.status, refused.text) == (503, "MaxConcurrentConnections reached: 5")
    streams[0].close()
    again = wait_until(lambda: next_reader(one), 5, "the place to be free again")
    for stream in [*streams[1:], again]:
        stream.close()


def next_reader(one):
    stream = Stream(one)
    if stream.read_until("\r\n\r\n").startswith("HTTP/1.1 200"):
        return stream
    stream.close()
    return None


def test_streams_end_at_sigterm(one):
    stream = Stream(one)
    stream.read_until("ping: ")
    assert one.stop(seconds=5) == 0
    stream.read_until("never")
    stream.close()
