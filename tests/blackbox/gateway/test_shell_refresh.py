"""A refresh changes routes, limits and commands while requests go on."""
import signal

import pytest

from harness.poll import wait_until
from shell_backend import Backend, alone


@pytest.fixture
def backend():
    made = Backend()
    yield made
    made.stop()


@pytest.fixture
def config(tmp_path):
    folder = tmp_path / "config"
    folder.mkdir()

    def write(text):
        (folder / "application.yml").write_text(text)
        return folder

    return write


def start(daemon, folder):
    return daemon("zuul-gateway", settings=alone(**{"spring.config.location": f"{folder}/"}))


def test_routes_come_and_go(daemon, backend, config):
    gateway = start(daemon, config(f"zuul.routes.a: /a/**={backend.url}\n"))
    assert gateway.get("/a/1").json["path"] == "/1"
    assert gateway.get("/b/1").status == 404
    config(f"zuul:\n  prefix: /api\n  routes:\n    b: {{path: /b/**, url: '{backend.url}'}}\n")
    answer = gateway.post("/actuator/refresh")
    assert answer.status == 200
    assert set(answer.json) == {"zuul.prefix", "zuul.routes.a", "zuul.routes.b.path",
                                "zuul.routes.b.url"}
    assert gateway.get("/a/1").status == 404  # in effect when the refresh is answered
    assert gateway.get("/b/1").status == 404
    assert gateway.get("/api/b/1").json["path"] == "/1"
    assert gateway.get("/routes").json == {"/api/b/**": backend.url}


def test_a_wrong_route_changes_nothing(daemon, backend, config):
    gateway = start(daemon, config(f"zuul.routes.a: /a/**={backend.url}\n"))
    config(f"zuul.routes:\n  a: /b/**={backend.url}\n  c:\n    url: ftp://x\n")
    answer = gateway.post("/actuator/refresh")
    assert answer.status == 500
    assert "zuul.routes.c" in answer.text and "application.yml:4" in answer.text
    assert gateway.get("/a/1").status == 200 and gateway.get("/b/1").status == 404
    config(f"zuul.routes.a: /b/**={backend.url}\n")
    assert gateway.post("/actuator/refresh").status == 200
    assert gateway.get("/b/1").status == 200


def test_sighup(daemon, backend, config):
    gateway = start(daemon, config("a: 1\n"))
    config(f"zuul.routes.a: /a/**={backend.url}\n")
    gateway.signal(signal.SIGHUP)
    wait_until(lambda: gateway.get("/a/1").status == 200, 5, "the new route")


def test_headers_follow(daemon, backend, config):
    gateway = start(daemon, config(f"zuul.routes.a: /a/**={backend.url}\n"))
    assert "/a/**" in gateway.get("/routes").json
    config(f"zuul.sensitiveHeaders:\nzuul.routes.a.path: /a/**\nzuul.routes.a.url: {backend.url}\n"
           "zuul.routes.a.sensitiveHeaders: X-A\n")
    assert gateway.post("/actuator/refresh").status == 200
    assert gateway.get("/routes/details").json["/a/**"]["sensitiveHeaders"] == ["x-a"]


def test_time_limit_of_a_command(daemon, backend, config):
    servers = f"users.ribbon.listOfServers: 127.0.0.1:{backend.port}\n"
    gateway = start(daemon, config(f"zuul.routes.users: /u/**\n{servers}"))
    assert gateway.get("/u/1").status == 200
    config(f"zuul.routes.users: /u/**\n{servers}hystrix.command.users.execution.isolation.thread."
           "timeoutInMilliseconds: 150\n")
    assert gateway.post("/actuator/refresh").status == 200
    backend.gate.clear()
    late = gateway.get("/u/2")
    assert late.status == 504 and late.json["failure"] == "deadline", late
    backend.gate.set()


def test_read_timeout_of_a_service(daemon, backend, config):
    servers = f"users.ribbon.listOfServers: 127.0.0.1:{backend.port}\n"
    gateway = start(daemon, config(f"zuul.routes.users: /u/**\n{servers}"
                                   "users.ribbon.ReadTimeout: 150\n"))
    backend.gate.clear()
    late = gateway.post("/u/2")
    assert late.status == 504 and late.json["failure"] == "upstream_read_timeout", late
    backend.gate.set()
