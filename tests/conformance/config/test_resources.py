"""Forms, texts, bytes and methods: config-server.md 7, cases 42, 67-72 and 86."""
import hashlib
from email.utils import formatdate

import pytest

from config_wire import DUPLICATE, FORMATS, GIT, V2, is_error, raw, text

BYTES = "application/octet-stream"


def test_case_67_origins(repository, serve):
    server = serve(repository({"foo.yml": "a: 1\nb:\n  c: x\n  d: [p, 'q']\n"}))
    answer = server.get("/foo/default", headers={"Accept": V2})
    assert answer.headers["Content-Type"] == V2
    assert ('"source":{"a":{"value":1,"origin":"1:4"},"b.c":{"value":"x","origin":"3:6"},'
            '"b.d[0]":{"value":"p","origin":"4:7"},"b.d[1]":{"value":"q","origin":"4:10"}}') in answer.text


def test_case_67_any_form(repository, serve):
    server = serve(repository({"foo.yml": "a: 1"}))
    for headers in ({}, {"Accept": "*/*"}, {"Accept": "application/json"}, {"Accept": "text/html, */*;q=0.1"}):
        answer = server.get("/foo/default", headers=headers)
        assert answer.headers["Content-Type"] == "application/json"
        assert '"source":{"a":1}' in answer.text


def test_case_67_a_form_that_is_none(repository, serve):
    server = serve(repository({"foo.yml": "a: 1"}))
    for accept in ("text/html", "text/plain", "application/vnd.spring-cloud.config-server.v1+json"):
        assert server.get("/foo/default", headers={"Accept": accept}).status == 406, accept
        # With a label Spring takes it for a text without a name.
        assert server.get("/foo/default/main", headers={"Accept": accept}).status in (404, 406), accept
    assert text(server, "/foo-default.yml", headers={"Accept": "text/html"}) == "a: 1\n"


def test_case_42_a_duplicate_key_and_a_text(repository, serve):
    """The environment is made for every text, whether it has placeholders or not."""
    server = serve(repository(DUPLICATE))
    is_error(server.get("/foo/default/main/a.txt"), 500, "/foo/default/main/a.txt")
    assert text(server, "/bar/default/main/a.txt") == "text"


NGINX = {"foo.yml": "port: 8080\n", "nginx.conf": "listen ${port};\n", "nginx-dev.conf": "listen ${port}; # dev\n"}


def test_case_68_a_text(repository, serve):
    server = serve(repository({**NGINX, "foo-dev.yml": "port: 9090\n"}))
    assert text(server, "/foo/dev/main/nginx.conf") == "listen 9090; # dev\n"
    assert text(server, "/foo/default/main/nginx.conf") == "listen 8080;\n"
    assert text(server, "/foo/prod/main/nginx.conf") == "listen 8080;\n"
    disposition = server.get("/foo/dev/main/nginx.conf").headers["Content-Disposition"]
    assert disposition.replace(" ", "") == "inline;filename=f.txt"


def test_case_68_placeholders_of_a_text(repository, serve):
    server = serve(repository({"foo.yml": "port: 8080\nl: [x]\n",
                               "a.txt": "${port} ${nope} ${nope:d} \\${port} ${l[0]} $ {} ${\n"}))
    assert text(server, "/foo/default/main/a.txt") == "8080 ${nope} d ${port} x $ {} ${\n"
    assert text(server, "/foo/default/main/a.txt?resolvePlaceholders=false") == (
        "${port} ${nope} ${nope:d} \\${port} ${l[0]} $ {} ${\n")
    assert server.get("/foo/default/main/a.txt").headers["Content-Disposition"] is None


def test_case_68_which_of_several_files(repository, serve):
    """The first profile's, and the root before a search path: not as for properties."""
    files = {"nginx.conf": "root", "cfg/nginx-dev.conf": "cfg dev", "cfg/other.conf": "cfg",
             "x-a.conf": "a", "x-b.conf": "b", "plain-dev": "no ending", "plain": "wrong"}
    server = serve(repository(files), {GIT + "search-paths": "cfg"})
    assert text(server, "/foo/dev/main/nginx.conf") == "root"
    assert text(server, "/foo/dev/main/other.conf") == "cfg"
    assert text(server, "/foo/a,b/main/x.conf") == "a"
    assert text(server, "/foo/b,a/main/x.conf") == "b"
    assert text(server, "/foo/dev/main/plain") == "no ending"


def test_case_69_bytes(repository, serve):
    blob = bytes(range(256)) + b"${port}\r\n" + b"\x00" * 100
    server = serve(repository({"foo.yml": "port: 1", "logo.png": blob, "logo-dev.png": b"dev"}))
    for path in ("/foo/default/main/logo.png", "/foo/default/logo.png?useDefaultLabel"):
        answer = server.get(path, headers={"Accept": BYTES})
        assert answer.status == 200
        assert hashlib.sha256(answer.body).digest() == hashlib.sha256(blob).digest()
        assert answer.headers["Content-Type"] == BYTES
    assert server.get("/foo/dev/main/logo.png", headers={"Accept": BYTES}).body == b"dev"


