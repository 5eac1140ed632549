"""What is known is answered from memory, and invented names push out nothing that is real."""
import socket

from harness.running import preset
from harness.stack import private_kb

INVENTED = 100_000
BATCH = 500


def answers(server, source):
    text = server.get("/actuator/prometheus").text
    return int(text.partition(f'config_answers_total{{source="{source}"}} ')[2].split()[0])


def flood(server, paths):
    """Asks for all of them on one connection, some at a time, and reads every answer."""
    paths = list(paths)
    with socket.create_connection(("127.0.0.1", server.running.port), timeout=30) as line:
        for start in range(0, len(paths), BATCH):
            batch = paths[start:start + BATCH]
            line.sendall(b"".join(b"GET %s HTTP/1.1\r\nHost: x\r\n\r\n" % path.encode() for path in batch))
            seen, rest = 0, b""
            while seen < len(batch):
                piece = line.recv(1 << 16)
                assert piece, "the connection ended"
                rest += piece
                seen += rest.count(b"HTTP/1.1 200 ")
                rest = rest[-12:]


def test_a_known_commit_needs_no_git(repository, serve):
    """Its objects may be gone: what was asked for is there, and what can be made of the same files."""
    repo = repository({"foo.yml": "a: 1", "application.yml": "b: 2"})
    server = serve(repo)
    paths = ["/foo/default", "/foo/default/main", "/foo-default.yml"]
    before = [server.get(path).body for path in paths]
    (repo.path / ".git" / "objects").rename(repo.path / ".git" / "away")
    assert [server.get(path).body for path in paths] == before
    assert answers(server, "memory") == 3
    assert server.first("/foo/dev") == {"a": 1} and answers(server, "memory") == 3


def test_a_file_is_parsed_once(repository, serve):
    """A commit reads what it changed: the others are known by their content, whatever they are called."""
    repo = repository({"foo.yml": "a: 1", "application.yml": "b: 2", "bar.yml": "a: 1"})
    server = serve(repo)
    assert server.first("/foo/default") == server.first("/bar/default") == {"a": 1}
    repo.commit({"foo.properties": "a=1", "other.yml": "c: 3"})
    assert server.first("/bar/default") == {"a": 1}
    repo.git("mv", "foo.yml", "foo.properties.txt")
    commit = repo.commit({"foo.properties": "a: 1"})     # the same content, read otherwise
    assert server.environment(f"/foo/default/{commit}")["propertySources"][0]["source"] == {"a": "1"}


def test_100_000_invented_names(repository, serve):
    repo = repository({"application.yml": "".join(f"key-{number}: {number}\n" for number in range(20)),
                       **{f"real-{number}.yml": f"a: {number}" for number in range(50)}})
    server = serve(repo, {"crema.config.cache-max": "400KB"})
    real = [f"/real-{number}/default" for number in range(50)]
    for _ in range(2):
        flood(server, real)
    flood(server, (f"/warm-{number}/default" for number in range(5000)))
    memory = private_kb(server.running.child.pid)
    flood(server, (f"/invented-{number}/default" for number in range(INVENTED)))
    flood(server, ["/invented-7/default"] * 2000)       # and asked for again
    if preset() in ("release", "dev"):  # a sanitizer's allocator keeps what it had
        assert private_kb(server.running.child.pid) < memory + 500
    before = answers(server, "memory"), answers(server, "files")
    flood(server, real)
    assert (answers(server, "memory"), answers(server, "files")) == (before[0] + 50, before[1])
