"""Each route is a Hystrix command: circuit, permits, time limits (gateway.md T116-T122; G1, G10)."""
import json
import socket
import threading

import pytest

from harness.poll import wait_until

from gateway_client import Client, is_problem
from gateway_origin import OK, answering
from gateway_setup import url_route
from gateway_wire import Ended

CIRCUIT = {"hystrix.command.default.circuitBreaker.enabled": "true",
           "hystrix.command.default.metrics.healthSnapshot.intervalInMilliseconds": 50}


def command(gateway, name):
    """The command's next event in the gateway's hystrix.stream."""
    with socket.create_connection(("127.0.0.1", gateway.port), 10) as sock:
        sock.sendall(b"GET /actuator/hystrix.stream HTTP/1.0\r\n\r\n")
        with sock.makefile("rb") as lines:
            for line in lines:
                if line.startswith(b"data:") and b"{" in line:
                    event = json.loads(line[5:])
                    if event.get("type") == "HystrixCommand" and event["name"] == name:
                        return event
    raise AssertionError(f"no command {name}")


def users(back, **more):
    """A service of one instance without a registry."""
    return {"zuul.routes.users": "/users/**", "users.ribbon.listOfServers": back.authority, **more}


def test_T118_the_circuit_opens_and_closes(start, back):
    gateway = start({**users(back), **CIRCUIT, "hystrix.command.users.circuitBreaker.requestVolumeThreshold": 5,
                     "hystrix.command.users.circuitBreaker.sleepWindowInMilliseconds": 300})
    back.script = lambda peer: peer.request()  # and closes
    client = Client(gateway.port)

    def opened():
        answer = client.get("/users/1")
        assert answer.status in (502, 503), answer
        return answer if answer.status == 503 else None
    answer = wait_until(opened, 10, "the circuit to open")
    is_problem(answer, 503, "circuit_open")
    assert int(answer.get("Retry-After")) >= 1
    back.script = answering(OK)
    wait_until(lambda: client.get("/users/1").status == 200, 10, "the circuit to close")
    for _ in range(5):
        assert client.get("/users/1").status == 200
    client.close()


