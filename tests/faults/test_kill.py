"""kill -9 at any time loses nothing and doubles nothing.

Every two seconds one of five victims is killed and started again a little later, under a steady load
of orders through the gateway, never waiting for quiet. At the end every order that was answered is in
*status* exactly once, every other one at most once. The same with the sweep of the feed switched off
must lose something: that shows that the test can see a loss.
"""
import os
import random

from harness.kills import ROUND_SECONDS, SLEEP_WINDOW, report, run_under_fire, settle, statuses
from harness.running import preset
VICTIMS = ("coffee-order", "coffee-status", "coffee-member", "zuul-gateway", "kafka-embedded")
DOWN_SECONDS_MAX = 2.5  # so that at times two are down
RATE = 400          # orders a second that are sent
RATE_MIN = 200      # that must be answered over the whole run, outages of order and gateway included

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


def test_nothing_is_lost_or_doubled(stack, tmp_path, capsys):
    seed = int(os.environ.get("CREMA_KILL_SEED", random.SystemRandom().randrange(1 << 31)))
    with capsys.disabled():
        print(f"\nkill -9, {ROUNDS} rounds, CREMA_KILL_SEED={seed}", flush=True)
    running = stack(extra={"zuul-gateway": [SLEEP_WINDOW]})
    load = run_under_fire(running, tmp_path, plan(seed, ROUNDS), RATE)
    settle(running)
    with capsys.disabled():
        missing, doubled, unasked = report(f"with the sweep, seed {seed}", load, statuses(running))
    assert not missing and not doubled and not unasked
    assert len(load.answered()) / load.seconds >= RATE_MIN


def test_without_the_sweep_something_is_lost(stack, tmp_path, capsys):
    seed = 1
    running = stack(extra={"coffee-status": ["--crema.events.sweep-interval=-1"],
                           "zuul-gateway": [SLEEP_WINDOW]})
    load = run_under_fire(running, tmp_path, plan(seed, ROUNDS_WITHOUT_SWEEP), RATE)
    settle(running, sweeps=False)
    with capsys.disabled():
        missing, doubled, unasked = report(f"without the sweep, seed {seed}", load, statuses(running))
    assert missing, "the test must be able to see a loss"
    assert not doubled and not unasked
