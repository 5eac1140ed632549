"""Remotes behind an HTTP proxy: in clear, by CONNECT, with credentials, and without what should not go there."""
from pathlib import Path

import pytest
from harness.poll import wait_until
from harness.proxies import HttpProxy
from harness.remotes import FAST, GIT, details, fetching, lines, wait_value
from harness.running import run_once


@pytest.fixture
def proxies(tmp_path):
    """proxies(credentials=None) starts one."""
    started = []

    def start(credentials=None):
        started.append(HttpProxy(tmp_path / f"proxy-{len(started)}", credentials))
        return started[-1]
    yield start
    for proxy in started:
        proxy.stop()


def by(proxy, scheme="http", **more):
    given = {"host": "127.0.0.1", "port": proxy.port, **more}
    return {**FAST, **{f"{GIT}proxy.{scheme}.{name.replace('_', '-')}": value for name, value in given.items()}}


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_http(hosted, serve, proxies, scheme):
    """Each of the two stands in for the other, as Spring has it."""
    repo, proxy = hosted({"foo.yml": "a: 1"}, "http"), proxies()
    server = serve(repo, by(proxy, scheme))
    wait_value(server, 1)
    repo.push({"foo.yml": "a: 2"})
    wait_value(server, 2)
    assert len(proxy.seen("GET")) >= 2 and len(proxy.seen("POST")) >= 2
    assert len(proxy.seen("GET")) + len(proxy.seen("POST")) >= len(repo.host.seen)


def test_https(hosted, hosts, serve, proxies, tmp_path):
    """The proxy sees a tunnel, and the certificate is still checked."""
    repo = hosted({"foo.yml": "a: 1"}, hosts("https", folder=tmp_path))
    unused, proxy = proxies(), proxies()
    both = {**by(unused, "http"), **by(proxy, "https")}
    server = serve(repo, both, env={"SSL_CERT_FILE": str(tmp_path / "cert.pem")})
    wait_value(server, 1)
    assert proxy.seen("CONNECT") and not proxy.seen("GET") and not unused.seen("CONNECT")
    stranger = serve(repo, both)
    wait_until(lambda: "certificate" in details(stranger).get("error", ""), 30, "the refusal")
    assert stranger.get("/foo/default").status == 503


@pytest.mark.parametrize("kind", ["http", "https"])
def test_credentials(hosted, hosts, serve, proxies, tmp_path, kind):
    host = hosts(kind, credentials="reader:git-pass", **({"folder": tmp_path} if kind == "https" else {}))
    repo, proxy = hosted({"foo.yml": "a: 1"}, host), proxies("gate:pr0xy-pass")
    git = {GIT + "username": "reader", GIT + "password": "git-pass", GIT + "skip-ssl-validation": "true"}
    without = serve(repo, {**by(proxy), **git})
    wait_until(lambda: "407" in details(without).get("error", ""), 30, "the refusal")
    for words in (f"the proxy 127.0.0.1:{proxy.port}", "proxy.*.username"):
        assert words in details(without)["error"]
    wrong = serve(repo, {**by(proxy, username="gate", password="n0t-it"), **git})
    wait_until(lambda: "user name or password" in details(wrong).get("error", ""), 30, "the refusal")
    assert f"the proxy 127.0.0.1:{proxy.port}" in details(wrong)["error"]
    assert wrong.get("/foo/default").status == 503 and not host.seen
    right = serve(repo, {**by(proxy, username="gate", password="pr0xy-pass"), **git})
    wait_value(right, 1)
    for server in (without, wrong, right):
        shown = server.log + server.get("/actuator/health").text + server.get("/actuator/env").text
        assert GIT + "proxy.http.host" in shown
        assert "n0t-it" not in shown and "pr0xy-pass" not in shown and "git-pass" not in shown
    assert not any("gate" in str(seen) for seen in host.seen)


