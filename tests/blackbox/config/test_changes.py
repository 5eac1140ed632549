"""Commits that come while the server runs; the cache; --init-repo and the sample configuration."""
import json
import os
import subprocess
import threading
import time

import pytest

from harness import http
from harness.poll import wait_until
from harness.running import run_once
from harness.stack import ROOT

GIT = "spring.cloud.config.server.git."
PROFILES = ("default", "local", "dev", "test", "staging", "prod")
APPLICATIONS = ("msa-architecture-config-server", "msa-architecture-eureka-server",
                "msa-architecture-zuul-server", "msa-architecture-turbine-server",
                "msa-architecture-hystrix-dashboard", "msa-service-coffee-order",
                "msa-service-coffee-member", "msa-service-coffee-status")


def test_uncommitted_content_is_not_served(repository, serve):
    repo = repository({"foo.yml": "a: 1"})
    server = serve(repo)
    repo.write({"foo.yml": "a: 2", "bar.yml": "b: 1"})
    assert server.first("/foo/default") == {"a": 1}
    assert server.environment("/bar/default")["propertySources"] == []


def test_packed_refs_and_objects(repository, serve):
    repo = repository({"foo.yml": "a: 1"})
    server = serve(repo)
    commit = repo.commit({"foo.yml": "a: 2"})
    repo.git("gc", "-q", "--prune=now")
    wait_until(lambda: server.environment("/foo/default")["version"] == commit, 5, "the packed commit")
    assert server.first("/foo/default") == {"a": 2}
    repo.git("reset", "-q", "--hard", "HEAD~1")
    wait_until(lambda: server.first("/foo/default") == {"a": 1}, 5, "the branch to go back")


def test_an_answer_is_one_commits(repository, serve):
    """Readers ask while a writer commits: no answer mixes two commits."""
    repo = repository({"foo.yml": "n: 0", "application.yml": "n: 0"})
    server = serve(repo)
    ended = threading.Event()
    versions = {repo.git("rev-parse", "HEAD"): 0}
    seen = []

    def read():
        while not ended.is_set():
            answer = http.get(server.running.url("/foo/default")).json
            seen.append((answer["version"], [s["source"]["n"] for s in answer["propertySources"]]))
    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    deadline = time.monotonic() + 3
    number = 0
    while time.monotonic() < deadline:
        number += 1
        versions[repo.commit({"foo.yml": f"n: {number}", "application.yml": f"n: {number}"})] = number
    ended.set()
    for reader in readers:
        reader.join(10)
    assert len({version for version, _ in seen}) > 2
    for version, numbers in seen:
        assert numbers == [versions[version]] * 2


def test_invented_names_do_not_grow_memory(repository, serve):
    repo = repository({"application.yml": "a: 1"})
    server = serve(repo, {"crema.config.cache-max": "64KB"})
    for number in range(600):
        assert server.get(f"/invented-{number}/default").status == 200
    details = server.get("/actuator/health").json
    text = json.dumps(details)
    assert server.first("/invented-0/default") == {"a": 1}
    component = details.get("components", details.get("details", details))["configServer"]
    assert int(component["details"]["cachedBytes"]) <= 65536, text


def test_the_second_answer_comes_from_memory(repository, serve):
    repo = repository({"foo.yml": "a: 1", "bad.yml": "a: b: c"})
    server = serve(repo)
    answers = [server.get("/foo/default").body for _ in range(3)]
    assert len(set(answers)) == 1
    assert server.get("/bad/default").status == 500
    text = server.get("/actuator/prometheus").text
    assert 'config_answers_total{source="memory"} 2' in text
    assert 'config_answers_total{source="files"} 1' in text
    assert "config_unreadable_total 1" in text
    repo.git("checkout", "-q", "-b", "other")
    assert server.get("/foo/default").body == answers[0]


def test_health_says_what_is_served(repository, serve):
    repo = repository({"foo.yml": "a: 1"})
    server = serve(repo)
    answer = server.get("/actuator/health")
    assert answer.status == 200 and answer.json["status"] == "UP"
    assert repo.git("rev-parse", "HEAD") in answer.text and repo.uri in answer.text


