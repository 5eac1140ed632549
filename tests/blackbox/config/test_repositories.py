"""Several repositories: by pattern, by placeholders in the URI, and composite."""
import threading

import pytest

from harness.poll import wait_until
from harness.running import run_once

SERVER = "spring.cloud.config.server."
GIT = SERVER + "git."


def once(home, *arguments):
    return run_once("config-server", *arguments, "--server.port=0", home=home)


def a(server, path):
    """The strongest value of the key a."""
    return server.first(path)["a"]


# --- by pattern --------------------------------------------------------------------------------------


def test_the_first_repository_that_matches_is_the_only_one(repository, serve):
    main, team, late = (repository({"application.yml": f"a: {name}"}) for name in ("main", "team", "late"))
    server = serve(main, {GIT + "repos.team.uri": team.uri, GIT + "repos.team.pattern": "team-*, other/dev",
                          GIT + "repos.late.uri": late.uri, GIT + "repos.late.pattern": "team-a,late*/x",
                          GIT + "repos.alone": late.uri})
    assert a(server, "/team-a/default") == "team"
    assert len(server.environment("/team-a/default")["propertySources"]) == 1
    assert a(server, "/other/dev") == "team" and a(server, "/other/default") == "main"
    assert a(server, "/other/dev,cloud") == "team"
    assert a(server, "/late1/x") == "late" and a(server, "/late1/y") == "main"
    assert a(server, "/alone/anything") == "late"
    assert server.environment("/team-a/default")["version"] == team.git("rev-parse", "HEAD")


def test_a_candidate_by_one_profile_needs_the_whole_list(repository, serve):
    main, dev = repository({"application.yml": "a: main"}), repository({"application.yml": "a: dev"})
    server = serve(main, {GIT + "repos.dev.uri": dev.uri, GIT + "repos.dev.pattern": "*/dev"})
    assert a(server, "/x/dev,cloud") == "dev"
    assert a(server, "/x/cloud,dev") == "main"


def test_failures_fall_through_and_are_told_once(repository, serve, tmp_path):
    main = repository({"application.yml": "a: main"})
    main.git("branch", "only-main")
    broken = repository({"application.yml": "a: b: c"})
    server = serve(main, {GIT + "repos.gone.uri": f"file://{tmp_path}/gone", GIT + "repos.gone.pattern": "gone*",
                          GIT + "repos.broken.uri": broken.uri, GIT + "repos.broken.pattern": "*"})
    for _ in range(3):
        assert a(server, "/gone/default") == "main"
        assert a(server, "/x/default") == "main"
        assert a(server, "/x/default/only-main") == "main"
    log = server.log
    assert log.count("gone: git repository") == 1, log
    assert log.count("broken: application.yml: YAML line 1") == 2, log  # of gone/default and of x/default
    broken.commit({"application.yml": "a: mended"})
    wait_until(lambda: a(server, "/x/default") == "mended", 5, "the mended repository")
    (tmp_path / "gone").mkdir()
    wait_until(lambda: server.get("/x/nothing/nolabel").status == 404, 5, "an answer")


def test_a_repository_that_comes_later(repository, serve, tmp_path):
    main, team = repository({"application.yml": "a: main"}), repository({"application.yml": "a: team"})
    server = serve(main, {GIT + "repos.team.uri": f"file://{tmp_path}/later", GIT + "repos.team.pattern": "*"})
    assert a(server, "/x/default") == "main"
    team.path.rename(tmp_path / "later")
    assert a(server, "/x/default") == "team"


def test_each_repository_has_its_own_labels_and_paths(repository, serve):
    main = repository({"application.yml": "a: main"})
    team = repository({"team/application.yml": "a: team"}, branch="trunk")
    server = serve(main, {GIT + "repos.team.uri": team.uri, GIT + "repos.team.pattern": "t",
                          GIT + "repos.team.default-label": "trunk", GIT + "repos.team.search-paths": "team"})
    assert a(server, "/t/default") == "team" and a(server, "/t/default/trunk") == "team"
    assert a(server, "/t/default/main") == "main"
    assert server.get("/t/default/nowhere").status == 404


