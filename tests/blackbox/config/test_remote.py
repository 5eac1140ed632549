"""Remote repositories: fetched in the background, by a process that may be killed at any time."""
import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from harness import http
from harness.poll import wait_until
from harness.remotes import (FAST, GIT, HASTY, ON_DEMAND, component, details, fetchers, fetches,
                             fetching, lines, wait_value)

# --- what is served ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["git", "http"])
def test_a_remote_repository(hosted, serve, kind):
    """Found at the first request already; a push is served within seconds, at the default rate."""
    repo = hosted({"foo.yml": "a: 1"}, kind)
    server = serve(repo)
    first = server.environment("/foo/default")
    assert first["propertySources"] == [{"name": f"{repo.uri}/foo.yml", "source": {"a": 1}}]
    assert first["version"] == repo.git("rev-parse", "HEAD")
    assert component(server)[:2] == (200, "UP")
    mirrors = list((server.running.home / "data" / "config").glob("config-0-*.git"))
    assert len(mirrors) == 1 and (mirrors[0] / "HEAD").exists()
    assert mirrors[0].stat().st_mode & 0o077 == 0
    repo.push({"foo.yml": "a: 2"})
    wait_value(server, 2)
    head = repo.git("rev-parse", "HEAD")
    known = wait_until(lambda: details(server)["version"] == head and details(server), 30, "health to notice")
    assert known["repository"] == repo.uri
    assert "lastFetch" in known and "notNewer" not in known


def test_branches_and_tags_follow(hosted, serve):
    repo = hosted({"foo.yml": "a: 1"})
    repo.push({"foo.yml": "a: 2"}, "b")
    repo.git("tag", "v1")
    repo.git("push", "-q", "origin", "v1")
    server = serve(repo, FAST)
    assert [server.first(f"/foo/default/{label}")["a"] for label in ("main", "b", "v1")] == [1, 2, 2]
    repo.git("push", "-q", "origin", ":b")
    repo.push({"foo.yml": "a: 3"}, "b/c")
    repo.git("tag", "-f", "v1")
    repo.git("push", "-q", "-f", "origin", "v1")
    wait_value(server, 3, path="/foo/default/b(_)c")
    wait_until(lambda: server.get("/foo/default/b").status == 404, 30, "the branch to go")
    wait_value(server, 3, path="/foo/default/v1")
    assert server.first("/foo/default") == {"a": 1}


def test_an_empty_remote_is_waited_for(hosted, serve):
    repo = hosted()
    server = serve(repo, FAST)
    wait_until(lambda: server.get("/foo/default").status == 404, 30, "the empty repository")
    status, said, known = component(server)
    assert (status, said) == (503, "DOWN") and "main" in known["error"]
    repo.push({"foo.yml": "a: 1"})
    wait_value(server, 1)
    wait_until(lambda: component(server)[:2] == (200, "UP"), 30, "health to notice")


def test_a_redirect_is_followed_without_credentials_for_others(hosted, hosts, serve):
    repo = hosted({"foo.yml": "a: 1"}, "http")
    moved = hosts("http", moved_to=repo.host.uri(""))
    repo.uri = moved.uri(repo.bare.name)
    server = serve(repo, {GIT + "username": "me", GIT + "password": "hush"})
    assert server.first("/foo/default") == {"a": 1}
    assert any(auth for _, auth in moved.seen)
    assert any("upload-pack" in path for path, _ in repo.host.seen)
    assert not any(auth for _, auth in repo.host.seen)


# --- a remote that is away --------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["git", "http"])
def test_a_silent_peer_holds_nobody(hosted, hosts, serve, kind):
    """It accepts and says nothing: the fetch is killed, and nothing else waits."""
    repo = hosted({"foo.yml": "a: 1"}, kind)
    relay = hosts(repo.host, limit=0)
    repo.uri = relay.uri(repo.bare.name)
    server = serve(repo, HASTY)
    assert server.get("/actuator/info").status == 200
    answer = server.get("/foo/default")     # the first waits for the first fetch, for one second
    assert answer.status == 503
    wait_until(lambda: "nothing came for 1 s" in details(server).get("error", ""), 30, "the deadline")
    for _ in range(20):
        assert server.get("/foo/default", timeout=5).status == 503
    assert len(lines(server, "nothing came for 1 s")) == 1
    relay.heal()
    wait_value(server, 1)
    wait_until(lambda: fetching(server) is None, 30, "the last fetch to end")


