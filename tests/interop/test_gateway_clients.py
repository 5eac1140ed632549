"""Clients that are used everywhere, unmodified, through the gateway: with kept connections and without,
pipelined, with bodies of known and of unknown length."""
import hashlib
import http.client
import itertools
import re
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from harness import java, packages
from harness.running import Running

sys.path.insert(0, str(Path(__file__).parents[1] / "blackbox" / "gateway"))

from gateway_client import Client  # noqa: E402
from gateway_origin import Origin  # noqa: E402
from gateway_setup import BASE, url_route  # noqa: E402

READERS = Path(__file__).parent / "readers"
DEBIAN = {"node": "nodejs", "curl": "curl", "wrk": "wrk", "h2load": "nghttp2-client"}
SMALL, LARGE = b"hello", b"0123456789" * 30000
SENT = {"get": ("GET", b""), "post": ("POST", SMALL), "chunked": ("POST", LARGE)}


def told(label):
    """What the origin says to a request of that label."""
    method, body = SENT.get(label, ("GET", b""))
    return f"{method} /{label} {len(body)} {hashlib.sha256(body).hexdigest()}"


def echo(peer):
    """Says what came, in turn with a known length and in chunks."""
    for number in itertools.count():
        request = peer.request()
        if not request:
            return
        text = f"{request.method} {request.target} {len(request.body)} {hashlib.sha256(request.body).hexdigest()}"
        if number % 2:
            peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n"
                      % (len(text), text.encode()))
        else:
            peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(text), text.encode()))


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    origin = Origin()
    origin.script = echo
    running = Running("zuul-gateway", tmp_path_factory.mktemp("clients"),
                      settings={**BASE, **url_route("up", f"http://{origin.authority}"),
                                "crema.gateway.access-log-every": "0"})
    running.origin = origin
    yield running
    assert running.stop() == 0
    running.check_log()
    origin.reset()
    origin.stop()


def program(name):
    if not shutil.which(name):
        packages.install(DEBIAN[name])
    return name


def run(*argv, data=None):
    done = subprocess.run([str(word) for word in argv], input=data, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          check=False, timeout=120)
    assert done.returncode == 0, (done.stdout[-1000:], done.stderr[-2000:])
    return done.stdout.decode()


def check(lines, names):
    """Each line is "CLIENT LABEL ANSWER"; every client of names said something."""
    for line in lines:
        _, label, answer = line.split(" ", 2)
        assert answer == told(label), line
    assert {line.split(" ")[0] for line in lines} == set(names)


@pytest.mark.parametrize("how", [[], ["-H", "Connection: close"], ["--http1.0"]], ids=["kept", "close", "1.0"])
def test_curl(gateway, how, tmp_path, tell):
    url = gateway.url("/up")
    (tmp_path / "large").write_bytes(LARGE)
    curl = [program("curl"), "--silent", "--show-error", "--fail", "--write-out", "\n", *how]
    answers = run(*curl, *[f"{url}/{number}" for number in range(20)]).split("\n")
    assert answers[:20] == [told(str(number)) for number in range(20)]
    assert run(*curl, "--data-binary", SMALL.decode(), f"{url}/post").strip() == told("post")
    chunked = ["-H", "Transfer-Encoding: chunked"] if "--http1.0" not in how else []
    assert run(*curl, *chunked, "--data-binary", f"@{tmp_path}/large", f"{url}/chunked").strip() == told("chunked")
    if chunked:
        assert run(*curl, "-X", "POST", "-T", "-", f"{url}/chunked", data=LARGE).strip() == told("chunked")
    assert "HTTP/1.1 200" in run(*curl, "--head", f"{url}/get")
    tell(f"curl {' '.join(how)}: 20 requests and uploads")


@pytest.mark.parametrize("how", [[], ["-H", "Connection: close"], ["-s", READERS / "pipeline.lua"]],
                         ids=["kept", "close", "pipelined"])
def test_wrk(gateway, how, tell):
    said = run(program("wrk"), "-t", 1, "-c", 8, "-d", 1, *how, gateway.url("/up"))
    assert "Non-2xx" not in said and "Socket errors" not in said, said
    count = int(re.search(r"(\d+) requests in", said).group(1))
    assert count > 50, said
    tell(f"wrk {' '.join(map(str, how))}: {count} requests")


@pytest.mark.parametrize("how", [["-m", 1], ["-m", 16], ["-m", 4, "-d", "LARGE"], ["-H", "Connection: close", "-m", 1]],
                         ids=["kept", "pipelined", "bodies", "close"])
def test_h2load(gateway, how, tmp_path, tell):
    (tmp_path / "large").write_bytes(LARGE)
    count = 400 if "-d" not in how else 100
    said = run(program("h2load"), "--h1", "-n", count, "-c", 8, *[tmp_path / "large" if word == "LARGE" else word for word in how],
               gateway.url("/up/get" if "-d" not in how else "/up/post"))
    assert f"{count} succeeded, 0 failed, 0 errored" in said and f"{count} 2xx" in said, said
    tell(f"h2load {' '.join(map(str, how))}: {count} requests")


def test_java(gateway, tell):
    java.built()  # Java comes with the peers
    lines = run(java.java_home() / "bin" / "java", "-Djdk.httpclient.allowRestrictedHeaders=connection",
                READERS / "GatewayClient.java", gateway.url("/up")).splitlines()
    check(lines, ["java-1.1", "java-2", "java-close"])
    tell(f"java.net.http.HttpClient: {len(lines)} requests, with upgrades to HTTP/2 asked for in vain")


def test_node(gateway, tell):
    lines = run(program("node"), READERS / "gateway_client.js", gateway.url("/up")).splitlines()
    check(lines, ["node-kept", "node-close"])
    tell(f"node: {len(lines)} requests")


def test_python(gateway, tell):
    lines = []
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=20)
    for label in ("get", "post", "chunked", "get"):
        method, body = SENT[label]
        pieces = iter(body[at:at + 7000] for at in range(0, len(body), 7000)) if label == "chunked" else body or None
        connection.request(method, f"/up/{label}", pieces, encode_chunked=label == "chunked")
        lines.append(f"http.client {label} {connection.getresponse().read().decode()}")
    connection.close()
    for label in ("get", "post"):  # closes each time
        with urllib.request.urlopen(gateway.url(f"/up/{label}"), SENT[label][1] or None, timeout=20) as answer:
            lines.append(f"urllib {label} {answer.read().decode()}")
    client = Client(gateway.port)
    client.send(b"".join(b"GET /up/%d HTTP/1.1\r\nHost: g\r\n\r\n" % number for number in range(50)))
    lines += [f"pipelined {number} {client.answer().body.decode()}" for number in range(50)]
    client.close()
    check(lines, ["http.client", "urllib", "pipelined"])
    tell(f"python: {len(lines)} requests")
