"""Requests, repositories and settings that are wrong: a clear answer, and the others are served on."""
import subprocess

import pytest

from harness import http
from harness.poll import wait_until
from harness.remotes import wait_value
from harness.running import run_once

GIT = "spring.cloud.config.server.git."


def once(home, *arguments):
    return run_once("config-server", *arguments, "--server.port=0", home=home)


def test_paths_that_are_no_environment(repository, serve):
    server = serve(repository({"foo.yml": "a: 1"}))
    for path in ("/", "/foo", "/foo/", "/foo/default/", "/foo//default", "/foo.yml", "/foo/default.yml",
                 "/foo/default.json", "/a/b/c/d", "/actuator/nothing", "/foo/default/main/"):
        assert server.get(path).status == 404, path
    assert server.get("/foo/dev.ymlx").status == 200


def test_too_long_and_too_many(repository, serve):
    server = serve(repository({"foo.yml": "a: 1"}))
    for path in (f"/{'a' * 1025}/default", f"/foo/{'a' * 1025}",
                 f"/foo/{','.join(f'p{i}' for i in range(33))}"):
        assert server.get(path).status == 400


def test_a_broken_file_that_is_mended(repository, serve):
    repo = repository({"foo.yml": "a: 1\nb: 2\na: 3\n"})
    server = serve(repo)
    assert server.get("/foo/default").status == 500
    repo.commit({"foo.yml": "a: 1\n"})
    wait_until(lambda: server.get("/foo/default").status == 200, 5, "the mended file")


def test_links_stay_in_the_repository(repository, serve, tmp_path):
    """Within the commit they are followed, as a checkout's are; out of it they are named and refused."""
    (tmp_path / "secret.yml").write_text("password: x\n")
    repo = repository({"good.yml": "a: 1", "shared/dev/x.yml": "a: 2", "cfg/here.yml": "a: 3"})
    links = {"out.yml": tmp_path / "secret.yml", "up.yml": "../secret.yml", "cfg/far.yml": "../../secret.yml",
             "round.yml": "round2.yml", "round2.yml": "round.yml", "to.yml": "cfg/../good.yml",
             "twice.yml": "to.yml", "dir": "shared", "cfg/back.yml": "../dir/dev/x.yml", "nowhere.yml": "gone.yml"}
    for name, target in links.items():
        (repo.path / name).symlink_to(target)
    repo.commit({})
    server = serve(repo, {GIT + "search-paths": "cfg,dir/dev"})
    for name in ("out", "up", "far", "round"):
        answer = server.get(f"/{name}/default")
        assert answer.status == 500 and "is a symbolic link" in answer.json["detail"], answer
        assert f"{name}.yml" in answer.json["detail"] and "password" not in answer.text
    assert server.sources("/to/default") == ["to.yml"] and server.first("/twice/default") == {"a": 1}
    assert server.sources("/x/default") == ["dir/dev/x.yml"]
    assert server.first("/back/default") == {"a": 2}
    assert server.sources("/nowhere/default") == []


def test_submodules_are_not_entered(repository, serve):
    other = repository({"x.yml": "a: 1"})
    repo = repository({"good.yml": "a: 1"})
    repo.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", other.uri, "sub")
    repo.commit({})
    server = serve(repo, {GIT + "search-paths": "sub"})
    assert server.sources("/x/default") == []
    assert server.sources("/good/default") == ["good.yml"]


