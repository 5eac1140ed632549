"""coffee-status over HTTP, fed by order through a real broker, and without one."""
import json

import pytest

from harness.poll import wait_until

BOOK_ORDER = {"id": None, "orderNumber": "1", "coffeeName": "espresso", "coffeeCount": "3",
              "customerName": "kevin"}


@pytest.fixture
def bus(shop):
    return shop.start_broker()


def newest(status):
    answer = status.post("/coffeeOrderStatus")
    return answer.json if answer.body else None


def wait_for(status, order_id, seconds=10):
    return wait_until(lambda: (newest(status) or {}).get("id") == order_id, seconds,
                      f"order {order_id} in status")


def count(status):
    return status.get("/api/v1/status").json["responseMetaVO"]["allRecordCount"]


def place(order, **changes):
    answer = order.post("/coffeeOrder", json={**BOOK_ORDER, **changes})
    assert answer.status == 200
    return answer.headers["Location"].rpartition("/")[2]


def test_nothing_yet_is_an_empty_answer(shop):
    status = shop.start("coffee-status")
    answer = status.post("/coffeeOrderStatus")
    assert (answer.status, answer.body) == (200, b"")
    assert status.get("/coffeeOrderStatus").json == []
    assert status.get("/api/v1/status").json == {"responseMetaVO": {"allRecordCount": 0}, "resultVO": []}
    assert status.put("/createStatusTable").status == 200


def test_an_order_reaches_status_through_the_broker(shop, bus):
    order, status = shop.start("coffee-order"), shop.start("coffee-status")
    order_id = place(order)
    wait_for(status, order_id)
    row = newest(status)
    assert row["orderHistory"] == json.dumps(BOOK_ORDER, separators=(",", ":"))
    listed = status.get("/api/v1/status").json
    assert listed["resultVO"] == [{"_id": order_id, "statusName": "DONE", "orderId": order_id,
                                   "orderName": "espresso", "userId": None, "userName": "kevin"}]


def test_without_a_broker_the_feed_brings_it(shop):
    order, status = shop.start("coffee-order"), shop.start("coffee-status")
    wait_for(status, place(order))


def test_orders_wait_while_status_is_away(shop, bus):
    order, status = shop.start("coffee-order"), shop.start("coffee-status")
    wait_for(status, place(order))
    assert status.stop() == 0
    for number in range(20):
        place(order, orderNumber=str(number))
    status.start()
    wait_until(lambda: count(status) == 21, 10, "all the orders, whose partitions come in any order")


def test_a_broker_that_dies_loses_nothing(shop, bus):
    order, status = shop.start("coffee-order"), shop.start("coffee-status")
    wait_for(status, place(order))
    bus.kill()
    for number in range(20):
        place(order, orderNumber=str(number))
    wait_until(lambda: count(status) == 21, 20, "the orders that no broker brings")


def test_a_change_reaches_status(shop, bus):
    order, status = shop.start("coffee-order"), shop.start("coffee-status")
    made = order.post("/api/v1/order", json={"orderName": "latte", "userId": "1"}).json["resultVO"]
    order.put("/api/v1/order", json={"_id": made["_id"], "orderName": "mocha", "userId": "1"})

    def changed():
        rows = status.get("/api/v1/status").json["resultVO"]
        return rows and rows[0]["orderName"] == "mocha"
    wait_until(changed, 10, "the changed order")
    history = json.loads(newest(status)["orderHistory"])
    assert list(history) == ["_id", "orderId", "orderName", "userId", "userName"]


def test_what_clients_write_stands_beside_the_projection(shop):
    order, status = shop.start("coffee-order"), shop.start("coffee-status")
    order_id = place(order)
    wait_for(status, order_id)
    made = status.post("/api/v1/status", json={"orderId": "x", "orderName": "tea"}).json["resultVO"]
    assert made["statusName"] == "DONE"
    status.put("/api/v1/status", json={"_id": order_id, "statusName": "READY", "orderId": order_id})
    rows = status.get("/api/v1/status").json
    assert rows["responseMetaVO"]["allRecordCount"] == 2
    assert {row["_id"]: row["statusName"] for row in rows["resultVO"]} == {made["_id"]: "DONE",
                                                                         order_id: "READY"}
    status.delete("/api/v1/status", json=[made["_id"], order_id, "unknown"])
    rows = status.get("/api/v1/status").json
    assert rows == {"responseMetaVO": {"allRecordCount": 0}, "resultVO": []}


def test_a_projection_that_was_dropped_is_rebuilt(shop):
    import sqlite3
    order, status = shop.start("coffee-order"), shop.start("coffee-status")
    last = [place(order, orderNumber=str(number)) for number in range(10)][-1]
    wait_for(status, last)
    before = status.get("/api/v1/status").json
    assert status.stop() == 0
    (database,) = (status.home / "data").glob("*.db")
    database.unlink()
    for leftover in database.parent.glob(database.name + "-*"):
        leftover.unlink()
    status.start()
    wait_for(status, last)
    wait_until(lambda: status.get("/api/v1/status").json == before, 10, "the same projection")
    assert sqlite3.connect(database).execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_missing_order_id_is_named(shop):
    status = shop.start("coffee-status")
    answer = status.post("/api/v1/status", json={"orderName": "tea"})
    assert answer.status == 400 and "orderId" in answer.json["detail"]
