"""Bodies of real clients, and bodies that are wrong: eureka.md 7.1, cases 14-33."""
import gzip
import json
import time

import pytest

from eureka_wire import CLASS, EMPTY_MAP, TYPES, document, lease, record, to_body
from harness.eureka import SPRING

UNREADABLE = {"json": b'{"error": "cannot parse request body"}',
              "xml": b"<error><message>cannot parse request body</message></error>"}


def read_back(wire, app, id):
    """The record in both languages, which must say the same."""
    both = [document(wire.call("GET", f"/apps/{app}/{id}", headers={"Accept": accept}))["instance"]
            for accept in TYPES.values()]
    assert both[0] == both[1]
    return both[0]


def refused(wire, instance, words, path_app="ORDERS"):
    answer = wire.post(instance, path_app=path_app)
    assert (answer.status, answer.text) == (400, words)
    assert wire.hash() == ""


def test_case_14_no_host_and_no_id(wire):
    refused(wire, record(hostName=..., instanceId=...), "Missing instanceId")


def test_case_15_empty_host(wire):
    refused(wire, record(hostName=""), "Missing hostname")


def test_case_16_no_address(wire):
    refused(wire, record(ipAddr=...), "Missing ip address")


def test_case_17_empty_application(wire):
    refused(wire, record(app=""), "Missing appName")


def test_case_18_another_application(wire):
    refused(wire, record(app="foo"), "Mismatched appName, expecting BAR but was FOO", path_app="BAR")


def test_case_19_no_data_center(wire):
    refused(wire, record(dataCenterInfo=...), "Missing dataCenterInfo")


def test_case_20_data_center_without_name(wire, language):
    """Netflix' XML codec goes by the name alone."""
    refused(wire, record(dataCenterInfo={"@class": CLASS}),
            "Missing dataCenterInfo Name" if language == "json" else "Missing dataCenterInfo")


def test_case_21_broken_json(json_wire):
    answer = json_wire.post_body("ORDERS", b"{")
    assert (answer.status, answer.body) == (400, UNREADABLE["json"])
    assert answer.headers["Content-Type"] == "application/json"


def test_case_22_broken_xml(xml_wire):
    answer = xml_wire.post_body("ORDERS", b"<x")
    assert (answer.status, answer.body) == (400, UNREADABLE["xml"])
    assert answer.headers["Content-Type"] == "application/xml"


@pytest.mark.parametrize("content_type", ["text/plain", None, "application/json; charset=UTF-16"])
def test_case_23_types_that_are_not_taken(wire, content_type):
    body, _ = to_body(record(), wire.language)
    headers = {"Content-Type": content_type} if content_type else {}
    assert wire.call("POST", "/apps/ORDERS", body=body, headers=headers).status == 415
    assert wire.hash() == ""


def test_case_24_post_to_the_list(wire):
    body, headers = to_body(record(), wire.language)
    answer = wire.call("POST", "/apps", body=body, headers=headers)
    assert answer.status == 405 and "GET" in answer.headers["Allow"]


def test_case_25_spring(json_wire):
    """Nulls, native booleans and numbers."""
    assert json_wire.post(SPRING).status == 204
    instance = read_back(json_wire, "ORDERS", "h1:orders:8080")
    assert instance["lastDirtyTimestamp"] == "1699999999000"
    assert instance["isCoordinatingDiscoveryServer"] == "false"
    assert not {"sid", "appGroupName", "secureHealthCheckUrl", "asgName"} & set(instance)


def test_case_26_node(json_wire):
    before = int(time.time() * 1000)
    assert json_wire.post({
        "app": "jqservice", "hostName": "localhost", "ipAddr": "127.0.0.1",
        "port": {"$": 8080, "@enabled": True}, "vipAddress": "jq.test",
        "dataCenterInfo": {"@class": CLASS, "name": "MyOwn"}, "status": "UP"}).status == 204
    instance = read_back(json_wire, "jqservice", "localhost")
    assert "instanceId" not in instance and instance["app"] == "JQSERVICE"
    assert instance["port"] == {"$": 8080, "@enabled": "true"}
    assert instance["leaseInfo"]["renewalIntervalInSecs"] == 30
    assert instance["leaseInfo"]["durationInSecs"] == 90
    assert before <= int(instance["lastDirtyTimestamp"]) <= time.time() * 1000
    assert json_wire.put("/apps/jqservice/localhost").status == 200


def test_case_26_node_in_its_older_style(json_wire):
    assert json_wire.post({"app": "jq", "hostName": "localhost", "ipAddr": "127.0.0.1", "port": 8080,
                           "dataCenterInfo": {"name": "MyOwn"}}).status == 204
    instance = read_back(json_wire, "JQ", "localhost")
    assert instance["port"] == {"$": 8080, "@enabled": "true"} and instance["status"] == "UP"


