"""Register, find, renew, cancel: numbered cases of eureka.md 7.1."""
import gzip
import time

from eureka_records import CLASS, J, record
from harness.eureka import SPRING

EMPTY = b'{"applications":{"versions__delta":"1","apps__hashcode":"","application":[]}}'


def test_case_01_empty_registry(mounted):
    answer = mounted.get("/apps")
    assert (answer.status, answer.body) == (200, EMPTY)
    assert answer.headers["Content-Type"] == "application/json"


def test_case_02_slashes(registry):
    for path in ("/eureka/apps/", "/eureka/v2/apps", "/eureka/v2/apps/", "/eureka//apps",
                 "/eureka/v2//apps//"):
        assert registry.running.get(path, headers=J).body == EMPTY, path


def test_case_06_gzip(registry):
    """Whatever the size, as Netflix' server keeps these compressed."""
    for number in range(2):
        for path in ("/apps", "/apps/delta"):
            plain = registry.get(path)
            assert plain.headers["Content-Encoding"] is None
            packed = registry.get(path, headers={"Accept-Encoding": "gzip"})
            assert packed.headers["Content-Encoding"] == "gzip"
            assert packed.headers["Content-Type"] == "application/json"
            assert gzip.decompress(packed.body) == plain.body
        registry.register(id=f"i{number}")


def test_cases_07_to_10_register_and_read(mounted):
    answer = mounted.put_record(record(app="orders"), path_app="orders")
    assert (answer.status, answer.body) == (204, b"")
    for app in ("ORDERS", "orders"):
        application = mounted.get(f"/apps/{app}").json["application"]
        assert application["name"] == "ORDERS" and len(application["instance"]) == 1
        assert application["instance"][0]["app"] == "ORDERS"
    assert mounted.hash() == "UP_1_"
    instance = mounted.instance()
    assert instance["lastDirtyTimestamp"] == "100" and instance["actionType"] == "ADDED"
    assert list(instance["leaseInfo"]) == ["renewalIntervalInSecs", "durationInSecs",
                                           "registrationTimestamp", "lastRenewalTimestamp",
                                           "evictionTimestamp", "serviceUpTimestamp"]
    now = time.time() * 1000
    assert abs(instance["leaseInfo"]["registrationTimestamp"] - now) < 10000
    assert instance["leaseInfo"]["evictionTimestamp"] == 0


def test_order_and_types_of_all_fields(registry):
    registry.register(appGroupName="group", homePageUrl="http://h/", statusPageUrl="http://h/info",
                      healthCheckUrl="http://h/health", secureHealthCheckUrl="https://h/health",
                      asgName="asg", sid="s1")
    instance = registry.instance()
    assert list(instance) == [
        "instanceId", "hostName", "app", "ipAddr", "sid", "status", "overriddenStatus", "port",
        "securePort", "countryId", "dataCenterInfo", "leaseInfo", "metadata", "appGroupName",
        "homePageUrl", "statusPageUrl", "healthCheckUrl", "secureHealthCheckUrl", "vipAddress",
        "secureVipAddress", "isCoordinatingDiscoveryServer", "lastUpdatedTimestamp",
        "lastDirtyTimestamp", "actionType", "asgName"]
    assert instance["port"] == {"$": 8080, "@enabled": "true"}
    assert instance["countryId"] == 1
    assert instance["appGroupName"] == "GROUP"
    for key in ("isCoordinatingDiscoveryServer", "lastUpdatedTimestamp", "lastDirtyTimestamp"):
        assert isinstance(instance[key], str), key
    assert all(isinstance(value, int) for value in instance["leaseInfo"].values())


def test_cases_11_to_13_unknown_things(mounted):
    mounted.register()
    for path in ("/apps/ORDERS/I1", "/apps/NOPE", "/apps/NOPE/i1", "/instances/NOPE"):
        answer = mounted.get(path)
        assert (answer.status, answer.body) == (404, b""), path
    assert mounted.get("/instances/i1").json["instance"]["app"] == "ORDERS"


def test_case_25_spring_body(registry):
    """Native numbers and booleans, explicit nulls."""
    body = {"instance": SPRING}
    assert registry.put_record(body).status == 204
    instance = registry.instance(id="h1:orders:8080")
    assert instance["lastDirtyTimestamp"] == "1699999999000"
    assert instance["isCoordinatingDiscoveryServer"] == "false"
    assert not {"sid", "appGroupName", "secureHealthCheckUrl", "asgName"} & set(instance)