def test_remote_repositories_by_pattern(hosted, serve, repository):
    main, team = repository({"application.yml": "a: main"}), hosted({"application.yml": "a: team"})
    away = "git://127.0.0.1:1/nothing.git"
    server = serve(main, {GIT + "repos.away.uri": away, GIT + "repos.away.pattern": "*",
                          GIT + "repos.team.uri": team.uri, GIT + "repos.team.pattern": "team*",
                          GIT + "repos.team.refresh-rate": "0"})
    assert a(server, "/team/default") == "team"
    team.push({"application.yml": "a: newer"})
    assert a(server, "/team/default") == "newer"
    assert a(server, "/x/default") == "main"
    health = server.get("/actuator/health")
    assert health.status == 200, health
    assert away in health.text and team.uri in health.text and main.uri in health.text


def test_one_remote_repository_in_two_ways(hosted, serve):
    """Other settings of the connection: a mirror each, and none stands in the other's way."""
    repo = hosted({"application.yml": "a: 1", "cfg/application.yml": "a: 2"})
    repo.push({"application.yml": "a: other"}, branch="other")
    repo.push({"application.yml": "a: 1"})
    server = serve(repo, {GIT + "repos.x.uri": repo.uri, GIT + "repos.x.timeout": "9",
                          GIT + "repos.y.uri": repo.uri, GIT + "repos.y.default-label": "other"})
    assert a(server, "/z/default") == 1 and a(server, "/x/default") == 1
    assert a(server, "/y/default") == "other"
    commit = repo.push({"application.yml": "a: newer"})
    for name in ("z", "x"):
        wait_until(lambda name=name: server.environment(f"/{name}/default")["version"] == commit, 15, "the push")
    assert "another config-server" not in server.log + server.get("/actuator/health").text


# --- placeholders ------------------------------------------------------------------------------------


def test_a_repository_for_each_application(repository, serve):
    one, two = repository({"application.yml": "a: one"}), repository({"application.yml": "a: two"})
    one.uri = f"file://{one.path.parent}/{{application}}"
    server = serve(one)
    assert a(server, f"/{one.path.name}/default") == "one"
    environment = server.environment(f"/{two.path.name}/default")
    assert environment["propertySources"] == [
        {"name": f"file://{two.path}/application.yml", "source": {"a": "two"}}]
    assert server.get("/actuator/health").status == 200
    commit = two.commit({"application.yml": "a: three"})
    wait_until(lambda: server.environment(f"/{two.path.name}/default")["version"] == commit, 5, "the commit")


def test_names_that_are_no_repository(repository, serve):
    repo = repository({"application.yml": "a: 1"})
    repo.uri = f"file://{repo.path.parent}/{{application}}"
    server = serve(repo)
    for name in ("nothing", "%2525", "a%3Fb", "x%20y", "..%28_%29x", "(_)etc", "%7Bprofile%7D", f"{repo.path.name}(_).git",
                 ".", "a(_)(_)b", "a:b", "a(_).."):
        answer = server.get(f"/{name}/default")
        assert answer.status in (400, 404), (name, answer)
    assert a(server, f"/{repo.path.name}/default") == 1


def test_nested_names_profiles_and_labels(repository, serve):
    repo = repository({"application.yml": "a: 1"})
    repo.git("branch", "v1")
    target = repo.path.parent / "org" / "app" / "dev" / "v1"
    target.parent.mkdir(parents=True)
    repo.path.rename(target)
    repo.uri = f"file://{repo.path.parent}/{{application}}/{{profile}}/{{label}}"
    server = serve(repo)
    assert server.environment("/org(_)app/dev/v1")["propertySources"][0]["source"] == {"a": 1}
    assert server.get("/org(_)app/dev").status == 404  # .../main is not there


def test_a_repository_by_pattern_and_each_profile(repository, serve):
    main = repository({"application.yml": "a: main"})
    other = repository({"application.yml": "a: other"})
    uri = f"file://{other.path.parent}/{{profile}}"
    server = serve(main, {GIT + "repos.p.uri": uri, GIT + "repos.p.pattern": "x/*"})
    assert a(server, f"/x/{other.path.name}") == "other"
    assert a(server, f"/x/{other.path.name},more") == "other"
    assert a(server, "/x/more") == "main"