def test_case_27_fargo_in_xml(xml_wire):
    body = (b"<instance><instanceId>f1</instanceId><hostName>h1</hostName><homePageUrl></homePageUrl>"
            b"<statusPageUrl></statusPageUrl><healthCheckUrl></healthCheckUrl><app>TESTAPP</app>"
            b"<ipAddr>1.2.3.4</ipAddr><vipAddress>v</vipAddress><secureVipAddress></secureVipAddress>"
            b"<status>UP</status><overriddenstatus></overriddenstatus>"
            b'<port enabled="true">8080</port><securePort enabled="false">0</securePort>'
            b"<countryId>0</countryId><dataCenterInfo><name>MyOwn</name><metadata></metadata>"
            b"</dataCenterInfo><leaseInfo><renewalIntervalInSecs>0</renewalIntervalInSecs>"
            b"<durationInSecs>0</durationInSecs></leaseInfo><metadata><k>v</k></metadata></instance>")
    assert xml_wire.post_body("TESTAPP", body).status == 204
    instance = read_back(xml_wire, "TESTAPP", "f1")
    assert instance["dataCenterInfo"] == {"@class": CLASS, "name": "MyOwn"}
    assert instance["metadata"] == {"k": "v"} and instance["overriddenStatus"] == "UNKNOWN"
    assert instance["leaseInfo"]["durationInSecs"] == 90


def test_case_28_fargo_in_json(json_wire):
    json_wire.register(port={"$": "8080", "@enabled": "true"}, overriddenstatus="", homePageUrl="",
                       leaseInfo=lease(0, 0), metadata={},
                       dataCenterInfo={"@class": "com.netflix.appinfo.MyDataCenterInfo", "name": "MyOwn"})
    instance = read_back(json_wire, "ORDERS", "i1")
    assert instance["port"] == {"$": 8080, "@enabled": "true"}
    assert instance["dataCenterInfo"]["@class"] == CLASS
    assert instance["leaseInfo"]["durationInSecs"] == 90


def test_case_29_python(wire):
    wire.register(overriddenStatus=..., overriddenstatus="", secureHealthCheckUrl="",
                  lastUpdatedTimestamp="1700000000001", metadata={"zone": "default"})
    instance = read_back(wire, "ORDERS", "i1")
    assert instance["overriddenStatus"] == "UNKNOWN" and instance["metadata"] == {"zone": "default"}


def test_case_30_status_in_lower_case(wire, language):
    """JSON takes the word exactly, XML in any case."""
    wire.register(status="up")
    expected = ("UNKNOWN", 404) if language == "json" else ("UP", 200)
    assert read_back(wire, "ORDERS", "i1")["status"] == expected[0]
    assert wire.put("/apps/ORDERS/i1").status == expected[1]


def test_case_31_metadata_becomes_text(json_wire):
    json_wire.register(metadata={"n": 5, "@class": EMPTY_MAP})
    assert read_back(json_wire, "ORDERS", "i1")["metadata"] == {"n": "5"}
    json_wire.register(id="i2", metadata={"b": True, "z": None, "o": {"k": [1]}})
    assert read_back(json_wire, "ORDERS", "i2")["metadata"] == {"b": "true", "o": '{"k":[1]}'}


@pytest.mark.parametrize("metadata", [..., {}, {"@class": EMPTY_MAP}])
def test_case_32_no_metadata(wire, metadata):
    wire.register(metadata=metadata)
    assert read_back(wire, "ORDERS", "i1")["metadata"] == {"@class": EMPTY_MAP}
    text = wire.call("GET", "/apps/ORDERS/i1", headers={"Accept": TYPES["xml"]}).text
    assert f'<metadata class="{EMPTY_MAP}"/>' in text
    text = wire.call("GET", "/apps/ORDERS/i1", headers={"Accept": TYPES["json"]}).text
    assert f'"metadata":{{"@class":"{EMPTY_MAP}"}}' in text


def test_case_33_gzip_body(wire):
    body, headers = to_body(record(), wire.language)
    answer = wire.call("POST", "/apps/ORDERS", body=gzip.compress(body),
                       headers={**headers, "Content-Encoding": "gzip"})
    assert (answer.status, answer.body) == (204, b"")
    assert wire.instance()["hostName"] == "h1"


# ---- section 2.6, beyond the numbered cases ----