def test_case_70_the_default_label(repository, serve):
    server = serve(repository({**NGINX, "sub/a.txt": "deep"}))
    for query in ("useDefaultLabel", "useDefaultLabel=", "useDefaultLabel=false"):
        assert text(server, f"/foo/default/nginx.conf?{query}") == "listen 8080;\n"
    assert text(server, "/foo/dev/nginx.conf?useDefaultLabel&resolvePlaceholders=false") == (
        "listen ${port}; # dev\n")
    assert text(server, "/foo/default/sub(_)a.txt?useDefaultLabel") == "deep"
    is_error(server.get("/foo/default/nginx.conf"), 404, "/foo/default/nginx.conf")


def test_case_71_a_text_in_a_folder(repository, serve):
    server = serve(repository({"sub/dir/a.txt": "deep", "sub/dir/a-dev.txt": "dev"}))
    assert text(server, "/foo/default/main/sub/dir/a.txt") == "deep"
    assert text(server, "/foo/dev/main/sub/dir/a.txt") == "dev"
    assert text(server, "/foo/default/main/sub(_)dir/a.txt") == "deep"


@pytest.mark.parametrize("accept", ["*/*", BYTES])
def test_case_71_no_such_text(repository, serve, accept):
    server = serve(repository({"sub/dir/a.txt": "deep"}))
    for path in ("/foo/default/main/nothing.txt", "/foo/default/main/sub/nothing.txt", "/foo/default/main/sub/dir",
                 "/foo/default/main/sub", "/foo/default/nolabel/sub/dir/a.txt", "/foo/default/main/sub/dir/a.txt/b",
                 "/foo/default/nothing.txt?useDefaultLabel"):
        answer = server.get(path, headers={"Accept": accept})
        assert (answer.status, answer.body) == (404, b""), path


def dated(repository):
    """A repository whose commit was made in 2020, written in 2019."""
    repo = repository()
    repo.write({"foo.yml": "a: 1", "a.txt": "${a}", "b.bin": b"\x00"})
    repo.git("add", "-A")
    repo.git("-c", "user.name=x", "commit", "-q", "-m", "old", "--date=2019-01-01T00:00:00Z")
    return repo


def commit_time(repo):
    return int(repo.git("log", "-1", "--format=%ct"))


@pytest.mark.parametrize("path, accept", [("/foo/default/main/a.txt", "*/*"), ("/foo/default/main/b.bin", BYTES),
                                          ("/foo/default/a.txt?useDefaultLabel", "*/*")])
def test_case_72_not_modified(repository, serve, path, accept):
    """The time is the commit's, not the author's (decision C3)."""
    repo = dated(repository)
    server = serve(repo)
    when = commit_time(repo)
    answer = server.get(path, headers={"Accept": accept})
    assert answer.status == 200 and answer.headers["Last-Modified"] == formatdate(when, usegmt=True)
    for later in (0, 1, 86400):
        answer = server.get(path, headers={"Accept": accept, "If-Modified-Since": formatdate(when + later,
                                                                                             usegmt=True)})
        assert (answer.status, answer.body) == (304, b""), later
    for since in (formatdate(when - 1, usegmt=True), "yesterday", ""):
        answer = server.get(path, headers={"Accept": accept, "If-Modified-Since": since})
        assert answer.status == 200 and answer.body, since


def test_case_86_head(repository, serve):
    server = serve(repository({**NGINX, "foo-dev.yml": "a: 1"}))
    for path in ("/foo/default", "/foo/default/main", "/foo/dev/main/nginx.conf",
                 *[f"/foo-default.{ending}" for ending in FORMATS]):
        plain, head = server.get(path), raw(server, path, "HEAD")
        assert (plain.status, head.status, head.body) == (200, 200, b""), path
        for name in ("Content-Type", "Content-Length", "Content-Disposition", "Last-Modified"):
            assert head.headers[name] == plain.headers[name], (path, name)
    head = raw(server, "/foo/default", "HEAD", {"Accept": V2})
    assert head.headers["Content-Type"] == V2
    assert raw(server, "/foo/default/nolabel", "HEAD").status == 404


def test_case_86_methods(repository, serve):
    server = serve(repository(NGINX))
    for path in ("/foo/default", "/foo/default/main", "/foo-default.yml", "/main/foo-default.json",
                 "/foo/default/main/nginx.conf"):
        for method in ("POST", "PUT", "DELETE", "PATCH"):
            answer = raw(server, path, method, {"Content-Length": "0"})
            assert answer.status == 405, (method, path)
            assert "GET" in [word.strip() for word in answer.headers["Allow"].split(",")]