def test_case_26_node_body(registry):
    body = {"instance": {"app": "jqservice", "hostName": "localhost", "ipAddr": "127.0.0.1",
                         "port": {"$": 8080, "@enabled": True}, "vipAddress": "jq.test",
                         "dataCenterInfo": {"@class": CLASS, "name": "MyOwn"}, "status": "UP"}}
    before = int(time.time() * 1000)
    assert registry.put_record(body).status == 204
    instance = registry.instance(app="jqservice", id="localhost")
    assert (instance["leaseInfo"]["renewalIntervalInSecs"], instance["leaseInfo"]["durationInSecs"]) == (30, 90)
    assert before <= int(instance["lastDirtyTimestamp"]) <= time.time() * 1000
    assert "instanceId" not in instance
    assert registry.renew(app="jqservice", id="localhost").status == 200


def test_node_body_in_its_older_style(registry):
    body = {"app": "old", "hostName": "h", "ipAddr": "1.1.1.1", "port": 8080,
            "dataCenterInfo": {"name": "MyOwn"}}
    assert registry.running.post("/eureka/apps/old", json=body).status == 204
    instance = registry.instance(app="OLD", id="h")
    assert instance["port"] == {"$": 8080, "@enabled": "true"}
    assert instance["dataCenterInfo"]["@class"] == CLASS


def test_case_28_fargo_json(registry):
    registry.register(port={"$": "8080", "@enabled": "true"}, overriddenStatus=..., overriddenstatus="",
                      dataCenterInfo={"@class": "com.netflix.appinfo.MyDataCenterInfo", "name": "MyOwn"},
                      leaseInfo={"renewalIntervalInSecs": 0, "durationInSecs": 0}, metadata={})
    instance = registry.instance()
    assert instance["port"]["$"] == 8080
    assert instance["dataCenterInfo"] == {"@class": CLASS, "name": "MyOwn"}
    assert instance["leaseInfo"]["durationInSecs"] == 90


def test_case_29_python_body(registry):
    registry.register(overriddenStatus=..., overriddenstatus="", secureHealthCheckUrl="")
    assert registry.instance()["overriddenStatus"] == "UNKNOWN"


def test_case_30_status_in_the_wrong_case(registry):
    registry.register(status="up")
    assert registry.instance()["status"] == "UNKNOWN"
    assert registry.renew().status == 404


def test_cases_31_and_32_metadata(registry):
    registry.register(metadata={"n": 5, "@class": "java.util.Collections$EmptyMap"})
    assert registry.instance()["metadata"] == {"n": "5"}
    registry.register(id="none", metadata=...)
    assert registry.instance(id="none")["metadata"] == {"@class": "java.util.Collections$EmptyMap"}


def test_case_34_renewal_shows_now_plus_duration(mounted):
    mounted.register()
    answer = mounted.renew()
    assert (answer.status, answer.body, answer.headers["Content-Length"]) == (200, b"", "0")
    shown = mounted.instance()["leaseInfo"]["lastRenewalTimestamp"]
    assert abs(shown - (time.time() * 1000 + 90000)) < 10000
    # Lists show the lease as it was when they were rendered: renewals are no changes.
    version = mounted.get("/apps").headers["X-Crema-Registry-Version"]
    assert mounted.renew().status == 200
    assert mounted.get("/apps").headers["X-Crema-Registry-Version"] == version


def test_cases_35_to_39_and_41_renewals(mounted):
    mounted.register(dirty=100)
    assert mounted.renew(id="nobody").status == 404
    assert mounted.renew(query="?lastDirtyTimestamp=100&status=UP").status == 200
    assert mounted.renew(query="?lastDirtyTimestamp=200").status == 404
    assert mounted.renew(query="?lastDirtyTimestamp=50").status == 200
    peer = {"x-netflix-discovery-replication": "true", **J}
    answer = mounted.renew(query="?lastDirtyTimestamp=50", headers=peer)
    assert answer.status == 409 and answer.json["instance"]["instanceId"] == "i1"
    assert mounted.renew(query="?lastDirtyTimestamp=50",
                         headers={"x-netflix-discovery-replication": "TRUE"}).status == 200
    assert mounted.renew(query="?status=DOWN").status == 200
    assert mounted.instance()["status"] == "UP"
    assert mounted.renew(query="?lastDirtyTimestamp=soon").status == 400


