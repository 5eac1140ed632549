"""The registry's wire in both of its languages: the same records and documents as plain values.

A document that was read is a dictionary in the shape of the JSON, whichever language it came in, so
that one test asks both.
"""
import json
import re
import xml.etree.ElementTree as xml

from harness.eureka import CLASS, MOUNTS, record  # noqa: F401: the tests take them from here

EMPTY_MAP = "java.util.Collections$EmptyMap"
LANGUAGES = ("json", "xml")
TYPES = {"json": "application/json", "xml": "application/xml"}
REPLICATION = {"x-netflix-discovery-replication": "true"}

# The members of the full form, in their order; those in OPTIONAL only where there is a value.
INSTANCE = ("instanceId", "hostName", "app", "ipAddr", "sid", "status", "overriddenStatus", "port",
            "securePort", "countryId", "dataCenterInfo", "leaseInfo", "metadata", "appGroupName",
            "homePageUrl", "statusPageUrl", "healthCheckUrl", "secureHealthCheckUrl", "vipAddress",
            "secureVipAddress", "isCoordinatingDiscoveryServer", "lastUpdatedTimestamp",
            "lastDirtyTimestamp", "actionType", "asgName")
COMPACT = ("instanceId", "app", "ipAddr", "vipAddress", "secureVipAddress", "dataCenterInfo",
           "hostName", "status", "lastUpdatedTimestamp", "actionType", "asgName", "port", "securePort")
LEASE = ("renewalIntervalInSecs", "durationInSecs", "registrationTimestamp", "lastRenewalTimestamp",
         "evictionTimestamp", "serviceUpTimestamp")


def lease(duration, interval=1):
    return {"renewalIntervalInSecs": interval, "durationInSecs": duration}


# ---- writing ----

def escape_name(text):
    """A metadata key as XStream writes it."""
    def one(found):
        c = found.group(0)
        return {"_": "__", "$": "_-"}.get(c, f"_.{ord(c):04x}")
    return re.sub(r"[^A-Za-z0-9.-]|^[0-9.-]", one, text)


def unescape_name(name):
    return re.sub(r"_(?:\.([0-9a-f]{4})|_|-)",
                  lambda found: chr(int(found.group(1), 16)) if found.group(1)
                  else {"__": "_", "_-": "$"}[found.group(0)], name)


def add_member(parent, key, value):
    name = {"overriddenStatus": "overriddenstatus"}.get(key, key)
    child = xml.SubElement(parent, name)
    if not isinstance(value, dict):
        child.text = str(value)
        return
    for inner, text in value.items():
        if key == "metadata" and inner != "@class":
            xml.SubElement(child, escape_name(inner)).text = str(text)
        elif inner == "$":
            child.text = str(text)
        elif inner.startswith("@"):
            child.set(inner[1:], str(text))
        else:
            add_member(child, inner, text)


def to_xml(instance):
    root = xml.Element("instance")
    for key, value in instance.items():
        add_member(root, key, value)
    return xml.tostring(root)


def to_body(instance, language):
    """(bytes, headers) of a register request."""
    if language == "json":
        return json.dumps({"instance": instance}).encode(), {"Content-Type": TYPES["json"]}
    return to_xml(instance), {"Content-Type": TYPES["xml"]}


# ---- reading ----

NUMBERS = {"countryId", *LEASE}


def read_element(element):
    if element.tag in ("port", "securePort"):
        return {"$": int(element.text), "@enabled": element.get("enabled")}
    found = {f"@{name}": value for name, value in element.attrib.items()}
    if element.tag == "metadata":
        found.update((unescape_name(child.tag), child.text or "") for child in element)
        return found
    for child in element:
        key = {"overriddenstatus": "overriddenStatus"}.get(child.tag, child.tag)
        assert key not in found, f"<{child.tag}> twice in <{element.tag}>"
        found[key] = read_element(child)
    if found or element.tag in ("leaseInfo", "dataCenterInfo", "instance"):
        return found
    text = element.text or ""
    return int(text) if element.tag in NUMBERS else text


def read_application(element):
    assert [child.tag for child in element][0] == "name"
    assert {child.tag for child in element} <= {"name", "instance"}
    return {"name": element.findtext("name"),
            "instance": [read_element(child) for child in element.findall("instance")]}


def read_xml(text):
    root = xml.fromstring(text)
    if root.tag == "instance":
        return {"instance": read_element(root)}
    if root.tag == "application":
        return {"application": read_application(root)}
    assert root.tag == "applications", root.tag
    found = {child.tag: child.text or "" for child in root if child.tag != "application"}
    found["application"] = [read_application(child) for child in root.findall("application")]
    return {"applications": found}