@pytest.mark.parametrize("kind", ["git", "http"])
def test_a_peer_that_stalls_in_the_middle_of_a_pack(hosted, hosts, serve, kind):
    repo = hosted({"foo.yml": "a: 1", "large.bin": os.urandom(1 << 20)}, kind)
    relay = hosts(repo.host, limit=300_000)
    repo.uri = relay.uri(repo.bare.name)
    server = serve(repo, HASTY)
    wait_until(lambda: "nothing came for 1 s" in details(server).get("error", ""), 30, "the deadline")
    assert relay.stuck.is_set()
    wait_until(lambda: fetches(server, "failed") >= 2, 30, "another try")
    relay.heal()
    wait_value(server, 1)
    left = [path.name for path in (server.running.home / "data" / "config").rglob("*_git2_*")]
    assert left == []


@pytest.mark.parametrize("kind", ["git", "http"])
def test_a_peer_that_breaks_off(hosted, hosts, serve, kind):
    repo = hosted({"foo.yml": "a: 1", "large.bin": os.urandom(1 << 20)}, kind)
    relay = hosts(repo.host, limit=300_000, cut=True)
    repo.uri = relay.uri(repo.bare.name)
    server = serve(repo, FAST)
    wait_until(lambda: "was never fetched" in details(server).get("error", ""), 30, "the failure")
    assert relay.stuck.is_set() and server.get("/foo/default").status == 503
    assert len(lines(server, "cannot be fetched")) == 1
    relay.heal()
    wait_value(server, 1)


def test_a_stalled_update_leaves_what_is_known(hosted, hosts, serve):
    """Nothing of a pack that did not arrive shows; what the killed process left is cleared away."""
    repo = hosted({"foo.yml": "a: 1"})
    relay = hosts(repo.host, limit=None)
    repo.uri = relay.uri(repo.bare.name)
    server = serve(repo, HASTY)
    wait_value(server, 1)
    before = server.environment("/foo/default")
    relay.limit = 300_000
    repo.push({"foo.yml": "a: 2", "large.bin": os.urandom(1 << 20)})
    wait_until(lambda: "nothing came" in details(server).get("notNewer", ""), 30, "the deadline")
    assert server.environment("/foo/default") == before
    relay.heal()
    wait_value(server, 2)
    left = [path.name for path in (server.running.home / "data" / "config").rglob("*_git2_*")]
    assert left == []


def test_a_waiting_request_is_let_go_in_time(hosted, hosts, serve):
    """refresh-rate 0 and a silent peer: the last known good after `timeout`."""
    repo = hosted({"foo.yml": "a: 1"})
    relay = hosts(repo.host, limit=None)
    repo.uri = relay.uri(repo.bare.name)
    server = serve(repo, {GIT + "refresh-rate": "0", GIT + "timeout": "1"})
    wait_value(server, 1)
    before = server.environment("/foo/default")
    relay.limit = 0
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: server.environment("/foo/default"), range(20)))
    assert answers == [before] * 20


def test_sigterm_lets_those_go_who_wait(hosted, serve):
    repo = hosted({"foo.yml": "a: 1"})
    server = serve(repo, {GIT + "refresh-rate": "0", GIT + "timeout": "60", "crema.shutdown.drain-ms": "20s"})
    before = server.environment("/foo/default")
    repo.host.hold()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(server.get, "/foo/default", timeout=30)
        pid = wait_until(lambda: fetching(server), 30, "the fetch to begin")
        assert server.running.stop(10) == 0
        assert waiting.result().json == before
    assert not Path(f"/proc/{pid}").exists()


def test_a_killed_server_takes_its_fetch_along(hosted, serve):
    repo = hosted({"foo.yml": "a: 1"})
    repo.host.hold()
    server = serve(repo, {GIT + "timeout": "60"})
    pid = wait_until(lambda: fetching(server), 30, "the fetch to begin")
    server.running.kill()
    wait_until(lambda: not Path(f"/proc/{pid}").exists(), 30, "the fetch to end")
    repo.host.go_on()
    server.running.start()
    wait_value(server, 1)


# --- one fetch at a time ----------------------------------------------------------------------------


def test_one_fetch_serves_all_who_wait(hosted, serve):
    repo = hosted({"foo.yml": "a: 0"})
    server = serve(repo, ON_DEMAND)
    server.environment("/foo/default")
    before = repo.host.calls
    repo.host.hold()
    with ThreadPoolExecutor(30) as pool:
        first = pool.submit(server.environment, "/foo/default")
        wait_until(lambda: repo.host.calls > before, 30, "the fetch to begin")
        commit = repo.push({"foo.yml": "a: 1"})
        others = [pool.submit(server.environment, "/foo/default") for _ in range(29)]
        repo.host.go_on()
        assert first.result()["version"] in (commit, repo.git("rev-parse", "HEAD~1"))
        # They came after the push, so the fetch that was under way is not enough for them.
        assert {other.result()["version"] for other in others} == {commit}
    assert repo.host.calls - before < 15


