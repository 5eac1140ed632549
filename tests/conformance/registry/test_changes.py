"""Delta, hash code, compact form, vips: eureka.md 7.1, cases 59-70, 95."""
import gzip

import pytest

from eureka_wire import COMPACT, TYPES, assert_strict, delta_entries, document, lastn, record
from harness.poll import wait_until


def ids(applications):
    return sorted(instance["instanceId"] for application in applications["application"]
                  for instance in application["instance"])


def test_case_59_delta(wire):
    wire.register()
    assert wire.put("/apps/ORDERS/i1/status?value=OUT_OF_SERVICE").status == 200
    wire.delete("/apps/ORDERS/i1")
    delta = wire.delta()
    assert [application["name"] for application in delta["application"]] == ["ORDERS"]
    assert delta_entries(delta) == {"ORDERS/i1": "DELETED"}
    assert delta["apps__hashcode"] == wire.hash() == ""
    wire.register(id="i2", status="DOWN")
    delta = wire.delta()
    assert delta_entries(delta) == {"ORDERS/i1": "DELETED", "ORDERS/i2": "ADDED"}
    assert delta["apps__hashcode"] == wire.hash() == "DOWN_1_"


def test_case_60_a_delta_is_not_consumed(wire):
    wire.register()
    first, second = wire.delta(), wire.delta()
    assert delta_entries(first) == delta_entries(second) == {"ORDERS/i1": "ADDED"}


def test_case_61_old_changes_leave_the_delta(start, language):
    """In full length under the fake clock (tests/replay)."""
    wire = start(language, {"eureka.server.retention-time-in-m-s-in-delta-queue": "1000"})
    wire.register()
    delta = wait_until(lambda: (found := wire.delta())["application"] == [] and found, 10,
                       "the delta to be empty")
    assert delta["apps__hashcode"] == wire.hash() == "UP_1_"


def test_case_62_no_delta(start, language):
    wire = start(language, {"eureka.server.disable-delta": "true"})
    wire.register()
    assert wire.get("/apps/delta").status == 403
    assert wire.hash() == "UP_1_"


def test_case_63_hash_code_by_name(wire):
    for number, status in enumerate(("UP", "UP", "DOWN", "OUT_OF_SERVICE")):
        wire.register(app=f"A{number % 2}", id=f"i{number}", status=status)
    assert wire.hash() == "DOWN_1_OUT_OF_SERVICE_1_UP_2_"
    assert wire.delta()["apps__hashcode"] == "DOWN_1_OUT_OF_SERVICE_1_UP_2_"


@pytest.mark.parametrize("path", ["/apps", "/apps/delta", "/vips/orders"])
def test_case_64_compact(wire, language, path):
    wire.register(homePageUrl="http://h/", statusPageUrl="http://h/", asgName="asg", appGroupName="g")
    found = document(wire.get(path, **{"X-Eureka-Accept": "compact"}))["applications"]
    assert set(found) == {"application", "versions__delta", "apps__hashcode"}
    instance = found["application"][0]["instance"][0]
    assert set(instance) == set(COMPACT)
    assert_strict(instance, COMPACT)
    assert type(instance["lastUpdatedTimestamp"]) is (int if language == "json" else str)
    application = document(wire.get("/apps/ORDERS", **{"X-Eureka-Accept": "Compact"}))["application"]
    assert set(application["instance"][0]) == set(COMPACT)
    assert_strict(document(wire.get("/apps/ORDERS/i1", **{"X-Eureka-Accept": "compact"}))["instance"])


def test_case_64_compact_amazon(wire):
    metadata = {"ami-id": "a", "instance-id": "i", "public-ipv4": "1.1.1.1", "vpc-id": "v",
                "public-hostname": "p", "local-ipv4": "2.2.2.2", "availability-zone": "z"}
    wire.register(dataCenterInfo={"@class": "com.netflix.appinfo.AmazonInfo", "name": "Amazon",
                                  "metadata": metadata})
    found = document(wire.get("/apps", **{"X-Eureka-Accept": "compact"}))["applications"]
    kept = found["application"][0]["instance"][0]["dataCenterInfo"]["metadata"]
    assert kept == {key: value for key, value in metadata.items() if key not in ("ami-id", "vpc-id")}


def test_case_65_unknown_form_is_full(wire):
    wire.register()
    found = document(wire.get("/apps", **{"X-Eureka-Accept": "bogus"}))["applications"]
    assert_strict(found["application"][0]["instance"][0])
    assert "metadata" in found["application"][0]["instance"][0]


def looked_up(wire, path):
    answer = wire.get(path)
    found = document(answer)["applications"]
    assert found["versions__delta"] == "-1"
    return found


def vip(wire, prefix, member):
    wire.register(**{member: "a,b"})
    wire.register(app="OTHER", id="i2", status="DOWN", **{member: "b"})
    wire.register(app="OTHER", id="i3", **{member: ...})
    found = looked_up(wire, f"/{prefix}/a")
    assert ids(found) == ["i1"] and found["apps__hashcode"] == "UP_1_"
    found = looked_up(wire, f"/{prefix}/b")
    assert ids(found) == ["i1", "i2"] and found["apps__hashcode"] == "DOWN_1_UP_1_"
    for none in ("A", "none", "a%2Cb"):
        found = looked_up(wire, f"/{prefix}/{none}")
        assert found["application"] == [] and found["apps__hashcode"] == "", none