def document(answer):
    """What an answer says, by the type that it is labelled with."""
    assert answer.status == 200, answer
    return read_any(answer)


def read_any(answer):
    label = answer.headers["Content-Type"]
    if label.startswith("application/json"):
        return json.loads(answer.body)
    assert label.startswith("application/xml"), label
    return read_xml(answer.body)


class Wire:
    """A registry on one mount point, spoken to in one language."""

    def __init__(self, running, mount, language):
        self.running = running
        self.mount = mount
        self.language = language
        self.accept = {"Accept": TYPES[language]}

    # requests

    def call(self, method, path, **kwargs):
        return self.running.call(method, f"{self.mount}{path}", **kwargs)

    def get(self, path, **headers):
        return self.call("GET", path, headers={**self.accept, **headers})

    def put(self, path, **headers):
        return self.call("PUT", path, headers=headers)

    def delete(self, path, **headers):
        return self.call("DELETE", path, headers=headers)

    def post(self, instance, path_app=None, **headers):
        body, sent = to_body(instance, self.language)
        app = path_app if path_app is not None else instance["app"]
        return self.call("POST", f"/apps/{app}", body=body, headers={**sent, **headers})

    def post_body(self, app, body, content_type=None):
        return self.call("POST", f"/apps/{app}", body=body,
                         headers={"Content-Type": content_type or TYPES[self.language]})

    def register(self, *args, **kwargs):
        """R(app, id, dirty, status): insists on 204 and nothing else."""
        answer = self.post(record(*args, **kwargs))
        assert (answer.status, answer.body) == (204, b""), answer
        return answer

    def batch(self, *items):
        """Sends a batch; returns its responseList."""
        answer = self.call("POST", "/peerreplication/batch/", json={"replicationList": list(items)})
        assert answer.status == 200 and answer.headers["Content-Type"] == "application/json", answer
        answered = json.loads(answer.body)
        assert list(answered) == ["responseList"], answered
        return answered["responseList"]

    # documents

    def all(self):
        return document(self.get("/apps"))["applications"]

    def delta(self):
        return document(self.get("/apps/delta"))["applications"]

    def hash(self):
        return self.all()["apps__hashcode"]

    def instance(self, app="ORDERS", id="i1"):
        """The record, or None."""
        answer = self.get(f"/apps/{app}/{id}")
        if answer.status == 404:
            assert answer.body == b"", answer
            return None
        return document(answer)["instance"]

    def states(self, id="i1"):
        """(status, override) of an instance of ORDERS."""
        instance = self.instance(id=id)
        return instance["status"], instance["overriddenStatus"]


def lastn(wire, which):
    """The entries of one of the two tables at /lastn, in order: "registered" or "cancelled"."""
    tables = [text for text in wire.running.get("/lastn").text.split("<table")[1:]
              if which in text.split("</caption>")[0].lower()]
    assert len(tables) == 1, f"{len(tables)} tables named {which!r}"
    return re.findall(r"<td>([A-Z]+\([^<]*\))</td>", tables[0])


def delta_entries(delta):
    """{app/id: actionType} of a delta document; each instance stands in it once."""
    found = {}
    for application in delta["application"]:
        for instance in application["instance"]:
            key = f"{application['name']}/{instance['instanceId']}"
            assert key not in found, f"{key} twice"
            found[key] = instance["actionType"]
    return found


def assert_strict(instance, members=INSTANCE):
    """What Spring's mapper and the other clients insist on: no member more, known words, types."""
    unknown = set(instance) - set(members)
    assert not unknown, f"members that nobody knows: {unknown}"
    order = [key for key in members if key in instance]
    assert list(instance) == order, f"not in Netflix' order: {list(instance)}"
    assert instance["status"] in ("UP", "DOWN", "STARTING", "OUT_OF_SERVICE", "UNKNOWN")
    for port in (instance["port"], instance["securePort"]):
        assert set(port) == {"$", "@enabled"}
        assert type(port["$"]) is int and port["@enabled"] in ("true", "false")
    info = instance["dataCenterInfo"]
    assert set(info) == ({"@class", "name", "metadata"} if info["name"] == "Amazon" else {"@class", "name"})
    assert None not in instance.values()
    if members is not INSTANCE:
        return
    assert tuple(instance["leaseInfo"]) == LEASE
    assert all(type(value) is int for value in instance["leaseInfo"].values())
    assert all(isinstance(value, str) for value in instance["metadata"].values())
    for key in ("isCoordinatingDiscoveryServer", "lastUpdatedTimestamp", "lastDirtyTimestamp"):
        assert isinstance(instance[key], str), key
    assert type(instance["countryId"]) is int
