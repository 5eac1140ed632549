"""The config server while its remote changes all the time, fails in all ways, or is away.

CREMA_SOAK_SECONDS makes it longer than a few seconds: with 1800 and CREMA_PRESET=asan it is the soak of
half an hour, with 600 a remote is away for ten minutes. CREMA_SEED repeats a mix; with `-s` one sees it.
"""
import calendar
import os
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from harness.config_soak import APPLICATIONS, LABELS, Asker, History, Pusher, Watch, children, numbered, percentile
from harness.git_faults import FaultyWay
from harness.poll import wait_until
from harness.running import preset, sanitizer_env
from harness.small_disk import SmallDisk

GIT = "spring.cloud.config.server.git."
SECONDS = float(os.environ.get("CREMA_SOAK_SECONDS", "0"))
CHURN_SECONDS, AWAY_SECONDS = SECONDS or 12, SECONDS or 5
DISK_MIB = 64 + int(CHURN_SECONDS / 60) * 4     # three times what is pushed
SPARE_BLOCKS_MAX = 3                            # of a full disk
SEED = int(os.environ.get("CREMA_SEED", random.SystemRandom().randrange(1 << 30)))
TIMEOUT_S = 2 if preset() == "asan" else 1
LOGIN_S = 2         # more, for SSH, whose host says nothing while it reckons with its keys
MIXED_SECONDS = 3
NOTICED_S = 30      # until health tells; a second or two where the machine is not busy
SERVED_S = 5        # from the end of the faults to the last value
GROWTH_MAX_KB = {"release": 1024, "asan": 8 * 1024}
P99_MAX_S = 0.25    # less than a tenth of what a fetch that hangs takes
SETTINGS = {GIT + "refresh-rate": "1", GIT + "timeout": str(TIMEOUT_S), "crema.config.cache-max": "2MB",
            "crema.config.parsed-max": "0"}
# Freed memory that ASan keeps back would be taken for growth.
ENV = {"ASAN_OPTIONS": sanitizer_env()["ASAN_OPTIONS"] + ":quarantine_size_mb=1:thread_local_quarantine_size_kb=64"}

WORDS = {"refused": "connect", "silent": "nothing came for", "stall": "nothing came for",
         401: "401", 403: "403", 500: "500", 200: "not with a git repository",
         "another key": "the host's key is another one than before", "no login": "the host refuses the login",
         "full disk": "No space left on device"}


def details(server):
    return server.get("/actuator/health").json["components"]["configServer"]["details"]


