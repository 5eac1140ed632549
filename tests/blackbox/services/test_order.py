"""coffee-order over HTTP, both editions, with and without member."""
import pytest

from harness.poll import wait_until

BOOK_ORDER = {"id": None, "orderNumber": "1", "coffeeName": "espresso", "coffeeCount": "3",
              "customerName": "kevin"}


@pytest.fixture
def order(shop):
    return shop.start("coffee-order")


@pytest.fixture
def member(shop, order):
    running = shop.start("coffee-member")
    wait_until(lambda: "X-Fallback" not in order.post("/coffeeOrder", json=BOOK_ORDER).headers, 10,
               "order to see member")
    return running


def test_the_books_order_comes_back_unchanged(order, member):
    answer = order.post("/coffeeOrder", json=BOOK_ORDER)
    assert answer.status == 200
    assert answer.text == ('{"id":null,"orderNumber":"1","coffeeName":"espresso","coffeeCount":"3",'
                           '"customerName":"kevin"}')
    assert order.get(answer.headers["Location"]).json["resultVO"]["orderName"] == "espresso"
    assert order.post("/coffeeOrder", json=BOOK_ORDER).status == 200, "a second order works"


def test_numbers_are_taken_as_texts_and_unknown_members_passed_over(order):
    answer = order.post("/coffeeOrder", json={**BOOK_ORDER, "coffeeCount": 3, "sugar": True})
    assert answer.json == BOOK_ORDER


def test_an_order_is_taken_without_member(order):
    answer = order.post("/coffeeOrder", json=BOOK_ORDER)
    assert answer.status == 200 and answer.json == BOOK_ORDER
    assert answer.headers["X-Fallback"] == "true"
    answer = order.post("/api/v1/order", json={"orderName": "latte", "userId": "1"})
    assert answer.json["resultVO"]["userName"] == "fallback"
    assert answer.headers["X-Fallback"] == "true"


def test_member_fills_in_the_name(order, member):
    answer = order.post("/api/v1/order", json={"orderName": "latte", "userId": "1"})
    assert answer.json["resultVO"]["userName"] == "kevin" and "X-Fallback" not in answer.headers
    assert list(answer.json["resultVO"]) == ["_id", "orderName", "userId", "userName"]


def test_an_unknown_user_is_no_failure_of_member(order, member):
    for _ in range(30):
        answer = order.post("/api/v1/order", json={"orderName": "latte", "userId": "nobody"})
        assert answer.json["resultVO"]["userName"] == "fallback"
        assert answer.headers["X-Fallback"] == "true"
    metrics = order.get("/actuator/prometheus").text
    failures = [line for line in metrics.splitlines()
                if "getUseById" in line and 'event="failure"' in line]
    assert all(line.endswith(" 0") for line in failures)


def test_an_orders_life(order):
    made = order.post("/api/v1/order", json={"orderName": "latte", "userId": "1"}).json["resultVO"]
    changed = order.put("/api/v1/order",
                        json={"_id": made["_id"], "orderName": "mocha", "userId": "1"}).json
    assert changed["resultVO"]["orderName"] == "mocha"
    assert order.get("/api/v1/order").json["responseMetaVO"]["allRecordCount"] == 1
    removed = order.delete("/api/v1/order", json=[made["_id"], "unknown"])
    assert removed.text == '{"responseMetaVO":{"allRecordCount":2},"resultVO":""}'
    assert order.get(f"/api/v1/order/{made['_id']}").status == 404
    events = order.get("/internal/events?after=0").json["events"]
    assert [event["type"].split(".")[2] for event in events] == ["placed", "changed", "removed"]
    assert [event["aggregateversion"] for event in events] in ([1, 2, 3], ["1", "2", "3"])


def test_lists_are_paged_newest_first(order):
    for number in range(12):
        order.post("/coffeeOrder", json={**BOOK_ORDER, "coffeeName": f"coffee-{number}"})
    answer = order.get("/api/v1/order").json
    assert answer["responseMetaVO"]["allRecordCount"] == 12
    assert [row["orderName"] for row in answer["resultVO"]] == [f"coffee-{n}" for n in range(11, 1, -1)]
    assert [row["orderName"] for row in order.get("/api/v1/order?page=1").json["resultVO"]] == [
        "coffee-1", "coffee-0"]


def test_an_idempotency_key_carries_a_request_out_once(order):
    key = {"Idempotency-Key": "abc"}
    first = order.post("/coffeeOrder", json=BOOK_ORDER, headers=key)
    again = order.post("/coffeeOrder", json=BOOK_ORDER, headers=key)
    assert again.body == first.body and again.headers["Location"] == first.headers["Location"]
    assert order.get("/api/v1/order").json["responseMetaVO"]["allRecordCount"] == 1
    other = order.post("/coffeeOrder", json={**BOOK_ORDER, "coffeeName": "tea"}, headers=key)
    assert other.status == 400 and "abc" in other.json["message"]


def test_what_was_answered_is_there_after_kill(order):
    where = [order.post("/coffeeOrder", json=BOOK_ORDER).headers["Location"] for _ in range(5)]
    order.kill()
    order.start()
    assert [order.get(path).status for path in where] == [200] * 5


@pytest.mark.parametrize("body, word", [
    ("", "empty"),
    ("{", "JSON"),
    ("[]", "object"),
    ('{"orderNumber":"1","coffeeName":"espresso","coffeeCount":"3"}', "customerName"),
    ('{"orderNumber":"1","coffeeName":["espresso"],"coffeeCount":"3","customerName":"kevin"}',
     "coffeeName"),
    ('{"orderNumber":"1","coffeeName":"%s","coffeeCount":"3","customerName":"kevin"}' % ("x" * 201),
     "coffeeName"),
])
def test_bad_bodies_are_named(order, body, word):
    answer = order.post("/coffeeOrder", body=body, headers={"Content-Type": "application/json"})
    assert answer.status == 400
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    problem = answer.json
    assert word in problem["detail"] and problem["message"] == problem["detail"]
    assert (problem["status"], problem["error"], problem["path"]) == (400, "Bad Request", "/coffeeOrder")
    assert order.get("/api/v1/order").json["responseMetaVO"]["allRecordCount"] == 0


def test_a_body_too_large_is_413_or_a_reset(order):
    try:
        answer = order.post("/coffeeOrder", body="x" * 200_000,
                            headers={"Content-Type": "application/json"})
        assert answer.status == 413
    except OSError:
        pass
    assert order.get("/actuator/health").status == 200


@pytest.mark.parametrize("path, word", [("/api/v1/order?size=0", "size"), ("/api/v1/order?size=1001", "size"),
                                        ("/api/v1/order?page=-1", "page"), ("/api/v1/order?page=x", "page")])
def test_bad_pages_are_named(order, path, word):
    answer = order.get(path)
    assert answer.status == 400 and word in answer.json["detail"]


def test_unknown_paths_and_methods(order):
    assert order.get("/nowhere").status == 404
    answer = order.delete("/coffeeOrder")
    assert answer.status == 405 and "POST" in answer.headers["Allow"].split(", ")
