"""A running daemon: readiness, signals, drain, refresh."""
import json
import signal
import socket
import subprocess
import time
import threading

import pytest

from harness import http
from harness.poll import wait_until
from harness.running import Running, binary, run_once, sanitizer_env

NAME = "example-daemon"


def test_ready_line_and_run_file(daemon):
    one = daemon(NAME)
    ready = f"event=daemon.ready msg=\"example 1.2.3 is ready\" port={one.port} "
    wait_until(lambda: ready in one.log, 5, "the line, which follows the file")
    run_file = one.home / "run" / f"{NAME}.json"
    announced = json.loads(run_file.read_text())
    assert (announced["pid"], announced["port"]) == (one.child.pid, one.port)
    assert one.log.index("part.started") < one.log.index("daemon.ready")
    assert one.stop() == 0
    assert not run_file.exists()
    order = [one.log.index(e) for e in ("daemon.draining", "part.drained", "part.stopped",
                                        "daemon.ended")]
    assert order == sorted(order)


def test_a_request_in_flight_is_finished(daemon):
    one = daemon(NAME)
    answers = []
    client = threading.Thread(target=lambda: answers.append(one.get("/slow?ms=700")))
    client.start()
    wait_until(lambda: active(one) >= 1, 5, "the request to be in work")
    assert one.stop(seconds=5) == 0
    client.join()
    assert [(a.status, a.text) for a in answers] == [(200, "late")]


def active(one):
    """Connections that are open beside the one that asks."""
    body = one.get("/actuator/metrics/http.server.connections").json
    return body["measurements"][0]["value"] - 1