def test_two_fetches_are_never_at_once(hosted, serve):
    repo = hosted({"foo.yml": "a: 0"})
    server = serve(repo, ON_DEMAND)
    ended = threading.Event()

    def ask():
        while not ended.is_set():
            assert http.get(server.running.url("/foo/default"), timeout=30).status == 200
    askers = [threading.Thread(target=ask) for _ in range(8)]
    for asker in askers:
        asker.start()
    most = 0
    while repo.host.calls < 100:
        most = max(most, len(fetchers(server)))
    ended.set()
    for asker in askers:
        asker.join(20)
    assert most == 1


# --- credentials ------------------------------------------------------------------------------------


def test_credentials(hosted, hosts, serve):
    host = hosts("http", credentials="reader:to:ken@1")
    repo = hosted({"foo.yml": "a: 1"}, host)
    plain = repo.uri
    server = serve(repo, FAST)
    wait_until(lambda: "401" in details(server).get("error", ""), 30, "the refusal")
    assert GIT + "username" in details(server)["error"] and server.get("/foo/default").status == 503
    wrong = serve(repo, {**FAST, GIT + "username": "reader", GIT + "password": "n0t-it"})
    wait_until(lambda: "refused (401)" in details(wrong).get("error", ""), 30, "the refusal")
    right = serve(repo, {**FAST, GIT + "username": "reader", GIT + "password": "to:ken@1"})
    wait_value(right, 1)
    repo.uri = host.uri(repo.bare.name, "reader:to:ken%401@")
    inside = serve(repo, FAST)
    wait_value(inside, 1)
    assert inside.environment("/foo/default")["propertySources"][0]["name"] == f"{plain}/foo.yml"
    for server in (wrong, right, inside):
        shown = server.log + server.get("/actuator/health").text + server.get("/actuator/env").text
        assert "n0t-it" not in shown and "to:ken" not in shown
        assert server.running.stop() == 0


def test_credentials_are_in_no_argument_and_no_environment(hosted, hosts, serve):
    repo = hosted({"foo.yml": "a: 1"}, "http")
    relay = hosts(repo.host, limit=0)
    repo.uri = relay.uri(repo.bare.name)
    server = serve(repo, {GIT + "timeout": "60", GIT + "username": "reader"},
                   env={"SPRING_CLOUD_CONFIG_SERVER_GIT_PASSWORD": "open-sesame"})
    assert relay.stuck.wait(30)
    pid = fetching(server)
    words = Path(f"/proc/{pid}/cmdline").read_bytes()
    assert words == b"config-server\0--fetch\0"
    assert b"open-sesame" not in Path(f"/proc/{pid}/environ").read_bytes()
    kept = [path for path in (server.running.home / "data").rglob("*") if path.is_file()]
    assert kept and not any(b"open-sesame" in path.read_bytes() for path in kept)
    relay.heal()
    wait_value(server, 1)
    assert any(auth and auth.startswith("Basic ") for _, auth in repo.host.seen)


# --- refusals and damage ----------------------------------------------------------------------------


@pytest.mark.parametrize("kind, words", [("git", "not exported"), ("http", "404")])
def test_a_path_without_repository(hosted, serve, kind, words):
    repo = hosted({"foo.yml": "a: 1"}, kind)
    repo.uri = repo.host.uri("nothing.git")
    server = serve(repo, FAST)
    wait_until(lambda: words in details(server).get("error", ""), 30, "the refusal")
    assert server.get("/foo/default").status == 503


@pytest.mark.parametrize("status, words", [(200, "not with a git repository"), (403, "403"), (500, "500")])
def test_a_web_server_without_git(hosted, hosts, serve, status, words):
    repo = hosted({"foo.yml": "a: 1"}, hosts("http", says=status))
    server = serve(repo, FAST)
    wait_until(lambda: words in details(server).get("error", ""), 30, "the refusal")
    repo.host.says = None
    wait_value(server, 1)


@pytest.mark.parametrize("status, words", [(200, "not with a git repository"), (403, "403")])
def test_a_page_without_end(hosted, hosts, serve, status, words):
    """It comes all the time, so no silence ends it."""
    repo = hosted({"foo.yml": "a: 1"}, hosts("endless", says=status))
    server = serve(repo, FAST)
    wait_until(lambda: words in details(server).get("error", ""), 30, "the refusal")
    wait_until(lambda: repo.host.seen, 30, "the page to be left")


