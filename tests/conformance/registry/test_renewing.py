"""Heartbeats and what they say about who is newer: eureka.md 7.1, cases 34-46, 57, 58."""
import time

from eureka_wire import REPLICATION, delta_entries, read_any, record


def now_ms():
    return time.time() * 1000


def shown_renewal(wire):
    return wire.instance()["leaseInfo"]["lastRenewalTimestamp"]


def test_case_34_renew(wire):
    wire.register()
    before = now_ms()
    answer = wire.put("/apps/ORDERS/i1")
    assert (answer.status, answer.body, answer.headers["Content-Length"]) == (200, b"", "0")
    assert before + 90000 - 2 <= shown_renewal(wire) <= now_ms() + 90000


def test_case_35_renew_unknown(wire):
    for path in ("/apps/ORDERS/i1", "/apps/NOPE/i1"):
        answer = wire.put(path)
        assert (answer.status, answer.body) == (404, b"")


def test_case_36_equal_timestamp(wire):
    wire.register()
    assert wire.put("/apps/ORDERS/i1?status=UP&lastDirtyTimestamp=100").status == 200


def test_case_37_newer_timestamp(wire):
    wire.register()
    before = now_ms()
    answer = wire.put("/apps/ORDERS/i1?lastDirtyTimestamp=200")
    assert (answer.status, answer.body) == (404, b"")
    assert shown_renewal(wire) >= before + 90000 - 2, "the lease was not renewed"


def test_case_38_older_timestamp(wire):
    wire.register()
    assert wire.put("/apps/ORDERS/i1?lastDirtyTimestamp=50").status == 200


def test_case_39_older_timestamp_from_a_peer(wire):
    wire.register()
    answer = wire.put("/apps/ORDERS/i1?lastDirtyTimestamp=50", **wire.accept, **REPLICATION)
    assert answer.status == 409
    assert read_any(answer)["instance"]["lastDirtyTimestamp"] == "100"


def test_case_40_newer_timestamp_from_a_peer_with_override(wire):
    wire.register()
    answer = wire.put("/apps/ORDERS/i1?lastDirtyTimestamp=200&overriddenstatus=OUT_OF_SERVICE",
                      **REPLICATION)
    assert (answer.status, answer.body) == (404, b"")
    assert wire.instance()["overriddenStatus"] == "OUT_OF_SERVICE"
    wire.register(dirty=200)
    assert wire.states() == ("OUT_OF_SERVICE", "OUT_OF_SERVICE")


def test_case_40_a_client_stores_no_override(wire):
    wire.register()
    assert wire.put("/apps/ORDERS/i1?lastDirtyTimestamp=200&overriddenstatus=OUT_OF_SERVICE").status == 404
    assert wire.instance()["overriddenStatus"] == "UNKNOWN"


def test_case_41_the_status_of_a_heartbeat_does_not_count(wire):
    wire.register()
    assert wire.put("/apps/ORDERS/i1?status=DOWN").status == 200
    assert wire.states() == ("UP", "UNKNOWN")


def test_case_42_an_older_record_is_not_taken(wire):
    wire.register()
    wire.register(dirty=50, status="DOWN", hostName="other")
    instance = wire.instance()
    assert (instance["lastDirtyTimestamp"], instance["status"], instance["hostName"]) == ("100", "UP", "h1")


def test_case_43_an_equal_record_is_taken(wire):
    wire.register()
    wire.register(status="DOWN")
    assert wire.states() == ("DOWN", "UNKNOWN")


def test_case_44_up_again_keeps_the_first_time(wire):
    wire.register()
    first = wire.instance()["leaseInfo"]["serviceUpTimestamp"]
    assert first > 0
    wire.register(dirty=200, status="DOWN")
    wire.register(dirty=300)
    instance = wire.instance()
    assert instance["status"] == "UP" and instance["leaseInfo"]["serviceUpTimestamp"] == first


def test_case_45_up_does_not_go_out_of_service_by_itself(wire):
    wire.register()
    wire.register(dirty=200, status="OUT_OF_SERVICE")
    assert wire.states() == ("UP", "UNKNOWN")
    assert wire.instance()["lastDirtyTimestamp"] == "200"


def test_case_46_out_of_service_goes_up_by_way_of_down(wire):
    wire.register(status="OUT_OF_SERVICE")
    wire.register(dirty=200)
    assert wire.states() == ("OUT_OF_SERVICE", "UNKNOWN")
    wire.register(dirty=300, status="DOWN")
    wire.register(dirty=400)
    assert wire.states() == ("UP", "UNKNOWN")


def test_case_57_metadata(wire):
    wire.register()
    answer = wire.put("/apps/ORDERS/i1/metadata?a=1&b=2&a=3&management.port=9&c+d=e%20f")
    assert (answer.status, answer.body) == (200, b"")
    instance = wire.instance()
    assert instance["metadata"] == {"management.port": "9", "a": "1", "b": "2", "c d": "e f"}
    assert instance["lastDirtyTimestamp"] == "100"
    assert delta_entries(wire.delta()) == {"ORDERS/i1": "ADDED"}
    assert wire.put("/apps/ORDERS/nope/metadata?a=1").status == 404


def test_case_58_cancel(wire):
    wire.register()
    answer = wire.delete("/apps/ORDERS/i1")
    assert (answer.status, answer.body, answer.headers["Content-Length"]) == (200, b"", "0")
    assert wire.all()["application"] == [] and wire.get("/apps/ORDERS").status == 404
    answer = wire.delete("/apps/ORDERS/i1")
    assert (answer.status, answer.body) == (404, b"")


def test_a_heartbeat_as_every_client_sends_it(wire):
    """Pitfalls 21 and 25: no Content-Length, Content-Length 0, a type without a body."""
    wire.register()
    for headers in ({}, {"Content-Length": "0"}, {"Content-Type": "application/json"}):
        assert wire.put("/apps/orders/i1", **headers).status == 200, headers


def test_a_peer_says_so_in_lower_case(wire):
    """Section 1.4: only the exact word marks a peer."""
    wire.register()
    for value in ("TRUE", "True", "false", "1"):
        answer = wire.put("/apps/ORDERS/i1?lastDirtyTimestamp=50",
                          **{"x-netflix-discovery-replication": value})
        assert answer.status == 200, value


def test_a_peers_register_may_change_any_status(wire):
    """Section 3.4, rule 4 does not hold for replication."""
    wire.register()
    answer = wire.post(record(dirty=200, status="OUT_OF_SERVICE"), **REPLICATION)
    assert answer.status == 204
    assert wire.states() == ("OUT_OF_SERVICE", "UNKNOWN")
