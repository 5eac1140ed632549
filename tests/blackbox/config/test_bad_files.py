"""Files that cannot be read: the answer and the log name the file, the line and the reason, in every form."""
import re
import zlib

import pytest

from harness.poll import wait_until

FILES = {   # what: (file, its content, the line, words of the reason)
    "an open bracket": ("foo.yml", "a: 1\nb: [1, 2\n", 3, "did not find expected ',' or ']'"),
    "an open quote": ("foo.yml", "a: 1\nb: 'x\n", 3, "unexpected end of stream"),
    "a tab": ("foo.yml", "a:\n\tb: 1\n", 2, "found a tab; indent with blanks"),
    "a map in a text": ("foo.yml", "a: 1\n  b: 2\n", 2, "not allowed in this context"),
    "an unknown anchor": ("foo.yml", "a: 1\nb: *x\n", 2, "anchor that is not defined"),
    "a duplicate key": ("foo.yml", "a: 1\nb: 2\na: 3\n", 3, "duplicate key"),
    "a duplicate key within": ("foo.yml", "a:\n  b: 2\n  b: 3\n", 3, "duplicate key"),
    "in a later document": ("foo.yml", "a: 1\n---\na: 2\na: 3\n", 4, "duplicate key"),
    "deep nesting": ("foo.yml", "a: 1\nx: " + "[" * 200 + "]" * 200 + "\n", 2, "more than 50 levels"),
    "deep maps": ("foo.yml", "".join(" " * n + "x:\n" for n in range(80)), 51, "more than 50 levels"),
    "too many documents": ("foo.yml", "---\na: 1\n" * 1025, 2050, "more than 1024 documents"),
    "too many values": ("foo.yml", "".join(f"k{n}: 1\n" for n in range(65537)), 65537, "more than 65536 values"),
    "a long key": ("foo.yml", "a: 1\n? " + "a" * 5000 + "\n: 1\n", 3, "longer than 4096 bytes"),
    "no UTF-8": ("foo.yml", b"a: 1\nb: \xff\n", 2, "UTF-8"),
    "a control character": ("foo.yml", "a: 1\nb: \x01\n", 2, "control characters"),
    "a NUL": ("foo.yml", "a: 1\nb: \x00\n", 2, "control characters"),
    "an anchor in itself": ("foo.yml", "a: 1\nb: &b [*b]\n", 2, "alias inside its own anchor"),
    "a bomb of aliases": ("foo.yml", "a0: &a0 {}\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10)), 1, "expand to more than"),
    "many from few": ("foo.yml", "a0: &a0 x\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10)), 1, "more than 65536 values"),
    "an unknown tag": ("foo.yml", "a: 1\nb: !foo x\n", 2, "unknown tag"),
    "a class of Java": ("foo.yml", "a: 1\nb: !!javax.script.ScriptEngineManager [x]\n", 2, "cannot be of type"),
    "a number that is none": ("foo.yml", "a: !!int x\n", 1, "is no whole number"),
    "a merge of no map": ("foo.yml", "a: 1\nb: {<<: 3}\n", 2, "needs a map"),
    "an expression of profiles": ("foo.yml", "a: 1\n---\nspring.config.activate.on-profile: a & b | c\n", 3,
                                  "need parentheses"),
    "profiles in a profile's file": ("foo-dev.yml", "a: 1\nspring.profiles.include: x\n", 2, "is not allowed"),
    "profiles in a profile's document": (
        "foo.yml", "spring:\n  config.activate.on-profile: dev\n  profiles:\n    active: x\n", 4, "is not allowed"),
    "a bad escape": ("foo.properties", "a=1\nb=\\u12x4\n", 2, "malformed"),
    "half an escape": ("foo.properties", "a=1\nb=\\u12", 2, "malformed"),
    "many documents": ("foo.properties", "a=1\n#---\n" * 1025, 2049, "more than 1024 documents"),
    "many values": ("foo.properties", "".join(f"k{n}=1\n" for n in range(65537)), 65537, "more than 65536 values"),
    "a long name": ("foo.properties", "a=1\n" + "a" * 5000 + "=1\n", 2, "longer than 4096 bytes"),
}
FORMS = ("/foo/dev", "/foo/dev/main", "/foo-dev.yml", "/foo-dev.properties", "/main/foo-dev.json",
         "/foo/dev/main/a.txt")


@pytest.mark.parametrize("what", FILES)
def test_a_file_that_cannot_be_read(repository, serve, what):
    file, content, line, reason = FILES[what]
    server = serve(repository({file: content, "bar.yml": "a: 1", "a.txt": "text"}))
    for path in FORMS:
        answer = server.get(path)
        assert answer.status == 500, (path, answer)
        detail = answer.json["detail"]
        assert detail.startswith("Could not construct context for config=foo profile=dev label="), detail
        assert f"{file}: " in detail and re.search(rf"line {line}\b", detail) and reason in detail, detail
    noted = [entry for entry in server.log.splitlines() if "event=config.unreadable" in entry]
    assert noted and f"{file}: " in noted[-1] and f"line {line}" in noted[-1] and reason in noted[-1], noted
    assert server.first("/bar/default") == {"a": 1}
    assert server.get("/bar/default/main/a.txt").body == b"text"


def test_a_file_over_its_bound(repository, serve):
    """Of configuration and of texts."""
    server = serve(repository({"foo.yml": "a: " + "x" * (1 << 20), "bar.yml": "a: 1", "big.txt": "x" * (33 << 20)}))
    for path in FORMS[:-1]:
        detail = server.get(path).json["detail"]
        assert "'foo.yml' has 1048579 bytes, more than the 1048576 allowed" in detail
    answer = server.get("/bar/default/main/big.txt")
    assert answer.status == 500 and "big.txt" in answer.json["detail"] and "bytes" in answer.json["detail"]
    assert server.first("/bar/default") == {"a": 1}


CIRCLES = {     # what: (the file, a key of the circle, its line)
    "itself": ("x=1\na=${a}\n", "a", 2),
    "two": ("a=${b}\nb=${a}\n", "b", 2),
    "through a default": ("a=${nope:${a}}\n", "a", 1),
    "within a name": ("a=${x${a}}\n", "a", 1),
    "a long way": ("".join(f"k{n}=${{k{(n + 1) % 50}}}\n" for n in range(50)), "k1", 2),
}


@pytest.mark.parametrize("what", CIRCLES)
def test_placeholders_in_a_circle(repository, serve, what):
    content, key, line = CIRCLES[what]
    server = serve(repository({"foo.properties": content, "a.txt": f"${{{key}}}", "bar.yml": "a: 1"}))
    reason = f"foo.properties line {line}: circular placeholder reference '${{{key}}}'"
    for path in ("/foo-dev.yml", "/foo-dev.properties", "/foo-dev.json", "/foo/dev/main/a.txt"):
        answer = server.get(path)
        assert answer.status == 400, (path, answer)
        assert "circular placeholder reference" in answer.json["detail"] and "foo.properties line " in answer.text
        assert answer.json["detail"] == reason or path.endswith((".properties", "a.txt"))
    noted = [entry for entry in server.log.splitlines() if "event=config.unshown" in entry]
    assert len(noted) == 4 and reason in noted[0] and "foo/dev" in noted[0]
    assert server.first("/foo/dev")[key].startswith("${"), "an environment is not resolved"
    assert server.get("/bar-default.yml").body == b"a: 1\n"


KEYS = {"a..b": "empty name", ".a": "empty name", "a.[0]": "empty name", "a[0]b": "behind an index"}


@pytest.mark.parametrize("key", KEYS)
def test_keys_that_cannot_be_nested(repository, serve, key):
    server = serve(repository({"foo.properties": f"x=1\n{key}=2\n", "bar.yml": "a: 1"}))
    for path in ("/foo-dev.yml", "/foo-dev.json"):
        answer = server.get(path)
        assert answer.status == 400, answer
        assert answer.json["detail"].startswith(f"foo.properties line 2: key '{key}': "), answer
        assert KEYS[key] in answer.json["detail"]
    noted = [entry for entry in server.log.splitlines() if "event=config.unshown" in entry]
    assert len(noted) == 2 and f"foo.properties line 2: key '{key}': " in noted[0]
    assert server.get("/foo-dev.properties").text == f"x: 1\n{key}: 2" or "[" in key
    assert server.get("/bar-default.yml").body == b"a: 1\n"


@pytest.mark.parametrize("content", [
    "a=" + "${" * 5000 + "}" * 5000 + "\n",
    "a=" + "${x:" * 5000 + "}" * 5000 + "\n",
    "".join(f"k{n}=${{k{n + 1}}}\n" for n in range(5000)),
], ids=["names", "defaults", "a chain"])
def test_placeholders_deep_in_each_other(repository, serve, content):
    """Within bounds, or refused with the reason; never the end of the server."""
    server = serve(repository({"foo.properties": content, "a.txt": content, "bar.yml": "a: 1"}))
    for path in ("/foo-dev.yml", "/foo-dev.properties", "/foo-dev.json", "/foo/dev/main/a.txt"):
        answer = server.get(path)
        assert answer.status in (200, 400, 500), answer
        assert answer.status == 200 or "placeholder" in answer.json["detail"].lower(), answer
    assert server.get("/bar-default.yml").body == b"a: 1\n"


def test_placeholders_that_double(repository, serve):
    """Thirty lines that would be a gigabyte."""
    content = "".join(f"k{n}=${{k{n + 1}}}${{k{n + 1}}}\n" for n in range(30)) + "k30=x\n"
    server = serve(repository({"foo.properties": content, "a.txt": "${k0}", "bar.yml": "a: 1"}))
    for path in ("/foo-dev.yml", "/foo-dev.properties", "/foo-dev.json", "/foo/dev/main/a.txt"):
        answer = server.get(path, timeout=20)
        assert answer.status in (400, 500), (path, answer.status)
        assert "placeholder" in answer.json["detail"].lower(), answer
    assert server.get("/bar-default.yml").body == b"a: 1\n"


def test_links_in_texts(repository, serve, tmp_path):
    """One that leads out is refused by its name."""
    (tmp_path / "secret.txt").write_text("TOPSECRET")
    repo = repository({"foo.yml": "a: 1", "a.txt": "text"})
    (repo.path / "out.txt").symlink_to(tmp_path / "secret.txt")
    (repo.path / "up.txt").symlink_to("../secret.txt")
    repo.commit({})
    server = serve(repo)
    for name in ("out.txt", "up.txt"):
        answer = server.get(f"/foo/default/main/{name}")
        assert answer.status == 500 and b"TOPSECRET" not in answer.body, answer
        assert f"'{name}' is a symbolic link" in answer.json["detail"]
    assert server.get("/foo/default/main/a.txt").body == b"text"


def test_folders_and_submodules_with_the_names_of_files(repository, serve):
    other = repository({"x.txt": "x"})
    repo = repository({"foo.yml/deep.txt": "x", "bar.yml": "a: 1", "application.yml": "b: 1"})
    repo.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", other.uri, "sub.yml")
    repo.commit({})
    server = serve(repo)
    assert server.sources("/foo/default") == server.sources("/sub/default") == ["application.yml"]
    for name in ("foo.yml", "sub.yml", "sub.yml/x.txt"):
        assert server.get(f"/bar/default/main/{name}").status == 404, name


def objects_of(repo, name):
    blob = repo.git("rev-parse", name)
    return repo.path / ".git" / "objects" / blob[:2] / blob[2:]


@pytest.mark.parametrize("harm", ["missing", "rubbish", "cut", "another kind"])
def test_an_object_that_is_damaged(repository, serve, harm):
    """The file is named in the answer and the log; others are served, and so is it when it is mended."""
    repo = repository({"foo.yml": "a: 1", "a.txt": "x" * 1000, "bar.yml": "b: 1"})
    server = serve(repo, {"crema.config.cache-max": "0"})
    for name, path in (("foo.yml", "/foo/default"), ("a.txt", "/bar/default/main/a.txt")):
        file = objects_of(repo, f"HEAD:{name}")
        whole = file.read_bytes()
        file.chmod(0o600)
        if harm == "missing":
            file.unlink()
        else:
            file.write_bytes({"rubbish": b"rubbish", "cut": whole[:-6],
                              "another kind": zlib.compress(b"tree 0\x00")}[harm])
        answer = server.get(path)
        assert answer.status == 500 and name in answer.json["detail"], answer
        assert any(name in entry for entry in server.log.splitlines() if "level=error" in entry)
        file.write_bytes(whole)
        wait_until(lambda wanted=path: server.get(wanted).status == 200, 10, "the mended object")
    assert server.first("/bar/default") == {"b": 1}


def test_a_tree_that_is_missing(repository, serve):
    repo = repository({"sub/a.txt": "x", "bar.yml": "b: 1"})
    objects_of(repo, "HEAD:sub").unlink()
    server = serve(repo)
    answer = server.get("/bar/default/main/sub/a.txt")
    assert answer.status == 500 and "sub" in answer.json["detail"], answer
    assert server.first("/bar/default") == {"b": 1}


def test_an_empty_repository_in_other_forms(repository, serve):
    """Git's own, without a commit."""
    server = serve(repository())
    for path in ("/foo/default", "/foo-default.yml", "/foo-default.properties", "/foo-default.json",
                 "/main/foo-default.yml"):
        answer = server.get(path)
        assert answer.status == 404 and "main" in answer.json["detail"], answer
    answer = server.get("/foo/default/main/a.txt")
    assert (answer.status, answer.body) == (404, b"")