def test_a_certificate_that_nobody_vouches_for(hosted, hosts, serve, tmp_path):
    host = hosts("https", folder=tmp_path)
    repo = hosted({"foo.yml": "a: 1"}, host)
    server = serve(repo, FAST)
    wait_until(lambda: "certificate" in details(server).get("error", ""), 30, "the refusal")
    assert server.get("/foo/default").status == 503
    wait_value(serve(repo, {**FAST, GIT + "skip-ssl-validation": "true"}), 1)
    wait_value(serve(repo, FAST, env={"SSL_CERT_FILE": str(tmp_path / "cert.pem")}), 1)


def mirror_of(server):
    found = list((server.running.home / "data" / "config").glob("*.git"))
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize("damage", ["pack", "refs", "head", "objects"])
def test_a_damaged_mirror_is_moved_aside(hosted, serve, damage):
    """Case 30: cloned anew, with a line that says so."""
    repo = hosted({"foo.yml": "a: 1"})
    server = serve(repo, FAST)
    wait_value(server, 1)
    assert server.running.stop() == 0
    mirror = mirror_of(server)
    if damage == "pack":
        for file in (mirror / "objects").rglob("*"):
            if file.is_file():
                file.chmod(0o600)
                file.write_bytes(b"rubbish")
    elif damage == "refs":
        (mirror / "refs" / "heads" / "main").write_text("0123456789" * 4 + "\n")
    elif damage == "head":
        (mirror / "HEAD").unlink()
    else:
        (mirror / "objects").rename(mirror / "elsewhere")
    repo.push({"foo.yml": "a: 2"})
    server.running.start()
    wait_value(server, 2)
    wait_until(lambda: component(server)[:2] == (200, "UP"), 30, "health to notice")
    noted = lines(server, "damaged and is cloned anew", f"{mirror}.damaged")
    assert len(noted) == 1 and Path(f"{mirror}.damaged").exists()


def spoil_packs(server):
    for pack in mirror_of(server).rglob("*.pack"):
        size = pack.stat().st_size
        pack.chmod(0o600)
        with open(pack, "r+b") as file:
            file.seek(12)
            file.write(b"\xff" * (size - 12 - 20))


def test_damage_that_shows_while_serving(hosted, serve):
    repo = hosted({"foo.yml": "a: 1", "bar.yml": "b: 1"})
    server = serve(repo, {**FAST, "crema.config.cache-max": "0"})
    wait_value(server, 1)
    spoil_packs(server)

    def noticed():
        server.get("/bar/default")
        return lines(server, "damaged and is cloned anew")
    wait_until(noticed, 20, "the damage to be noticed", every=0.1)
    wait_value(server, 1)


def test_damage_is_mended_once(hosted, serve):
    """What is asked while it is cloned anew still meets the old one, and is no reason to do it again."""
    repo = hosted({"foo.yml": "a: 1", "bar.yml": "b: 1"})
    server = serve(repo, {**FAST, GIT + "timeout": "20", "crema.config.cache-max": "0"})
    wait_value(server, 1)
    spoil_packs(server)
    repo.host.hold()
    wait_until(lambda: fetching(server), 30, "a fetch")
    assert server.get("/bar/default").status == 500
    repo.host.go_on()
    wait_until(lambda: lines(server, "damaged and is cloned anew"), 30, "the clone")
    done = fetches(server, "done")
    wait_until(lambda: fetches(server, "done") >= done + 2, 30, "further fetches")
    assert len(lines(server, "damaged and is cloned anew")) == 1 and server.first("/bar/default") == {"b": 1}


def packs_of(server):
    return list((mirror_of(server) / "objects" / "pack").glob("*.pack"))


def is_tidy(server):
    left = {path.name for path in mirror_of(server).parent.iterdir()}
    return len(packs_of(server)) < 10 and left == {mirror_of(server).name, mirror_of(server).name + ".lock"}


def test_many_fetches_leave_few_packs(hosted, serve):
    """They are made one from time to time, and nobody who asks meanwhile notices."""
    repo = hosted({"foo.yml": "a: 0"})
    repo.push({"foo.yml": "a: -1"}, "other")
    server = serve(repo, {**ON_DEMAND, "crema.config.cache-max": "0"})
    server.environment("/foo/default")
    first = repo.git("rev-parse", "HEAD~1")
    for number in range(1, 56):
        commit = repo.push({"foo.yml": f"a: {number}", "application.yml": f"b: {number}"})
        answer = server.environment("/foo/default", timeout=30)
        assert answer["version"] == commit
        assert [list(s["source"].values()) for s in answer["propertySources"]] == [[number], [number]]
    wait_until(lambda: is_tidy(server), 30, "one pack")
    assert server.first(f"/foo/default/{first}") == {"a": 0} and server.first("/foo/default/other") == {"a": -1}
    assert not lines(server, "level=warn") and not lines(server, "level=error")