class Soak:
    """One server, its remote behind a faulty way, and all who act on them."""

    def __init__(self, hosted, serve, kind, folder):
        self.chance = random.Random(SEED)
        self.history = History()
        self.repo = hosted(None, kind)
        self.origin = self.repo.host
        self.way = FaultyWay(self.origin)
        self.repo.uri = self.way.uri(self.repo.bare.name)
        self.server = None
        self.pusher = Pusher(self.repo, self.history, self.chance, self.hook)
        self.disk = SmallDisk(folder, DISK_MIB)
        self.server = serve(self.repo, self.settings(kind), env=ENV, wrapper=self.disk.wrapper)
        self.disk.seen_by(self.server.running.child.pid)
        wait_until(lambda: self.server.get("/order/dev").status == 200, NOTICED_S, "the first fetch")
        self.askers = []
        self.watch = None
        self.probes = 0

    def settings(self, kind):
        settings = {**SETTINGS, GIT + "basedir": str(self.disk.folder)}
        if kind == "ssh":
            settings |= {**self.origin.login(self.way.port), GIT + "timeout": str(TIMEOUT_S + LOGIN_S)}
        return settings

    def hook(self):
        answer = self.server.running.post("/monitor", body=b"path=application.yml", timeout=30,
                                          headers={"Content-Type": "application/x-www-form-urlencoded"})
        assert answer.status == 200, answer

    def begin(self, askers, rate, strangers, every_s):
        port = self.server.running.port
        self.askers = [Asker(port, self.history, rate, SEED + n) for n in range(askers)]
        self.askers += [Asker(port, self.history, rate / 2, SEED - 1 - n, self.pusher.moving) for n in range(strangers)]
        self.watch = Watch(self.server.running.child.pid, every_s)
        for thread in (*self.askers, self.watch):
            thread.start()

    def check(self):
        """What went wrong so far ends the test."""
        wrong = [line for one in (*self.askers, self.watch, self.pusher) for line in one.wrong]
        assert not wrong, "\n".join(str(line) for line in wrong) + "\n" + self.server.log[-3000:]

    def until(self, condition, seconds, what):
        """wait_until, which ends as soon as something is wrong."""
        def held():
            self.check()
            return condition()
        return wait_until(held, seconds, what, every=0.05)

    def end(self):
        for thread in (*self.askers, self.watch):
            thread.ended.set()
        for thread in (*self.askers, self.watch):
            thread.join(40)
        self.check()

    def is_served(self, label):
        answer = self.server.get(f"/order/dev/{label.replace('/', '(_)')}")
        last = self.history.last(label)
        return answer.status == 404 if last is None else answer.status == 200 and answer.json["version"] == last

    def is_well(self):
        return "notNewer" not in details(self.server)

    def all_served(self):
        return all(self.is_served(label) for label in LABELS)

    # --- faults ---

    def fail_way(self, kind):
        self.way.fail(kind, self.chance)
        self.noticed(WORDS.get(kind, ""))
        self.way.mend()

    def fail_origin(self, status):
        self.origin.says = status
        self.noticed(WORDS[status])
        self.origin.says = None

    def fail_login(self, what):
        """Of SSH. The host shows another key than it had, or lets in somebody else."""
        other = self.origin.new_key("other")
        if what == "another key":
            self.origin.show(host_key=other)
        else:
            self.origin.show(key=other)
        self.noticed(WORDS[what])
        self.origin.show()

    def fill_disk(self):
        spare = self.chance.randrange(SPARE_BLOCKS_MAX + 1)
        self.noticed(WORDS["full disk"], lambda: self.disk.fill(spare))
        self.disk.make_room()

    def noticed(self, words, again=lambda: None):
        """Health says why, and since when; the server is UP nevertheless. The fault lasts a little longer.

        again: makes the fault what it was, if what goes on has changed it.
        """
        told = self.until(lambda: again() or self.trouble(words), NOTICED_S, f"health to say '{words}'")
        assert told["failingSince"] and told["version"] and told["lastFetch"], told
        assert self.server.get("/actuator/health").status == 200
        until = time.monotonic() + self.chance.uniform(0, 2)
        self.until(lambda: time.monotonic() >= until, 3, "the fault to last")

    def trouble(self, words):
        """What health tells while it says these words about the remote; None: it does not."""
        known = details(self.server)
        return known if "notNewer" in known and words in known["notNewer"] else None

    def fail_fetcher(self):
        """The process that fetches is killed, wherever it is."""
        for pid in self.until(lambda: children(self.server.running.child.pid), NOTICED_S, "a fetch"):
            try:
                os.kill(pid, 9)
            except ProcessLookupError:
                """It has just ended."""

    def damage_mirror(self, what):
        """The mirror is damaged while all that is asked for is known; it is cloned anew.

        Between fetches: one that has looked at the mirror already may well mend a ref by moving it.
        """
        with self.pusher.pause:
            self.until(lambda: self.all_served() and self.is_well(), NOTICED_S, "a quiet moment")
            self.ask_for_all(2)
            self.excuse(True)
            anew = self.server.log.count("is cloned anew")
            self.until(lambda: not children(self.server.running.child.pid), NOTICED_S, "no fetch")
            self.damage(what)
        self.until(lambda: self.server.log.count("is cloned anew") > anew and self.is_whole(), NOTICED_S,
                   "the mirror to be cloned anew")
        self.excuse(False)

    def ask_for_all(self, times):
        """What is asked for again is kept when invented names want to push it out."""
        for _ in range(times):
            for application in APPLICATIONS:
                for label in ("", *LABELS):
                    self.server.get(f"/{application}/dev/{label.replace('/', '(_)')}".rstrip("/"))

    def is_whole(self):
        self.probes += 1
        return self.server.get(f"/probe-{self.probes},{','.join(APPLICATIONS)}/dev").status == 200

    def excuse(self, on):
        for asker in self.askers:
            if asker.moving and on:
                asker.excused.set()
            else:
                asker.excused.clear()

    def damage(self, what):
        mirror, = self.disk.seen.glob("*.git")
        if what == "refs":
            (mirror / "refs" / "heads" / "main").write_text("0123456789" * 4 + "\n")
        elif what == "head":
            (mirror / "HEAD").unlink()
        elif what == "objects":
            (mirror / "objects").rename(mirror / "elsewhere")
        else:
            for pack in mirror.rglob("*.pack"):
                size = pack.stat().st_size
                pack.chmod(0o600)
                with open(pack, "r+b") as file:
                    file.seek(12)
                    file.write(b"\xff" * (size - 12 - 20))

    def faults(self, kind):
        """[(name, what it does)]"""
        found = [(how, partial(self.fail_way, how)) for how in FaultyWay.KINDS]
        found += [(f"bad {what}", partial(self.damage_mirror, what)) for what in ("refs", "head", "objects", "pack")]
        found += [("killed", self.fail_fetcher), ("full disk", self.fill_disk)]
        if kind == "http":
            found += [(f"status {status}", partial(self.fail_origin, status)) for status in (401, 403, 500, 200)]
        if kind == "ssh":
            found += [(what, partial(self.fail_login, what)) for what in ("another key", "no login")]
        return found

    def churn(self, kind, seconds):
        """{fault: how often}: all in turn, in an order of their own each time."""
        count, turn = {}, []
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if not turn:
                turn = self.faults(kind)
                self.chance.shuffle(turn)
            name, act = turn.pop()
            count[name] = count.get(name, 0) + 1
            act()
            rest = time.monotonic() + self.chance.uniform(0, 1.5)
            self.until(lambda rest=rest: time.monotonic() >= rest, 3, "a little calm")
        return count

    def report(self, faults):
        took = [each for asker in self.askers for each in asker.took_s]
        kb, files = self.watch.growth(self.watch.private_kb), self.watch.growth(self.watch.files)
        print(f"{len(took)} requests, p99 {percentile(took, 0.99) * 1000:.1f} ms, most {max(took) * 1000:.0f} ms "
              f"({max(asker.slowest for asker in self.askers)[1]}); "
              f"{sum(asker.forgiven for asker in self.askers)} of invented names failed while the mirror was damaged\n"
              f"{len(self.history.numbers)} commits, {self.pusher.done}\nfaults: {faults}\n"
              f"private memory {kb[0]:.0f} kB in the second quarter, {kb[1]:.0f} kB in the last; files {files}; "
              f"at most {self.watch.children_max} child at a time of {len(self.watch.children_seen)} seen", flush=True)
        return kb, files


