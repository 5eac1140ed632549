"""The end: the registry is left, what is in work is finished, the rest is cut in time."""
import signal
import socket
import threading
import time

import pytest

from harness.poll import wait_until
from shell_backend import Backend, alone


@pytest.fixture
def backend():
    made = Backend()
    yield made
    made.stop()


def start(daemon, backend, **settings):
    return daemon("zuul-gateway", settings=alone(**{"zuul.routes.a": f"/a/**={backend.url}",
                                                    **settings}))


def refuses(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return False
    except ConnectionRefusedError:
        return True


def read_to_end(stream):
    """Reads the last chunk of an answer, and closes."""
    with stream:
        seen = b""
        while not seen.endswith(b"0\r\n\r\n"):
            part = stream.recv(65536)
            assert part, "cut instead of ended"
            seen = (seen + part)[-16:]


def test_a_stream_of_figures_does_not_hold_it_up(daemon, backend):
    gateway = start(daemon, backend)
    stream = socket.create_connection(("127.0.0.1", gateway.port), timeout=10)
    stream.sendall(b"GET /actuator/hystrix.stream HTTP/1.1\r\nHost: g\r\n\r\n")
    assert b"200 OK" in stream.recv(65536)
    reader = threading.Thread(target=read_to_end, args=(stream,))
    reader.start()
    began = time.monotonic()
    assert gateway.stop() == 0
    assert time.monotonic() - began < 4  # less than the drain limit
    reader.join(5)


def test_what_does_not_end_is_cut(daemon, backend):
    gateway = start(daemon, backend, **{"crema.shutdown.drain-ms": 300})
    backend.gate.clear()
    failed = []

    def ask():
        try:
            failed.append(gateway.get("/a/1", timeout=20))
        except OSError as error:
            failed.append(error)

    client = threading.Thread(target=ask)
    client.start()
    assert backend.arrived.wait(5)
    assert gateway.stop() == 0
    client.join(5)
    assert len(failed) == 1
    assert "event=drain.unfinished" in gateway.log
    backend.gate.set()


def test_an_idle_connection_may_bring_one_more_request(daemon, backend):
    gateway = start(daemon, backend)
    request = b"GET /a/1 HTTP/1.1\r\nHost: g\r\n\r\n"
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=5) as client:
        client.sendall(request)
        assert b"200 OK" in client.recv(65536)
        gateway.signal(signal.SIGTERM)
        wait_until(lambda: refuses(gateway.port), 5, "new connections to be refused")
        client.sendall(request)
        seen = b""
        while True:
            part = client.recv(65536)
            if not part:
                break
            seen += part
        assert b"200 OK" in seen and b"Connection: close" in seen
    assert gateway.child.wait(5) == 0


def test_it_leaves_the_registry(daemon, backend):
    registry = daemon("eureka-registry", settings={"spring.cloud.config.enabled": "false"})
    gateway = start(daemon, backend, **{
        "eureka.client.enabled": "true",
        "eureka.client.service-url.defaultZone": registry.url("/eureka/")})

    def listed():
        page = registry.get("/eureka/apps", headers={"Accept": "application/json"}).text
        return "MSA-ARCHITECTURE-ZUUL-SERVER" in page and f'"$":{gateway.port}' in page

    wait_until(listed, 5, "the gateway with its data port")
    backend.gate.clear()
    client = threading.Thread(target=lambda: gateway.get("/a/1"))
    client.start()
    assert backend.arrived.wait(5)
    gateway.signal(signal.SIGTERM)
    wait_until(lambda: not listed(), 5, "the gateway to leave")
    assert gateway.child.poll() is None  # it left first
    backend.gate.set()
    client.join(5)
    assert gateway.child.wait(5) == 0


def test_it_lingers_behind_the_registry(daemon, backend):
    registry = daemon("eureka-registry", settings={"spring.cloud.config.enabled": "false"})
    gateway = start(daemon, backend, **{
        "eureka.client.enabled": "true", "crema.shutdown.linger-ms": 1500,
        "eureka.client.service-url.defaultZone": registry.url("/eureka/")})
    wait_until(lambda: registry.get("/eureka/apps/MSA-ARCHITECTURE-ZUUL-SERVER").status == 200, 5,
               "the gateway to register")
    gateway.signal(signal.SIGTERM)
    wait_until(lambda: "event=registry.left" in gateway.log, 5, "the gateway to leave")
    assert gateway.get("/a/1").status == 200  # somebody who has not heard of it yet
    assert gateway.child.wait(5) == 0


def test_killed_and_started_again(daemon, backend):
    gateway = start(daemon, backend)
    assert gateway.get("/a/1").status == 200
    gateway.kill()
    gateway.start()
    assert gateway.get("/a/1").status == 200
    assert gateway.get("/actuator/health").status == 200