def test_T120_the_back_ends_own_errors_open_nothing(start, back):
    gateway = start({**users(back), **CIRCUIT, "hystrix.command.users.circuitBreaker.requestVolumeThreshold": 5})
    back.script = answering(b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 4\r\n\r\nmine")
    client = Client(gateway.port)
    for _ in range(40):
        answer = client.get("/users/1")
        assert answer.status == 500 and answer.body == b"mine"
    client.close()
    event = wait_until(lambda: (seen := command(gateway, "users"))["rollingCountSuccess"] >= 40 and seen, 10,
                       "the figures")
    assert event["isCircuitBreakerOpen"] is False and event["rollingCountFailure"] == 0


def test_T121_one_request_too_many(start, back):
    gateway = start({**users(back), "zuul.semaphore.max-semaphores": 3})
    go = threading.Event()

    def script(peer):
        while peer.request():
            if peer.wait(go):
                peer.send(OK)

    back.script = script
    clients = [Client(gateway.port) for _ in range(4)]
    for client in clients[:3]:
        client.send(b"GET /users/1 HTTP/1.1\r\nHost: g\r\n\r\n")
    back.saw(3)
    is_problem(clients[3].get("/users/1"), 503, "semaphore_full")
    go.set()
    assert [client.answer().status for client in clients[:3]] == [200] * 3
    assert clients[3].get("/users/1").status == 200, "permits come back"
    for client in clients:
        client.close()


def test_G1_an_answers_body_holds_no_permit(start, back):
    gateway = start({**users(back), "zuul.semaphore.max-semaphores": 1})
    go = threading.Event()

    def script(peer):
        while request := peer.request():
            if request.target == "/long":
                peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")
                peer.wait(go)
                peer.send(b"world")
            else:
                peer.send(OK)

    back.script = script
    long, short = Client(gateway.port), Client(gateway.port)
    long.send(b"GET /users/long HTTP/1.1\r\nHost: g\r\n\r\n")
    assert long.answer_head().length == 10
    assert short.get("/users/1").status == 200
    go.set()
    assert long.take(10) == b"helloworld"
    long.close()
    short.close()


def test_G1_a_slow_upload_does_not_use_up_the_deadline(start, back):
    gateway = start({**users(back), "hystrix.command.users.execution.isolation.thread.timeoutInMilliseconds": 400})
    client = Client(gateway.port)
    client.send(b"POST /users/1 HTTP/1.1\r\nHost: g\r\nContent-Length: 12\r\n\r\n")
    back.saw_heads(1)
    pause = threading.Event()
    for octet in b"hello, world":
        pause.wait(0.06)  # in all longer than the deadline
        assert client.send(bytes([octet]))
    assert client.answer("POST").status == 200
    client.close()


@pytest.mark.parametrize("settings, rule", [
    ({"users.ribbon.ReadTimeout": 200}, "ribbon.ReadTimeout"),
    ({"ribbon.ReadTimeout": 200}, "ribbon.ReadTimeout"),
    ({"hystrix.command.users.execution.isolation.thread.timeoutInMilliseconds": 200}, "timeoutInMilliseconds"),
    ({"hystrix.command.default.execution.isolation.thread.timeoutInMilliseconds": 200}, "timeoutInMilliseconds"),
], ids=["client", "ribbon", "command", "default"])
def test_T116_time_limits_of_a_service(start, back, settings, rule):
    gateway = start({**users(back), **settings})
    back.script = lambda peer: peer.request() and peer.wait_end()
    body = is_problem(gateway.ask("/users/1"), 504)
    assert rule in body["rule"] and body["limit"] == 200
    assert back.authority in body["detail"]
    back.left(list(back.peers))
    event = wait_until(lambda: (seen := command(gateway, "users"))["rollingCountTimeout"] + seen["rollingCountFailure"]
                       and seen, 10, "the figures")
    assert event["rollingCountSuccess"] == 0


def test_T122_the_entry_in_the_stream(start, back):
    gateway = start({**users(back), **url_route("fixed", f"http://{back.authority}")})
    assert gateway.ask("/users/1").status == gateway.ask("/fixed/1").status == 200
    event = wait_until(lambda: (seen := command(gateway, "users"))["rollingCountSuccess"] and seen, 10, "the figures")
    assert event["group"] == "RibbonCommand" and event["threadPool"] == "RibbonCommand"
    assert event["propertyValue_executionIsolationStrategy"] == "SEMAPHORE"
    assert event["propertyValue_executionIsolationSemaphoreMaxConcurrentRequests"] == 100
    assert event["propertyValue_executionTimeoutInMilliseconds"] == 4000  # T117
    assert command(gateway, "fixed")["name"] == "fixed"


def test_compat_error_status(start, back):
    """Zuul's 500 and its texts for those who assert on them."""
    gateway = start({**users(back), "zuul.compat.error-status": "true", "zuul.routes.ghost": "/ghost/**"})
    back.script = lambda peer: peer.request()
    for target in ("/users/1", "/ghost/1"):
        answer = gateway.ask(target)
        assert answer.status == 500 and answer.json["message"] == "GENERAL"


def test_C8_too_many_connections(start, back):
    """One more than may be is told so at once; a place that becomes free is given again."""
    gateway = start({**users(back), "crema.gateway.connections-max": 2})
    clients = [Client(gateway.port) for _ in range(2)]
    for client in clients:
        assert client.get("/users/1").status == 200
    refused = Client(gateway.port)
    answer = refused.answer()
    assert answer.status == 503 and answer.get("X-Gateway-Failure") == "overload_shed"
    assert answer.get("Content-Type") == "application/problem+json"
    assert (answer.json["rule"], answer.json["limit"]) == ("crema.gateway.connections-max", 2)
    assert int(answer.get("Retry-After")) >= 1 and refused.ends()
    clients[0].close()

    def served():
        try:
            return gateway.ask("/users/1").status == 200
        except Ended:  # closed before the refusal could be read
            return False
    wait_until(served, 5, "the free place to be given")
    clients[1].close()
    assert back.requests[-1].target == "/1"


# --- the end ---

def refuses(gateway):
    try:
        Client(gateway.port).close()
    except ConnectionRefusedError:
        return True
    return False


def test_T103_SIGTERM_lets_requests_finish(start, back):
    gateway = start({**users(back), "crema.gateway.drain-idle-ms": 300})
    go = threading.Event()

    def script(peer):
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")
        if peer.wait(go):
            peer.send(b"world")

    back.script = script
    clients = [Client(gateway.port) for _ in range(20)]
    for client in clients:
        client.send(b"GET /users/1 HTTP/1.1\r\nHost: g\r\n\r\n")
        client.answer_head()
    gateway.signal(15)

    wait_until(lambda: refuses(gateway), 5, "new connections to be refused")
    go.set()
    assert [client.take(10) for client in clients] == [b"helloworld"] * 20
    for client in clients:
        client.ends()
    assert gateway.child.wait(10) == 0


def test_T103_an_idle_connection_brings_one_more_request(start, back):
    gateway = start({**users(back), "crema.gateway.drain-idle-ms": 5000})
    client = Client(gateway.port)
    assert client.get("/users/1").status == 200
    gateway.signal(15)

    wait_until(lambda: refuses(gateway), 5, "new connections to be refused")
    answer = client.get("/users/1")
    assert answer.status == 200 and answer.get("Connection") == "close"
    assert client.ends() == "end"
    assert gateway.child.wait(10) == 0
