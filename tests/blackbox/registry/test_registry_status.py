"""The status API, metadata, delta, vips and the gate, over real sockets."""
from eureka_records import record

PEER = {"x-netflix-discovery-replication": "true"}


def order(registry, method, query="", app="ORDERS", id="i1", **kwargs):
    return registry.running.call(method, f"{registry.mount}/apps/{app}/{id}/status{query}", **kwargs)


def shown(registry):
    instance = registry.instance()
    return instance["status"], instance["overriddenStatus"]


def delta(registry):
    found = registry.get("/apps/delta").json["applications"]
    return found, [(i["app"], i["instanceId"], i["actionType"]) for app in found["application"] for i in app["instance"]]


def test_cases_47_to_49_override(mounted):
    mounted.register()
    answer = order(mounted, "PUT", "?value=OUT_OF_SERVICE")
    assert (answer.status, answer.body, answer.headers["Content-Length"]) == (200, b"", "0")
    assert shown(mounted) == ("OUT_OF_SERVICE", "OUT_OF_SERVICE")
    assert delta(mounted)[1] == [("ORDERS", "i1", "MODIFIED")]
    mounted.register(dirty=200)
    assert shown(mounted) == ("OUT_OF_SERVICE", "OUT_OF_SERVICE")
    mounted.register(dirty=300, status="DOWN")
    assert shown(mounted) == ("DOWN", "OUT_OF_SERVICE")


def test_cases_50_to_52_orders_that_change_nothing(mounted):
    assert order(mounted, "PUT", "?value=FOO").status == 404
    mounted.register()
    assert order(mounted, "PUT", "?value=UP").status == 200
    assert shown(mounted) == ("UP", "UNKNOWN")
    for query in ("", "?value=FOO", "?value=", "?value=up", "?value=DOWN&lastDirtyTimestamp=soon"):
        answer = order(mounted, "PUT", query)
        assert (answer.status, answer.body) == (500, b""), query
        assert answer.headers["X-Crema-Detail"], query
    assert order(mounted, "PUT", "?value=UP", id="nobody").status == 404
    assert shown(mounted) == ("UP", "UNKNOWN")


def test_cases_53_to_56_the_way_back(mounted):
    mounted.register()
    assert order(mounted, "DELETE").status == 200
    assert shown(mounted) == ("UP", "UNKNOWN")
    assert order(mounted, "PUT", "?value=OUT_OF_SERVICE&lastDirtyTimestamp=500").status == 200
    assert mounted.instance()["lastDirtyTimestamp"] == "500"
    assert order(mounted, "DELETE", "?value=FOO").status == 500
    assert order(mounted, "DELETE").status == 200
    assert shown(mounted) == ("UNKNOWN", "UNKNOWN")
    assert mounted.renew().status == 404
    mounted.register(dirty=600)
    assert shown(mounted) == ("UP", "UNKNOWN")
    assert order(mounted, "PUT", "?value=OUT_OF_SERVICE").status == 200
    assert order(mounted, "DELETE", "?value=UP").status == 200
    assert shown(mounted) == ("UP", "UNKNOWN")
    assert mounted.renew().status == 200
    assert order(mounted, "DELETE", id="nobody").status == 404


def test_case_40_a_peers_override(mounted):
    mounted.register()
    assert mounted.renew(query="?lastDirtyTimestamp=200&overriddenstatus=OUT_OF_SERVICE", headers=PEER).status == 404
    assert shown(mounted) == ("UP", "OUT_OF_SERVICE")
    assert mounted.renew().status == 200
    assert shown(mounted) == ("OUT_OF_SERVICE", "OUT_OF_SERVICE")
    assert mounted.running.get("/eureka/serverinfo/statusoverrides").json == {"i1": "OUT_OF_SERVICE"}


def test_case_57_metadata(mounted):
    mounted.register()
    path = f"{mounted.mount}/apps/ORDERS/i1/metadata"
    answer = mounted.running.put(f"{path}?a=1&b=x+y&a=2&=z&%40class=x&c")
    assert (answer.status, answer.body) == (200, b"")
    assert mounted.instance()["metadata"] == {"management.port": "8080", "a": "1", "b": "x y", "c": ""}
    assert delta(mounted)[1] == [("ORDERS", "i1", "ADDED")]
    assert mounted.running.put(f"{mounted.mount}/apps/ORDERS/nobody/metadata?a=1").status == 404
    mounted.register(dirty=200)
    assert mounted.instance()["metadata"] == {"management.port": "8080"}


def test_metadata_that_is_too_much(registry):
    registry.register(metadata={f"k{n}": "v" for n in range(1020)})
    answer = registry.running.put("/eureka/apps/ORDERS/i1/metadata?" + "&".join(f"x{n}=1" for n in range(5)))
    assert answer.status == 400 and "1024" in answer.json["detail"]
    assert len(registry.instance()["metadata"]) == 1020


def test_cases_59_and_60_delta(mounted):
    found, changes = delta(mounted)
    assert (changes, found["apps__hashcode"]) == ([], "")
    version = int(found["versions__delta"])
    mounted.register()
    order(mounted, "PUT", "?value=OUT_OF_SERVICE")
    mounted.cancel()
    found, changes = delta(mounted)
    assert changes == [("ORDERS", "i1", "DELETED")] and found["apps__hashcode"] == mounted.hash() == ""
    assert int(found["versions__delta"]) == version + 3
    assert delta(mounted) == (found, changes), "reading does not consume"


