"""Branches, tags, commits, and what becomes of a mirror: config-server.md 7, cases 17-22 and 30."""
from pathlib import Path

import pytest

from config_wire import GIT, is_error, values
from harness.poll import wait_until


def test_case_17_a_branch_with_a_slash(repository, serve):
    repo = repository({"foo.yml": "a: main"})
    repo.git("checkout", "-q", "-b", "feature/x")
    commit = repo.commit({"foo.yml": "a: feature"})
    server = serve(repo)
    for label in ("feature(_)x", "feature%28_%29x", "feature(%5F)x"):
        environment = server.environment(f"/foo/default/{label}")
        assert (environment["label"], environment["version"]) == ("feature/x", commit)
        assert values(environment) == [{"a": "feature"}]


def test_case_18_a_tag(repository, serve):
    repo = repository({"foo.yml": "a: old"})
    old = repo.git("rev-parse", "HEAD")
    repo.git("tag", "v1")
    repo.git("tag", "-a", "-m", "annotated", "v1a")
    new = repo.commit({"foo.yml": "a: new"})
    server = serve(repo)
    for label in ("v1", "v1a"):
        environment = server.environment(f"/foo/default/{label}")
        assert (environment["label"], environment["version"]) == (label, old)
        assert values(environment) == [{"a": "old"}]
    assert server.environment("/foo/default")["version"] == new


def test_case_19_a_commit(repository, serve):
    repo = repository({"foo.yml": "a: old"})
    old = repo.git("rev-parse", "HEAD")
    repo.commit({"foo.yml": "a: new"})
    server = serve(repo)
    for label in (old, old[:7]):
        environment = server.environment(f"/foo/default/{label}")
        assert (environment["label"], environment["version"]) == (label, old)
        assert values(environment) == [{"a": "old"}]


def test_case_20_an_unknown_label(repository, serve):
    server = serve(repository({"foo.yml": "a: 1"}))
    for path in ("/foo/default/nolabel", "/foo/default/no(_)label", "/foo/default/0123456"):
        is_error(server.get(path), 404, path)


def test_case_20_an_unknown_label_of_a_flat_text(repository, serve):
    server = serve(repository({"foo.yml": "a: 1"}))
    for ending in ("yml", "yaml", "properties", "json"):
        path = f"/nolabel/foo-default.{ending}"
        is_error(server.get(path), 404, path)


def test_case_21_master_where_main_is_wanted(repository, serve):
    repo = repository({"foo.yml": "a: 1"}, branch="master")
    head = repo.git("rev-parse", "HEAD")
    server = serve(repo)
    for path, label in (("/foo/default", None), ("/foo/default/main", "main"), ("/foo/default/master", "master")):
        environment = server.environment(path)
        assert (environment["label"], environment["version"]) == (label, head)


def test_case_21_no_master_where_main_is_wanted(repository, serve):
    server = serve(repository({"foo.yml": "a: 1"}, branch="master"), {GIT + "try-master-branch": "false"})
    for path in ("/foo/default", "/foo/default/main"):
        is_error(server.get(path), 404, path)
    assert server.environment("/foo/default/master")["label"] == "master"


@pytest.fixture
def branches(repository):
    """A repository with main, a and b; {name: commit}."""
    repo = repository({"foo.yml": "a: main"})
    ids = {"main": repo.git("rev-parse", "HEAD")}
    for name in ("a", "b"):
        repo.git("checkout", "-q", "-b", name, "main")
        ids[name] = repo.commit({"foo.yml": f"a: {name}"})
    return repo, ids


def test_case_22_two_labels(branches, serve):
    repo, ids = branches
    environment = serve(repo).environment("/foo/default/a,b")
    assert values(environment) == [{"a": "b"}, {"a": "a"}]
    assert environment["version"] == f"{ids['a']},{ids['b']}"
    assert environment["label"] == "a,b"


def test_case_22_one_of_two_labels_is_unknown(branches, serve):
    repo, _ = branches
    server = serve(repo)
    for labels in ("a,missing", "missing,a"):
        is_error(server.get(f"/foo/default/{labels}"), 404, f"/foo/default/{labels}")


def test_case_22_an_unknown_label_is_left_out_on_demand(branches, serve):
    repo, ids = branches
    server = serve(repo, {GIT + "continue-on-multiple-label-failure": "true"})
    environment = server.environment("/foo/default/a,missing")
    assert values(environment) == [{"a": "a"}]
    assert environment["version"] == ids["a"]
    assert server.get("/foo/default/missing,gone").status == 404


@pytest.mark.parametrize("damage", ["objects", "head", "ref"])
def test_case_30_a_damaged_mirror_is_moved_aside_and_cloned_anew(hosted, serve, damage):
    """There is no work tree that could be dirty: what can go wrong here is the mirror (decision C3)."""
    repo = hosted({"foo.yml": "a: 1"})
    server = serve(repo, {GIT + "refresh-rate": "1"})
    wait_until(lambda: server.get("/foo/default").status == 200, 30, "the first fetch")
    assert server.running.stop() == 0
    mirror, = [path for path in (server.running.home / "data" / "config").iterdir() if path.is_dir()]
    if damage == "objects":
        for pack in mirror.rglob("*.pack"):
            pack.chmod(0o600)
            pack.write_bytes(b"rubbish")
    elif damage == "head":
        (mirror / "HEAD").unlink()
    else:
        (mirror / "refs" / "heads" / "main").write_text("0123456789" * 4 + "\n")
    commit = repo.push({"foo.yml": "a: 2"})
    server.running.start()
    wait_until(lambda: server.get("/foo/default").status == 200
               and server.environment("/foo/default")["version"] == commit, 30, "the new mirror")
    assert values(server.environment("/foo/default")) == [{"a": 2}]
    assert Path(f"{mirror}.damaged").is_dir()
    noted = wait_until(lambda: [line for line in server.log.splitlines() if "damaged and is cloned anew" in line],
                       10, "the line about it")
    assert len(noted) == 1 and f"{mirror}.damaged" in noted[0]
