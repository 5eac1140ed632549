"""kafka-embedded by itself: its topics, its identity, its limits, its errors."""
import socket

import pytest

from harness.poll import wait_until
from harness.running import run_once

from kafka_wire import metadata

EPOCH = "__crema-epoch-"


@pytest.fixture
def broker(daemon):
    return lambda **settings: daemon("kafka-embedded",
                                     {f"crema.kafka.{key}": value for key, value in settings.items()})


def epoch_of(topics):
    (name,) = [name for name in topics if name.startswith(EPOCH)]
    return name[len(EPOCH):]


def test_the_topics_are_there_from_the_first_moment(broker):
    brokers, topics = metadata(broker().port)
    assert {host for host, _ in brokers} == {"127.0.0.1"}
    del topics[EPOCH + epoch_of(topics)]
    assert topics == {"coffee.order": 6, "coffee.member": 3}


def test_topics_are_a_setting(broker):
    _, topics = metadata(broker(topics="a.b:2,plain").port)
    assert (topics["a.b"], topics["plain"]) == (2, 3)
    assert "coffee.order" not in topics


def test_each_start_is_another_cluster(broker):
    running = broker()
    first = epoch_of(metadata(running.port)[1])
    running.kill()
    running.start()
    assert epoch_of(metadata(running.port)[1]) != first


def test_connections_over_the_limit_are_closed(broker):
    running = broker(**{"max-connections": 2})

    def connect():
        return socket.create_connection(("127.0.0.1", running.port), timeout=5)
    with connect(), connect(), connect() as third:
        assert third.recv(1) == b""

    def served():
        try:
            return metadata(running.port)
        except AssertionError:
            return None
    wait_until(served, 5, "the broker to take connections again")


def test_rubbish_ends_its_own_connection_only(broker):
    running = broker()
    with socket.create_connection(("127.0.0.1", running.port), timeout=5) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        try:
            assert connection.recv(1) == b""
        except ConnectionResetError:
            pass
    assert metadata(running.port)


def test_it_says_what_it_is(broker):
    running = broker()
    assert "volatile, this machine only" in running.log
    asked = run_once("kafka-embedded", "--healthcheck", home=running.home)
    assert asked.returncode == 0, asked.stderr


@pytest.mark.parametrize("argument, reason", [
    ("--crema.kafka.topics=a:0", "'a:0': the partitions must be 1 to 256"),
    ("--crema.kafka.topics=a b:1", "'a b:1': a topic is"),
    ("--crema.kafka.max-connections=0", "crema.kafka.max-connections"),
    ("--server.address=0.0.0.0", "serves 127.0.0.1 only"),
    ("--server.port=x", "server.port"),
])
def test_wrong_settings_are_named(tmp_path, argument, reason):
    for arguments in ((argument, "--check-config"), (argument,)):
        ended = run_once("kafka-embedded", *arguments, home=tmp_path)
        assert ended.returncode == 78
        assert reason in ended.stderr + ended.stdout


def test_a_port_in_use_is_named(tmp_path, broker):
    port = broker().port
    ended = run_once("kafka-embedded", f"--server.port={port}", home=tmp_path)
    assert ended.returncode == 1
    assert f"port {port} on 127.0.0.1 cannot be taken" in ended.stderr
