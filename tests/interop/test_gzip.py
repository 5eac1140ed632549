"""The registry's gzip is put together of pieces; what clients unpack must be the plain bytes."""
import hashlib
import http.client
import json
import shutil
import subprocess
import zlib
from pathlib import Path

import pytest

from harness import java, packages
from harness.running import Running
from bench.registry import instance

READERS = Path(__file__).parent / "readers"
DEBIAN = {"node": "nodejs", "go": "golang-go", "curl": "curl"}
SIZES = (1, 50, 1000, 20000)
PATHS = ("/eureka/apps", "/eureka/apps/delta")
LARGE_PATHS = (*PATHS, "/eureka/apps/SERVICE-0")  # of one instance it is sent as it is


@pytest.fixture(scope="module", params=SIZES)
def filled(request, tmp_path_factory):
    """A registry with so many instances, changed here and there between two readings."""
    registry = Running("eureka-registry", tmp_path_factory.mktemp("gzip"),
                       settings={"spring.cloud.config.enabled": "false", "logging.level.root": "warn"})
    fill(registry, request.param)
    registry.paths = LARGE_PATHS if request.param > 1 else PATHS
    for path in registry.paths:  # composed, packed, and from now on taken over in parts
        registry.get(path, headers={"Accept-Encoding": "gzip"})
    for number in range(0, request.param, max(1, request.param // 7)):
        app, record = instance(number)
        registry.put(f"/eureka/apps/{app}/{record['instanceId']}/status?value=OUT_OF_SERVICE")
    yield registry
    registry.stop()


def fill(registry, count):
    connection = http.client.HTTPConnection("127.0.0.1", registry.port, timeout=20)
    for number in range(count):
        app, record = instance(number)
        connection.request("POST", f"/eureka/apps/{app}", json.dumps({"instance": record}),
                           {"Content-Type": "application/json"})
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == (204, b"")
    connection.close()


def told(body):
    return f"{len(body)} {hashlib.sha256(body).hexdigest()}"


def plain(registry, path):
    answer = registry.get(path, headers={"Accept": "application/json", "Accept-Encoding": "identity"}, timeout=20)
    assert answer.status == 200 and "Content-Encoding" not in answer.headers
    return answer.body


def packed(registry, path):
    answer = registry.get(path, headers={"Accept": "application/json", "Accept-Encoding": "gzip"}, timeout=20)
    assert answer.headers["Content-Encoding"] == "gzip"
    return answer.body


def program(name):
    if not shutil.which(name):
        packages.install(DEBIAN[name])
    return name


def run(argv, folder):
    done = subprocess.run([str(word) for word in argv], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.split("\n")[:-1]


def python_reader(registry, _):
    """As the clients do: one member, piece by piece, and nothing may be left over."""
    for path in registry.paths:
        body, unpacker, out = packed(registry, path), zlib.decompressobj(16 + zlib.MAX_WBITS), b""
        for at in range(0, len(body), 1000):
            out += unpacker.decompress(body[at:at + 1000])
        assert unpacker.eof and unpacker.unused_data == b""
        yield told(out)


def curl_reader(registry, folder):
    for path in registry.paths:
        subprocess.run([program("curl"), "--silent", "--fail", "--compressed", "--header", "Accept: application/json",
                        "--output", folder / "body", registry.url(path)], check=True)
        yield told((folder / "body").read_bytes())


def by(*argv):
    return lambda registry, folder: run([*argv, *[registry.url(path) for path in registry.paths]], folder)


def java_reader(registry, folder):
    java.built()  # Java comes with the peers
    return by(java.java_home() / "bin" / "java", READERS / "Gunzip.java")(registry, folder)


def node_reader(registry, folder):
    return by(program("node"), READERS / "gunzip.js")(registry, folder)


def go_reader(registry, folder):
    return by(program("go"), "run", READERS / "gunzip.go")(registry, folder)


@pytest.mark.parametrize("reader", [python_reader, curl_reader, java_reader, node_reader, go_reader],
                         ids=["python", "curl", "java", "node", "go"])
def test_unpacks_to_the_plain_bytes(filled, reader, tmp_path, tell):
    read = list(reader(filled, tmp_path))
    expected = [told(plain(filled, path)) for path in filled.paths]
    assert read == expected
    tell(f"{reader.__name__}: {', '.join(text.split()[0] for text in read)} bytes as sent plain")
