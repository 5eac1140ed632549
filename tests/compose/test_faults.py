"""What may be lost: the broker, a database, the registry, the config server. Orders never."""
import time

import pytest

from harness.compose import DAEMONS
from harness.load import Load
from harness.poll import wait_until

RATE = 100
REGISTRY_AWAY_SECONDS = 60


def settled(project, orders, seconds=90):
    """Waits until status has each of these orders, and checks that it has each once."""
    wait_until(lambda: len(set(project.statuses())) >= len(orders), seconds, "status to catch up", every=0.5)
    statuses = project.statuses()
    assert sorted(statuses) == sorted(orders)


def load(project, folder):
    made = Load(project.ports["zuul-gateway"], folder, RATE, senders=4)
    made.start()
    return made


def accepted_since(running, count, more):
    return lambda: len(running.answered()) >= count + more


def test_kafka_killed_under_load_costs_no_order(shop, tmp_path):
    running = load(shop, tmp_path / "load")
    try:
        wait_until(accepted_since(running, 0, 2 * RATE), 30, "orders")
        restarts = shop.engine.inspect(shop.container("kafka"))["RestartCount"]
        shop.kill("kafka")
        killed = len(running.answered())
        wait_until(accepted_since(running, killed, 2 * RATE), 10, "orders to be accepted without Kafka")
        wait_until(lambda: shop.engine.inspect(shop.container("kafka"))["RestartCount"] > restarts
                   and shop.healthy("kafka"), 60, "Kafka to be back", every=0.2)
        wait_until(accepted_since(running, len(running.answered()), RATE), 10, "orders with Kafka again")
    finally:
        running.stop()
    settled(shop, shop.orders())
    assert len(running.answered()) <= len(shop.orders())


def test_the_feed_rebuilds_status_when_kafka_and_its_database_are_gone(shop):
    for _ in range(20):
        shop.order()
    orders = shop.orders()
    settled(shop, orders)
    shop.run("stop", "kafka", "coffee-status")
    shop.run("rm", "-f", "kafka", "coffee-status")
    shop.engine.docker("volume", "rm", f"{shop.name}_kafka-data", f"{shop.name}_status-data")
    shop.up()
    shop.wait_routed()
    settled(shop, orders)
    details = {row["_id"]: row["orderName"] for row in shop.rows("/api/v1/order")}
    assert {row["orderId"]: row["orderName"] for row in shop.rows("/api/v1/status")} == details
    new = shop.order()
    wait_until(lambda: new in shop.statuses(), 30, "the new log to carry new orders", every=0.2)


def test_the_registry_may_be_away_for_a_minute(shop):
    shop.run("stop", "eureka-registry")
    stopped = time.monotonic()
    failures, asked = [], 0
    while time.monotonic() - stopped < REGISTRY_AWAY_SECONDS:
        answer = shop.gateway("POST", "/api/v1/order", json={"orderName": "mocha", "userId": "none"})
        asked += 1
        if answer.status != 200:
            failures.append((time.monotonic() - stopped, answer))
        time.sleep(0.2)  # the pace of a customer
    shop.run("start", "eureka-registry")
    began = time.monotonic()
    while time.monotonic() - began < 10 or not all(shop.registered(name) for name in (
            "MSA-SERVICE-COFFEE-ORDER", "MSA-SERVICE-COFFEE-MEMBER", "MSA-SERVICE-COFFEE-STATUS")):
        answer = shop.gateway("GET", "/api/v1/order")
        if answer.status != 200:
            failures.append((time.monotonic() - stopped, answer))
        assert time.monotonic() - began < 60, "the services did not register again"
        time.sleep(0.1)
    assert failures == [] and asked > REGISTRY_AWAY_SECONDS


def test_without_the_config_server_the_last_copy_counts(shop):
    """All but the config server start anew, with what it said the last time."""
    others = [service for service in DAEMONS if service != "config-server"]
    shop.run("stop", "config-server")
    try:
        shop.run("stop", *others)
        for service in others:
            shop.up("--no-deps", service)
        shop.wait_routed(60)  # the gateway's routes come from the configuration repository
        assert shop.order() in shop.orders()
        assert "config-server" in shop.logs("zuul-gateway", since="60s")
    finally:
        shop.up()
    wait_until(lambda: shop.healthy("config-server"), 30, "the config server to be back", every=0.2)


@pytest.fixture(autouse=True)
def well(shop):
    yield
    shop.up()
    shop.wait_routed()