@pytest.mark.parametrize("change, path, value", [
    ({"port": ...}, ("port",), {"$": 7001, "@enabled": "true"}),
    ({"securePort": ...}, ("securePort",), {"$": 7002, "@enabled": "false"}),
    ({"port": {"$": "81", "@enabled": "false", "more": "x"}}, ("port",), {"$": 81, "@enabled": "false"}),
    ({"status": ...}, ("status",), "UP"),
    ({"countryId": "1"}, ("countryId",), 1),
    ({"leaseInfo": {"durationInSecs": "10"}}, ("leaseInfo", "durationInSecs"), 10),
    ({"leaseInfo": ...}, ("leaseInfo", "durationInSecs"), 90),
    ({"actionType": "DELETED"}, ("actionType",), "ADDED"),
    ({"isCoordinatingDiscoveryServer": True}, ("isCoordinatingDiscoveryServer",), "false"),
    ({"lastDirtyTimestamp": 1700000000001.75}, ("lastDirtyTimestamp",), "1700000000001"),
    ({"dataCenterInfo": {"@class": "com.netflix.appinfo.AmazonInfo", "name": "Amazon", "metadata": {}}},
     ("dataCenterInfo", "metadata"), {"instance-id": "i1"}),
    ({"unknown": "x", "nested": {"deep": "y"}}, ("app",), "ORDERS"),
])
def test_tolerance(wire, change, path, value):
    assert wire.post(record(**change)).status == 204
    found = read_back(wire, "ORDERS", "i1")
    for key in path:
        found = found[key]
    assert found == value


def test_what_json_alone_has(wire, language):
    """Spring's id from the metadata, and a group's name in upper case."""
    wire.register(instanceId=..., appGroupName="group", metadata={"instanceId": "7"})
    instance, = wire.all()["application"][0]["instance"]
    expected = ("h1:7", "GROUP") if language == "json" else (None, "group")
    assert (instance.get("instanceId"), instance["appGroupName"]) == expected


@pytest.mark.parametrize("body", [
    json.dumps(record()), json.dumps({"instance": record(), "sibling": [1]}),
    json.dumps({"instance": record(dataCenterInfo={"name": "MyOwn", "metadata": {}, "@class": "x"})}),
    '{"instance":{"app":"WRONG","app":"ORDERS",' + json.dumps(record())[1:] + "}"], ids=range(4))
def test_tolerance_of_json(json_wire, body):
    assert json_wire.post_body("ORDERS", body).status == 204
    assert json_wire.hash() == "UP_1_"


def test_a_large_record(wire):
    """Just within every bound; and a megabyte and 16 of them, which are not."""
    metadata = {f"key.{number}": "v" * 40 for number in range(1024)}
    wire.register(metadata=metadata, homePageUrl="http://h/" + "x" * 8000, hostName="h" * 1024)
    assert read_back(wire, "ORDERS", "i1")["metadata"] == metadata
    for megabytes in (1, 16):
        body, _ = to_body(record(id="i2", homePageUrl="x" * megabytes * 1024 * 1024), wire.language)
        try:
            assert wire.post_body("ORDERS", body).status == 413
        except OSError:
            pass  # refused by its Content-Length and closed while we still sent
    assert wire.hash() == "UP_1_"


@pytest.mark.parametrize("change", [
    {"port": {"$": "http"}}, {"port": {"$": 3000000000}}, {"lastDirtyTimestamp": "soon"},
    {"dataCenterInfo": {"name": "Moon"}}, {"app": ...}, {"hostName": "h" * 1025},
    {"metadata": {f"k{number}": "v" for number in range(10000)}}])
def test_fields_that_cannot_be_read(wire, language, change):
    answer = wire.post(record(**change), path_app="ORDERS")
    assert (answer.status, answer.body) == (400, UNREADABLE[language])
    assert wire.hash() == ""


@pytest.mark.parametrize("body", [
    b"", b"null", b"[]", b'"x"', b'{"instance":[]}', b'{"instance":{"app":"ORDERS"',
    b'{"instance":{"app":"ORDERS","hostName":"\xff\xfe"}}', b'{"instance":{"app":"ORDERS\x01"}}',
    b'{"instance":' + b'{"a":' * 5000 + b"1" + b"}" * 5001], ids=range(9))
def test_json_that_cannot_be_read(json_wire, body):
    answer = json_wire.post_body("ORDERS", body)
    assert (answer.status, answer.body) == (400, UNREADABLE["json"])
    assert json_wire.hash() == ""


@pytest.mark.parametrize("body", [
    b"", b"<application/>", b"<instance/>", b"<instance><app>ORDERS</instance>",
    b"<instance><app>\xff</app></instance>", b"<instance><app>&#0;</app></instance>",
    b"<instance>" + b"<a>" * 5000 + b"</a>" * 5000 + b"</instance>",
    b'<!DOCTYPE instance [<!ENTITY a "ORDERS">]><instance><app>&a;</app></instance>',
    b'<!DOCTYPE instance SYSTEM "file:///etc/passwd"><instance><app>ORDERS</app></instance>'], ids=range(9))
def test_xml_that_cannot_be_read(xml_wire, body):
    answer = xml_wire.post_body("ORDERS", body)
    assert (answer.status, answer.body) == (400, UNREADABLE["xml"])
    assert xml_wire.hash() == ""
