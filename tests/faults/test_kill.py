"""kill -9 at any time loses nothing and doubles nothing.

Every two seconds one of five victims is killed and started again a little later, under a steady load
of orders through the gateway, never waiting for quiet. At the end every order that was answered is in
*status* exactly once, every other one at most once. The same with the sweep of the feed switched off
must lose something: that shows that the test can see a loss.
"""
import os
import random
import threading
import time
from collections import Counter

from harness import http
from harness.load import Load
from harness.poll import wait_until
from harness.running import preset

VICTIMS = ("coffee-order", "coffee-status", "coffee-member", "zuul-gateway", "kafka-embedded")
ROUND_SECONDS = 2
DOWN_SECONDS_MAX = 2.5  # so that at times two are down
RATE = 400          # orders a second that are sent
RATE_MIN = 200      # that must be answered over the whole run, outages of order and gateway included
SETTLE_SECONDS = 120  # for status to have everything after the last kill
STILL_SECONDS = {True: 45, False: 10}  # longer than a sweep's interval; without sweeps nothing comes

# With Hystrix' default of five seconds the gateway would refuse most orders after each kill of order,
# and the services would see no load.
SLEEP_WINDOW = "--hystrix.command.default.circuitBreaker.sleepWindowInMilliseconds=200"

ROUNDS = int(os.environ.get("CREMA_KILL_ROUNDS", "10" if preset() == "asan" else "100"))
ROUNDS_WITHOUT_SWEEP = 3


def plan(seed, rounds):
    """(victim, seconds that it stays down) for each round, then the loss that a broker makes.

    At the end status is away long enough for more events than the relay repeats on a new broker,
    and the broker dies in that time: only the sweep of the feed brings those events back.
    """
    chance = random.Random(seed)
    listed = [(chance.choice(VICTIMS), chance.uniform(0, DOWN_SECONDS_MAX)) for _ in range(rounds)]
    return listed + [("coffee-status", 5 * ROUND_SECONDS), ("coffee-member", 0), ("zuul-gateway", 0),
                     ("coffee-member", 0), ("kafka-embedded", 0)]


class Executioner:
    """Kills by plan; each victim comes back by a timer of its own."""

    def __init__(self, stack):
        self.stack = stack
        self.timers = {}
        self.lock = threading.Lock()

    def run(self, rounds):
        due = time.monotonic()
        for victim, down in rounds:
            due += ROUND_SECONDS
            time.sleep(max(0, due - time.monotonic()))  # the pace of the kills, not a wait for anything
            with self.lock:
                if self.stack.alive(victim):
                    self.stack.kill(victim)
                    self.timers[victim] = threading.Timer(down, self.revive, (victim,))
                    self.timers[victim].start()
        for timer in list(self.timers.values()):
            timer.join()

    def revive(self, victim):
        with self.lock:
            self.stack.start(victim)


def statuses(stack):
    """How often each order's name is in status."""
    names = Counter()
    page = 0
    while True:
        answer = http.get(stack.url("coffee-status", f"/api/v1/status?page={page}&size=1000"), timeout=30)
        rows = answer.json["resultVO"]
        names.update(row["orderName"] for row in rows)
        if len(rows) < 1000:
            return names
        page += 1


def run_under_fire(stack, tmp_path, seed, rounds):
    load = Load(stack.port("zuul-gateway"), tmp_path / "load", RATE, senders=16)
    load.start()
    try:
        Executioner(stack).run(plan(seed, rounds))
    finally:
        load.stop()
    stack.wait_ready(60)
    return load


def count_in_status(stack):
    answer = http.get(stack.url("coffee-status", "/api/v1/status?size=1"), timeout=30)
    return answer.json["responseMetaVO"]["allRecordCount"]


def settle(stack, sweeps=True):
    """Waits until status has every event of order's store, or until its count stands still."""
    head = http.get(stack.url("coffee-order", "/internal/events?after=0&limit=1"), timeout=30).json["head"]
    seen = {"count": -1, "since": time.monotonic()}

    def still():
        count = count_in_status(stack)
        if count != seen["count"]:
            seen.update(count=count, since=time.monotonic())
        return count >= head or time.monotonic() - seen["since"] > STILL_SECONDS[sweeps]
    wait_until(still, SETTLE_SECONDS, "status to have everything", every=0.2)


def report(title, seed, load, found):
    answered, sent = load.answered(), set(load.sent())
    missing = [name for name in answered if found[name] == 0]
    doubled = [name for name, times in found.items() if times > 1]
    unasked = [name for name in found if name not in sent]
    print(f"\n{title}: seed {seed}, {len(sent)} sent, {len(answered)} answered "
          f"({len(answered) / load.seconds:.0f} a second), {sum(found.values())} in status, "
          f"{len(missing)} missing, {len(doubled)} doubled, {len(unasked)} not asked for")
    return missing, doubled, unasked


def test_nothing_is_lost_or_doubled(stack, tmp_path, capsys):
    seed = int(os.environ.get("CREMA_KILL_SEED", random.SystemRandom().randrange(1 << 31)))
    with capsys.disabled():
        print(f"\nkill -9, {ROUNDS} rounds, CREMA_KILL_SEED={seed}", flush=True)
    running = stack(extra={"zuul-gateway": [SLEEP_WINDOW]})
    load = run_under_fire(running, tmp_path, seed, ROUNDS)
    settle(running)
    with capsys.disabled():
        missing, doubled, unasked = report("with the sweep", seed, load, statuses(running))
    assert not missing and not doubled and not unasked
    assert len(load.answered()) / load.seconds >= RATE_MIN


def test_without_the_sweep_something_is_lost(stack, tmp_path, capsys):
    seed = 1
    running = stack(extra={"coffee-status": ["--crema.events.sweep-interval=-1"],
                           "zuul-gateway": [SLEEP_WINDOW]})
    load = run_under_fire(running, tmp_path, seed, ROUNDS_WITHOUT_SWEEP)
    settle(running, sweeps=False)
    with capsys.disabled():
        missing, doubled, unasked = report("without the sweep", seed, load, statuses(running))
    assert missing, "the test must be able to see a loss"
    assert not doubled and not unasked
