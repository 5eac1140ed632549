"""Each service is a Hystrix command: it opens, answers at once, tries again, closes."""
import pytest

from harness.poll import wait_until
from shell_backend import Backend, alone

QUICK = {
    "hystrix.command.users.circuitBreaker.requestVolumeThreshold": 5,
    "hystrix.command.users.circuitBreaker.sleepWindowInMilliseconds": 1000,
    "hystrix.command.users.metrics.healthSnapshot.intervalInMilliseconds": 100,
}


@pytest.fixture
def backend():
    made = Backend()
    yield made
    made.stop()


@pytest.fixture
def gateway(daemon, backend):
    def start(**settings):
        return daemon("zuul-gateway", settings=alone(**{
            **QUICK, "zuul.routes.users": "/u/**", "zuul.routes.other": "/o/**",
            "users.ribbon.listOfServers": f"127.0.0.1:{backend.port}",
            "other.ribbon.listOfServers": f"127.0.0.1:{backend.port}", **settings}))
    return start


def break_it(front, backend):
    backend.broken = True
    for _ in range(8):
        front.post("/u/1")
    wait_until(lambda: front.post("/u/1").json["failure"] == "circuit_open", 5, "the circuit to open")


def test_it_opens_and_closes(gateway, backend):
    front = gateway()
    assert front.get("/u/1").status == 200
    break_it(front, backend)
    reached = len(backend.requests)
    refused = front.get("/u/1")
    if refused.json["failure"] == "circuit_open":  # else it was the one trial
        assert refused.status == 503
        assert refused.headers["Retry-After"] == "1"
        assert refused.headers["X-Gateway-Failure"] == "circuit_open"
        assert refused.json["service"] == "users"
        assert len(backend.requests) == reached
    assert front.get("/o/1").status in (502, 200)  # another service has a circuit of its own
    health = front.get("/actuator/health").json["components"]["hystrix"]
    assert "users" in str(health)
    backend.broken = False
    wait_until(lambda: front.get("/u/1").status == 200, 5, "the circuit to close")
    assert [front.get("/u/1").status for _ in range(5)] == [200] * 5
    assert "event=circuit.changed" in front.log and "command=users" in front.log


def test_an_error_of_the_back_end_is_no_failure(gateway, backend):
    front = gateway()
    for _ in range(12):
        assert front.get("/u/1").status == 200
    text = wait_until(lambda: (lambda page: page if 'event="success"' in page else None)(
        front.get("/actuator/prometheus").text), 5, "the figures")
    assert 'key="users"' in text


def test_semaphore(gateway, backend):
    front = gateway(**{"zuul.eureka.users.semaphore.max-semaphores": 1})
    backend.gate.clear()
    import threading
    first = threading.Thread(target=lambda: front.get("/u/1"))
    first.start()
    assert backend.arrived.wait(5)
    full = front.get("/u/2")
    assert full.status == 503 and full.json["failure"] == "semaphore_full", full
    backend.gate.set()
    first.join(5)
    assert front.get("/u/3").status == 200


def test_zuul_status(gateway, backend):
    front = gateway(**{"zuul.compat.error-status": "true"})
    backend.broken = True
    answer = front.post("/u/1")
    assert answer.status == 500 and answer.json["message"] == "GENERAL", answer
