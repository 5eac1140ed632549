"""Hooks and health: config-server.md 1.8, 1.9 and 7, cases 81 to 83 and 85."""
import json

import pytest

from harness.poll import wait_until
from harness.remotes import FAST, component


def push_of(*files):
    return json.dumps({"ref": "refs/heads/main", "commits": [{"added": [], "removed": [],
                                                              "modified": list(files)}]}).encode()


def test_case_81_a_path_in_a_form(repository, serve):
    server = serve(repository({"foo.yml": "a: 1"}))
    answer = server.running.post("/monitor", body=b"path=foo-dev.yml",
                                 headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert (answer.status, answer.json) == (200, ["foo-dev", "foo"])


def test_case_82_github_and_everybody(repository, serve):
    server = serve(repository({"foo.yml": "a: 1"}))
    answer = server.running.post("/monitor", body=push_of("application.yml"),
                                 headers={"Content-Type": "application/json", "X-GitHub-Event": "push"})
    assert (answer.status, answer.json) == (200, ["*"])


@pytest.mark.parametrize("headers, body, names", [
    ({"X-Gitlab-Event": "Push Hook"}, push_of("x/foo-bar.yml"), ["foo-bar", "foo"]),
    ({"X-Git-Oschina-Event": "Push Hook"}, push_of("foo.yml"), ["foo"]),
    ({"X-Gogs-Event": "push"}, push_of("foo.yml"), ["foo"]),
    ({"X-Gitea-Event": "push"}, push_of("foo.yml"), ["*"]),
    ({"X-Event-Key": "repo:push", "X-Hook-UUID": "u"}, b'{"push": {"changes": [{}]}}', ["*"]),
    ({"X-Event-Key": "repo:refs_changed", "X-Request-Id": "u"}, b'{"changes": [{}]}', ["*"]),
    ({}, b'{"eventType": "git.push", "resource": {}}', ["*"]),
    ({}, b'{"any": "thing"}', []),
])
def test_case_83_other_hosts(repository, serve, headers, body, names):
    server = serve(repository({"foo.yml": "a: 1"}))
    answer = server.running.post("/monitor", body=body, headers={"Content-Type": "application/json", **headers})
    assert (answer.status, answer.json) == (200, names)


def test_case_85_health(hosted, serve):
    """UP with a repository; DOWN, and 503, while there is none to clone."""
    repo = hosted({"foo.yml": "a: 1"})
    server = serve(repo, FAST)
    wait_until(lambda: component(server)[:2] == (200, "UP"), 30, "the first fetch")
    assert server.get("/actuator/health").json["status"] == "UP"
    repo.uri = repo.host.uri("nothing.git")
    none = serve(repo, FAST)
    wait_until(lambda: "was never fetched" in component(none)[2].get("error", ""), 30, "the failure")
    assert component(none)[:2] == (503, "DOWN") and none.get("/actuator/health").json["status"] == "DOWN"
    assert none.get("/foo/default").status == 503