def test_credentials_are_in_no_argument_and_no_environment(hosted, hosts, serve, proxies):
    repo = hosted({"foo.yml": "a: 1"}, "http")
    proxy, relay = proxies("gate:open-sesame"), hosts(repo.host, limit=0)
    repo.uri = relay.uri(repo.bare.name)
    server = serve(repo, {**by(proxy, username="gate"), GIT + "timeout": "60"},
                   env={"SPRING_CLOUD_CONFIG_SERVER_GIT_PROXY_HTTP_PASSWORD": "open-sesame"})
    assert relay.stuck.wait(30)
    child = Path(f"/proc/{fetching(server)}")
    assert (child / "cmdline").read_bytes() == b"config-server\0--fetch\0"
    assert b"open-sesame" not in (child / "environ").read_bytes()
    relay.heal()
    wait_value(server, 1)


@pytest.mark.parametrize("hosts_without", ["127.0.0.1", "example.org|127.0.*", "localhost, *.0.0.1"])
def test_hosts_without(hosted, serve, proxies, hosts_without):
    repo, proxy = hosted({"foo.yml": "a: 1"}, "http"), proxies()
    wait_value(serve(repo, by(proxy, non_proxy_hosts=hosts_without)), 1)
    assert not proxy.seen("GET")


def test_the_proxy_of_the_environment_is_not_ours(hosted, serve):
    """As of git's own settings: only what the server was told counts."""
    repo = hosted({"foo.yml": "a: 1"}, "http")
    wait_value(serve(repo, FAST, env={"http_proxy": "http://127.0.0.1:1", "ALL_PROXY": "http://127.0.0.1:1"}), 1)


@pytest.mark.parametrize("kind", ["http", "https"])
def test_a_proxy_that_is_away(hosted, hosts, serve, proxies, tmp_path, kind):
    host = hosts(kind, **({"folder": tmp_path} if kind == "https" else {}))
    repo, proxy = hosted({"foo.yml": "a: 1"}, host), proxies()
    server = serve(repo, {**by(proxy), GIT + "skip-ssl-validation": "true"})
    wait_value(server, 1)
    proxy.stop()
    said = f"the proxy 127.0.0.1:{proxy.port} cannot be connected to"
    wait_until(lambda: said in details(server).get("notNewer", ""), 30, "health to notice")
    assert server.first("/foo/default") == {"a": 1}
    assert len(lines(server, "cannot be fetched")) == 1
    proxy.start()
    repo.push({"foo.yml": "a: 2"})
    wait_value(server, 2)


@pytest.mark.parametrize("kind", ["http", "https"])
def test_what_is_behind_it_is_away(hosted, hosts, serve, proxies, tmp_path, kind):
    host = hosts(kind, **({"folder": tmp_path} if kind == "https" else {}))
    repo, proxy = hosted({"foo.yml": "a: 1"}, host), proxies()
    repo.host.stop()
    server = serve(repo, {**by(proxy), GIT + "skip-ssl-validation": "true"})
    wait_until(lambda: "the proxy" in details(server).get("error", ""), 30, "health to notice")
    repo.host.start()
    wait_value(server, 1)


def test_each_repository_has_its_own(repository, hosted, serve, proxies):
    main, behind = repository({"foo.yml": "a: 1"}), hosted({"bar.yml": "a: 2"}, "http")
    proxy = proxies()
    place = GIT + "repos.team."
    server = serve(main, {place + "uri": behind.uri, place + "pattern": "bar", place + "refresh-rate": "1",
                          place + "proxy.http.host": "127.0.0.1", place + "proxy.http.port": proxy.port})
    wait_value(server, 2, path="/bar/default")
    assert proxy.seen("GET")


@pytest.mark.parametrize("settings, key, words", [
    ({"http.host": "proxy"}, "http.port", "not set"),
    ({"https.port": "3128"}, "https.host", "not set"),
    ({"https.password": "hush-hush"}, "https.host", "not set"),
    ({"http.host": "http://me:hush-hush@proxy", "http.port": "3128"}, "http.host", "without http://"),
    ({"http.host": "proxy", "http.port": "70000"}, "http.port", "65535"),
])
def test_settings_that_make_no_proxy(tmp_path, settings, key, words):
    done = run_once("config-server", f"--{GIT}uri=https://git.example.org/r.git",
                    *[f"--{GIT}proxy.{name}={value}" for name, value in settings.items()], home=tmp_path)
    said = done.stdout + done.stderr
    assert done.returncode == 78 and f"{GIT}proxy.{key}" in said and words in said
    assert "hush-hush" not in said
