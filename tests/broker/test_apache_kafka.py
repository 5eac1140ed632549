"""Our services on Apache Kafka: what it does to them when it dies, forgets, or is another one."""
import shutil
import signal
from contextlib import contextmanager

import pytest

from harness import http
from harness.fresh import free_offset
from harness.kills import SLEEP_WINDOW, count_in_status, report, run_under_fire, settle, statuses
from harness.load import Load
from harness.poll import wait_until
from harness.running import preset
from harness.stack import Stack

RATE = 200
# Every service once and the broker four times; at times two are down.
KILLS = (("kafka", 0), ("coffee-order", 1), ("kafka", 2.5), ("coffee-status", 0.5), ("zuul-gateway", 0),
         ("kafka", 1), ("coffee-order", 2.5), ("coffee-status", 2.5), ("coffee-member", 0), ("kafka", 0))
WITHOUT_SWEEP = {"coffee-status": ["--crema.events.sweep-interval=-1"]}


class Shop:
    """Orders and statuses of a stack on Apache Kafka; of the logs, what was said since it was made."""

    def __init__(self, stack):
        self.stack = stack
        self.said = {file.stem: len(file.read_text()) for file in self.logs()}

    def logs(self):
        return (self.stack.home / "log").glob("*.log")

    def place(self, count):
        for number in range(count):
            answer = http.post(self.stack.url("coffee-order", "/api/v1/order"),
                               json={"orderName": f"coffee-{number}", "userId": str(number)})
            assert answer.status == 200

    def pages(self, name, path):
        rows, page = [], 0
        while True:
            answer = http.get(self.stack.url(name, f"{path}?page={page}&size=500"), timeout=30)
            rows += answer.json["resultVO"]
            if len(answer.json["resultVO"]) < 500:
                return rows
            page += 1

    def orders(self):
        """What was ordered, by id, as order has it."""
        return {row["_id"]: (row["orderName"], row["userId"], row["userName"])
                for row in self.pages("coffee-order", "/api/v1/order")}

    def in_status(self):
        """The same as status has it; each order once."""
        rows = self.pages("coffee-status", "/api/v1/status")
        found = {row["orderId"]: (row["orderName"], row["userId"], row["userName"]) for row in rows}
        assert len(found) == len(rows), "an order twice"
        return found

    def until_status_has_all(self, seconds=30):
        count = len(self.orders())
        wait_until(lambda: count_in_status(self.stack) >= count, seconds, "every order in status")
        assert self.in_status() == self.orders()

    def health(self, name, component):
        return http.get(self.stack.url(name, "/actuator/health")).json["components"][component]

    def until_on_the_bus(self, seconds=30):
        def connected():
            relay, projection = self.health("coffee-order", "relay"), self.health("coffee-status", "projection")
            return (relay["details"]["state"] == "running" and relay["details"]["pending"] == "0"
                    and projection["details"]["bus"] == "connected")
        wait_until(connected, seconds, "order and status to be connected and nothing to wait")

    @contextmanager
    def without_kafka(self):
        """Stops the broker; starts it again at the end."""
        assert self.stack.stop("kafka"), "kafka had to be killed"
        yield self.stack.kafka
        self.stack.start("kafka")
        wait_until(lambda: self.stack.ready("kafka"), 30, "the broker")

    def log(self, name):
        return (self.stack.home / "log" / f"{name}.log").read_text()[self.said.get(name, 0):]


@pytest.fixture(scope="module")
def shared_stack(tmp_path_factory):
    """One stack for the tests that leave it as they found it: connected, nothing waiting."""
    made = Stack(free_offset(), home=tmp_path_factory.mktemp("shared") / "home", preset=preset(),
                 broker="apache")
    try:
        made.up()
        made.wait_ready(60)
        yield made
    finally:
        assert not made.down()


@pytest.fixture
def shop(shared_stack):
    made = Shop(shared_stack)
    made.until_on_the_bus()
    made.place(20)
    made.until_status_has_all()
    return made