def test_path_forms_of_the_uri(repository, serve):
    repo = repository({"foo.yml": "a: 1"})
    for uri in (str(repo.path), f"file:{repo.path}", f"file://localhost{repo.path}", f"file://{repo.path}/",
                str(repo.path / ".git")):
        server = serve(repo, {GIT + "uri": uri})
        name = server.environment("/foo/default")["propertySources"][0]["name"]
        assert name == f"{uri.rstrip('/')}/foo.yml"


# --- --init-repo and the sample --------------------------------------------------------------------


def init(target, source=ROOT / "config-repo"):
    return run_once("config-server", "--init-repo", f"--{GIT}uri=file:{target}",
                    f"--crema.config.init-from={source}")


@pytest.fixture
def sample(tmp_path):
    bare = tmp_path / "config.git"
    done = init(bare)
    assert done.returncode == 0, done.stderr
    return bare


def git(*arguments, cwd):
    return subprocess.run(["git", *arguments], cwd=cwd, check=True, capture_output=True, text=True,
                          env={**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null",
                               "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory",
                               "GIT_CONFIG_VALUE_0": "*"}).stdout


def test_init_repo_makes_what_git_understands(sample):
    git("fsck", "--strict", cwd=sample)
    names = git("ls-tree", "-r", "--name-only", "main", cwd=sample).split()
    assert "application.yml" in names and "README.md" not in names
    assert sorted(names) == sorted(file.name for file in (ROOT / "config-repo").iterdir()
                                   if file.name != "README.md")


def test_init_repo_again_changes_nothing(sample):
    before = git("rev-parse", "main", cwd=sample)
    done = init(sample)
    assert done.returncode == 0 and "already" in done.stdout
    assert git("rev-parse", "main", cwd=sample) == before


def test_init_repo_with_bad_settings(tmp_path):
    done = init(tmp_path / "x.git", source=tmp_path / "nowhere")
    assert done.returncode == 1 and "nowhere" in done.stderr
    done = run_once("config-server", "--init-repo", f"--{GIT}uri=https://host/x.git")
    assert done.returncode == 78 and GIT + "uri" in done.stderr
    done = run_once("config-server", "--init-repo", f"--{GIT}uri=file:{tmp_path}/x.git")
    assert done.returncode == 78 and "crema.config.init-from" in done.stderr
    (tmp_path / "file").write_text("x")
    done = init(tmp_path / "file" / "x.git")
    assert done.returncode == 1 and "file" in done.stderr


def test_the_sample_serves_every_application_and_profile(daemon, sample):
    server = daemon("config-server", {GIT + "uri": f"file:{sample}"})
    for application in APPLICATIONS:
        for profile in PROFILES:
            answer = server.get(f"/{application}/{profile}")
            assert answer.status == 200
            values = {}
            for source in reversed(answer.json["propertySources"]):
                values.update(source["source"])
            greeting = "hello" if profile == "default" else f"welcome to {profile} server"
            assert values["msaconfig.greeting"] == greeting
            assert not [key for key in values if key == "server.port"]
            assert values["eureka.instance.lease-expiration-duration-in-seconds"] == 10
        names = [source["name"] for source in answer.json["propertySources"]]
        assert any(application in name for name in names), names
        assert len(set(names)) == len(names)


def test_the_sample_has_the_routes_of_both_editions(daemon, sample):
    server = daemon("config-server", {GIT + "uri": f"file:{sample}"})
    answer = server.get("/msa-architecture-zuul-server/default")
    source = answer.json["propertySources"][0]["source"]
    for name in ("Order", "Member", "Status"):
        assert source[f"zuul.routes.coffee{name}.path"] == f"/coffee{name}/**"
        assert source[f"zuul.routes.coffee{name}.serviceId"] == f"msa-service-coffee-{name.lower()}"
        assert f"zuul.routes.coffee{name}.strip-prefix" not in source
        assert source[f"zuul.routes.{name.lower()}.path"] == f"/api/v1/{name.lower()}/**"
        assert source[f"zuul.routes.{name.lower()}.strip-prefix"] is False