# The short form of every way runs under ASan; the long one wherever it is asked for.
KINDS = ("http", "git", "ssh") if SECONDS or preset() == "asan" else ("http",)


@pytest.mark.parametrize("kind", KINDS)
def test_a_push_a_second_and_random_faults(hosted, serve, kind, tmp_path):
    """Nothing that is asked fails, each answer is one commit's, and nothing grows."""
    print(f"\nCREMA_SEED={SEED}", flush=True)
    soak = Soak(hosted, serve, kind, tmp_path / "disk")
    soak.begin(askers=3, rate=10, strangers=1, every_s=CHURN_SECONDS / 48)
    soak.pusher.start()
    try:
        faults = soak.churn(kind, CHURN_SECONDS)
        soak.pusher.ended.set()
        soak.pusher.join(20)
        soak.until(soak.all_served, SERVED_S, "what was pushed last")
        soak.until(soak.is_well, SERVED_S, "health to be well")
    finally:
        soak.pusher.ended.set()
        soak.way.mend()
    soak.end()
    kb, files = soak.report(faults)
    soak.way.close()
    assert soak.watch.children_max <= 1
    assert files[1] <= files[0] + 4
    if SECONDS >= 60:
        assert kb[1] - kb[0] < GROWTH_MAX_KB[preset()]
    mirrors = soak.disk.seen
    left = [path.name for path in mirrors.iterdir() if not path.name.endswith((".git", ".git.lock", ".git.damaged"))]
    assert not left and not list(mirrors.glob("*.git/**/*_git2_*"))
    assert soak.server.running.stop() == 0
    assert not [pid for pid in soak.watch.children_seen if is_ours(pid)]


def is_ours(pid):
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as line:
            return line.read() == b"config-server\0--fetch\0"
    except OSError:
        return False


