"""A daemon whose API needs a user and a password, and the clients that bring them in their URLs."""
import base64
import subprocess
from urllib.parse import quote

import pytest

from harness import http
from harness.poll import wait_until
from harness.running import run_once

USER, PASSWORD = "kevin ü", "p@ss:w/ö%25+?#&"
GUARD = {"spring.security.user.name": USER, "spring.security.user.password": PASSWORD}
ALONE = {"spring.cloud.config.enabled": "false", "eureka.client.enabled": "false"}
DAEMONS = ("example-daemon", "eureka-registry", "zuul-gateway", "turbine-aggregator", "hystrix-dashboard")


def basic(user, password):
    text = base64.b64encode(f"{user}:{password}".encode()).decode()
    return {"Authorization": f"Basic {text}"}


RIGHT = basic(USER, PASSWORD)


def with_user(url):
    return url.replace("://", f"://{quote(USER, safe='')}:{quote(PASSWORD, safe='')}@")


@pytest.fixture
def git_uri(tmp_path):
    repository = tmp_path / "repository"
    subprocess.run(["git", "init", "-q", "-b", "main", str(repository)], check=True)
    (repository / "application.yml").write_text("info:\n  from: the config server\n")
    who = ["-c", "user.name=tester", "-c", "user.email=tester@localhost"]
    subprocess.run(["git", "-C", str(repository), "add", "-A"], check=True)
    subprocess.run(["git", "-C", str(repository), *who, "commit", "-q", "-m", "first"], check=True)
    return f"file://{repository}"


@pytest.mark.parametrize("name", DAEMONS)
def test_everything_but_the_probes_is_closed(daemon, name):
    one = daemon(name, {**ALONE, **GUARD})
    for path in ("/actuator/health/liveness", "/actuator/health/readiness"):
        assert one.get(path).status == 200, path
    for path in ("/actuator", "/actuator/health", "/actuator/env", "/actuator/health/readiness/",
                 "/env", "/info", "/actuator/nothing"):
        answer = one.get(path)
        assert answer.status == 401, path
        assert answer.headers["WWW-Authenticate"] == 'Basic realm="Crema", charset="UTF-8"'
        assert answer.headers["Content-Type"] == "application/problem+json"
        for wrong in (basic(USER, PASSWORD + "x"), basic(USER, PASSWORD[:-1]), basic("user", PASSWORD),
                      basic("", ""), {"Authorization": "Bearer x"}):
            assert one.get(path, headers=wrong).status == 401, (path, wrong)
    for path in ("/actuator", "/actuator/health", "/actuator/env", "/info"):
        assert one.get(path, headers=RIGHT).status == 200, path
    assert one.get("/actuator/nothing", headers=RIGHT).status == 404
    probe = run_once(name, "--healthcheck", f"--server.port={one.port}",
                     *[f"--{key}={value}" for key, value in {**ALONE, **GUARD}.items()], home=one.home)
    assert probe.returncode == 0, probe.stderr


def test_the_registrys_protocol_is_closed(daemon):
    one = daemon("eureka-registry", {**ALONE, **GUARD})
    for method, path in (("GET", "/eureka/apps"), ("POST", "/eureka/apps/A"), ("PUT", "/eureka/apps/A/i"),
                         ("DELETE", "/eureka/apps/A/i"), ("GET", "/"), ("OPTIONS", "/eureka/apps")):
        assert one.call(method, path).status == 401, path
        assert "Allow" not in one.call(method, path).headers
    assert one.get("/eureka/apps", headers={**RIGHT, "Accept": "application/json"}).status == 200


def test_clients_bring_them_in_their_urls(daemon, git_uri):
    """Registry and config server are both guarded; a daemon of ours lives with them."""
    config = daemon("config-server", {"spring.cloud.config.server.git.uri": git_uri, **GUARD})
    registry = daemon("eureka-registry", {
        **GUARD, "spring.cloud.config.uri": with_user(config.url()), "spring.cloud.config.fail-fast": "true"})
    assert registry.get("/actuator/info", headers=RIGHT).json["from"] == "the config server"
    client = daemon("hystrix-dashboard", {
        "spring.cloud.config.uri": config.url(), "spring.cloud.config.username": USER,
        "spring.cloud.config.password": PASSWORD, "spring.cloud.config.fail-fast": "true",
        "eureka.client.service-url.defaultZone": with_user(registry.url("/eureka/"))})
    assert client.get("/actuator/info").json["from"] == "the config server"

    def is_registered():
        answer = registry.get("/eureka/apps", headers={**RIGHT, "Accept": "application/json"})
        return "HYSTRIX-DASHBOARD" in answer.text.upper()
    wait_until(is_registered, 10, "the dashboard to be registered")
    for one in (config, registry, client):
        shown = one.get("/actuator/env", headers=RIGHT).text + one.log
        for secret in (PASSWORD, quote(PASSWORD, safe="")):
            assert secret not in shown, one.name
    assert "******" in registry.get("/actuator/env", headers=RIGHT).text


def test_a_wrong_password_is_named(daemon, git_uri, tmp_path):
    config = daemon("config-server", {"spring.cloud.config.server.git.uri": git_uri, **GUARD})
    done = run_once("eureka-registry", "--server.port=0", "--spring.cloud.config.fail-fast=true",
                    f"--spring.cloud.config.uri=http://kevin:wrong@127.0.0.1:{config.port}", home=tmp_path / "c")
    assert done.returncode in (1, 78)
    assert "401" in done.stderr and "wrong" not in done.stderr


@pytest.mark.parametrize("arguments, parts", [
    (["--spring.security.user.name=kevin"], ["spring.security.user.name", "spring.security.user.password"]),
    (["--spring.security.user.name=a:b", "--spring.security.user.password=x"], ["'a:b'", "':'"]),
    ([f"--spring.security.user.password={'x' * 1100}"], ["spring.security.user.password", "1000 bytes"]),
])
def test_what_would_protect_nothing_is_refused(arguments, parts):
    done = run_once("example-daemon", "--check-config", *arguments)
    assert done.returncode == 78
    for part in parts:
        assert part in done.stderr, done.stderr
    assert "xxx" not in done.stderr


def test_the_password_is_shown_nowhere(tmp_path):
    done = run_once("example-daemon", "--print-config", env={"SPRING_SECURITY_USER_PASSWORD": "open sesame"},
                    home=tmp_path)
    assert done.returncode == 0
    assert "spring.security.user.password=******" in done.stdout
    assert "sesame" not in done.stdout + done.stderr


def test_without_a_password_nothing_changes(daemon):
    one = daemon("example-daemon")
    assert http.get(one.url("/actuator/env"), headers=basic("any", "body")).status == 200


def test_a_refresh_waits_for_the_restart(daemon, tmp_path):
    """Who comes in is decided at the start; a file that sets both meanwhile is no error."""
    file = tmp_path / "config" / "application.yml"
    file.parent.mkdir()
    file.write_text("example: {greeting: one}\n")
    one = daemon("example-daemon", {"spring.config.location": f"{file.parent}/"})
    file.write_text("spring.security.user: {name: kevin, password: secret}\n")
    assert one.post("/actuator/refresh").status == 200
    assert one.get("/actuator/env").status == 200
    file.write_text("spring.security.user: {name: kevin}\n")
    refused = one.post("/actuator/refresh")
    assert refused.status == 500 and "spring.security.user.password" in refused.json["detail"]
    file.write_text("spring.security.user: {name: kevin, password: secret}\n")
    assert one.stop() == 0
    one.start()
    assert one.get("/actuator/env").status == 401
    assert one.get("/actuator/env", headers=basic("kevin", "secret")).status == 200
