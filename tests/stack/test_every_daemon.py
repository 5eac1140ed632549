"""What the spine promises holds for every daemon: --help, --check-config, --healthcheck, bad input."""
import signal
import socket
import subprocess
import time

import pytest

from harness.daemons import DAEMONS
from harness.poll import wait_until
from harness.running import run_once

NAMES = [row.name for row in DAEMONS]
# What a daemon needs to begin at all, besides what every one gets.
ALONE = {"spring.cloud.config.enabled": "false", "eureka.client.enabled": "false",
         "spring.kafka.bootstrap-servers": "127.0.0.1:1"}


def settings_for(name, tmp_path, port=0):
    settings = {**ALONE, "server.port": port}
    if name == "config-server":
        repository = tmp_path / "repository"
        subprocess.run(["git", "init", "-q", str(repository)], check=True)
        subprocess.run(["git", "-C", str(repository), "-c", "user.name=t", "-c", "user.email=t@localhost",
                        "commit", "-q", "--allow-empty", "-m", "Begin"], check=True)
        settings["spring.cloud.config.server.git.uri"] = f"file:{repository}"
    return settings


@pytest.mark.parametrize("name", NAMES)
def test_help_teaches(name):
    done = run_once(name, "--help")
    assert done.returncode == 0 and not done.stderr
    for word in ("--check-config", "--healthcheck", "server.port", "crema.home"):
        assert word in done.stdout


@pytest.mark.parametrize("name", NAMES)
def test_version(name):
    done = run_once(name, "--version")
    assert done.returncode == 0 and name in done.stdout


@pytest.mark.parametrize("name", NAMES)
def test_check_config_judges(name, tmp_path):
    arguments = [f"--{key}={value}" for key, value in settings_for(name, tmp_path).items()]
    good = run_once(name, "--check-config", *arguments, home=tmp_path)
    assert good.returncode == 0, good.stderr
    wrong = settings_for(name, tmp_path, "espresso")
    bad = run_once(name, "--check-config", *[f"--{key}={value}" for key, value in wrong.items()],
                   home=tmp_path)
    assert bad.returncode == 78
    for word in ("server.port", "espresso", "number"):
        assert word in bad.stderr


@pytest.mark.parametrize("name", NAMES)
def test_an_unknown_option_is_a_usage_error(name):
    done = run_once(name, "--brew")
    assert done.returncode in (2, 0) or "--help" in done.stderr
    done = run_once(name, "brew")
    assert done.returncode == 2 and "--help" in done.stderr


@pytest.mark.parametrize("name", NAMES)
def test_healthcheck_and_sigterm(name, daemon, tmp_path):
    arguments = [f"--{key}={value}" for key, value in settings_for(name, tmp_path).items()]
    down = run_once(name, "--healthcheck", *arguments, home=tmp_path / "nobody")
    assert down.returncode == 1
    running = daemon(name, settings_for(name, tmp_path))
    up = run_once(name, "--healthcheck", *arguments, home=running.home)
    assert up.returncode == 0, up.stderr + up.stdout
    assert running.stop() == 0
    assert not (running.home / "run" / f"{name}.json").exists()


@pytest.mark.parametrize("name", NAMES)
def test_a_port_in_use_ends_the_start_with_one_clear_line(name, daemon, tmp_path):
    running = daemon(name, settings_for(name, tmp_path))
    again = settings_for(name, tmp_path, running.port)
    done = run_once(name, *[f"--{key}={value}" for key, value in again.items()],
                    home=tmp_path / "second")
    assert done.returncode == 1
    errors = [line for line in done.stderr.splitlines() if "level=error" in line]
    assert len(errors) == 1, done.stderr
    assert str(running.port) in errors[0] and "in use" in errors[0].lower()


# As a container gives them, and what docker-compose stop allows for them.
SHUTDOWN = {"CREMA_SHUTDOWN_LINGERMS": "1200", "CREMA_SHUTDOWN_DRAINMS": "1300"}


@pytest.mark.parametrize("name", [name for name in NAMES if name != "kafka-embedded"])
def test_it_ends_in_time_with_readers_of_a_stream(name, daemon, tmp_path):
    running = daemon(name, settings_for(name, tmp_path), env=SHUTDOWN)
    with socket.create_connection(("127.0.0.1", running.port), timeout=10) as stream:
        stream.sendall(b"GET /actuator/hystrix.stream HTTP/1.1\r\nHost: d\r\n\r\n")
        assert b"200 OK" in stream.recv(65536)
        began = time.monotonic()
        running.signal(signal.SIGTERM)
        wait_until(lambda: "event=daemon.draining" in running.log, 5, "the end to begin")
        assert running.get("/actuator/info").status == 200, "it lingers"
        assert running.child.wait(10) == 0
        took = time.monotonic() - began
    assert 1.2 <= took < 3, took