def stop_tidying(server):
    """Holds the process that tidies, which begins when an answer is out, in its middle."""
    def begun():
        found = fetching(server)
        return found and Path(f"/proc/{found}/cmdline").read_bytes() == b"config-server\0--fetch\0" and found
    pid = wait_until(begun, 30, "the tidying to begin")
    os.kill(pid, signal.SIGSTOP)
    return pid


def test_tidying_delays_no_push(hosted, serve):
    """A fetch that is wanted ends it; only where that happened 60 times in a row, one may end."""
    repo = hosted({"foo.yml": "a: 0", "large.bin": os.urandom(30 << 20)})
    server = serve(repo, {**ON_DEMAND, "logging.level.config": "debug"})
    server.environment("/foo/default")
    for number in range(50):    # they count, whatever is in them
        (mirror_of(server) / "objects" / "pack" / f"pack-{number:040}.pack").touch()
    repo.push({"foo.yml": "a: 1"})
    server.environment("/foo/default")
    for number in range(3):
        pid = stop_tidying(server)
        commit = repo.push({"foo.yml": f"a: {number + 2}"})
        assert server.environment("/foo/default")["version"] == commit
        assert not Path(f"/proc/{pid}").exists()
    while len(lines(server, "broken off")) < 60:
        stop_tidying(server)
        server.environment("/foo/default")
    pid = stop_tidying(server)
    commit = repo.push({"foo.yml": "a: 7"})
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(server.environment, "/foo/default")
        os.kill(pid, signal.SIGCONT)
        assert waiting.result()["version"] == commit
    assert len(lines(server, "broken off")) == 60
    wait_until(lambda: is_tidy(server), 30, "one pack")
    assert server.first("/foo/default") == {"a": 7} and not lines(server, "damaged")


def test_a_branch_that_is_no_commit(hosted, serve):
    """What stands so at the remote is no damage of the mirror, which would be cloned at each fetch."""
    repo = hosted({"foo.yml": "a: 1"})
    server = serve(repo, FAST)
    wait_value(server, 1)
    (repo.bare / "refs" / "heads" / "odd").write_text(repo.git("rev-parse", "HEAD:foo.yml") + "\n")
    done = fetches(server, "done")
    wait_until(lambda: (mirror_of(server) / "refs" / "heads" / "odd").exists(), 30, "the odd branch")
    wait_until(lambda: fetches(server, "done") >= done + 3, 30, "further fetches")
    repo.push({"foo.yml": "a: 2"})
    wait_value(server, 2)
    assert server.get("/foo/default/odd").status == 404
    assert not lines(server, "damaged") and not lines(server, "level=warn")


def test_what_a_killed_fetch_left_behind(hosted, serve):
    repo = hosted({"foo.yml": "a: 1"})
    server = serve(repo, FAST)
    wait_value(server, 1)
    server.running.kill()
    mirror = mirror_of(server)
    for name in ("refs/heads/main.lock", "packed-refs.lock", "config.lock", "objects/pack/pack_git2_abcdef"):
        (mirror / name).write_text("")
    for name in (".new", ".old"):       # of one that tidied
        Path(f"{mirror}{name}").mkdir()
    repo.push({"foo.yml": "a: 2"})
    server.running.start()
    wait_value(server, 2)
    assert not list(mirror.rglob("*.lock")) and not list(mirror.rglob("*_git2_*"))
    wait_until(lambda: is_tidy(server), 30, "the folders to go")
    assert not lines(server, "damaged")


def test_a_repository_made_anew_with_other_history(hosted, serve, tmp_path):
    repo = hosted({"foo.yml": "a: 1"})
    server = serve(repo, FAST)
    wait_value(server, 1)
    repo.bare.rename(tmp_path / "old.git")
    wait_until(lambda: "notNewer" in details(server), 30, "health to notice")
    fresh = hosted({"foo.yml": "a: 7"}, repo.host)
    fresh.bare.rename(repo.bare)
    wait_value(server, 7)
    assert not lines(server, "damaged")


def test_basedir(hosted, serve, tmp_path):
    repo = hosted({"foo.yml": "a: 1"})
    server = serve(repo, {GIT + "basedir": str(tmp_path / "deep" / "mirrors")})
    assert server.first("/foo/default") == {"a": 1}
    assert list((tmp_path / "deep" / "mirrors").glob("config-0-*.git"))
    assert not (server.running.home / "data" / "config").exists()
