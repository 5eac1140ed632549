"""What a registry answers to readers: eureka.md 7.1, cases 1-13, 91-94."""
import gzip
import json
import zlib

import pytest

from eureka_wire import CLASS, TYPES, assert_strict, document, read_any, record

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
EMPTY = {
    "json": b'{"applications":{"versions__delta":"1","apps__hashcode":"","application":[]}}',
    "xml": b"<applications>\n  <versions__delta>1</versions__delta>\n"
           b"  <apps__hashcode></apps__hashcode>\n</applications>"}


def test_case_01_empty_registry(wire, language):
    answer = wire.get("/apps")
    assert (answer.status, answer.body) == (200, EMPTY[language])
    assert answer.headers["Content-Type"] == TYPES[language]


def test_case_02_slashes(wire, language):
    for path in ("/apps/", "//apps", "/apps//"):
        answer = wire.get(path)
        assert (answer.status, answer.body) == (200, EMPTY[language]), path


def test_case_03_no_accept_is_xml(xml_wire):
    answer = xml_wire.call("GET", "/apps")
    assert (answer.status, answer.body) == (200, EMPTY["xml"])
    assert answer.headers["Content-Type"] == "application/xml"


def test_case_04_any_type_is_xml(xml_wire):
    answer = xml_wire.call("GET", "/apps", headers={"Accept": "*/*"})
    assert (answer.status, answer.body) == (200, EMPTY["xml"])
    assert answer.headers["Content-Type"] == "application/xml"


def test_case_05_a_browser_gets_xml(xml_wire):
    answer = xml_wire.call("GET", "/apps", headers={"Accept": BROWSER})
    assert (answer.status, answer.body) == (200, EMPTY["xml"])


@pytest.mark.parametrize("count", [0, 1])
def test_case_06_gzip(wire, language, count):
    """Whatever the size, as Netflix' server keeps these compressed."""
    for number in range(count):
        wire.register(id=f"i{number}")
    for path in ("/apps", "/apps/delta"):
        plain = wire.get(path)
        assert plain.headers["Content-Encoding"] is None, path
        packed = wire.get(path, **{"Accept-Encoding": "gzip"})
        assert packed.headers["Content-Encoding"] == "gzip", path
        assert packed.headers["Content-Type"] == TYPES[language], path
        # one member: Java's and Python's streams stop behind the first
        stream = zlib.decompressobj(31)
        assert stream.decompress(packed.body) == plain.body, path
        assert stream.eof and stream.unused_data == b"", path
        assert gzip.decompress(packed.body) == plain.body, path


def test_case_07_register(wire):
    answer = wire.post(record(app="orders"), path_app="orders")
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["Content-Length"] in (None, "0")


def test_case_08_one_application(wire):
    wire.register(app="orders")
    for app in ("ORDERS", "orders"):
        application = document(wire.get(f"/apps/{app}"))["application"]
        assert set(application) == {"name", "instance"} and application["name"] == "ORDERS"
        assert [instance["app"] for instance in application["instance"]] == ["ORDERS"]


def test_case_09_hash_code(wire):
    wire.register(app="orders")
    everything = wire.all()
    assert everything["apps__hashcode"] == "UP_1_" and everything["versions__delta"] == "1"


def test_case_10_one_instance(wire):
    wire.register()
    instance = wire.instance()
    assert instance["lastDirtyTimestamp"] == "100" and instance["actionType"] == "ADDED"
    assert_strict(instance)


def test_case_11_ids_are_case_sensitive(wire):
    wire.register()
    answer = wire.get("/apps/ORDERS/I1")
    assert (answer.status, answer.body) == (404, b"")


def test_case_12_unknown_application(wire):
    answer = wire.get("/apps/NOPE")
    assert (answer.status, answer.body) == (404, b"")


def test_case_13_by_id_alone(wire):
    wire.register()
    assert document(wire.get("/instances/i1"))["instance"]["app"] == "ORDERS"
    answer = wire.get("/instances/NOPE")
    assert (answer.status, answer.body) == (404, b"")


def test_case_91_metadata_keys_in_xml(wire):
    metadata = {"a b": "1", "x_y": "2", "c$d": "<3>", "1x": "4", "@k": "5", "x/y": "6", "n:s": "7"}
    wire.register(metadata=metadata)
    text = wire.call("GET", "/apps", headers={"Accept": "application/xml"}).text
    for element in ("<a_.0020b>1</a_.0020b>", "<x__y>2</x__y>", "<c_-d>&lt;3&gt;</c_-d>",
                    "<_.0031x>4</_.0031x>", "<_.0040k>5</_.0040k>", "<x_.002fy>6</x_.002fy>"):
        assert element in text, element
    for language in TYPES.values():
        answer = wire.call("GET", "/apps/ORDERS/i1", headers={"Accept": language})
        assert document(answer)["instance"]["metadata"] == metadata, language


def test_case_91_control_characters_leave_xml_well_formed(json_wire):
    json_wire.register(metadata={"k\x01": "a\x00b\x1fc"}, homePageUrl="http://h/\x02")
    everything = document(json_wire.call("GET", "/apps", headers={"Accept": "application/xml"}))
    instance = everything["applications"]["application"][0]["instance"][0]
    assert instance["metadata"] == {"k\x01": "abc"} and instance["homePageUrl"] == "http://h/"


