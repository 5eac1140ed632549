"""The dashboard over a stream that the test writes, and readers of what it passes on."""
import socket
import threading

import pytest

from harness.origin import Origin

LOCAL = {"spring.cloud.config.enabled": "false", "eureka.client.enabled": "false"}


class Reader:
    """Reads one answer without an end: `status`, `headers`, and the `text` so far."""

    def __init__(self, running, path, headers=None):
        self.socket = socket.create_connection(("127.0.0.1", running.port), 5)
        self.socket.settimeout(30)
        lines = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n{lines}\r\n".encode())
        self.file = self.socket.makefile("rb")
        self.status = int(self.file.readline().split()[1])
        self.headers = {}
        for line in iter(lambda: self.file.readline().strip(), b""):
            name, _, value = line.decode().partition(":")
            self.headers[name.lower()] = value.strip()
        self.text = ""
        self.ended = False
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        try:
            while size := int(self.file.readline().strip() or b"0", 16):
                self.text += self.file.read(size).decode(errors="replace")
                self.file.readline()
        except (OSError, ValueError):
            pass
        self.ended = True

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


@pytest.fixture
def origin():
    made = Origin()
    yield made
    made.stop()


@pytest.fixture
def dashboard(daemon):
    """dashboard(settings) starts one without registry and config server."""
    def start(settings=None, home=None):
        return daemon("hystrix-dashboard", {**LOCAL, **(settings or {})}, home=home)
    return start


@pytest.fixture
def allowed(dashboard):
    """A dashboard that may reach this machine."""
    return dashboard({"hystrix.dashboard.proxy-stream-allow-list": "localhost,127.0.0.1"})


@pytest.fixture
def read():
    """read(running, path) opens a stream."""
    readers = []

    def start(running, path, headers=None):
        reader = Reader(running, path, headers)
        readers.append(reader)
        return reader
    yield start
    for reader in readers:
        try:
            reader.close()
        except OSError:
            pass  # the other side was quicker