def test_case_61_retention_shortened(start):
    from harness.poll import wait_until
    registry = start(settings={"eureka.server.retention-time-in-m-s-in-delta-queue": "1000"})
    registry.register()
    assert delta(registry)[1] == [("ORDERS", "i1", "ADDED")]
    wait_until(lambda: not delta(registry)[1], 10, "the change to be old")
    assert delta(registry)[0]["apps__hashcode"] == "UP_1_"


def test_case_62_delta_switched_off(start):
    registry = start(settings={"eureka.server.disable-delta": "true"})
    answer = registry.get("/apps/delta")
    assert (answer.status, answer.body) == (403, b"")
    assert registry.get("/apps").status == 200


def test_cases_66_and_67_vips(mounted):
    mounted.register(vipAddress="a,b", secureVipAddress="s")
    for path in ("/vips/a", "/vips/b", "/svips/s"):
        found = mounted.get(path).json["applications"]
        assert (found["versions__delta"], found["apps__hashcode"]) == ("-1", "UP_1_"), path
        assert found["application"][0]["instance"][0]["instanceId"] == "i1", path
    for path in ("/vips/A", "/vips/none", "/vips/s", "/svips/a"):
        answer = mounted.get(path)
        assert answer.status == 200 and answer.json["applications"]["application"] == [], path


def test_case_69_the_gate(start):
    registry = start(settings={"eureka.instance.registry.default-open-for-traffic-count": "0"})
    registry.register()
    for path in ("/apps", "/apps/delta", "/apps/ORDERS", "/vips/orders", "/svips/orders"):
        answer = registry.get(path)
        assert (answer.status, answer.body) == (403, b""), path
    assert registry.renew().status == 200
    assert registry.instance() is not None
    assert registry.get("/instances/i1").status == 200
    assert order(registry, "PUT", "?value=DOWN").status == 200
    assert registry.running.post("/eureka/peerreplication/batch/", json={"replicationList": []}).status == 200


def batch(registry, *items, path="/peerreplication/batch/"):
    answer = registry.running.post(registry.mount + path, json={"replicationList": list(items)})
    assert answer.status == 200, answer
    return answer.json["responseList"]


def item(action, id="i1", app="ORDERS", **more):
    return {"appName": app, "id": id, "action": action, **more}


def test_cases_71_to_79_batches(mounted):
    bare = record()["instance"]
    assert batch(mounted, item("Register", lastDirtyTimestamp=100, status="UP", instanceInfo=bare),
                 item("Heartbeat", lastDirtyTimestamp=100, status="UP"), item("Cancel", id="nobody")) == [
        {"statusCode": 200}, {"statusCode": 200}, {"statusCode": 404}]
    assert batch(mounted, item("Heartbeat", id="nobody", lastDirtyTimestamp=1)) == [{"statusCode": 404}]
    older, = batch(mounted, item("Heartbeat", lastDirtyTimestamp=50))
    assert older["statusCode"] == 409 and older["responseEntity"]["instanceId"] == "i1"
    assert batch(mounted, item("Heartbeat", lastDirtyTimestamp=200, overriddenStatus="OUT_OF_SERVICE")) == [
        {"statusCode": 404}]
    assert mounted.instance()["overriddenStatus"] == "OUT_OF_SERVICE"
    assert batch(mounted, item("Register", app="OTHER", instanceInfo=bare)) == [{"statusCode": 200}]
    assert mounted.get("/apps/OTHER").status == 404
    assert batch(mounted, item("DeleteStatusOverride", status="UP"), item("DeleteStatusOverride", status="UP", lastDirtyTimestamp=100),
                 item("StatusUpdate", status="OUT_OF_SERVICE"), item("StatusUpdate", status="FOO"),
                 item("StatusUpdate", id="nobody", status="FOO")) == [
        {"statusCode": 500}, {"statusCode": 200}, {"statusCode": 200}, {"statusCode": 500}, {"statusCode": 404}]
    assert shown(mounted) == ("OUT_OF_SERVICE", "OUT_OF_SERVICE")
    assert batch(mounted, path="/peerreplication/batch") == []
    assert batch(mounted, item("Cancel"), item("Cancel")) == [{"statusCode": 200}, {"statusCode": 404}]


def test_case_78_batches_that_cannot_be_read(mounted):
    for body in ("{", '{"replicationList":[{"appName":"A","id":"i","action":"Dance"}]}', "[]"):
        answer = mounted.running.post(f"{mounted.mount}/peerreplication/batch/", body=body,
                                      headers={"Content-Type": "application/json"})
        assert (answer.status, answer.body) == (400, b'{"error": "cannot parse request body"}'), body
    for kind, status in (("application/xml", 400), ("text/plain", 415)):
        answer = mounted.running.post(f"{mounted.mount}/peerreplication/batch/", body="<x/>",
                                      headers={"Content-Type": kind})
        assert answer.status == status, kind


def test_a_peers_largest_batch(registry):
    items = [item("Register", id=f"i{n}", instanceInfo={**record(id=f"i{n}")["instance"]}) for n in range(250)]
    assert batch(registry, *items) == [{"statusCode": 200}] * 250
    assert registry.hash() == "UP_250_"
