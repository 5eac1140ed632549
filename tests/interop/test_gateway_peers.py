"""The fuzzers' corpus through nginx, HAProxy and ours, each before an origin of its own: as far as two of them
let requests through, the origins saw the same ones (decision G11)."""
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from harness import packages
from harness.poll import wait_until
from harness.ports import free_port
from harness.running import Running

sys.path.insert(0, str(Path(__file__).parents[1] / "blackbox" / "gateway"))

from gateway_setup import BASE, url_route  # noqa: E402
from gateway_wire import Ended, Silent, Wire  # noqa: E402

CORPUS = Path(__file__).parents[1] / "fuzz" / "corpus" / "fuzz_http_request"
QUIET = 0.3  # seconds after which nothing more is expected of a proxy
NGINX = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log stderr crit;
events {{ worker_connections 512; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        location / {{ proxy_pass http://{origin}; proxy_http_version 1.1; proxy_set_header Connection ""; }}
    }}
}}
"""
HAPROXY = """
defaults
    mode http
    timeout client 10s
    timeout server 10s
    timeout connect 10s
frontend front
    bind 127.0.0.1:{port}
    default_backend back
backend back
    server origin {origin}
"""


class Recorder:
    """An origin that notes method and body of each whole request, and reads leniently what proxies write."""

    def __init__(self):
        self.seen = []
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.authority = f"127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(Wire(sock, seconds=600),), daemon=True).start()

    def _serve(self, wire):
        try:
            while True:
                head = wire.head()
                framing, length = head.framing()
                body = wire.chunked()[0] if framing == "chunked" else wire.take(length or 0)
                self.seen.append((head.start.split(" ")[0], body))
                wire.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        except (Ended, Silent, OSError):
            wire.close()

    def stop(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


def listens(port):
    socket.create_connection(("127.0.0.1", port), timeout=1).close()
    return True


@pytest.fixture
def proxies(tmp_path):
    """{name: (port, recorder)}"""
    packages.install("nginx", "haproxy")
    made = {name: (free_port(), Recorder()) for name in ("nginx", "haproxy")}
    children = []
    for name, template, argv in (("nginx", NGINX, ["/usr/sbin/nginx", "-e", "stderr", "-c"]),
                                 ("haproxy", HAPROXY, ["/usr/sbin/haproxy", "-q", "-f"])):
        port, recorder = made[name]
        file = tmp_path / f"{name}.conf"
        file.write_text(template.format(folder=tmp_path, port=port, origin=recorder.authority))
        children.append(subprocess.Popen([*argv, str(file)], stderr=(tmp_path / f"{name}.log").open("w")))
        wait_until(lambda port=port: listens(port), 10, f"{name} to listen")
    recorder = Recorder()
    gateway = Running("zuul-gateway", tmp_path / "g", settings={
        **BASE, **url_route("all", f"http://{recorder.authority}", path="/**", stripPrefix="false"),
        "crema.gateway.access-log-every": "0", "crema.gateway.admin-paths": "/actuator/**"})
    made["ours"] = (gateway.port, recorder)
    yield made
    for child in children:
        child.terminate()
        child.wait(10)
    assert gateway.stop() == 0
    gateway.check_log()
    for _, recorder in made.values():
        recorder.stop()


def replay(port, recorder, octets):
    """What the origin saw of them."""
    begin = len(recorder.seen)
    with socket.create_connection(("127.0.0.1", port), timeout=10) as sock:
        wire = Wire(sock, QUIET)
        wire.send(octets)
        try:
            wire.rest()
        except Silent:
            pass
    return recorder.seen[begin:]


def test_what_is_let_through_is_the_same(proxies, tell):
    inputs = {file.name: file.read_bytes()[1:] for file in sorted(CORPUS.iterdir())}

    def all_of(name):
        return {file: replay(*proxies[name], octets) for file, octets in inputs.items()}

    with ThreadPoolExecutor(3) as pool:
        seen = dict(zip(proxies, pool.map(all_of, proxies)))
    differences = []
    for file in inputs:
        ours = seen["ours"][file]
        for name in ("nginx", "haproxy"):
            both = min(len(ours), len(seen[name][file]))
            if ours[:both] != seen[name][file][:both]:
                differences.append(f"{file}: ours let through {ours}, {name} {seen[name][file]}")
    assert differences == []
    assert sum(map(len, seen["ours"].values())) > 10
    tell("of {} inputs let through: {}".format(len(inputs), ", ".join(
        f"{name} {sum(map(bool, found.values()))}" for name, found in seen.items())))
