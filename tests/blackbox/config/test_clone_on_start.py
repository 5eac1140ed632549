"""clone-on-start: ready when the clones are there, and no start without them."""
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest
from harness.poll import wait_until
from harness.remotes import GIT, lines
from harness.running import binary, run_once, sanitizer_env

CLONE = {GIT + "clone-on-start": "true", GIT + "timeout": "5"}


def run(home, settings):
    """A start that is expected to fail: (exit code, what it said)."""
    done = run_once("config-server", "--server.port=0", *[f"--{key}={value}" for key, value in settings.items()],
                    home=home)
    return done.returncode, done.stdout + done.stderr


def test_it_is_ready_when_the_clone_is_there(hosted, serve, tmp_path):
    repo = hosted({"foo.yml": "a: 1"})
    repo.host.hold()
    with ThreadPoolExecutor(1) as pool:
        starting = pool.submit(serve, repo, {**CLONE, GIT + "timeout": "20"})
        wait_until(lambda: repo.host.calls > 0, 30, "the clone to begin")
        without = serve(repo, {GIT + "timeout": "20"}, home=tmp_path / "other")     # is ready at once
        assert not starting.done()
        repo.host.go_on()
        server = starting.result()
    wait_until(lambda: "event=daemon.ready" in server.log, 5, "the line, which follows the run file")
    assert server.log.index("is mirrored in") < server.log.index("event=daemon.ready")
    assert server.first("/foo/default") == without.first("/foo/default") == {"a": 1}


def refusing(hosted, hosts):
    repo = hosted({"foo.yml": "a: 1"})
    repo.host.stop()
    return repo.uri, "connect"


def wanting_credentials(hosted, hosts):
    return hosted({"foo.yml": "a: 1"}, hosts("http", credentials="me:hush")).uri, "401"


def silent(hosted, hosts):
    repo = hosted({"foo.yml": "a: 1"})
    return hosts(repo.host, limit=0).uri(repo.bare.name), "nothing came for 5 s"


def without_the_label(hosted, hosts):
    repo = hosted()
    repo.push({"foo.yml": "a: 1"}, "trunk")
    return repo.uri, "'main'"


def empty(hosted, hosts):
    return hosted().uri, "'main'"


@pytest.mark.parametrize("what", [refusing, wanting_credentials, silent, without_the_label, empty])
def test_a_failure_ends_the_start(hosted, hosts, tmp_path, what):
    uri, why = what(hosted, hosts)
    code, said = run(tmp_path / "home", {**CLONE, GIT + "uri": uri})
    assert code == 1, said
    failed = [line for line in said.splitlines() if "start.failed" in line]
    assert len(failed) == 1
    for words in (GIT + "clone-on-start (leave it out to start nevertheless): ", uri if why[0] != "'" else "", why):
        assert words in failed[0]
    assert "daemon.ready" not in said


def test_one_of_several(repository, hosted, serve, tmp_path):
    """It is not inherited: of two that are away only the one that says so counts."""
    main, away = repository({"foo.yml": "a: 1"}), hosted({"foo.yml": "a: 2"})
    away.host.stop()
    settings = {GIT + "uri": main.uri, GIT + "clone-on-start": "true",
                GIT + "repos.lazy.uri": away.uri, GIT + "repos.lazy.pattern": "foo"}
    serve(main, settings)
    code, said = run(tmp_path / "home", {**settings, GIT + "repos.eager.uri": away.uri,
                                         GIT + "repos.eager.clone-on-start": "true"})
    assert code == 1 and GIT + "repos.eager.clone-on-start (" in said
    composite = "spring.cloud.config.server.composite[%d]."
    code, said = run(tmp_path / "home", {
        "spring.profiles.active": "composite", composite % 0 + "type": "git", composite % 0 + "uri": main.uri,
        composite % 1 + "type": "git", composite % 1 + "uri": away.uri, composite % 1 + "clone-on-start": "true"})
    assert code == 1 and composite % 1 + "clone-on-start (" in said


@pytest.mark.parametrize("rate", ["5", "-1"])
def test_a_mirror_that_is_there_is_enough(hosted, serve, rate):
    repo = hosted({"foo.yml": "a: 1"})
    server = serve(repo, {**CLONE, GIT + "refresh-rate": rate})
    assert server.running.stop() == 0
    repo.host.stop()
    server.running.start()
    assert server.first("/foo/default") == {"a": 1}
    assert len(lines(server, "cannot be fetched")) == (rate != "-1")


def test_sigterm_ends_a_start_that_clones(hosted, tmp_path):
    repo = hosted({"foo.yml": "a: 1"})
    repo.host.hold()
    settings = {**CLONE, GIT + "uri": repo.uri, GIT + "timeout": "60", "server.port": "0"}
    with open(tmp_path / "log", "wb") as log, subprocess.Popen(
            [str(binary("config-server")), *[f"--{key}={value}" for key, value in settings.items()]],
            stdout=log, stderr=log, env={**sanitizer_env(), "CREMA_HOME": str(tmp_path / "home")}) as child:
        wait_until(lambda: repo.host.calls > 0, 30, "the clone to begin")
        child.send_signal(signal.SIGTERM)
        assert child.wait(10) == 0
    said = (tmp_path / "log").read_text()
    assert "daemon.ready" not in said and "Sanitizer" not in said


def test_nobody_knows_what_placeholders_mean(tmp_path):
    code, said = run(tmp_path, {**CLONE, GIT + "uri": "https://git.example.org/{application}.git"})
    assert code == 78
    assert GIT + "clone-on-start: " in said and "{application}" in said and "leave" in said
