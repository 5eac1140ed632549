"""Which form an answer has, and what it is labelled as."""
import xml.etree.ElementTree as ElementTree

import pytest

XML, JSON = "application/xml", "application/json"


def kind(registry, path, accept, **headers):
    answer = registry.running.get(f"/eureka{path}", headers={**({"Accept": accept} if accept else {}), **headers})
    return (answer.headers["Content-Type"] or "").replace("problem+", "") if answer.status == 200 else answer.status


@pytest.mark.parametrize("accept, expected", [
    (None, XML), ("*/*", XML), ("application/xml", XML), ("application/*", XML), ("application/json", JSON),
    ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", XML),  # case 5: a browser
    ("application/json, application/*+json", JSON), ("application/xml, application/json;q=0.1", JSON),
    ("application/json;q=0, application/xml", XML), ("text/plain", 406), ("text/html, image/png", 406),
    ("text/plain, */*;q=0.1", XML), ("application/vnd.x+json", 406),
])
def test_lists(registry, accept, expected):
    registry.register()
    for path in ("/apps", "/apps/delta", "/apps/ORDERS", "/vips/orders", "/svips/orders"):
        assert kind(registry, path, accept) == expected, path


@pytest.mark.parametrize("accept, expected", [
    (None, XML), ("*/*", XML), ("application/json", JSON), ("application/xml;q=0.5, application/json", JSON),
    ("application/xml, application/json;q=0.9", XML), ("application/json, */*", JSON),
    ("application/json;q=0.5, application/*;q=0.5", JSON), ("text/plain", 406),
])
def test_single_instances_and_status(registry, accept, expected):
    registry.register()
    for path in ("/apps/ORDERS/i1", "/instances/i1", "/status"):
        assert kind(registry, path, accept) == expected, path



def test_the_same_instances_in_every_form(registry):
    for number in range(3):
        registry.register(app=f"A{number % 2}", id=f"i{number}")
    json = registry.all()
    root = ElementTree.fromstring(registry.running.get("/eureka/apps").text)
    assert [app.find("name").text for app in root.iter("application")] == [app["name"] for app in json["application"]]
    assert [i.find("instanceId").text for i in root.iter("instance")] == ["i0", "i2", "i1"]
    assert root.find("apps__hashcode").text == json["apps__hashcode"] == "UP_3_"
    alone = registry.running.get("/eureka/apps/A0").text
    assert alone.startswith("<application>\n  <name>A0</name>\n  <instance>\n    <instanceId>")


def test_register_in_xml(mounted):
    mounted.register()
    xml = mounted.running.get(f"{mounted.mount}/apps/ORDERS/i1").text
    assert mounted.cancel().status == 200
    answer = mounted.running.post(f"{mounted.mount}/apps/orders", body=xml, headers={"Content-Type": XML})
    assert (answer.status, answer.body) == (204, b"")
    assert mounted.instance()["metadata"] == {"management.port": "8080"}


def test_status_tells_of_this_server(registry):
    status = registry.get("/status").json["status"]
    assert {"server-uptime", "environment", "num-of-cpus", "total-avail-memory", "current-memory-usage"} == set(status["generalStats"])
    assert status["applicationStats"] == dict.fromkeys(
        ("registered-replicas", "available-replicas", "unavailable-replicas"), "")
    assert status["instanceInfo"]["port"]["$"] == registry.running.port
    root = ElementTree.fromstring(registry.running.get("/eureka/status").text)
    assert root.tag == "status" and root.find("generalStats/environment").text == "test"
    assert root.find("instanceInfo/app").text == "MSA-ARCHITECTURE-EUREKA-SERVER"



def test_406_has_no_body_but_a_reason(registry):
    answer = registry.running.get("/eureka/apps", headers={"Accept": "text/plain"})
    assert (answer.status, answer.body) == (406, b"")
    assert "application/json" in answer.headers["X-Crema-Detail"]


@pytest.mark.parametrize("path, allowed", [
    ("/apps", "GET, HEAD, OPTIONS"), ("/apps/ORDERS", "GET, HEAD, POST, OPTIONS"),
    ("/apps/ORDERS/i1", "GET, HEAD, PUT, DELETE, OPTIONS"), ("/apps/ORDERS/i1/status", "PUT, DELETE, OPTIONS"),
    ("/peerreplication/batch/", "POST, OPTIONS")])
def test_405_names_what_the_path_allows(mounted, path, allowed):
    answer = mounted.running.call("PATCH", f"{mounted.mount}{path}")
    assert (answer.status, answer.headers["Allow"]) == (405, allowed)
    assert mounted.running.call("PATCH", f"{mounted.mount}/nothing").status == 404
