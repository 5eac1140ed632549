"""crema.log.format=json from the environment holds from the first line on, errors of the start included."""
import json

import pytest

from harness.running import run_once

NAME = "example-daemon"
JSON = {"CREMA_LOG_FORMAT": "json"}


def lines(done):
    return [json.loads(line) for line in done.stderr.splitlines()]


@pytest.mark.parametrize("arguments, code, event, word", [
    (["--chek-config"], 2, "usage.wrong", "--chek-config"),
    (["--spring.config.location=/nowhere/application.yml"], 78, "start.failed", "/nowhere"),
    (["--server.port=espresso"], 78, "start.failed", "espresso"),
    (["--crema.home=/proc/no"], 1, "start.failed", "/proc/no"),
    (["--example.fails=open", "--server.port=0"], 78, "start.failed", "example.fails"),
])
def test_every_line_is_json(tmp_path, arguments, code, event, word):
    done = run_once(NAME, *arguments, env=JSON, home=tmp_path)
    assert done.returncode == code
    said = [line for line in lines(done) if line["event"] == event]
    assert len(said) == 1 and word in said[0]["msg"] and said[0]["daemon"] == NAME


def test_a_running_daemon(daemon):
    one = daemon(NAME, env=JSON)
    assert one.stop() == 0
    events = [json.loads(line)["event"] for line in one.log.splitlines()]
    assert events[-1] == "daemon.ended" and "daemon.ready" in events


def test_the_argument_counts_more(tmp_path):
    done = run_once(NAME, "--crema.log.format=logfmt", "--server.port=espresso", env=JSON, home=tmp_path)
    assert done.returncode == 78 and done.stderr.startswith("ts=")


def test_a_person_at_a_terminal_gets_a_plain_line():
    assert run_once(NAME, "--chek-config").stderr.startswith(f"{NAME}: ")
