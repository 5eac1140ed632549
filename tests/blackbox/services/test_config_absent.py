"""A daemon whose config server is away: what it starts with, what it says, and how it recovers."""
import os
import re
import subprocess

import pytest

from harness.poll import wait_until
from harness.ports import free_port
from harness.running import run_once

GIT = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null", "GIT_AUTHOR_NAME": "t",
       "GIT_AUTHOR_EMAIL": "t@localhost", "GIT_COMMITTER_NAME": "t", "GIT_COMMITTER_EMAIL": "t@localhost"}
ALONE = {"eureka.client.enabled": "false", "spring.kafka.bootstrap-servers": "127.0.0.1:1",
         "server.address": "127.0.0.1"}
FILES = {"application.yml": "info: {word: from the server}\n",
         "zuul.yml": "zuul: {routes: {a: {path: '/a/**', url: 'http://127.0.0.1:1'}}}\n",
         "coffee.yml": "crema: {store: {free-min: 9MB}}\n",
         "coffee-dev.yml": "info: {profile: dev}\n"}


@pytest.fixture
def repository(tmp_path):
    path = tmp_path / "repository"
    path.mkdir()

    def git(*arguments):
        subprocess.run(["git", "-C", str(path), *arguments], check=True, env={**os.environ, **GIT})

    def commit(files):
        for name, text in files.items():
            (path / name).write_text(text)
        git("add", "-A")
        git("commit", "-q", "-m", "change")
    git("init", "-q", "-b", "main")
    commit(FILES)
    return path, commit


@pytest.fixture
def port():
    """Of a config server that is not there yet."""
    return free_port()


def start_server(daemon, repository, port):
    return daemon("config-server", {"server.port": port, "server.address": "127.0.0.1",
                                    "spring.cloud.config.server.git.uri": f"file://{repository}"})


def settings(port, **more):
    return {**ALONE, "spring.cloud.config.uri": f"http://user:secret@127.0.0.1:{port}",
            "crema.config.wait": "300ms", **more}


def config_of(running):
    return running.get("/actuator/health").json["components"]["configServer"]


def test_its_settings_come_when_the_config_server_does(daemon, repository, port):
    gateway = daemon("zuul-gateway", settings(port, **{"spring.cloud.config.name": "zuul"}))
    assert "event=config.away" in gateway.log
    component = config_of(gateway)
    assert component["status"] == "UNKNOWN"
    assert "ailed to connect" in component["details"]["problem"] and "local settings" in component["details"]["problem"]
    assert "secret" not in str(component)
    assert gateway.get("/actuator/health").status == 200, "it works all the same"
    said = run_once("zuul-gateway", "--healthcheck", home=gateway.home)
    assert said.returncode == 0 and "configServer UNKNOWN" in said.stdout and "ailed to connect" in said.stdout
    assert gateway.get("/a/1").status == 404
    start_server(daemon, repository[0], port)
    wait_until(lambda: gateway.get("/a/1").status == 502, 20, "the route of the config server")
    wait_until(lambda: "event=config.arrived" in gateway.log, 20, "the end of the refresh")
    assert config_of(gateway)["status"] == "UP"
    assert gateway.log.count("event=config.away") == 1, "said once only"
    assert "needRestart" not in config_of(gateway)["details"]


def test_what_needs_a_restart_is_named(daemon, repository, port):
    member = daemon("coffee-member", settings(port, **{"spring.cloud.config.name": "coffee"}))
    start_server(daemon, repository[0], port)
    wait_until(lambda: re.search(r'event=refresh.done .*1 values wait for a restart: crema.store.free-min',
                                 member.log), 20, "the answer")
    assert config_of(member)["status"] == "UP"
    assert config_of(member)["details"]["needRestart"] == "crema.store.free-min"
    assert member.get("/actuator/info").json["word"] == "from the server"
    assert member.stop() == 0
    member.start()
    assert "needRestart" not in config_of(member)["details"], "as the answer is there from the start"


def test_the_kept_copy_stands_in_until_the_server_is_back(daemon, repository, port):
    server = start_server(daemon, repository[0], port)
    given = settings(port, **{"spring.cloud.config.name": "coffee"})
    member = daemon("coffee-member", given)
    assert config_of(member)["status"] == "UP"
    assert member.stop() == 0 and server.stop() == 0
    member.start()
    assert member.get("/actuator/info").json["word"] == "from the server"
    problem = config_of(member)["details"]["problem"]
    assert problem.startswith("the answer of 20") and "stands in" in problem
    repository[1]({"application.yml": "info: {word: a newer one}\n"})
    server.start()
    wait_until(lambda: member.get("/actuator/info").json["word"] == "a newer one", 20, "the change")
    wait_until(lambda: config_of(member)["status"] == "UP", 10, "the end of the trouble")


def test_a_wrong_value_from_a_server_that_came_late_is_told_and_got_over(daemon, repository, port):
    repository[1]({"coffee.yml": "crema: {shutdown: {drain-ms: espresso}}\n"})
    member = daemon("coffee-member", settings(port, **{"spring.cloud.config.name": "coffee"}))
    start_server(daemon, repository[0], port)
    wait_until(lambda: "espresso" in config_of(member)["details"]["problem"], 20, "the reason")
    assert "crema.shutdown.drain-ms" in config_of(member)["details"]["problem"]
    repository[1]({"coffee.yml": "crema: {shutdown: {drain-ms: 4000}}\n"})
    wait_until(lambda: config_of(member)["status"] == "UP", 20, "the corrected value")
    assert member.log.count("event=refresh.failed") == 1, "said once only"


def test_a_profile_that_nobody_knows_is_named(daemon, repository, port):
    start_server(daemon, repository[0], port)
    given = settings(port, **{"spring.cloud.config.name": "coffee"})
    known = daemon("coffee-member", {**given, "spring.profiles.active": "dev"})
    assert "profile.unknown" not in known.log
    unknown = daemon("coffee-member", {**given, "spring.profiles.active": "dve"})
    line = [line for line in unknown.log.splitlines() if "profile.unknown" in line]
    assert len(line) == 1 and "'dve'" in line[0] and "coffee.yml" in line[0]


def test_a_missing_profile_is_named_once_the_server_came(daemon, repository, port):
    member = daemon("coffee-member", settings(port, **{"spring.cloud.config.name": "coffee",
                                                            "spring.profiles.active": "dve"}))
    assert "profile.unknown" not in member.log, "perhaps the server knows it"
    start_server(daemon, repository[0], port)
    wait_until(lambda: "profile.unknown" in member.log, 20, "the warning")
