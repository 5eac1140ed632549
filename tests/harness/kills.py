"""kill -9 under a load of orders: who is killed when, and the account at the end."""
import threading
import time
from collections import Counter

from . import http
from .load import Load
from .poll import wait_until

ROUND_SECONDS = 2
SETTLE_SECONDS = 120  # for status to have everything after the last kill
STILL_SECONDS = {True: 45, False: 10}  # longer than a sweep's interval; without sweeps nothing comes

# With Hystrix' default of five seconds the gateway would refuse most orders after each kill of order,
# and the services would see no load.
SLEEP_WINDOW = "--hystrix.command.default.circuitBreaker.sleepWindowInMilliseconds=200"


class Executioner:
    """Kills by a list of (victim, seconds down), one a round; each comes back by a timer of its own."""

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


def run_under_fire(stack, folder, rounds, rate):
    """The load, that many orders a second, kept up through all rounds; stopped and counted."""
    load = Load(stack.port("zuul-gateway"), folder / "load", rate, senders=16)
    load.start()
    try:
        Executioner(stack).run(rounds)
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


def report(title, load, found):
    """Prints the account; (missing, doubled, not asked for) as names."""
    answered, sent = load.answered(), set(load.sent())
    missing = [name for name in answered if found[name] == 0]
    doubled = [name for name, times in found.items() if times > 1]
    unasked = [name for name in found if name not in sent]
    print(f"\n{title}: {len(sent)} sent, {len(answered)} answered "
          f"({len(answered) / load.seconds:.0f} a second), {sum(found.values())} in status, "
          f"{len(missing)} missing, {len(doubled)} doubled, {len(unasked)} not asked for")
    return missing, doubled, unasked
