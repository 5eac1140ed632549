"""Search paths with patterns: what they mean follows the commits, and costs the same in a large repository."""
import os
import subprocess

import pytest
from harness.poll import wait_until
from harness.remotes import GIT
from harness.repositories import CLEAN, Repository

APPS = 99       # directories in each directory of a team, which is one itself
ASKED = 2000


def commit(repo, server, files):
    head = repo.commit(files)
    wait_until(lambda: server.environment("/foo/default")["version"] == head, 30, "the commit")


def test_patterns_follow_the_commits(repository, serve):
    """Directories that come, go, become files and are renamed, beside commits that change files only."""
    repo = repository({"x/foo/a.txt": "", "y/a.txt": "", "application.yml": "a: 0"})
    server = serve(repo, {GIT + "search-paths": "*/{application},z*"})
    steps = [
        ({"x/foo/foo.yml": "a: 1"}, ["x/foo/foo.yml"]),
        ({"x/foo/foo.yml": "a: 2", "other.txt": "x"}, ["x/foo/foo.yml"]),
        ({"y/foo/foo.yml": "a: 3"}, ["y/foo/foo.yml", "x/foo/foo.yml"]),
        ({"z1/foo.yml": "a: 4"}, ["z1/foo.yml", "y/foo/foo.yml", "x/foo/foo.yml"]),
    ]
    for files, expected in steps:
        commit(repo, server, files)
        assert server.sources("/foo/default") == [*expected, "application.yml"]
    repo.git("rm", "-qr", "y/foo")
    commit(repo, server, {"y/foo": "a file now"})
    assert server.sources("/foo/default") == ["z1/foo.yml", "x/foo/foo.yml", "application.yml"]
    repo.git("mv", "z1", "a-z1")
    commit(repo, server, {})
    assert server.sources("/foo/default") == ["x/foo/foo.yml", "application.yml"]
    repo.git("mv", "x", "w")
    commit(repo, server, {})
    assert server.sources("/foo/default") == ["w/foo/foo.yml", "application.yml"]
    first = repo.git("rev-list", "--max-parents=0", "HEAD")
    assert server.sources(f"/foo/default/{first}") == ["application.yml"]


def with_directories(path, count):
    repo = Repository(path)
    feed = ["blob", "mark :1", "data 5", "a: 1", "", "commit refs/heads/main", "committer t <t@localhost> 1 +0000",
            "data 0", "M 100644 :1 application.yml"]
    for team in range(count // (APPS + 1)):
        feed += [f"M 100644 :1 team-{team}/app-{team}-{app}/application.yml" for app in range(APPS)]
    subprocess.run(["git", "fast-import", "--quiet"], cwd=repo.path, input="\n".join([*feed, "", ""]), text=True,
                   check=True, env={**os.environ, **CLEAN})
    return repo


def cpu_s(server):
    fields = open(f"/proc/{server.running.child.pid}/stat", encoding="ascii").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.parametrize("paths, name, known", [("*/{application}", "app-7-7", 1), ("{application}/app-7-1*", "team-7", 11)])
def test_an_unknown_name_costs_the_same_among_100000_directories(serve, tmp_path, paths, name, known):
    took = {}
    for count in (100, 100_000):
        server = serve(with_directories(tmp_path / str(count), count), {GIT + "search-paths": paths})
        server.environment("/first/default")
        before = cpu_s(server)
        for number in range(ASKED):
            server.environment(f"/invented-{number}/default")
        took[count] = cpu_s(server) - before
    assert took[100_000] < 2 * took[100] + 0.2, took
    assert len(server.sources(f"/{name}/default")) == known + 1