def test_case_92_ids_percent_encoded(wire):
    wire.register(id="h:app:80")
    for id in ("h:app:80", "h%3Aapp%3A80", "h%3aapp:80"):
        assert wire.instance(id=id)["instanceId"] == "h:app:80", id
        assert wire.put(f"/apps/ORDERS/{id}").status == 200, id
    wire.register(id="a/b c%")
    assert wire.instance(id="a%2Fb%20c%25")["instanceId"] == "a/b c%"
    assert wire.delete("/apps/ORDERS/a%2Fb%20c%25").status == 200


def test_case_93_head_and_options(wire):
    wire.register()
    got, head = wire.get("/apps"), wire.call("HEAD", "/apps", headers=wire.accept)
    assert (head.status, head.body) == (200, b"")
    for name in ("Content-Type", "Content-Length"):
        assert head.headers[name] == got.headers[name], name
    options = wire.call("OPTIONS", "/apps")
    assert options.status == 200 and "GET" in options.headers["Allow"]


def test_case_94_no_member_that_springs_mapper_does_not_know(wire):
    amazon = {"@class": "com.netflix.appinfo.AmazonInfo", "name": "Amazon",
              "metadata": {"instance-id": "i-1", "ami-id": "ami-2"}}
    wire.register(id="plain", metadata={})
    wire.register(id="full", appGroupName="G", homePageUrl="http://h/", statusPageUrl="http://h/info",
                  healthCheckUrl="http://h/health", secureHealthCheckUrl="https://h/health",
                  asgName="asg", sid="s", dataCenterInfo=amazon)
    wire.register(app="OTHER", id="down", status="DOWN")
    everything = wire.all()
    assert set(everything) == {"versions__delta", "apps__hashcode", "application"}
    for application in everything["application"]:
        assert set(application) == {"name", "instance"}
        for instance in application["instance"]:
            assert_strict(instance)
    full = wire.instance(id="full")
    assert full["dataCenterInfo"] == amazon and full["appGroupName"] == "G"
    assert wire.instance(id="plain")["dataCenterInfo"] == {"@class": CLASS, "name": "MyOwn"}


@pytest.mark.parametrize("accept, language", [("application/json", "json"), ("application/xml", "xml"),
                                              ("text/plain, application/json;q=0.5", "json"),
                                              ("application/xml, application/json", "json")])
def test_what_is_sent_is_labelled(start, accept, language):
    """Section 1.5: JSON where Accept has the word; the label says what the body is."""
    registry = start("json")
    registry.register()
    answer = registry.call("GET", "/apps", headers={"Accept": accept})
    assert answer.headers["Content-Type"] == TYPES[language]
    assert read_any(answer)["applications"]["apps__hashcode"] == "UP_1_"


def test_full_documents_to_the_byte(json_wire):
    """Sections 2.1 and 2.3: the reference's own documents, but for the times of this run."""
    json_wire.register(id="h1:orders:8080", dirty=1699999999000)
    instance = json.loads(json_wire.get("/apps").body)["applications"]["application"][0]["instance"][0]
    lease = instance["leaseInfo"]
    expected = (
        '<applications>\n  <versions__delta>1</versions__delta>\n  <apps__hashcode>UP_1_</apps__hashcode>\n'
        "  <application>\n    <name>ORDERS</name>\n    <instance>\n"
        "      <instanceId>h1:orders:8080</instanceId>\n      <hostName>h1</hostName>\n"
        "      <app>ORDERS</app>\n      <ipAddr>10.0.0.5</ipAddr>\n      <status>UP</status>\n"
        "      <overriddenstatus>UNKNOWN</overriddenstatus>\n"
        '      <port enabled="true">8080</port>\n      <securePort enabled="false">443</securePort>\n'
        "      <countryId>1</countryId>\n"
        f'      <dataCenterInfo class="{CLASS}">\n        <name>MyOwn</name>\n      </dataCenterInfo>\n'
        "      <leaseInfo>\n        <renewalIntervalInSecs>30</renewalIntervalInSecs>\n"
        "        <durationInSecs>90</durationInSecs>\n"
        f"        <registrationTimestamp>{lease['registrationTimestamp']}</registrationTimestamp>\n"
        f"        <lastRenewalTimestamp>{lease['lastRenewalTimestamp']}</lastRenewalTimestamp>\n"
        "        <evictionTimestamp>0</evictionTimestamp>\n"
        f"        <serviceUpTimestamp>{lease['serviceUpTimestamp']}</serviceUpTimestamp>\n"
        "      </leaseInfo>\n      <metadata>\n        <management.port>8080</management.port>\n"
        "      </metadata>\n      <vipAddress>orders</vipAddress>\n"
        "      <secureVipAddress>orders</secureVipAddress>\n"
        "      <isCoordinatingDiscoveryServer>false</isCoordinatingDiscoveryServer>\n"
        f"      <lastUpdatedTimestamp>{instance['lastUpdatedTimestamp']}</lastUpdatedTimestamp>\n"
        "      <lastDirtyTimestamp>1699999999000</lastDirtyTimestamp>\n"
        "      <actionType>ADDED</actionType>\n    </instance>\n  </application>\n</applications>")
    assert json_wire.call("GET", "/apps").text == expected
