"""A registry, instances with streams that the test writes, and readers of turbine.stream."""
import json
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from harness.poll import wait_until

from hystrix_event import command


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        """Quiet."""

    def do_GET(self):
        self.server.instance.serve(self)


class Instance:
    """A process with a hystrix.stream. `events` are sent every `every` seconds."""

    def __init__(self, port=0, paths=("/actuator/hystrix.stream",)):
        self.events = [command()]
        self.every = 0.1
        self.status = 200
        self.content_type = "text/event-stream;charset=UTF-8"
        self.paths = paths
        self.raw = None  # text that is sent once instead of events
        self.silent = False
        self.connections = 0
        self.closing = threading.Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", port), _Handler)
        self.server.daemon_threads = True
        self.server.instance = self
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def serve(self, handler):
        if handler.path not in self.paths or self.status != 200:
            handler.send_response(404 if handler.path not in self.paths else self.status)
            handler.send_header("Content-Length", "0")
            handler.end_headers()
            return
        self.connections += 1
        handler.send_response(200)
        handler.send_header("Content-Type", self.content_type)
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.close_connection = True
        closing = self.closing
        try:
            while not closing.is_set():
                if not self.silent:
                    self.send(handler)
                closing.wait(self.every)
        except OSError:
            pass  # the aggregator has gone

    def send(self, handler):
        if self.raw is not None:
            handler.wfile.write(self.raw.encode())
            self.raw = None
        for event in self.events:
            stamped = {"currentTime": int(time.time() * 1000), **event}
            handler.wfile.write(f"data: {json.dumps(stamped)}\n\n".encode())
        handler.wfile.flush()

    def break_streams(self):
        """Ends every open stream; new ones are served."""
        self.closing.set()
        self.closing = threading.Event()

    def stop(self):
        self.closing.set()
        self.server.shutdown()
        self.server.server_close()


class Reader:
    """Reads a stream on a thread of its own: `lines` with the time of each, `latest` by name."""

    def __init__(self, port, path, headers=""):
        self.socket = socket.create_connection(("127.0.0.1", port), 5)
        self.socket.settimeout(30)
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n{headers}\r\n".encode())
        self.file = self.socket.makefile("rb")
        self.status = int(self.file.readline().split()[1])
        self.headers = {}
        for line in iter(lambda: self.file.readline().strip(), b""):
            name, _, value = line.decode().partition(":")
            self.headers[name.lower()] = value.strip()
        self.started = time.monotonic()
        self.lines = []
        self.latest = {}
        self.counts = {}
        self.body = b""
        self.chunked = self.headers.get("transfer-encoding") == "chunked"
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _pieces(self):
        while self.chunked:
            size = int(self.file.readline().strip() or b"0", 16)
            if size == 0:
                return
            yield self.file.read(size)
            self.file.readline()
        while True:
            piece = self.file.read1(65536)
            if not piece:
                return
            yield piece

    def _read(self):
        rest = b""
        try:
            for piece in self._pieces():
                self.body += piece
                rest += piece
                *whole, rest = rest.split(b"\n")
                for line in whole:
                    self._take(line.decode())
        except (OSError, ValueError):
            pass

    def _take(self, line):
        self.lines.append((time.monotonic() - self.started, line))
        if line.startswith("data: {"):
            event = json.loads(line[6:])
            if "name" in event:
                self.counts[event["name"]] = self.counts.get(event["name"], 0) + 1
                self.latest[event["name"]] = event

    def until(self, what, condition, seconds=10):
        """Waits until the newest event of that circuit fits."""
        return wait_until(lambda: what in self.latest and condition(self.latest[what]) and
                          self.latest[what], seconds, f"{what}; have {self.latest.get(what)}")

    def close(self):
        self.socket.close()


class Fleet:
    """A real registry and real registrations of fake instances."""

    def __init__(self, registry):
        self.registry = registry
        self.instances = []

    def instance(self, app="orders", **kwargs):
        made = Instance(**kwargs)
        self.instances.append(made)
        self.register(app, made)
        return made

    def register(self, app, instance, status="UP", metadata=None):
        record = {"instance": {
            "instanceId": f"127.0.0.1:{app}:{instance.port}", "hostName": "127.0.0.1",
            "app": app.upper(), "ipAddr": "127.0.0.1", "vipAddress": app, "status": status,
            "port": {"$": instance.port, "@enabled": "true"},
            "securePort": {"$": 443, "@enabled": "false"},
            "dataCenterInfo": {"@class": "com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo",
                               "name": "MyOwn"},
            "leaseInfo": {"renewalIntervalInSecs": 30, "durationInSecs": 90},
            "metadata": metadata or {}}}
        answer = self.registry.post(f"/eureka/apps/{app.upper()}", json=record)
        assert answer.status == 204, answer

    def cancel(self, app, instance):
        answer = self.registry.delete(
            f"/eureka/apps/{app.upper()}/127.0.0.1:{app}:{instance.port}")
        assert answer.status == 200, answer


@pytest.fixture
def fleet(daemon):
    made = Fleet(daemon("eureka-registry", {"spring.cloud.config.enabled": "false"}))
    yield made
    for instance in made.instances:
        instance.stop()


@pytest.fixture
def turbine(daemon, fleet):
    """turbine(settings) starts an aggregator over the fleet's registry."""
    def start(settings=None):
        return daemon("turbine-aggregator", {
            "eureka.client.service-url.defaultZone": fleet.registry.url("/eureka/"),
            "eureka.client.registry-fetch-interval-seconds": 1,
            "spring.cloud.config.enabled": "false", **(settings or {})})
    return start


@pytest.fixture
def read():
    """read(turbine, path) opens a stream."""
    readers = []

    def start(running, path="/turbine.stream", headers=""):
        reader = Reader(running.port, path, headers)
        readers.append(reader)
        return reader
    yield start
    for reader in readers:
        reader.close()