def test_an_object_that_cannot_be_read(repository, serve):
    """A damaged repository: the file is named, others are served."""
    repo = repository({"foo.yml": "a: 1", "bar.yml": "b: 1"})
    blob = repo.git("rev-parse", "HEAD:foo.yml")
    server = serve(repo)
    (repo.path / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    answer = server.get("/foo/default")
    assert answer.status == 500 and "foo.yml" in answer.json["detail"]
    assert server.first("/bar/default") == {"b": 1}


def test_a_uri_that_does_not_exist(tmp_path):
    done = once(tmp_path, f"--{GIT}uri=file:///nowhere/at/all")
    assert done.returncode == 78
    assert GIT + "uri" in done.stderr and "/nowhere/at/all" in done.stderr and "--init-repo" in done.stderr


@pytest.mark.parametrize("uri", ["ssh://git:s3cret@host", "git@host:", "file://relative/path",
                                 "https://{application}.host/r.git", "file:///srv/{nothing}", "https://",
                                 "https://host", "http://a b/c", "ftp://host/r.git", "ext::sh -c id", "",
                                 "file:/a%zz", "https://me:s3cret@host:x/r.git"])
def test_uris_that_are_refused(tmp_path, uri):
    done = once(tmp_path, f"--{GIT}uri={uri}")
    assert done.returncode == 78, done
    assert GIT + "uri" in done.stderr
    assert once(tmp_path, f"--{GIT}uri={uri}", "--check-config").returncode == 78
    assert "s3cret" not in done.stderr


def test_remote_settings_that_are_wrong(tmp_path):
    (tmp_path / "file").write_text("x")
    for key, value in (("timeout", "0"), ("refresh-rate", "soon"), ("basedir", tmp_path / "file"),
                       ("password", "hush")):
        done = once(tmp_path / "home", f"--{GIT}uri=git://127.0.0.1/r.git", f"--{GIT}{key}={value}")
        assert done.returncode == 78 and GIT + key in done.stderr, done
        assert "hush" not in done.stderr


def test_no_uri_at_all(tmp_path):
    done = once(tmp_path)
    assert done.returncode == 78 and GIT + "uri" in done.stderr


def test_a_directory_that_is_no_repository(tmp_path):
    done = once(tmp_path, f"--{GIT}uri=file://{tmp_path}")
    assert done.returncode in (1, 78)
    assert str(tmp_path) in done.stderr and "neither a bare repository" in done.stderr


def test_a_port_in_use(repository, serve, tmp_path):
    repo = repository({"foo.yml": "a: 1"})
    server = serve(repo)
    done = run_once("config-server", f"--{GIT}uri={repo.uri}", f"--server.port={server.running.port}",
                    home=tmp_path / "second")
    assert done.returncode in (1, 78)
    assert str(server.running.port) in done.stderr


def test_an_empty_repository(repository, serve):
    """Git's own empty repository, without a commit: it is waited for."""
    repo = repository()
    server = serve(repo)
    assert server.get("/foo/default").status == 404
    assert server.get("/actuator/health").status == 503
    assert "main" in server.get("/actuator/health").text
    repo.commit({"foo.yml": "a: 1"})
    wait_until(lambda: server.get("/foo/default").status == 200, 5, "the first commit")
    wait_until(lambda: server.get("/actuator/health").status == 200, 5, "health")


def test_a_repository_that_goes_away(repository, serve, tmp_path):
    """What is known is served on; health says why; a repository made anew is taken."""
    repo = repository({"foo.yml": "a: 1"})
    server = serve(repo)
    before = server.environment("/foo/default")
    repo.path.rename(tmp_path / "away")
    wait_until(lambda: server.get("/actuator/health").status == 503, 5, "health to notice")
    assert server.environment("/foo/default") == before
    repo.path.mkdir()
    repo.git("init", "-q", "-b", "main")
    repo.commit({"foo.yml": "a: 2"})
    wait_value(server, 2)       # in between it may be seen without a commit
    wait_until(lambda: server.get("/actuator/health").status == 200, 5, "health to follow")


def test_no_handler_is_harmed_by_garbage(repository, serve):
    server = serve(repository({"foo.yml": "a: 1"}))
    for header in ("*/*;q=", ",,,", "a" * 4000, "application/json;q=2;;;", "\x7f"):
        assert server.get("/foo/default", headers={"Accept": header}).status in (200, 406, 400)
    assert http.get(server.running.url("/foo/default?resolvePlaceholders=%zz")).status in (200, 400)
    assert server.first("/foo/default") == {"a": 1}


def test_git_is_untouched(repository, serve):
    """Serving writes nothing into the repository."""
    repo = repository({"foo.yml": "a: 1"})

    def listing():
        return subprocess.run(["find", str(repo.path), "-printf", "%p %s %T@\n"], check=True,
                              capture_output=True).stdout
    before = listing()
    server = serve(repo)
    server.environment("/foo/default")
    server.environment("/foo/default/main")
    assert server.running.stop() == 0
    assert listing() == before
