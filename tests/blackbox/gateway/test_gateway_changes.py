"""Ten thousand changes of instances under a hundred open streams: what was replaced is freed (decision G5)."""
import http.client
import json
import threading

from harness.poll import wait_until
from harness.running import preset
from harness.stack import private_kb

from gateway_client import Client
from gateway_origin import answer_all
from shell_backend import record

SANITIZED = preset() in ("asan", "tsan")
CHANGES = 1000 if SANITIZED else 10000
STREAMS = 100
LIVE = 20  # of the changing instances at a time
ROUNDS = 3
ROOM_KB = 256  # in the quietest round: the allocator may take a step, a leak grows in each


class Churn:
    """Registers an instance, and lets go the one that came LIVE before it: two changes a turn."""

    def __init__(self, registry):
        self.connection = http.client.HTTPConnection("127.0.0.1", registry.port, timeout=10)
        self.number = 0

    def _send(self, method, path, body=None):
        self.connection.request(method, path, body and json.dumps(body), {"Content-Type": "application/json"})
        answer = self.connection.getresponse()
        answer.read()
        assert answer.status < 300, answer.status

    def turn(self, port=1):
        """A new name each time; nobody listens on port 1."""
        self.number += 1
        made = record("churn", port)
        made["instance"]["instanceId"] = f"c{self.number}"
        self._send("POST", "/eureka/apps/CHURN", made)
        if self.number > LIVE:
            self._send("DELETE", f"/eureka/apps/CHURN/c{self.number - LIVE}")

    def changes(self, count):
        for _ in range(count // 2):
            self.turn()


def streaming(peer, end):
    """A stream that says a word, and another one when the test is over."""
    while request := peer.request():
        if request.target != "/stream":
            peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            continue
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
                  b"5\r\nfirst\r\n")
        if peer.wait(end):
            peer.send(b"4\r\nlast\r\n0\r\n\r\n")


def instances(gateway):
    health = gateway.get("/actuator/health").json
    return int(health["components"]["gateway"]["details"]["instances"])


def test_changes_leave_nothing_behind(daemon, start, back):
    end = threading.Event()
    registry = daemon("eureka-registry", settings={"spring.cloud.config.enabled": "false"})
    gateway = start({"eureka.client.enabled": "true", "zuul.routes.users": "/u/**",
                     "eureka.client.service-url.defaultZone": registry.url("/eureka/")})
    assert registry.post("/eureka/apps/USERS", json=record("users", back.port)).status == 204
    back.script = answer_all
    wait_until(lambda: gateway.ask("/u/1").status == 200, 10, "the service")
    back.renew()
    back.script = lambda peer: streaming(peer, end)
    streams = [Client(gateway.port, seconds=600) for _ in range(STREAMS)]
    for stream in streams:
        stream.send(b"GET /u/stream HTTP/1.1\r\nHost: g\r\n\r\n")
        assert stream.answer_head().framing == "chunked" and stream.chunk() == b"first"
    for peer in back.peers:
        peer.seconds = 600  # to wait for the end
    before = instances(gateway)
    churn = Churn(registry)
    churn.changes(CHANGES // 5)
    wait_until(lambda: instances(gateway) == before + LIVE, 20, "the gateway to follow")
    sizes = [private_kb(gateway.child.pid)]
    for _ in range(ROUNDS):
        churn.changes(CHANGES)
        wait_until(lambda: instances(gateway) == before + LIVE, 20, "the gateway to follow")
        sizes.append(private_kb(gateway.child.pid))
    print(f"rounds of {CHANGES} changes under {STREAMS} streams: {sizes} KiB")
    assert SANITIZED or min(after - earlier for earlier, after in zip(sizes, sizes[1:])) < ROOM_KB, sizes
    end.set()
    for stream in streams:
        assert stream.chunked() == (b"last", [])
        stream.close()