@pytest.mark.parametrize("how", ["refused", "silent"])
def test_the_remote_is_away_under_load(hosted, serve, how, tmp_path):
    """No request fails or waits; health says why and since when; the next push is served."""
    soak = Soak(hosted, serve, "git", tmp_path / "disk")
    server = soak.server
    wait_until(soak.all_served, NOTICED_S, "all labels")
    fetched = server.get("/order/dev").headers["X-Config-Fetched"]
    soak.begin(askers=4, rate=25, strangers=1, every_s=AWAY_SECONDS / 48)
    began = time.time()
    soak.way.fail(how, soak.chance)
    try:
        told = soak.until(lambda: soak.trouble(WORDS[how]), NOTICED_S, "health to notice")
        since = told["failingSince"]
        fetched = max(fetched, server.get("/order/dev").headers["X-Config-Fetched"])
        assert began - 1 < as_seconds(since) < time.time()
        for label in LABELS:
            soak.pusher.push(label)    # what nobody can know
        until = time.monotonic() + AWAY_SECONDS
        soak.until(lambda: time.monotonic() >= until, AWAY_SECONDS + 5, "the time to pass")
        told = details(server)
        assert told["failingSince"] == since and WORDS[how] in told["notNewer"] and "retryIn" in told
        assert server.get("/order/dev").headers["X-Config-Fetched"] == fetched
        assert told["version"] == soak.history.pushed["main"][0]
        assert set(soak.history.shown.values()) == {0}
    finally:
        soak.way.mend()
    soak.pusher.push("main")
    soak.until(soak.all_served, SERVED_S, "the next push")
    soak.until(soak.is_well, SERVED_S, "health to be well")
    soak.end()
    soak.report({how: 1})
    soak.way.close()
    took = [each for asker in soak.askers for each in asker.took_s]
    assert percentile(took, 0.99) < P99_MAX_S and max(took) < TIMEOUT_S


def as_seconds(text):
    """2026-11-29T12:00:00.000Z"""
    return calendar.timegm(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S"))


def test_each_answer_is_one_commit_s(repository, serve):
    """Refs that move under each answer that is made from files, a hundred times a second."""
    repo, history, moving = repository(), History(ordered=False), threading.Event()
    for number in range(1, 21):
        history.numbers[repo.commit(numbered(number))] = number
    server = serve(repo, {"crema.config.refs-poll": "10ms", "crema.config.cache-max": "0",
                          "crema.config.parsed-max": "0"})
    commits, ref = list(history.numbers), repo.path / ".git" / "refs" / "heads" / "main"
    moving.set()
    askers = [Asker(server.running.port, history, 1, SEED + n, moving) for n in range(2)]
    for asker in askers:
        asker.labels = ("main", None)
        asker.start()
    until, turn = time.monotonic() + MIXED_SECONDS, 0
    while time.monotonic() < until and not any(asker.wrong for asker in askers):
        turn += 1
        moved = ref.with_suffix(".new")
        moved.write_text(commits[turn % len(commits)] + "\n")
        moved.replace(ref)
        askers[0].ended.wait(0.01)
    for asker in askers:
        asker.ended.set()
        asker.join(40)
    print(f"{turn} moves, {sum(len(asker.took_s) for asker in askers)} answers")
    assert not [line for asker in askers for line in asker.wrong]


def test_a_silent_peer_with_refresh_rate_0(hosted, serve):
    """Who asks waits for `timeout` and no longer, and nothing else waits with them."""
    repo = hosted({"order.yml": "n: 1"})
    way = FaultyWay(repo.host)
    repo.uri = way.uri(repo.bare.name)
    server = serve(repo, {GIT + "refresh-rate": "0", GIT + "timeout": str(TIMEOUT_S)})
    wait_until(lambda: server.get("/order/dev").status == 200, NOTICED_S, "the first fetch")
    way.fail("silent", random.Random(SEED))
    ended, others_s = threading.Event(), []

    def ask_others():
        while not ended.is_set():
            began = time.monotonic()
            assert server.get("/actuator/info").status == 200
            others_s.append(time.monotonic() - began)
            ended.wait(0.02)

    def ask(_number):
        began = time.monotonic()
        assert server.first("/order/dev") == {"n": 1}
        return time.monotonic() - began
    with ThreadPoolExecutor(41) as pool:
        others = pool.submit(ask_others)
        took_s = list(pool.map(ask, range(80)))
        ended.set()
        others.result()
    way.mend()
    way.close()
    assert max(took_s) < TIMEOUT_S + 1
    assert percentile(others_s, 0.99) < P99_MAX_S
