"""SIGTERM and reloads under load (gateway.md 7.4, T103, T104; decision G3)."""
import signal
import socket
import threading
import time

import pytest

from harness.poll import wait_until
from harness.running import preset

from gateway_client import Client
from gateway_setup import ANY_CONNECTIONS, url_route
from token_load import TokenLoad, token_origin

RATE = 300 if preset() in ("asan", "tsan") else 1000


def refuses(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
        return False
    except ConnectionRefusedError:
        return True


def test_case_103_a_hundred_requests_in_work(start, back):
    go = threading.Event()

    def script(peer):
        while peer.request():
            if peer.wait(go):
                peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    back.script = script
    gateway = start({**url_route("up", f"http://{back.authority}"), **ANY_CONNECTIONS,
                     "crema.shutdown.drain-ms": 20000})
    clients = [Client(gateway.port) for _ in range(100)]
    for client in clients:
        client.send(b"GET /up/1 HTTP/1.1\r\nHost: g\r\n\r\n")
    back.saw(100)
    began = time.monotonic()
    gateway.signal(signal.SIGTERM)
    wait_until(lambda: refuses(gateway.port), 15, "new connections to be refused")
    assert gateway.child.poll() is None
    go.set()
    for client in clients:
        answer = client.answer()
        assert answer.body == b"ok" and answer.get("Connection") == "close"
        assert client.ends() == "end"
        client.close()
    assert gateway.child.wait(10) == 0
    assert time.monotonic() - began < 20, "it waited for its limit"


@pytest.mark.parametrize("linger_ms", [0, 1000])
def test_case_103_no_request_fails_at_a_thousand_a_second(start, back, linger_ms):
    """Whatever was sent before the listeners closed is answered, with its own token."""
    back.script = token_origin
    gateway = start({**url_route("up", f"http://{back.authority}"), "crema.shutdown.linger-ms": linger_ms})
    with TokenLoad(gateway.port, RATE) as load:
        wait_until(lambda: load.answered > RATE, 30, "the load to run")
        gateway.signal(signal.SIGTERM)
        load.wait_refused()
    assert gateway.child.wait(10) == 0
    assert load.failures == [] and load.answered == load.sent > RATE
    assert "event=drain.unfinished" not in gateway.log


def test_case_104_no_request_fails_while_routes_change(start, back, tmp_path):
    back.script = token_origin
    url = f"http://{back.authority}"

    def write(more=""):
        (tmp_path / "application.yml").write_text(f"zuul:\n  routes:\n    up: /up/**={url}\n{more}")

    write()
    gateway = start({"spring.config.location": f"{tmp_path}/"})
    with TokenLoad(gateway.port, RATE / 2) as load:
        for number in range(15):
            write(f"    b{number}: /b{number}/**={url}\n")
            if number % 2:
                gateway.signal(signal.SIGHUP)
                wait_until(lambda: gateway.ask(f"/b{number}/x").status == 200, 10, "the new route")
            else:
                assert gateway.post("/actuator/refresh").status == 200
                assert gateway.ask(f"/b{number}/x").status == 200
        wait_until(lambda: load.answered > RATE / 2, 30, "the load to run")
    assert load.failures == [] and load.answered == load.sent
