"""Changes come in by POST /monitor and go out by GET /config/watch."""
import hashlib
import hmac
import json

from harness.poll import wait_until
from harness.remotes import GIT, details, fetches, wait_value
from harness.sse import EventStream

SELDOM = {GIT + "refresh-rate": "3600", GIT + "timeout": "20"}
SECRET = "crema-hook-secret"
SIGNED = {**SELDOM, "crema.config.monitor.secret": SECRET}


def push_of(*files):
    return json.dumps({"ref": "refs/heads/main", "commits": [{"added": [], "removed": [],
                                                              "modified": list(files)}]}).encode()


def github(server, body, secret=SECRET, **headers):
    mac = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return server.running.post("/monitor", body=body, headers={
        "Content-Type": "application/json", "X-GitHub-Event": "push",
        "X-Hub-Signature-256": f"sha256={mac}", **headers})


def watch(server, last_id=None):
    return EventStream(server.running.port, "/config/watch", last_id)


# --- hooks ------------------------------------------------------------------------------------------


def test_a_hook_fetches_at_once(hosted, serve):
    repo = hosted({"foo.yml": "a: 1"})
    server = serve(repo, SIGNED)
    wait_value(server, 1)
    with watch(server) as stream:
        assert stream.next()[0] == "state"
        commit = repo.push({"foo-dev.yml": "b: 1", "foo.yml": "a: 2"})
        answer = github(server, push_of("foo-dev.yml", "foo.yml"))
        assert (answer.status, answer.json) == (200, ["foo-dev", "foo"])
        wait_value(server, 2)
        kind, told = stream.next()
        assert (kind, told["label"], told["version"]) == ("change", "main", commit)
        assert sorted(told["applications"]) == ["foo", "foo-dev"]


def test_hosts_can_be_left_out(repository, serve):
    server = serve(repository({"foo.yml": "a: 1"}),
                   {"spring.cloud.config.server.monitor.gitea.enabled": "false"})
    answer = server.running.post("/monitor", body=push_of("foo.yml"),
                                 headers={"Content-Type": "application/json", "X-Gitea-Event": "push"})
    assert answer.json == []


def test_a_sender_without_the_secret_is_refused(hosted, serve):
    repo = hosted({"foo.yml": "a: 1"})
    server = serve(repo, SIGNED)
    wait_value(server, 1)
    repo.push({"foo.yml": "a: 2"})
    before = fetches(server, "done")
    body = push_of("foo.yml")
    assert github(server, body, secret="another").status == 401
    assert github(server, body, **{"X-Hub-Signature-256": ""}).status == 401
    assert server.running.post("/monitor", body=body,
                               headers={"Content-Type": "application/json"}).status == 401
    assert fetches(server, "done") == before and server.first("/foo/default") == {"a": 1}
    assert "does not know crema.config.monitor.secret" in server.log and SECRET not in server.log
    gitlab = server.running.post("/monitor", body=body, headers={
        "Content-Type": "application/json", "X-Gitlab-Event": "Push Hook", "X-Gitlab-Token": SECRET})
    assert gitlab.status == 200
    wait_value(server, 2)


def test_hooks_that_cannot_be_read(repository, serve):
    server = serve(repository({"foo.yml": "a: 1"}))
    sent = [(b'{"commits": [', "application/json", 400), (b"[]", "application/json", 400),
            (b"x", "text/plain", 415), (b"path=%zz", "application/x-www-form-urlencoded", 400),
            (b'{"path": "' + b"x" * (5 << 20) + b'"}', "application/json", 413)]
    for body, kind, status in sent:
        try:
            answer = server.running.post("/monitor", body=body, headers={"Content-Type": kind})
        except OSError:
            assert status == 413        # refused before it was all sent
            continue
        assert answer.status == status, (kind, answer)
    assert server.first("/foo/default") == {"a": 1}


# --- the stream -------------------------------------------------------------------------------------


def test_a_stream_begins_with_the_labels(repository, serve):
    repo = repository({"foo.yml": "a: 1"})
    repo.git("branch", "b")
    repo.git("tag", "v1")
    server = serve(repo)
    head = repo.git("rev-parse", "HEAD")
    with watch(server) as stream:
        kind, told = stream.next()
        assert kind == "state"
        assert {(label["label"], label["version"]) for label in told["labels"]} == \
            {("main", head), ("b", head), ("v1", head)}
        assert {label["repository"] for label in told["labels"]} == {repo.uri}


def test_each_move_is_one_event(repository, serve):
    repo = repository({"foo.yml": "a: 1", "sub/bar-dev.yml": "x: 1", "README.md": "hello"})
    first = repo.git("rev-parse", "HEAD")
    server = serve(repo)
    with watch(server) as stream:
        stream.next()
        second = repo.commit({"sub/bar-dev.yml": "x: 2"})
        assert stream.next() == ("change", {"repository": repo.uri, "label": "main", "from": first,
                                            "version": second, "applications": ["bar-dev", "bar"]})
        repo.commit({"application-dev.yml": "y: 1"})
        assert stream.next()[1]["applications"] == ["application-dev", "*"]
        repo.git("branch", "release")
        told = stream.next()[1]
        assert (told["label"], told["from"], told["applications"]) == ("release", None, ["*"])
        repo.git("branch", "-D", "release")
        told = stream.next()[1]
        assert (told["label"], told["version"], told["applications"]) == ("release", None, ["*"])
        repo.git("reset", "-q", "--hard", first)
        told = stream.next()[1]
        assert told["version"] == first and set(told["applications"]) == \
            {"application-dev", "*", "bar-dev", "bar"}


def test_a_client_resumes(repository, serve):
    repo = repository({"foo.yml": "a: 1"})
    server = serve(repo)
    with watch(server) as stream:
        stream.next()
        repo.commit({"foo.yml": "a: 2"})
        stream.next()
        last = stream.last_id
    missed = repo.commit({"foo.yml": "a: 3"})
    wait_until(lambda: details(server)["version"] == missed, 10, "the commit to be seen")
    with watch(server, last) as stream:
        assert stream.next()[1]["version"] == missed
    with watch(server, "1-1") as stream:
        assert stream.next()[0] == "reset" and stream.next()[0] == "state"


def test_watchers_are_bounded(repository, serve):
    server = serve(repository({"foo.yml": "a: 1"}), {"crema.config.max-watchers": "2"})
    with watch(server), watch(server):
        third = server.get("/config/watch")
        assert third.status == 503 and "crema.config.max-watchers" in third.text