def test_what_was_sent_before_the_close_is_answered(daemon):
    one = daemon(NAME)
    found = []
    ending = threading.Event()

    def ask():
        while not ending.is_set():
            try:
                client = socket.create_connection(("127.0.0.1", one.port), timeout=10)
            except ConnectionRefusedError:
                return
            with client:
                client.sendall(b"GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
                found.append(client.recv(65536)[:12])
    clients = [threading.Thread(target=ask) for _ in range(16)]
    for client in clients:
        client.start()
    wait_until(lambda: len(found) > 100, 10, "answers")
    assert one.stop() == 0
    ending.set()
    for client in clients:
        client.join()
    assert set(found) == {b"HTTP/1.1 200"}


def test_the_drain_is_bounded(daemon):
    one = daemon(NAME, {"crema.shutdown.drain-ms": 300})
    answers = []
    client = threading.Thread(target=lambda: answers.append(one.get("/slow?ms=30000", timeout=20)))
    client.start()
    wait_until(lambda: active(one) >= 1, 5, "the request to be in work")
    assert one.stop(seconds=5) == 0
    client.join()
    assert answers[0].status == 503
    assert "event=drain.unfinished" in one.log


def test_a_second_signal_ends_at_once(daemon):
    one = daemon(NAME, {"crema.shutdown.drain-ms": 60000})
    with socket.create_connection(("127.0.0.1", one.port)) as client:
        client.sendall(b"GET /slow?ms=50000 HTTP/1.1\r\nHost: a\r\n\r\n")
        wait_until(lambda: active(one) >= 1, 5, "the request to be in work")
        one.signal(signal.SIGTERM)
        wait_until(lambda: "daemon.draining" in one.log, 5, "the drain")
        one.signal(signal.SIGINT)
        assert one.child.wait(5) == 1
    assert "event=stop.forced" in one.log


def test_lingering_goes_on_accepting(daemon):
    one = daemon(NAME, {"crema.shutdown.linger-ms": 1500})
    one.signal(signal.SIGTERM)
    wait_until(lambda: "daemon.draining" in one.log, 5, "the drain")
    assert one.get("/hello").status == 200
    assert one.get("/actuator/health/readiness").status == 503
    assert "part.drained" not in one.log  # only the last module, which leaves the registry, was
    assert one.child.wait(10) == 0


def test_time_that_stands_still_does_not_count(daemon):
    """A virtual machine that its host holds up, say; the limit is 3 s beyond the linger here."""
    one = daemon(NAME, {"crema.shutdown.linger-ms": 500, "crema.shutdown.drain-ms": 0})
    one.signal(signal.SIGTERM)
    wait_until(lambda: "daemon.draining" in one.log, 5, "the drain")
    one.signal(signal.SIGSTOP)
    over = time.monotonic() + 4.5
    wait_until(lambda: time.monotonic() > over, 6, "the limit to pass")
    one.signal(signal.SIGCONT)
    assert one.child.wait(10) == 0, one.log


def start_slowly(tmp_path, *arguments):
    argv = [str(binary(NAME)), "--server.port=0", f"--crema.home={tmp_path}", *arguments]
    return subprocess.Popen(argv, stderr=subprocess.PIPE, text=True, env=sanitizer_env())


def wait_for_line(child, part):
    for line in child.stderr:
        if part in line:
            return
    raise AssertionError(f"no {part}")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_while_modules_open(tmp_path, number):
    with start_slowly(tmp_path, "--example.open-ms=600") as child:
        wait_for_line(child, "event=part.opening")
        child.send_signal(number)
        rest = child.stderr.read()
        assert child.wait(10) == 0
    assert "event=part.stopped" in rest and "daemon.ready" not in rest


def test_a_signal_while_the_config_server_is_asked(tmp_path):
    with start_slowly(tmp_path, "--example.remote-wait-ms=50000") as child:
        wait_for_line(child, "event=remote.waiting")
        child.send_signal(signal.SIGTERM)
        assert child.wait(5) == 0


def test_a_module_that_does_not_open_is_given_up(tmp_path):
    with start_slowly(tmp_path, "--example.open-ms=60000", "--crema.shutdown.drain-ms=0") as child:
        wait_for_line(child, "event=part.opening")
        child.send_signal(signal.SIGTERM)
        rest = child.stderr.read()
        assert child.wait(10) == 1
    assert "event=stop.overdue" in rest and "while part" in rest


def test_a_module_may_end_the_daemon(daemon):
    one = daemon(NAME)
    assert one.post("/fail").text == "failing"
    assert one.child.wait(10) == 1
    assert "event=part.stopped" in one.log


def test_healthcheck(daemon):
    one = daemon(NAME)
    up = run_once(NAME, "--healthcheck", f"--server.port={one.port}")
    assert up.returncode == 0 and "ready" in up.stdout, up.stderr
    by_file = run_once(NAME, "--healthcheck", "--server.port=0", home=one.home)
    assert by_file.returncode == 0, by_file.stderr
    one.post("/part/DOWN")
    down = run_once(NAME, "--healthcheck", f"--server.port={one.port}")
    assert down.returncode == 1 and "503" in down.stderr
    one.stop()
    gone = run_once(NAME, "--healthcheck", f"--server.port={one.port}")
    assert gone.returncode == 1 and str(one.port) in gone.stderr


def test_readiness_follows_the_part_that_matters(daemon):
    one = daemon(NAME)
    assert one.get("/actuator/health/readiness").status == 200
    one.post("/part/OUT_OF_SERVICE")
    answer = one.get("/actuator/health/readiness")
    assert (answer.status, answer.json["status"]) == (503, "OUT_OF_SERVICE")
    assert one.get("/actuator/health/liveness").status == 200
    assert one.get("/actuator/health").json["status"] == "OUT_OF_SERVICE"


@pytest.fixture
def with_file(daemon, tmp_path):
    """A daemon whose settings are in a file that the test changes."""
    config = tmp_path / "config"
    config.mkdir()
    file = config / "application.yml"
    file.write_text("example: {greeting: one, fixed: stays}\nlogging.level.quiet: error\n")
    return daemon(NAME, {"spring.config.location": f"{config}/"}), file


def test_refresh_answers_the_changed_keys(with_file):
    one, file = with_file
    assert one.get("/hello").text == "one|stays"
    assert one.post("/actuator/refresh").json == []
    file.write_text("example: {greeting: two, fixed: moves, new: 1}\nlogging.level.loud: trace\n")
    answer = one.post("/actuator/refresh")
    assert answer.status == 200
    assert sorted(answer.json) == ["example.fixed", "example.greeting", "example.new",
                                   "logging.level.loud", "logging.level.quiet"]
    assert one.get("/hello").text == "two|stays", "what needs a restart stays"
    assert "event=part.reloaded msg=\"4 keys, greeting changed, two\"" in one.log
    loggers = one.get("/actuator/loggers").json["loggers"]
    assert loggers["loud"]["configuredLevel"] == "TRACE"
    assert loggers["quiet"] == {"effectiveLevel": "INFO"}


def test_sighup_refreshes(with_file):
    one, file = with_file
    file.write_text("example: {greeting: three}\n")
    one.signal(signal.SIGHUP)
    wait_until(lambda: one.get("/hello").text == "three|stays", 5, "the refresh")


def test_a_bad_value_changes_nothing(with_file):
    one, file = with_file
    file.write_text("example: {greeting: two, count: 99}\n")
    answer = one.post("/refresh")
    assert answer.status == 500
    assert "example.count" in answer.json["detail"]
    assert one.get("/hello").text == "one|stays"
    file.write_text("example: {greeting: two, count: 9}\n")
    assert "example.greeting" in one.post("/refresh").json


def test_many_refreshes_at_once(with_file):
    one, _ = with_file
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(one.post("/refresh").status))
               for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * 20


def test_a_refresh_at_the_end_is_answered(daemon):
    one = daemon(NAME)
    statuses = []

    def ask():
        try:
            statuses.append(http.post(one.url("/refresh")).status)
        except OSError:
            statuses.append(0)  # the port was closed already

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    assert one.stop() == 0
    for thread in threads:
        thread.join()
    assert set(statuses) <= {0, 200, 503}


def test_a_refresh_that_hangs_does_not_hold_up_the_end(with_file):
    one, file = with_file
    file.write_text("example: {greeting: one, fixed: stays, remote-wait-ms: 50000}\n")
    answers = []
    client = threading.Thread(target=lambda: answers.append(one.post("/refresh", timeout=20)))
    client.start()
    wait_until(lambda: "event=remote.waiting" in one.log, 5, "the refresh")
    assert one.stop(seconds=5) == 0
    client.join()
    assert answers[0].status == 503
    assert "event=daemon.ended" in one.log


def test_notify_socket(daemon, tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(5)
        one = daemon(NAME, env={"NOTIFY_SOCKET": str(tmp_path / "notify")})
        assert manager.recv(200).startswith(b"READY=1")
        one.stop()
        assert manager.recv(200) == b"STOPPING=1"


def test_two_daemons_of_one_kind(daemon):
    one, two = daemon(NAME), daemon(NAME)
    assert one.port != two.port
    assert isinstance(one, Running)
