"""kafka-embedded: what it says of itself, what it refuses, and that its fixed port leads to a broker."""
import http.client
import json
import socket
import struct

import pytest

from harness.running import run_once

NAME = "kafka-embedded"
API_VERSIONS, METADATA = 18, 3


class Unix(http.client.HTTPConnection):
    """HTTP over the socket in a daemon's home."""

    def __init__(self, path):
        super().__init__("localhost", timeout=5)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def admin(broker, path):
    connection = Unix(broker.home / "run" / f"{NAME}.sock")
    connection.request("GET", path)
    response = connection.getresponse()
    text = response.read()
    connection.close()
    return response.status, json.loads(text)


def ask(port, api, version, body=b""):
    """One request of Kafka's protocol; the answer after its correlation id."""
    request = struct.pack(">hhih", api, version, 7, -1) + body
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(struct.pack(">i", len(request)) + request)
        stream = connection.makefile("rb")
        answer = stream.read(struct.unpack(">i", stream.read(4))[0])
    assert answer[:4] == struct.pack(">i", 7)
    return answer[4:]


def test_the_fixed_port_leads_to_the_broker(daemon):
    broker = daemon(NAME, {"crema.kafka.topics": "one:1,two.three:4"})
    assert ask(broker.port, API_VERSIONS, 0)[:2] == b"\0\0", "no error"
    everything = ask(broker.port, METADATA, 0, struct.pack(">i", 0))
    for part in (b"127.0.0.1", b"one", b"two.three", b"__crema-epoch-"):
        assert part in everything, part
    assert b"coffee.order" not in everything


def test_it_says_that_nothing_survives(daemon):
    broker = daemon(NAME)
    warning = [line for line in broker.log.splitlines() if "event=broker.opened" in line][0]
    for part in ("level=warn", "embedded (volatile, this machine only)", f"127.0.0.1:{broker.port}",
                 "nothing survives this process", "2 topics"):
        assert part in warning, part
    status, health = admin(broker, "/actuator/health")
    assert (status, health["status"]) == (200, "UP")
    assert "embedded (volatile, this machine only)" in json.dumps(health)
    assert f"127.0.0.1:{broker.port}" in json.dumps(health)


def test_each_start_is_another_cluster(daemon):
    broker = daemon(NAME)
    epochs = []
    for _ in range(2):
        everything = ask(broker.port, METADATA, 0, struct.pack(">i", 0))
        at = everything.index(b"__crema-epoch-")
        epochs.append(everything[at:at + 50])
        assert broker.stop() == 0
        broker.start()
    assert epochs[0] != epochs[1]


def test_bytes_that_are_no_request_harm_nobody_else(daemon):
    broker = daemon(NAME)
    for garbage in (b"GET / HTTP/1.1\r\n\r\n", b"\xff" * 64, struct.pack(">i", 0), b"\0"):
        with socket.create_connection(("127.0.0.1", broker.port), timeout=5) as connection:
            connection.sendall(garbage)
    assert ask(broker.port, API_VERSIONS, 0)[:2] == b"\0\0"


def test_more_connections_than_allowed_are_closed(daemon):
    broker = daemon(NAME, {"crema.kafka.max-connections": 1})
    with socket.create_connection(("127.0.0.1", broker.port), timeout=5) as first:
        first.sendall(struct.pack(">ihhih", 10, API_VERSIONS, 0, 1, -1))
        assert first.recv(4), "served"
        with socket.create_connection(("127.0.0.1", broker.port), timeout=5) as second:
            assert second.recv(1) == b"", "closed at once"


@pytest.mark.parametrize("arguments, parts", [
    (["--server.address=0.0.0.0"], ["server.address", "'0.0.0.0'", "127.0.0.1 only", "Apache Kafka"]),
    (["--crema.kafka.topics=a b:1"], ["crema.kafka.topics", "'a b:1'", "letters, digits"]),
    (["--crema.kafka.topics=:3"], ["crema.kafka.topics", "':3'", "letters, digits"]),
    (["--crema.kafka.topics=a:0"], ["crema.kafka.topics", "'a:0'", "1 to 256"]),
    (["--crema.kafka.topics=a:257"], ["crema.kafka.topics", "'a:257'", "1 to 256"]),
    (["--crema.kafka.topics=a:many"], ["crema.kafka.topics", "'a:many'", "1 to 256"]),
    (["--crema.kafka.topics=a:1,a:2"], ["crema.kafka.topics", "'a:2'", "twice"]),
    (["--crema.kafka.topics=" + "x" * 201], ["crema.kafka.topics", "1 to 200"]),
    (["--crema.kafka.max-connections=0"], ["crema.kafka.max-connections", "'0'", "1 to 1024"]),
    (["--server.port=65536"], ["server.port", "'65536'", "65535"]),
])
def test_wrong_settings_are_refused(arguments, parts):
    for mode in (["--check-config"], []):
        done = run_once(NAME, *mode, *arguments)
        assert done.returncode == 78, done.stderr
        for part in parts:
            assert part in done.stderr, done.stderr


def test_a_port_in_use_is_named(daemon, tmp_path):
    broker = daemon(NAME)
    done = run_once(NAME, f"--server.port={broker.port}", home=tmp_path / "second")
    assert done.returncode == 1
    errors = [line for line in done.stderr.splitlines() if "level=error" in line]
    assert len(errors) == 1, done.stderr
    assert f"port {broker.port} " in errors[0] and "another broker running" in errors[0]
