"""Several instances of one service over one folder of data, as `--scale coffee-member=3` makes them.

Each has a home of its own but for `data`, which is one folder for all, as a volume is.
"""
import threading
from collections import Counter

import pytest

from harness.load import Load
from harness.poll import wait_until

ALONE = {"spring.cloud.config.enabled": "false", "server.address": "127.0.0.1"}


@pytest.fixture
def several(daemon, shop, tmp_path):
    """several(name, count) starts them all at the same moment, on a database that is not there yet."""
    def start(name, count=3, **settings):
        shared = tmp_path / f"shared-{name}"
        shared.mkdir()
        given = {**ALONE, "eureka.client.service-url.defaultZone": shop.registry.url("/eureka/"),
                 "spring.kafka.bootstrap-servers": shop.broker, **settings}
        started, failures = [], []

        def one(number):
            home = tmp_path / f"{name[7:]}{number}"
            home.mkdir()
            (home / "data").symlink_to(shared)
            try:
                started.append(daemon(name, given, home=home))
            except AssertionError as error:
                failures.append(error)
        threads = [threading.Thread(target=one, args=(number,)) for number in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not failures, failures
        return started
    return start


def relay_state(instance):
    component = instance.get("/actuator/health").json["components"]["relay"]
    return component["details"]["state"], component["status"]


def relaying(instances):
    states = [relay_state(instance)[0] for instance in instances]
    holders = [instance for instance, state in zip(instances, states) if state != "locked"]
    return holders[0] if len(holders) == 1 else None


def test_all_start_at_once_and_what_one_writes_all_see(several):
    members = several("coffee-member")
    for number, writer in enumerate(members):
        answer = writer.post("/api/v1/member", json={"userName": f"guest-{number}"})
        assert answer.status == 200
        name = f"guest-{number}"
        assert [reader.get(f"/coffeeMember/v1.0/{name}").json for reader in members] == [True] * 3
    counts = [reader.get("/api/v1/member").json["responseMetaVO"]["allRecordCount"]
              for reader in members]
    assert counts == [4, 4, 4], "kevin was made once only"


def test_writers_take_turns(several, tmp_path):
    """Nobody starves, nothing is refused, and seq has neither gaps nor repeats."""
    orders = several("coffee-order")
    loads = [Load(order.port, tmp_path / f"load{number}", 4000, senders=4, timeout=20)
             for number, order in enumerate(orders)]  # 4000: as fast as it goes
    for load in loads:
        load.start()
    wait_until(lambda: sum(len(load.answered()) for load in loads) > 1500, 60, "orders of all", every=0.2)
    for load in loads:
        load.stop()
    answered = [len(load.answered()) for load in loads]
    assert min(answered) * 4 > max(answered), f"orders per instance: {answered}"
    assert [len(load.sent()) for load in loads] == answered, "nothing was refused"
    head = orders[0].get("/internal/events?after=0&limit=1").json["head"]
    assert head == sum(answered)
    listed = [orders[1].get(f"/internal/events?after={after}&limit=500").json["events"]
              for after in range(0, head, 500)]
    assert [int(event["sequence"]) for page in listed for event in page] == list(range(1, head + 1))


def statuses(status):
    names = Counter()
    for page in range(1000):
        rows = status.get(f"/api/v1/status?page={page}&size=1000").json["resultVO"]
        names.update(row["orderName"] for row in rows)
        if len(rows) < 1000:
            return names
    raise AssertionError("no end of statuses")


@pytest.mark.parametrize("how", ["kill", "stop"])
def test_another_publishes_when_the_one_that_did_is_gone(shop, several, tmp_path, how):
    shop.start_broker()
    # Without sweeps: what status knows came through the broker.
    status = shop.start("coffee-status", **{"crema.events.sweep-interval": -1})
    orders = several("coffee-order")
    holder = wait_until(lambda: relaying(orders), 10, "exactly one to publish")
    wait_until(lambda: {relay_state(order)[1] for order in orders} == {"UP"}, 10,
               "all to be well, also those that stand by")
    others = [order for order in orders if order is not holder]
    loads = [Load(order.port, tmp_path / f"load{number}", 150, senders=4, timeout=20)
             for number, order in enumerate(orders)]
    for load in loads:
        load.start()
    wait_until(lambda: sum(len(load.answered()) for load in loads) > 300, 30, "orders", every=0.1)
    getattr(holder, how)()
    wait_until(lambda: relaying(others), 5, "another one to publish")
    before = len(loads[orders.index(others[0])].answered())
    wait_until(lambda: len(loads[orders.index(others[0])].answered()) > before + 100, 30, "more orders",
               every=0.1)
    for load in loads:
        load.stop()
    answered = [name for load in loads for name in load.answered()]
    head = others[0].get("/internal/events?after=0&limit=1").json["head"]
    wait_until(lambda: sum(statuses(status).values()) >= head, 30, "status to have every order", every=0.2)
    found = statuses(status)
    assert not Counter(answered) - found, "answered, and not in status"
    assert sum(found.values()) == head, "as often in status as it was written"