def test_the_most_that_are_open(repository, serve):
    repos = [repository({"application.yml": f"a: {number}"}) for number in range(5)]
    repos[0].uri = f"file://{repos[0].path.parent}/{{application}}"
    server = serve(repos[0], {"crema.config.repositories-max": "2"})
    for _ in range(2):
        for number, repo in enumerate(repos):
            assert a(server, f"/{repo.path.name}/default") == number
    health = server.get("/actuator/health").text
    assert sum(f"file://{repo.path}" in health for repo in repos) == 2, health


def test_many_ask_for_more_repositories_than_may_be_open(repository, serve):
    """Each is closed and opened again and again while others are read: no answer is another's."""
    repos = [repository({"application.yml": f"a: {number}"}) for number in range(4)]
    repos[0].uri = f"file://{repos[0].path.parent}/{{application}}"
    server = serve(repos[0], {"crema.config.repositories-max": "2"})
    wrong = []

    def ask(first):
        for turn in range(40):
            number = (first + turn) % len(repos)
            answer = server.get(f"/{repos[number].path.name}/default")
            if answer.status == 503:  # the two that may be open are both being read
                continue
            if answer.status != 200 or answer.json["propertySources"][0]["source"] != {"a": number}:
                wrong.append(answer)
    threads = [threading.Thread(target=ask, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not wrong, wrong[0]
    assert a(server, f"/{repos[3].path.name}/default") == 3


def test_a_remote_repository_for_each_application(hosted, serve, hosts):
    host = hosts("git")
    one, two = (hosted({"application.yml": f"a: {name}"}, host) for name in ("one", "two"))
    one_name, two_name = one.bare.stem, two.bare.stem
    one.uri = one.uri.replace(one_name, "{application}")
    server = serve(one)
    assert a(server, f"/{one_name}/default") == "one"
    assert a(server, f"/{two_name}/default") == "two"
    answer = server.get("/no-such-repository/default")
    assert answer.status == 503 and "never fetched" in answer.json["detail"], answer
    mirrors = server.running.home / "data" / "config"
    assert server.running.stop() == 0
    left = sorted(file.name.partition("-")[0] for file in mirrors.iterdir())
    assert left == ["config", "config", "config", "config"], list(mirrors.iterdir())  # two mirrors, two locks


# --- composite ---------------------------------------------------------------------------------------


@pytest.fixture
def composed(daemon):
    def start(*repos, **settings):
        given = {"spring.profiles.active": "composite"}
        for number, repo in enumerate(repos):
            given[f"{SERVER}composite[{number}].type"] = "git" if isinstance(repo, str) is False else "native"
            key = "uri" if isinstance(repo, str) is False else "search-locations"
            given[f"{SERVER}composite[{number}].{key}"] = getattr(repo, "uri", repo)
        given.update({SERVER + key.replace("_", "-"): value for key, value in settings.items()})
        return daemon("config-server", given)
    return start


def test_composite_order_and_version(repository, composed):
    one = repository({"application.yml": "a: one", "x.yml": "b: one"})
    two = repository({"application.yml": "a: two"})
    server = composed(one, two)
    environment = server.get("/x/default").json
    assert [source["source"] for source in environment["propertySources"]] == [
        {"b": "one"}, {"a": "one"}, {"a": "two"}]
    assert environment["version"] is None and environment["state"] is None
    commit = two.commit({"application.yml": "a: three"})
    assert commit
    wait_until(lambda: server.get("/x/default").json["propertySources"][-1]["source"] == {"a": "three"}, 5,
               "the second repository's commit")
    assert "config_answers_total{source=\"memory\"}" in server.get("/actuator/prometheus").text


def test_composite_of_git_and_folders(repository, composed, tmp_path):
    one = repository({"application.yml": "a: one"})
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "application.yml").write_text("a: folder")
    server = composed(one, f"file:{folder}/")
    assert [source["source"]["a"] for source in server.get("/x/default").json["propertySources"]] == [
        "one", "folder"]
    (folder / "application.yml").write_text("a: changed")
    assert server.get("/x/default").json["propertySources"][1]["source"]["a"] == "changed"


def test_composite_failures(repository, composed):
    one, two = repository({"application.yml": "a: one"}), repository({"application.yml": "a: two"})
    two.git("branch", "only-two")
    strict = composed(one, two)
    assert strict.get("/x/default/only-two").status == 404
    lenient = composed(one, two, fail_on_composite_error="false")
    assert [s["source"]["a"] for s in lenient.get("/x/default/only-two").json["propertySources"]] == ["two"]
    one.commit({"application.yml": "a: b: c"})
    wait_until(lambda: strict.get("/x/default").status == 500, 5, "the broken file")
    wait_until(lambda: len(lenient.get("/x/default").json["propertySources"]) == 1, 5, "the broken file")


def test_composite_with_patterns_of_its_own(repository, composed):
    one, team = repository({"application.yml": "a: one"}), repository({"application.yml": "a: team"})
    server = composed(one, **{"composite[0].repos.team.uri": team.uri, "composite[0].repos.team.pattern": "t*"})
    assert server.get("/team/default").json["propertySources"][0]["source"] == {"a": "team"}
    assert server.get("/x/default").json["propertySources"][0]["source"] == {"a": "one"}
    assert "unknown setting" not in server.log


def test_backends_by_profile_in_their_order(repository, daemon, tmp_path):
    repo = repository({"application.yml": "a: git"})
    (tmp_path / "application.yml").write_text("a: native")
    settings = {GIT + "uri": repo.uri, SERVER + "native.search-locations": f"file:{tmp_path}"}
    for order, expected in ((None, ["git", "native"]), ("1", ["native", "git"])):
        given = {**settings, "spring.profiles.active": "git,native"}
        if order:
            given[SERVER + "native.order"] = order
        server = daemon("config-server", given)
        assert [s["source"]["a"] for s in server.get("/x/default").json["propertySources"]] == expected


@pytest.mark.parametrize("settings, words", [
    ({"composite[0].type": "vault"}, ["composite[0].type", "vault", "git or native"]),
    ({}, ["composite[0].type", "not set"]),
    ({"composite[0].type": "git"}, ["composite[0].uri", "not set"]),
    ({"composite[0].type": "git", "composite[0].uri": "file:///nowhere/at/all"}, ["composite[0].uri", "nowhere"]),
    ({"composite[0].type": "native"}, ["composite[0].search-locations", "not set"]),
    ({"composite[0].type": "native", "composite[0].search-locations": "classpath:/x"},
     ["composite[0].search-locations", "classpath:/x", "file:"]),
    ({"composite[1].type": "git", "composite[1].uri": "/x"}, ["composite[0].type"]),
])
def test_composite_settings_that_are_wrong(tmp_path, settings, words):
    done = once(tmp_path, "--spring.profiles.active=composite", "--check-config",
                *(f"--{SERVER}{key}={value}" for key, value in settings.items()))
    assert done.returncode == 78, done
    for word in words:
        assert word in done.stderr + done.stdout, done


@pytest.mark.parametrize("key, value", [
    ("repos.x.uri", "https://{application}.host/r.git"), ("repos.x.uri", ""), ("repos.x.pattern", "y"),
    ("search-paths", "../x"), ("repos.x.search-paths", "a/.git"), ("repos.x.timeout", "soon"),
])
def test_repository_settings_that_are_wrong(tmp_path, repository, key, value):
    repo = repository({"application.yml": "a: 1"})
    own = () if key in ("repos.x.uri", "repos.x.pattern") else (f"--{GIT}repos.x.uri={repo.uri}",)
    done = once(tmp_path, f"--{GIT}uri={repo.uri}", *own, f"--{GIT}{key}={value}", "--check-config")
    named = "repos.x.uri" if key == "repos.x.pattern" else key
    assert done.returncode == 78 and GIT + named in done.stdout + done.stderr, done
