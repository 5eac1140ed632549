"""Answers bear a tag, and who has the bytes is spared them; remote ones tell when they were last fetched."""
from datetime import datetime, timezone

import pytest
from harness.poll import wait_until
from harness.remotes import FAST, details, wait_value

PATHS = ["/foo/default", "/foo/default/main", "/foo-default.yml", "/foo-default.properties", "/main/foo-default.json",
         "/foo/default/main/nginx.conf"]
FILES = {"foo.yml": "a: 1", "nginx.conf": "listen ${a};"}


def fetched(answer):
    return datetime.fromisoformat(answer.headers["X-Config-Fetched"].replace("Z", "+00:00"))


@pytest.mark.parametrize("path", PATHS)
def test_who_has_the_bytes_is_spared_them(repository, serve, path):
    repo = repository(FILES)
    server = serve(repo)
    first = server.get(path)
    tag = first.headers["ETag"]
    assert first.status == 200 and tag.startswith('"') and "X-Config-Fetched" not in first.headers
    for listed in (tag, f'"x", W/{tag}', "*"):
        again = server.get(path, headers={"If-None-Match": listed})
        assert (again.status, again.body, again.headers["ETag"]) == (304, b"", tag)
    assert server.get(path, headers={"If-None-Match": '"x"'}).status == 200
    repo.commit({"foo.yml": "a: 2"})
    moved = wait_until(lambda: (answer := server.get(path, headers={"If-None-Match": tag})).status == 200 and answer,
                       20, "the commit to be served")
    assert moved.headers["ETag"] != tag and moved.body != first.body


def test_a_commit_that_changes_nothing_leaves_the_tag_of_a_text(repository, serve):
    repo = repository(FILES)
    server = serve(repo)
    text, environment = server.get("/foo-default.yml"), server.get("/foo/default")
    commit = repo.commit({"other.yml": "a: 2"})
    wait_until(lambda: server.environment("/foo/default")["version"] == commit, 20, "the commit to be served")
    assert server.get("/foo-default.yml").headers["ETag"] == text.headers["ETag"]
    assert server.get("/foo/default").headers["ETag"] != environment.headers["ETag"]


def test_forms_types_and_restarts(repository, serve):
    """The same bytes have the same tag everywhere; other bytes at the same path have another."""
    server = serve(repository(FILES))
    plain = server.get("/foo/default")
    origins = server.get("/foo/default", headers={"Accept": "application/vnd.spring-cloud.config-server.v2+json"})
    assert plain.headers["ETag"] != origins.headers["ETag"] and plain.headers["Vary"] == "Accept"
    html = server.get("/foo/default/main/nginx.conf", headers={"Accept": "text/html"})
    assert html.headers["ETag"] != server.get("/foo/default/main/nginx.conf").headers["ETag"]
    packed = server.get("/foo/default", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["ETag"] == "W/" + plain.headers["ETag"]
    assert server.running.stop() == 0
    server.running.start()
    assert server.get("/foo/default").headers["ETag"] == plain.headers["ETag"]


def test_a_tag_goes_before_a_time(repository, serve):
    server = serve(repository(FILES))
    path = "/foo/default/main/nginx.conf"
    time = server.get(path).headers["Last-Modified"]
    assert server.get(path, headers={"If-Modified-Since": time}).status == 304
    assert server.get(path, headers={"If-Modified-Since": time, "If-None-Match": '"x"'}).status == 200


def test_a_plain_folder(tmp_path, daemon):
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "foo.yml").write_text("a: 1")
    server = daemon("config-server", {"spring.profiles.active": "native",
                                      "spring.cloud.config.server.native.search-locations": f"file:{tmp_path}/c"})
    tag = server.get("/foo/default").headers["ETag"]
    assert server.get("/foo/default", headers={"If-None-Match": tag}).status == 304
    (tmp_path / "c" / "foo.yml").write_text("a: 2")
    assert server.get("/foo/default", headers={"If-None-Match": tag}).status == 200


def test_the_age_of_what_is_served(hosted, serve):
    """Moves on with each fetch, stands still while the remote is away, and outlives a restart."""
    repo = hosted(FILES)
    server = serve(repo, FAST)
    wait_value(server, 1)
    first = fetched(server.get("/foo/default"))
    assert abs((datetime.now(timezone.utc) - first).total_seconds()) < 60
    wait_until(lambda: fetched(server.get("/foo/default")) > first, 20, "another fetch")
    repo.host.stop()
    wait_until(lambda: "notNewer" in details(server), 30, "the fetches to fail")
    last = fetched(server.get("/foo/default"))
    tag = server.get("/foo/default").headers["ETag"]
    for path in PATHS:
        assert fetched(server.get(path)) == last, path
    assert fetched(server.get("/foo/default", headers={"If-None-Match": tag})) == last
    assert fetched(server.get("/foo/default/main/absent.conf")) == last
    assert server.running.stop() == 0
    server.running.start()
    again = fetched(server.get("/foo/default"))
    assert abs((again - last).total_seconds()) < 2