def test_case_66_vips(wire):
    vip(wire, "vips", "vipAddress")


def test_case_67_secure_vips(wire):
    vip(wire, "svips", "secureVipAddress")


def test_case_68_unknown_regions(wire):
    wire.register()
    for path in ("/apps?regions=none", "/apps/delta?regions=none,other"):
        assert ids(document(wire.get(path))["applications"]) == ["i1"], path


GATED = ("/apps", "/apps/delta", "/apps/ORDERS", "/vips/orders", "/svips/orders")


def test_case_69_waiting_after_an_empty_start(start, language):
    wire = start(language, {"eureka.instance.registry.default-open-for-traffic-count": "0",
                            "eureka.server.wait-time-in-ms-when-sync-empty": "600000"})
    wire.register()
    for path in GATED:
        answer = wire.get(path)
        assert (answer.status, answer.body) == (403, b""), path
    assert wire.get("/instances/i1").status == 200
    assert wire.put("/apps/ORDERS/i1").status == 200
    assert wire.instance()["hostName"] == "h1"
    assert wire.batch({"appName": "ORDERS", "id": "i1", "action": "Cancel"}) == [{"statusCode": 200}]


def test_case_69_the_wait_ends(start, language):
    wire = start(language, {"eureka.instance.registry.default-open-for-traffic-count": "0",
                            "eureka.server.wait-time-in-ms-when-sync-empty": "300"})
    wire.register()
    wait_until(lambda: wire.get("/apps").status == 200, 10, "the wait to end")
    for path in GATED:
        assert wire.get(path).status == 200, path


def test_case_70_no_auto_scaling_groups_here(wire):
    answer = wire.put("/asg/x/status?value=ENABLED")
    assert (answer.status, answer.body) == (400, b"")


def test_case_95_the_last_thousand(json_wire):
    for number in range(1001):
        json_wire.register(id=f"n{number}", dirty=1)
    shown = lastn(json_wire, "registered")
    assert shown == [f"ORDERS(n{number})" for number in range(1000, 0, -1)]
    json_wire.delete("/apps/ORDERS/n5")
    assert lastn(json_wire, "cancelled") == ["ORDERS(n5)"]


def test_versions_of_the_delta(wire):
    """Section 3.9: well above 1, and another one with each change."""
    wire.register()
    first = int(wire.delta()["versions__delta"])
    assert first > 1
    wire.register(id="i2")
    assert int(wire.delta()["versions__delta"]) != first


def test_a_later_change_takes_the_place_of_an_earlier_one(wire):
    """Section 3.7: an instance stands in a delta once, in its latest state, at the end."""
    for id in ("i1", "i2"):
        wire.register(id=id)
    wire.put("/apps/ORDERS/i1/status?value=OUT_OF_SERVICE")
    assert list(delta_entries(wire.delta()).items()) == [("ORDERS/i2", "ADDED"), ("ORDERS/i1", "MODIFIED")]


def test_delta_and_hash_are_of_one_moment(json_wire):
    """Pitfall 16, as Java's client checks it: full, then deltas, always the same hash."""
    copy = {}
    for number in range(30):
        json_wire.register(id=f"i{number % 7}", dirty=number, status=("UP", "DOWN")[number % 2])
        if number % 5 == 4:
            json_wire.delete(f"/apps/ORDERS/i{number % 7}")
        delta = json_wire.delta()
        for application in delta["application"]:
            for instance in application["instance"]:
                if instance["actionType"] == "DELETED":
                    copy.pop(instance["instanceId"], None)
                else:
                    copy[instance["instanceId"]] = instance["status"]
        counts = "".join(f"{status}_{list(copy.values()).count(status)}_"
                         for status in sorted(set(copy.values())))
        assert delta["apps__hashcode"] == counts


def test_a_change_is_seen_at_once_in_every_form(wire):
    """R3: no read-only cache of 30 s."""
    for number in range(1, 4):
        wire.register(id=f"i{number}")
        for accept in TYPES.values():
            for form in ("full", "compact"):
                for encoding in ("identity", "gzip"):
                    answer = wire.call("GET", "/apps", headers={
                        "Accept": accept, "X-Eureka-Accept": form, "Accept-Encoding": encoding})
                    if answer.headers["Content-Encoding"] == "gzip":
                        answer.body = gzip.decompress(answer.body)
                    found = document(answer)["applications"]
                    assert found["apps__hashcode"] == f"UP_{number}_"
                    assert len(ids(found)) == number


def test_record_is_the_same_everywhere(wire):
    wire.register()
    one = wire.instance()
    for path in ("/apps", "/apps/delta", "/vips/orders"):
        found = document(wire.get(path))["applications"]["application"][0]["instance"][0]
        assert found == one, path
    assert document(wire.get("/apps/ORDERS"))["application"]["instance"] == [one]
    assert one["instanceId"] == record()["instanceId"]
