"""Commits that come while the server runs, local and remote: config-server.md 3.2 and 7, cases 23 to 29."""
import pytest

from harness.poll import wait_until
from harness.remotes import FAST, GIT, ON_DEMAND, component, details, fetches, lines, wait_value

# --- a local repository -----------------------------------------------------------------------------


def test_case_23_a_commit_is_served_soon(repository, serve):
    repo = repository({"foo.yml": "a: 0"})
    server = serve(repo)
    assert server.first("/foo/default") == {"a": 0}
    for number in range(1, 6):
        commit = repo.commit({"foo.yml": f"a: {number}"})
        wait_until(lambda: server.environment("/foo/default")["version"] == commit, 2, "the new commit")
        assert server.first("/foo/default") == {"a": number}


def test_case_28_a_forced_push(repository, serve, tmp_path):
    """A bare repository, pushed to by the git client; main moves to an unrelated history."""
    work = repository({"foo.yml": "a: 1"})
    bare = tmp_path / "bare.git"
    work.git("clone", "-q", "--bare", str(work.path), str(bare))
    work.git("remote", "add", "origin", str(bare))
    work.uri = f"file:{bare}"
    server = serve(work)
    assert server.first("/foo/default") == {"a": 1}
    work.git("checkout", "-q", "--orphan", "other")
    work.commit({"foo.yml": "a: 9"})
    work.git("push", "-q", "--force", "origin", "other:main")
    wait_until(lambda: server.first("/foo/default") == {"a": 9}, 5, "the pushed history")


def test_case_29_branches_come_and_go(repository, serve):
    repo = repository({"foo.yml": "a: 1"})
    server = serve(repo)
    assert server.get("/foo/default/b").status == 404
    repo.git("branch", "b")
    wait_until(lambda: server.get("/foo/default/b").status == 200, 5, "the new branch")
    repo.git("branch", "-D", "b")
    wait_until(lambda: server.get("/foo/default/b").status == 404, 5, "the branch to go")


# --- a remote one -----------------------------------------------------------------------------------


def test_case_28_a_forced_push_at_the_remote(hosted, serve):
    repo = hosted({"foo.yml": "a: 1"})
    server = serve(repo, FAST)
    assert server.first("/foo/default") == {"a": 1}
    repo.git("checkout", "-q", "--orphan", "other")
    commit = repo.push({"foo.yml": "a: 9"})
    wait_value(server, 9)
    assert server.environment("/foo/default")["version"] == commit


def test_case_29_a_branch_that_goes_at_the_remote(hosted, serve):
    repo = hosted({"foo.yml": "a: 1"})
    repo.push({"foo.yml": "a: 2"}, "b")
    server = serve(repo, FAST)
    assert server.first("/foo/default/b") == {"a": 2}
    repo.git("push", "-q", "origin", ":b")
    wait_until(lambda: server.get("/foo/default/b").status == 404, 30, "the branch to go")


def test_case_23_refresh_rate_0_serves_what_was_pushed_before(hosted, serve):
    repo = hosted({"foo.yml": "a: 0"}, "http")
    server = serve(repo, ON_DEMAND)
    for number in range(1, 8):
        commit = repo.push({"foo.yml": f"a: {number}"})
        answer = server.environment("/foo/default", timeout=30)
        assert answer["version"] == commit
        assert answer["propertySources"][0]["source"] == {"a": number}


def test_case_24_a_positive_rate_serves_what_is_known(hosted, serve):
    repo = hosted({"foo.yml": "a: 1"})
    server = serve(repo, {GIT + "refresh-rate": "3600"})
    assert server.first("/foo/default") == {"a": 1}
    other = serve(repo, FAST)
    repo.push({"foo.yml": "a: 2"})
    wait_value(other, 2)
    assert server.first("/foo/default") == {"a": 1}
    assert fetches(server, "done") == 1
    server.running.post("/actuator/refresh")
    wait_value(server, 2)


def test_case_25_a_negative_rate_never_fetches_again(hosted, serve):
    repo = hosted({"foo.yml": "a: 1"})
    never = {GIT + "refresh-rate": "-1"}
    server = serve(repo, never)
    assert server.first("/foo/default") == {"a": 1}
    other = serve(repo, FAST)
    repo.push({"foo.yml": "a: 2"})
    wait_value(other, 2)
    assert server.first("/foo/default") == {"a": 1}
    assert server.running.stop() == 0
    server.running.start()
    assert server.first("/foo/default") == {"a": 1}
    assert fetches(server, "done") == 0


@pytest.mark.parametrize("kind", ["git", "http"])
def test_case_27_away_at_the_start_and_then_there(hosted, serve, kind):
    """503 and DOWN with words that a person understands; one line in the log; recovers by itself."""
    repo = hosted({"foo.yml": "a: 1"}, kind)
    repo.host.stop()
    server = serve(repo, FAST)
    wait_until(lambda: fetches(server, "failed") >= 3, 30, "three tries")
    answer = server.get("/foo/default")
    assert answer.status == 503 and answer.headers["Retry-After"] == "5"
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert repo.uri in answer.json["detail"] and "connect" in answer.json["detail"]
    status, said, known = component(server)
    assert (status, said) == (503, "DOWN")
    assert server.get("/actuator/health/readiness").status == 503  # so nobody is sent here
    assert repo.uri in known["error"] and "was never fetched" in known["error"]
    assert known["failingSince"] and known["retryIn"] in ("0 s", "1 s")
    assert len(lines(server, "cannot be fetched")) == 1
    repo.host.start()
    wait_value(server, 1)
    wait_until(lambda: component(server)[:2] == (200, "UP"), 30, "health to notice")
    assert len(lines(server, "is mirrored in")) == 1
    assert len(lines(server, "cannot be fetched")) == 1


def test_case_26_the_last_known_good_is_served(hosted, serve):
    """Also by a server that starts while the remote is away; and what came meanwhile is taken later."""
    repo = hosted({"foo.yml": "a: 1"})
    server = serve(repo, FAST)
    before = server.environment("/foo/default")
    repo.host.stop()
    for _ in range(2):
        wait_until(lambda: "notNewer" in details(server), 30, "health to notice")
        assert server.environment("/foo/default") == before
        status, said, known = component(server)
        assert (status, said) == (200, "UP")
        assert known["version"] == before["version"] and repo.uri in known["notNewer"]
        assert known["since"] and known["failingSince"] and known["lastFetch"] and known["retryIn"]
        assert server.running.stop() == 0
        server.running.start()
    wait_until(lambda: fetches(server, "failed") >= 3, 30, "three tries")
    assert len(lines(server, "cannot be fetched", "serving what is known")) == 3    # once a process
    repo.push({"foo.yml": "a: 2"})
    repo.host.start()
    wait_value(server, 2)
    wait_until(lambda: "notNewer" not in details(server), 30, "health to notice")
    assert "failingSince" not in details(server)
    assert len(lines(server, "can be fetched again")) == 1


def test_case_26_with_refresh_rate_0(hosted, serve):
    repo = hosted({"foo.yml": "a: 1"})
    server = serve(repo, ON_DEMAND)
    before = server.environment("/foo/default")
    repo.host.stop()
    assert server.environment("/foo/default") == before
    repo.push({"foo.yml": "a: 2"})
    repo.host.start()
    assert server.first("/foo/default") == {"a": 2}
