"""An origin whose answers the test gives out one by one, and the figures of a gateway's connections."""
import re
import select
import socket
import threading

from harness.poll import wait_until

from gateway_client import Client
from gateway_origin import Origin


# The time limits of a request, and of waiting for a connection, are not what is tested.
LONG = {"hystrix.command.default.execution.isolation.thread.timeoutInMilliseconds": 60000,
        "ribbon.ConnectionManagerTimeout": 60000}


def has_left(peer):
    """Has the gateway ended the connection, while it has to wait?"""
    try:
        return bool(select.select([peer.sock], [], [], 0)[0]) and not peer.sock.recv(1, socket.MSG_PEEK)
    except OSError:
        return True


class Doors:
    """A back end that answers each request with its target, once the test opens that door (or all of them)."""

    def __init__(self):
        self.origin = Origin()
        self.origin.script = self._serve
        self.open = threading.Event()
        self.doors = {}
        self.lock = threading.Lock()
        self.inside = self.most = 0

    def _door(self, target):
        with self.lock:
            return self.doors.setdefault(target, threading.Event())

    def _count(self, by):
        with self.lock:
            self.inside += by
            self.most = max(self.most, self.inside)

    def _serve(self, peer):
        while request := peer.request():
            self._count(1)
            door = self._door(request.target)
            going = self.open.is_set() or self._wait(peer, door)
            self._count(-1)  # before the answer: the next one may come at once
            if not going:
                return
            peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s"
                      % (len(request.target), request.target.encode()))

    def _wait(self, peer, door):
        while not door.wait(0.005):
            if self.open.is_set():
                return True
            if self.origin.closing or has_left(peer):
                return False
        return True

    @property
    def authority(self):
        return self.origin.authority

    @property
    def targets(self):
        """Of what came, in its order."""
        return [request.target for request in self.origin.requests]

    def let(self, target):
        self._door(target).set()

    def stop(self):
        self.open.set()
        self.origin.reset()
        self.origin.stop()


def figures(gateway):
    """{name: value} of the gateway's metrics that have no labels."""
    text = gateway.get("/actuator/prometheus").text
    return {name: float(value) for name, value in re.findall(r"^(gateway_\w+) (\S+)$", text, re.M)}


def has(gateway, **wanted):
    """Waits for these values: connections=1, waiting=0, streams=0."""
    names = {"connections": "gateway_upstream_connections", "waiting": "gateway_upstream_waiting",
             "streams": "gateway_streams"}

    def are():
        seen = figures(gateway)
        return all(seen[names[name]] == value for name, value in wanted.items())
    wait_until(are, 10, f"{wanted}, not {figures(gateway)}")


def is_empty(gateway):
    """Nothing is in work: every place was given back."""
    has(gateway, connections=0, waiting=0, streams=0)


def sender(gateway, target, fields=b"", body=b"", method=b"GET"):
    """A client that has sent a request and has not read the answer."""
    client = Client(gateway.port)
    client.send(b"%s %s HTTP/1.1\r\nHost: g\r\n%s\r\n%s" % (method, target.encode(), fields, body))
    return client


def worker_of(answer):
    """The number of the worker that served it, which X-Request-Id begins with."""
    return answer.get("X-Request-Id").split("-")[1]


def users(*backs, **more):
    """A service with these instances."""
    return {"zuul.routes.users": "/users/**", "crema.gateway.workers": 2, **LONG,
            "users.ribbon.listOfServers": ",".join(back.authority for back in backs), **more}


def finish(doors, *clients):
    """Everybody's answer."""
    doors.open.set()
    answers = [client.answer() for client in clients]
    for client in clients:
        client.close()
    assert [answer.status for answer in answers] == [200] * len(clients)
    return answers


def waiting(gateway, count, first=0, path="/users"):
    """That many more clients, each of which waits before the next one comes."""
    before, clients = figures(gateway)["gateway_upstream_waiting"], []
    for number in range(first, first + count):
        clients.append(sender(gateway, f"{path}/{number}"))
        has(gateway, waiting=before + len(clients))
    return clients


def one_in_work(gateway, doors, waiters):
    """/users/a, which an instance holds up, and then so many who wait: the first of them for /users/0."""
    first = sender(gateway, "/users/a")
    doors.origin.saw(1)
    return [first, *waiting(gateway, waiters)]
