"""What the gateway says about its settings before it starts, and when it cannot."""
import socket

import pytest

from harness.running import run_once
from harness.stack import ROOT
from shell_backend import alone

SAMPLE = ROOT / "config-repo" / "msa-architecture-zuul-server.yml"


def run(tmp_path, *arguments):
    return run_once("zuul-gateway", *arguments, home=tmp_path)


def refused(tmp_path, code, *parts, **settings):
    arguments = [f"--{key}={value}" for key, value in {**alone(), "server.port": 0, **settings}.items()]
    done = run(tmp_path, *arguments)
    assert done.returncode == code, done.stderr
    for part in parts:
        assert part in done.stderr, done.stderr
    assert not (tmp_path / "run" / "zuul-gateway.json").exists()


def test_sample_is_right(tmp_path):
    done = run(tmp_path, "--check-config", f"--spring.config.location={SAMPLE}")
    assert done.returncode == 0, done.stderr + done.stdout
    assert "warning" not in (done.stdout + done.stderr).lower()


def test_help_names_the_routes(tmp_path):
    done = run(tmp_path, "--help")
    assert done.returncode == 0
    for key in ("zuul.routes.<id>.path", "zuul.ignored-services", "ribbon.ReadTimeout",
                "crema.gateway.workers", "hystrix.command.<key>."):
        assert key in done.stdout, key


@pytest.mark.parametrize("settings, parts", [
    ({"zuul.routes.a.url": "ftp://h"}, ("'zuul.routes.a' (--zuul.routes.a.url)", "not an http URL")),
    ({"zuul.routes.a.url": "http://h:0x/"}, ("zuul.routes.a", "no valid host")),
    ({"zuul.routes.a.path": "/a/{x"}, ("zuul.routes.a.path",)),
    ({"zuul.routes.a.id": "x", "zuul.routes.b.id": "x"}, ("zuul.routes.b", "id 'x' already")),
    ({"zuul.strip-prefix": "maybe"}, ("zuul.strip-prefix", "'maybe'")),
    ({"crema.gateway.workers": "257"}, ("crema.gateway.workers", "0 to 256")),
    ({"crema.gateway.trusted-proxies": "10.0.0.0/33"}, ("trusted-proxies", "10.0.0.0/33")),
    ({"users.ribbon.listOfServers": "a:b"}, ("users.ribbon.listOfServers", "HOST:PORT")),
    ({"hystrix.command.users.circuitBreaker.enabled": "x"}, ("hystrix.command.users",)),
])
def test_a_wrong_setting_is_named(tmp_path, settings, parts):
    refused(tmp_path, 78, *parts, **settings)
    arguments = [f"--{key}={value}" for key, value in settings.items()]
    done = run(tmp_path, "--check-config", *arguments)
    assert done.returncode == 78
    assert parts[0].split("'")[-1].split(" ")[0] in done.stderr + done.stdout


def test_an_unknown_key_is_a_warning_with_the_nearest(tmp_path):
    done = run(tmp_path, "--check-config", "--zuul.routes.a.serviceIdd=x")
    assert "zuul.routes.a.serviceIdd" in done.stdout + done.stderr
    assert "service-id" in done.stdout + done.stderr


def test_keys_of_zuul_that_change_nothing_are_known(tmp_path):
    (tmp_path / "application.yml").write_text(
        "zuul:\n  ignoredServices: '*'\n  decodeUrl: false\n  host:\n    maxTotalConnections: 500\n"
        "    connect-timeout-millis: 20000\n  threadPool:\n    useSeparateThreadPools: true\n"
        "  routes:\n    auth-service:\n      path: /uaa/**\n      url: http://auth-service:5000\n"
        "      stripPrefix: false\n      sensitiveHeaders:\n"
        "hystrix:\n  command:\n    default:\n      execution:\n        isolation:\n          thread:\n"
        "            timeoutInMilliseconds: 20000\n"
        "ribbon:\n  ReadTimeout: 20000\n  ConnectTimeout: 20000\n")
    done = run(tmp_path, "--check-config", f"--spring.config.location={tmp_path}/")
    assert done.returncode == 0, done.stderr
    assert "unknown" not in done.stdout + done.stderr


def test_a_port_in_use(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused(tmp_path, 1, str(port), "in use", **{"server.port": port})


def test_two_gateways_in_one_home(daemon, tmp_path):
    daemon("zuul-gateway", settings=alone(), home=tmp_path / "one")
    done = run(tmp_path / "one", "--server.port=0", *[f"--{k}={v}" for k, v in alone().items()])
    assert done.returncode == 1
    assert "zuul-gateway.sock" in done.stderr and "in use" in done.stderr


def test_healthcheck_asks_on_the_data_port(daemon, tmp_path):
    gateway = daemon("zuul-gateway", settings=alone())
    done = run(gateway.home, "--healthcheck", f"--server.port={gateway.port}",
               "--server.address=127.0.0.1")
    assert done.returncode == 0, done.stderr
    gateway.stop()
    assert run(gateway.home, "--healthcheck", f"--server.port={gateway.port}",
               "--server.address=127.0.0.1").returncode == 1