def test_a_broker_killed_under_load_holds_no_order_up(stack, tmp_path, capsys):
    """The sweep is off: what is in status came by Kafka."""
    shop = Shop(stack(extra=WITHOUT_SWEEP, broker="apache"))
    load = Load(shop.stack.port("zuul-gateway"), tmp_path / "load", RATE)
    load.start()
    try:
        wait_until(lambda: len(load.answered()) > RATE, 20, "orders before the kill")
        shop.stack.kill("kafka")
        before = len(load.answered())
        wait_until(lambda: len(load.answered()) > before + 2 * RATE, 20, "orders without the broker")
        shop.stack.start("kafka")
        wait_until(lambda: shop.stack.ready("kafka"), 30, "the broker")
    finally:
        load.stop()
    settle(shop.stack, sweeps=False)
    with capsys.disabled():
        missing, doubled, unasked = report("Apache Kafka killed", load, statuses(shop.stack))
    assert not missing and not doubled and not unasked
    assert len(load.answered()) == len(load.sent()), "an order was not answered"


def test_everything_killed_in_turn(stack, tmp_path, capsys):
    running = stack(extra={"zuul-gateway": [SLEEP_WINDOW]}, broker="apache")
    load = run_under_fire(running, tmp_path, KILLS, RATE)
    settle(running)
    with capsys.disabled():
        missing, doubled, unasked = report("on Apache Kafka", load, statuses(running))
    assert not missing and not doubled and not unasked


def test_a_lost_volume_and_a_lost_projection_come_back_from_the_feed(shop):
    shop.place(300)
    shop.until_status_has_all()
    shop.stack.stop("coffee-status")
    with shop.without_kafka() as kafka:
        shutil.rmtree(kafka.data)
        for file in (shop.stack.home / "data").glob("coffee-status.db*"):
            file.unlink()
        shop.place(20)
    shop.stack.start("coffee-status")
    wait_until(lambda: shop.stack.ready("coffee-status"), 20, "status")
    shop.until_status_has_all()
    shop.until_on_the_bus()
    shop.place(20)
    shop.until_status_has_all()


def test_a_log_that_shrank_is_noticed_at_once(shop):
    shop.place(80)
    shop.until_status_has_all()
    shop.until_on_the_bus()
    with shop.without_kafka() as kafka:
        shutil.rmtree(kafka.data)
        shop.place(20)
    shop.until_on_the_bus()
    wait_until(lambda: "event=consumer.log.shrank" in shop.log("coffee-status"), 20,
               "status to say that the log is another one")
    assert "topic coffee.order was not there any more" in shop.log("coffee-order")
    shop.until_status_has_all()


def test_a_broker_that_hangs_is_named_and_taken_back(shop):
    shop.stack.identities["kafka"].send(signal.SIGSTOP)
    try:
        shop.place(20)
        wait_until(lambda: shop.health("coffee-order", "relay")["details"]["state"] == "connecting", 20,
                   "order to say that the broker does not answer")
        shop.place(20)
        shop.until_status_has_all()  # by the feed
    finally:
        shop.stack.identities["kafka"].send(signal.SIGCONT)
    shop.until_on_the_bus()
    shop.place(20)
    shop.until_status_has_all()


def test_a_broker_of_another_cluster_is_named_and_left_alone(shop):
    mine = shop.stack.kafka.cluster_id()
    aside = shop.stack.home / "aside"
    with shop.without_kafka() as kafka:
        kafka.folder.rename(aside)
    other = shop.stack.kafka.cluster_id()
    relay = wait_until(lambda: shop.health("coffee-order", "relay")["details"].get("state") == "stopped"
                       and shop.health("coffee-order", "relay"), 20, "order to stop publishing")
    for part in (other, mine, "crema.events.on-new-cluster=rewind"):
        assert part in relay["details"]["reason"], relay
    assert relay["status"] == "UNKNOWN"
    assert http.get(shop.stack.url("coffee-order", "/actuator/health/readiness")).status == 200
    line = next(line for line in shop.log("coffee-order").splitlines() if f"cluster {other}" in line)
    assert "level=error" in line and mine in line
    wait_until(lambda: f"cluster {other} has no topic coffee.order"
               in shop.health("coffee-status", "projection")["details"].get("reason", ""), 20,
               "status to name the cluster")
    shop.place(20)  # are taken, and reach status by the feed
    shop.until_status_has_all()
    assert not list(shop.stack.kafka.data.glob("coffee.*")), "a topic was made on it"
    with shop.without_kafka() as kafka:
        shutil.rmtree(kafka.folder)
        aside.rename(kafka.folder)
    shop.until_on_the_bus()
    shop.place(20)
    shop.until_status_has_all()
    assert "event=relay.producer.replaced" not in shop.log("coffee-order"), "with an id of the other"
    assert "OutOfOrderSequence" not in shop.log("kafka")
