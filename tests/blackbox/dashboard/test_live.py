"""The front page's stream, its hosts, and the settings."""
import json

from harness.origin import busy
from harness.poll import wait_until
from harness.running import run_once


def test_the_configured_stream_and_hosts(dashboard, origin, read):
    running = dashboard({"crema.dashboard.stream": origin.url()})
    origin.hosts = [{"instance": "h:1"}]
    origin.show(busy("coffeeOrder", 5))
    stream = read(running, "/live.stream?cluster=A%20B")
    wait_until(lambda: "coffeeOrder" in stream.text, 5, "the event")
    assert origin.seen[0][0] == "/turbine.stream?cluster=A%20B"
    assert running.get("/hosts.json?cluster=default").json == [{"instance": "h:1"}]


def test_without_an_aggregator_the_reason_is_told(dashboard):
    running = dashboard()
    for path in ("/live.stream", "/hosts.json"):
        answer = running.get(path)
        assert answer.status == 503
        assert "crema.dashboard.stream" in answer.json["detail"]
    assert running.get("/streams.json").json == []


def test_the_aggregator_is_found_in_the_registry(daemon, read):
    registry = daemon("eureka-registry", {"spring.cloud.config.enabled": "false"})
    zone = {"spring.cloud.config.enabled": "false",
            "eureka.client.service-url.defaultZone": registry.url("/eureka/")}
    running = daemon("hystrix-dashboard", zone)
    wait_until(lambda: "turbine-aggregator" in running.get("/live.stream").json["detail"], 10,
               "the registry to have answered")
    daemon("turbine-aggregator", zone)
    wait_until(lambda: running.get("/hosts.json").status == 200, 10, "the aggregator to be found")
    stream = read(running, "/live.stream")
    assert stream.status == 200
    wait_until(lambda: '"type":"meta"' in stream.text, 10, "its words")
    assert isinstance(running.get("/hosts.json?cluster=default").json, list)


def test_a_settings_change_is_live(dashboard, tmp_path, origin, read):
    """The allow list of application.yml, read again."""
    home = tmp_path / "home"
    home.mkdir()
    config = home / "application.yml"
    config.write_text("hystrix:\n  dashboard:\n    proxy-stream-allow-list: other\n")
    running = dashboard({"spring.config.location": f"file:{config}"}, home=home)
    path = f"/proxy.stream?origin=127.0.0.1:{origin.port}/s"
    assert running.get(path).status == 403
    config.write_text("hystrix:\n  dashboard:\n    proxy-stream-allow-list:\n      - other\n      - 127.0.0.1\n")
    changed = running.post("/actuator/refresh").json
    assert any("proxy-stream-allow-list" in key for key in changed), changed
    assert read(running, path).status == 200


def test_modes():
    assert "Shows the circuits" in run_once("hystrix-dashboard", "--help").stdout
    assert "proxy-stream-allow-list" in run_once("hystrix-dashboard", "--help").stdout
    bad = run_once("hystrix-dashboard", "--check-config", "--crema.dashboard.streams-max=0")
    assert bad.returncode == 78
    assert "crema.dashboard.streams-max" in bad.stderr + bad.stdout
    near = run_once("hystrix-dashboard", "--check-config", "--crema.dashboard.steam=x")
    assert "crema.dashboard.stream" in near.stderr + near.stdout
    assert json.dumps(near.returncode) in ("0", "78")
