"""Out of service and back by the status resource: eureka.md 7.1, cases 47-56."""
from eureka_wire import delta_entries

STATUS = "/apps/ORDERS/i1/status"


def take_out(wire):
    """Cases 7 and 47."""
    wire.register()
    answer = wire.put(f"{STATUS}?value=OUT_OF_SERVICE")
    assert (answer.status, answer.body, answer.headers["Content-Length"]) == (200, b"", "0")


def test_case_47_out_of_service(wire):
    take_out(wire)
    assert wire.states() == ("OUT_OF_SERVICE", "OUT_OF_SERVICE")
    assert delta_entries(wire.delta()) == {"ORDERS/i1": "MODIFIED"}
    assert wire.instance()["lastDirtyTimestamp"] == "100"
    assert wire.hash() == "OUT_OF_SERVICE_1_"
    assert wire.put("/apps/ORDERS/i1").status == 200


def test_case_48_registering_up_does_not_undo_it(wire):
    take_out(wire)
    wire.register(dirty=200)
    assert wire.states() == ("OUT_OF_SERVICE", "OUT_OF_SERVICE")


def test_case_49_down_shows_through(wire):
    take_out(wire)
    wire.register(dirty=200, status="DOWN")
    assert wire.states() == ("DOWN", "OUT_OF_SERVICE")
    wire.register(dirty=300)
    assert wire.states() == ("OUT_OF_SERVICE", "OUT_OF_SERVICE")


def test_case_50_the_status_that_it_has_anyway(wire):
    wire.register()
    assert wire.put(f"{STATUS}?value=UP").status == 200
    assert wire.states() == ("UP", "UNKNOWN")


def test_case_51_no_status(wire):
    wire.register()
    for query in ("?value=FOO", "", "?value=up", "?value="):
        assert wire.put(STATUS + query).status == 500, query
    assert wire.states() == ("UP", "UNKNOWN")


def test_case_52_unknown_instance(wire):
    for query in ("?value=UP", "?value=OUT_OF_SERVICE"):
        answer = wire.put(STATUS + query)
        assert (answer.status, answer.body) == (404, b""), query
    assert wire.delete(STATUS).status == 404


def test_case_53_override_removed(wire):
    take_out(wire)
    answer = wire.delete(STATUS)
    assert (answer.status, answer.body, answer.headers["Content-Length"]) == (200, b"", "0")
    assert wire.states() == ("UNKNOWN", "UNKNOWN")
    assert wire.put("/apps/ORDERS/i1").status == 404
    wire.register(dirty=200)
    assert wire.states() == ("UP", "UNKNOWN")


def test_case_54_override_removed_with_a_status(wire):
    take_out(wire)
    assert wire.delete(f"{STATUS}?value=UP").status == 200
    assert wire.states() == ("UP", "UNKNOWN")
    assert wire.put("/apps/ORDERS/i1").status == 200


def test_case_55_no_override_to_remove(wire):
    wire.register()
    before = wire.instance()
    for query in ("", "?value=DOWN"):
        assert wire.delete(STATUS + query).status == 200, query
    after = wire.instance()
    for changed in ("leaseInfo",):  # the status resource renews the lease
        before.pop(changed), after.pop(changed)
    assert after == before


def test_case_56_newer_timestamp(wire):
    wire.register()
    assert wire.put(f"{STATUS}?value=OUT_OF_SERVICE&lastDirtyTimestamp=200").status == 200
    assert wire.instance()["lastDirtyTimestamp"] == "200"
    assert wire.put(f"{STATUS}?value=DOWN&lastDirtyTimestamp=150").status == 200
    assert wire.instance()["lastDirtyTimestamp"] == "200"
