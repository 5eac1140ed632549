"""--healthcheck: exit code 0 or 1, and one line with the reason, as `docker inspect` shows it."""
import subprocess

import pytest

from harness.poll import wait_until
from harness.running import binary, run_once, sanitizer_env

NAME = "example-daemon"


def probe(home, *arguments):
    done = run_once(NAME, "--healthcheck", *arguments, home=home)
    said = done.stdout + done.stderr
    assert done.returncode in (0, 1)
    assert len(said.splitlines()) == 1 and said.startswith(f"{NAME}: "), said
    return done.returncode, said[len(NAME) + 2:].strip()


def test_ready(daemon):
    one = daemon(NAME)
    assert probe(one.home) == (0, f"ready, http://127.0.0.1:{one.port}; hystrix CIRCUIT_OPEN")


def test_what_is_down_comes_first_and_with_its_reason(daemon):
    one = daemon(NAME)
    one.post("/part/DOWN")
    code, said = probe(one.home)
    assert code == 1
    assert said.startswith(f"not ready: DOWN, http://127.0.0.1:{one.port} answers 503; "
                           'part DOWN (answer: 42 "quoted")')


def test_without_details(daemon):
    one = daemon(NAME, {"management.endpoint.health.show-details": "never"})
    assert probe(one.home) == (0, f"ready, http://127.0.0.1:{one.port}")


def test_a_port_that_only_the_config_server_names_is_found(daemon):
    one = daemon(NAME)  # server.port=0 is in its arguments, not in the probe's
    assert probe(one.home)[0] == 0
    other = daemon(NAME)
    code, said = probe(one.home, f"--server.port={other.port}")
    assert code == 0 and str(other.port) in said, "a port that was chosen is asked"


@pytest.fixture
def slow_start(tmp_path):
    """slow_start(argument) starts the daemon and does not wait for it."""
    children = []

    def start(*arguments):
        children.append(subprocess.Popen(
            [str(binary(NAME)), "--server.port=0", f"--crema.home={tmp_path}", *arguments],
            stderr=subprocess.DEVNULL, env=sanitizer_env()))
        return tmp_path
    yield start
    for child in children:
        child.terminate()
        child.wait(10)


@pytest.mark.parametrize("argument, doing", [("--example.remote-wait-ms=50000", "waits for nobody"),
                                             ("--example.open-ms=2000", "opens part")])
def test_what_it_waits_for_while_it_starts(slow_start, argument, doing):
    home = slow_start(argument)
    wait_until(lambda: doing in probe(home)[1], 5, doing)
    code, said = probe(home)
    assert code == 1 and said.startswith(f"starting: {doing}, since ")


def test_why_the_last_start_failed(tmp_path):
    assert run_once(NAME, "--server.port=0", "--example.fails=start", home=tmp_path).returncode == 1
    code, said = probe(tmp_path)
    assert (code, said) == (1, "not running; the last start ended with: part: nobody is there; start "
                               "somebody")
    code, said = probe(tmp_path / "another")
    assert code == 1 and said.startswith("not running: GET http://127.0.0.1:8080/")
    assert not (tmp_path / "another").exists(), "asking leaves nothing behind"


def test_nothing_is_left_of_the_start_once_it_is_ready(daemon):
    one = daemon(NAME)
    wait_until(lambda: not list((one.home / "run").glob("*.state*")), 5, "the note to go")


def test_wrong_settings_are_a_reason_too(tmp_path):
    code, said = probe(tmp_path, "--server.port=espresso")
    assert code == 1 and "server.port" in said and "espresso" in said


def test_a_wrong_setting_of_the_daemons_own_is_not_the_probes_affair(daemon):
    one = daemon(NAME)
    assert probe(one.home, "--example.count=99")[0] == 0


def test_a_password_is_not_shown(tmp_path):
    code, said = probe(tmp_path, "--spring.security.user.password=mocha")
    assert code == 1 and "mocha" not in said and "127.0.0.1:8080" in said
