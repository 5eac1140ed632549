"""A local repository that the server makes at its first start, and that can be pushed to."""
import os
import subprocess

import pytest

from harness.poll import wait_until
from harness.repositories import CLEAN
from harness.running import run_once
from harness.stack import ROOT

GIT = "spring.cloud.config.server.git."


def git(*arguments, cwd):
    return subprocess.run(["git", *arguments], cwd=cwd, check=True, capture_output=True, text=True,
                          env={**os.environ, **CLEAN}).stdout


def over(path, source=ROOT / "config-repo"):
    return {GIT + "uri": f"file://{path}", "crema.config.init-from": str(source)}


@pytest.mark.parametrize("there", [False, True], ids=["no directory", "an empty directory"])
def test_it_is_made_once(daemon, tmp_path, there):
    bare = tmp_path / "deep" / "config.git"
    if there:       # as the mount point of a new volume is
        bare.mkdir(parents=True)
    server = daemon("config-server", over(bare))
    assert server.get("/msa-service-coffee-order/dev").status == 200
    made = [line for line in server.log.splitlines() if "is made with" in line]
    assert len(made) == 1 and str(bare) in made[0]
    assert (bare / "HEAD").read_text() == "ref: refs/heads/main\n"
    git("fsck", "--strict", cwd=bare)
    before = git("rev-parse", "main", cwd=bare)
    assert server.stop() == 0
    server.start()
    assert git("rev-parse", "main", cwd=bare) == before
    assert server.log.count("is made with") == 1


def test_a_push_through_git_daemon_is_served(daemon, hosts, tmp_path):
    """Clone, change, push: what a developer does with the stack in containers."""
    host = hosts("git")
    bare = host.root / "config.git"
    server = daemon("config-server", over(bare))
    work = tmp_path / "clone"
    git("clone", "-q", host.uri("config.git"), str(work), cwd=tmp_path)
    (work / "pushed.yml").write_text("a: 1\n")
    git("add", "-A", cwd=work)
    git("commit", "-q", "-m", "Push", cwd=work)
    git("push", "-q", cwd=work)
    commit = git("rev-parse", "HEAD", cwd=work).strip()
    wait_until(lambda: server.get("/pushed/default").json["version"] == commit, 30, "the push")
    assert server.get("/pushed/default").json["propertySources"][0]["source"] == {"a": 1}


def test_what_is_there_stays(repository, serve, tmp_path):
    """A repository, whatever its branches, and one whose first commit did not get done."""
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "foo.yml").write_text("a: 9\n")
    source = {"crema.config.init-from": str(tmp_path / "files")}
    repo = repository({"foo.yml": "a: 1"}, branch="master")
    server = serve(repo, source)
    assert server.first("/foo/default") == {"a": 1}
    assert repo.git("branch", "--format=%(refname)") == "refs/heads/master"
    begun = tmp_path / "begun.git"
    git("init", "-q", "--bare", str(begun), cwd=tmp_path)
    repo.uri = f"file://{begun}"
    assert serve(repo, source).first("/foo/default") == {"a": 9}


def test_a_folder_of_other_things_stays(tmp_path):
    (tmp_path / "things").mkdir()
    (tmp_path / "things" / "letter.txt").write_text("hello")
    done = run_once("config-server", *[f"--{key}={value}" for key, value in over(tmp_path / "things").items()],
                    "--server.port=0", home=tmp_path / "home")
    assert done.returncode in (1, 78) and "neither a bare repository" in done.stderr
    assert [path.name for path in (tmp_path / "things").iterdir()] == ["letter.txt"]


def test_without_the_files(tmp_path):
    given = over(tmp_path / "x.git", tmp_path / "nowhere")
    for mode in ((), ("--check-config",)):
        done = run_once("config-server", *[f"--{key}={value}" for key, value in given.items()],
                        "--server.port=0", *mode, home=tmp_path / "home")
        assert done.returncode == 78
        assert "crema.config.init-from" in done.stderr and "nowhere" in done.stderr
    assert not (tmp_path / "x.git").exists()


def test_checking_the_settings_makes_nothing(tmp_path):
    given = over(tmp_path / "x.git")
    done = run_once("config-server", *[f"--{key}={value}" for key, value in given.items()], "--check-config",
                    home=tmp_path / "home")
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "x.git").exists()


def test_a_remote_repository_is_never_made(hosted, serve):
    """The folder is for a local one; it does no harm beside a remote one."""
    repo = hosted({"foo.yml": "a: 1"})
    server = serve(repo, {"crema.config.init-from": str(ROOT / "config-repo")})
    assert server.first("/foo/default") == {"a": 1}
