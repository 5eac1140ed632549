"""What peers send in batches: eureka.md 7.1, cases 71-79."""
import gzip
import json

import pytest

from eureka_wire import delta_entries, record

OK, UNKNOWN, FAILED = {"statusCode": 200}, {"statusCode": 404}, {"statusCode": 500}


def item(action, id="i1", app="ORDERS", **more):
    return {"appName": app, "id": id, "action": action, **more}


def register(id="i1", app="ORDERS", **more):
    return item("Register", id, app, instanceInfo=record(id=id, **more), lastDirtyTimestamp=100,
                status="UP")


def test_case_71_three_items_in_order(wire):
    assert wire.batch(register(), item("Heartbeat", lastDirtyTimestamp=100, status="UP"),
                      item("Cancel", id="nope")) == [OK, OK, UNKNOWN]
    assert wire.instance()["hostName"] == "h1"


def test_case_72_heartbeat_of_an_unknown_instance(wire):
    assert wire.batch(item("Heartbeat", lastDirtyTimestamp=100)) == [UNKNOWN]


def test_case_73_older_heartbeat(wire):
    wire.register()
    answered, = wire.batch(item("Heartbeat", lastDirtyTimestamp=50))
    assert set(answered) == {"statusCode", "responseEntity"} and answered["statusCode"] == 409
    entity = answered["responseEntity"]
    assert (entity["instanceId"], entity["lastDirtyTimestamp"]) == ("i1", "100")
    assert "instance" not in entity


def test_case_74_newer_heartbeat_with_override(wire):
    wire.register()
    assert wire.batch(item("Heartbeat", lastDirtyTimestamp=200,
                           overriddenStatus="OUT_OF_SERVICE")) == [UNKNOWN]
    assert wire.instance()["overriddenStatus"] == "OUT_OF_SERVICE"


def test_case_75_register_of_another_application(wire):
    assert wire.batch(register(app="OTHER")) == [OK]
    assert wire.hash() == ""


def test_case_76_status_update(wire):
    wire.register()
    assert wire.batch(item("StatusUpdate", status="OUT_OF_SERVICE", lastDirtyTimestamp=100)) == [OK]
    assert wire.states() == ("OUT_OF_SERVICE", "OUT_OF_SERVICE")
    assert delta_entries(wire.delta()) == {"ORDERS/i1": "MODIFIED"}


def test_case_77_override_removal_without_a_timestamp(wire):
    wire.register()
    wire.put("/apps/ORDERS/i1/status?value=OUT_OF_SERVICE")
    assert wire.batch(item("DeleteStatusOverride")) == [FAILED]
    assert wire.states() == ("OUT_OF_SERVICE", "OUT_OF_SERVICE")
    assert wire.batch(item("DeleteStatusOverride", lastDirtyTimestamp=100, status="UP")) == [OK]
    assert wire.states() == ("UP", "UNKNOWN")


@pytest.mark.parametrize("body", [
    b"", b"{", b"[]", b"{}", b"<replicationList/>",
    json.dumps({"replicationList": [item("Cancel"), item("Explode")]}).encode()], ids=range(6))
def test_case_78_no_batch(wire, body):
    wire.register()
    answer = wire.call("POST", "/peerreplication/batch/", body=body,
                       headers={"Content-Type": "application/json"})
    assert answer.status == 400
    assert wire.hash() == "UP_1_"


def test_case_79_empty_batch(wire):
    for path in ("/peerreplication/batch/", "/peerreplication/batch"):
        answer = wire.call("POST", path, json={"replicationList": []})
        assert (answer.status, answer.body) == (200, b'{"responseList":[]}')


def test_one_bad_item_does_not_stop_the_others(wire):
    """Section 4.3: an exception inside one item is its own."""
    assert wire.batch(item("Register"), register(id="i1", port={"$": "x"}), register(id="i2"),
                      item("StatusUpdate", id="i2", status="?"), item("StatusUpdate", id="nope", status="?"),
                      item("Cancel", id="i2")) == [FAILED, FAILED, OK, FAILED, UNKNOWN, OK]


def test_a_full_batch_packed(wire):
    """As Netflix' server sends it: 250 items, gzip, no replication header."""
    items = [register(id=f"i{number}") for number in range(250)]
    body = gzip.compress(json.dumps({"replicationList": items}).encode())
    answer = wire.call("POST", "/peerreplication/batch/", body=body,
                       headers={"Content-Type": "application/json", "Content-Encoding": "gzip"})
    assert answer.status == 200 and answer.json == {"responseList": [OK] * 250}
    assert wire.hash() == "UP_250_"