def test_cases_42_to_44_dirty_timestamps(registry):
    registry.register(dirty=100)
    up_since = registry.instance()["leaseInfo"]["serviceUpTimestamp"]
    registry.register(dirty=50, status="DOWN")
    assert (registry.instance()["status"], registry.instance()["lastDirtyTimestamp"]) == ("UP", "100")
    registry.register(dirty=100, status="DOWN")
    assert registry.instance()["status"] == "DOWN"
    registry.register(dirty=300)
    assert registry.instance()["status"] == "UP"
    assert registry.instance()["leaseInfo"]["serviceUpTimestamp"] == up_since


def test_cases_45_and_46_service_is_not_left_by_registering(registry):
    registry.register(id="a", dirty=1)
    registry.register(id="a", dirty=2, status="OUT_OF_SERVICE")
    assert registry.instance(id="a")["status"] == "UP"
    registry.register(id="b", dirty=1, status="OUT_OF_SERVICE")
    registry.register(id="b", dirty=2)
    assert registry.instance(id="b")["status"] == "OUT_OF_SERVICE"
    registry.register(id="b", dirty=3, status="DOWN")
    registry.register(id="b", dirty=4)
    assert registry.instance(id="b")["status"] == "UP"


def test_case_58_cancel(mounted):
    mounted.register()
    answer = mounted.cancel()
    assert (answer.status, answer.body) == (200, b"")
    assert mounted.all()["application"] == []
    assert mounted.get("/apps/ORDERS").status == 404
    assert mounted.cancel().status == 404


def test_case_63_hash_code(registry):
    for number, status in enumerate(("UP", "DOWN", "UP", "OUT_OF_SERVICE")):
        registry.register(id=f"i{number}", status=status)
    assert registry.hash() == "DOWN_1_OUT_OF_SERVICE_1_UP_2_"


def test_case_68_unknown_region(registry):
    registry.register()
    answer = registry.get("/apps?regions=none")
    assert answer.status == 200 and len(answer.json["applications"]["application"]) == 1


def test_case_92_ids_with_colons_slashes_and_blanks(mounted):
    mounted.register(id="h:app:80")
    for path in ("h%3Aapp%3A80", "h:app:80", "h%3aapp:80"):
        assert mounted.get(f"/apps/ORDERS/{path}").status == 200, path
    mounted.register(id="a/b c%")
    assert mounted.get("/apps/ORDERS/a%2Fb%20c%25").json["instance"]["instanceId"] == "a/b c%"
    assert mounted.get("/apps/ORDERS/a/b").status == 404
    assert mounted.renew(id="a%2Fb%20c%25").status == 200
    assert mounted.cancel(id="a%2Fb%20c%25").status == 200


def test_case_93_head_and_options(mounted):
    mounted.register()
    got, head = mounted.get("/apps"), mounted.running.call("HEAD", f"{mounted.mount}/apps", headers=J)
    assert (head.status, head.body) == (200, b"")
    assert head.headers["Content-Length"] == str(len(got.body))
    options = mounted.running.call("OPTIONS", f"{mounted.mount}/apps")
    assert options.status == 200 and "GET" in options.headers["Allow"]


def test_case_94_no_member_that_spring_does_not_know(registry):
    """Spring's clients refuse unknown members; these are all that Netflix' classes have."""
    registry.register()
    known = {
        "instance": {"instanceId", "hostName", "app", "ipAddr", "sid", "status", "overriddenStatus", "port",
                     "securePort", "countryId", "dataCenterInfo", "leaseInfo", "metadata", "appGroupName",
                     "homePageUrl", "statusPageUrl", "healthCheckUrl", "secureHealthCheckUrl", "vipAddress",
                     "secureVipAddress", "isCoordinatingDiscoveryServer", "lastUpdatedTimestamp",
                     "lastDirtyTimestamp", "actionType", "asgName"},
        "leaseInfo": {"renewalIntervalInSecs", "durationInSecs", "registrationTimestamp",
                      "lastRenewalTimestamp", "evictionTimestamp", "serviceUpTimestamp"},
        "dataCenterInfo": {"@class", "name"}, "port": {"$", "@enabled"}}
    application = registry.all()["application"][0]
    assert set(application) == {"name", "instance"}
    instance = application["instance"][0]
    assert set(instance) <= known["instance"]
    for key in ("leaseInfo", "dataCenterInfo", "port"):
        assert set(instance[key]) == known[key]


def test_equal_ids_in_two_applications_are_two_instances(registry):
    registry.register(app="A", id="x")
    registry.register(app="B", id="x")
    assert registry.cancel(app="A", id="x").status == 200
    assert registry.instance(app="B", id="x") is not None
