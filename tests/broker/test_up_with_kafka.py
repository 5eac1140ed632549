"""./crema up --kafka: Apache Kafka run by the stack, one that exists, and what is neither."""
import os
import socket
import subprocess
from contextlib import contextmanager

import pytest

from harness import http
from harness.daemons import BY_NAME
from harness.fresh import free_offset
from harness.kafka import CONTROLLER_PORT, is_served
from harness.poll import wait_until
from harness.running import preset
from harness.stack import ROOT, Stack

FETCH_SECONDS = 300  # the first time, Java and Kafka are fetched


def crema(*arguments, home, timeout=120):
    return subprocess.run([str(ROOT / "crema"), *arguments], capture_output=True, text=True,
                          env={**os.environ, "CREMA_HOME": str(home), "CREMA_PRESET": preset()},
                          timeout=timeout, check=False)


@contextmanager
def up(home, broker):
    """The stack as it stands after `up`, and what that said; ended afterwards."""
    done = crema("up", "-d", "--kafka", broker, "--port-offset", str(free_offset()), home=home,
                 timeout=FETCH_SECONDS)
    try:
        assert done.returncode == 0, done.stdout + done.stderr
        yield Stack(home=home, preset=preset()), done.stdout
    finally:
        assert crema("down", home=home).returncode == 0


def detail(stack, name, component):
    return http.get(stack.url(name, "/actuator/health")).json["components"][component]["details"]


def test_the_demo_is_right_and_nothing_is_left(tmp_path):
    home = tmp_path / "home"
    with up(home, "apache") as (stack, said):
        assert "kafka " in said and "Apache Kafka" in said and "kafka-embedded" not in said
        assert [row["state"] for row in stack.status() if row["daemon"] == "kafka"] == ["ready"]
        assert "daemon=kafka" in crema("logs", "kafka", home=home).stdout
        done = crema("demo", home=home, timeout=180)
        assert done.returncode == 0, done.stdout[-4000:]
        assert (home / "log" / "coffee-order.log").read_text().count("relay.topic.created") == 1
        assert detail(stack, "coffee-order", "relay")["cluster"] == stack.kafka.cluster_id()
        started = Stack(home=home, preset=preset()).identities  # the demo stops and starts some
        assert len(started) == 9 and all(mark.alive() for mark in started.values())
        refused = crema("up", "-d", "--kafka", "embedded", home=home)
        assert refused.returncode == 1 and "./crema down, then up with --kafka embedded" in refused.stderr
    assert not [name for name, mark in started.items() if mark.alive()]


def test_events_of_the_embedded_broker_move_on_to_kafka(tmp_path):
    home = tmp_path / "home"
    with up(home, "embedded") as (stack, _said):
        answer = http.post(stack.url("coffee-order", "/api/v1/order"),
                           json={"orderName": "latte", "userId": "1"})
        assert answer.status == 200
    with up(home, "apache") as (stack, _said):
        wait_until(lambda: detail(stack, "coffee-order", "relay")["pending"] == "0"
                   and detail(stack, "coffee-order", "relay")["state"] == "running", 20,
                   "the order's event on the new broker")
        assert rewinds(stack), "the new broker was to be told everything"
    assert not rewinds(Stack(home=home, preset=preset())), "the next time it is the known one"


def rewinds(stack):
    """Whether order would be told to publish again on a cluster that it does not know."""
    return "--crema.events.on-new-cluster=rewind" in stack.command(BY_NAME["coffee-order"])


def test_a_broker_that_exists_may_come_later(tmp_path):
    other = Stack(free_offset(), home=tmp_path / "other", preset=preset(), broker="apache")
    address = other.bootstrap
    with up(tmp_path / "home", address) as (stack, said):
        assert f"Nobody answers at {address}" in said and "kafka" not in stack.identities
        wait_until(lambda: "refused" in detail(stack, "coffee-order", "relay").get("reason", ""), 10,
                   "order to say that nobody answers")
        wait_until(lambda: "refused" in detail(stack, "coffee-status", "projection").get("reason", ""), 10,
                   "status to say that nobody answers")
        log = stack.home / "log" / "coffee-order.log"
        wait_until(lambda: f"at {address}: connecting" in log.read_text(), 10, "a line in order's log")
        answer = http.post(stack.url("coffee-order", "/api/v1/order"),
                           json={"orderName": "mocha", "userId": "1"})
        assert answer.status == 200
        with other.locked():
            other.start("kafka")
        try:
            wait_until(lambda: is_served(other.port("kafka")), 30, "the broker")
            wait_until(lambda: detail(stack, "coffee-order", "relay").get("pending") == "0", 20,
                       "the order's event to go out")
            wait_until(lambda: detail(stack, "coffee-status", "projection")["bus"] == "connected", 20,
                       "status to follow the broker")
        finally:
            started = other.identities["kafka"]
            assert not other.down() and not started.alive()


@pytest.mark.parametrize("port", [9092, CONTROLLER_PORT])
def test_a_port_in_use_is_named(tmp_path, port):
    offset = free_offset()
    with socket.create_server(("127.0.0.1", port + offset)):
        done = crema("up", "-d", "--kafka", "apache", "--port-offset", str(offset), home=tmp_path / "home",
                     timeout=FETCH_SECONDS)
    assert crema("down", home=tmp_path / "home").returncode == 0
    assert done.returncode == 1
    for part in ("kafka", str(port + offset), "in use", "--port-offset"):
        assert part in done.stderr


@pytest.mark.parametrize("broker", ["kafka", "apache:", "localhost", "localhost:x", "a:1,", ":9092"])
def test_what_is_no_broker_is_refused(tmp_path, broker):
    done = crema("up", "-d", "--kafka", broker, home=tmp_path / "home")
    assert done.returncode == 1
    for part in (f"'{broker}'", "embedded", "apache", "HOST:PORT"):
        assert part in done.stderr
    assert not (tmp_path / "home").exists()
