"""The requests of the differential test, generated from the cases of the registry's reference.

A scenario is a list of requests about an application of its own, so that each can be read alone; the
last request of each takes its instances out again. Their order is always the same.
"""
import gzip
import json
from dataclasses import dataclass, field
from urllib.parse import quote

from bodies import CLIENTS, amazon, bare
from eureka_wire import EMPTY_MAP, REPLICATION, TYPES, lease, record, to_body

J, X = ({"Accept": kind} for kind in TYPES.values())
STATUSES = ("UP", "DOWN", "STARTING", "OUT_OF_SERVICE", "UNKNOWN")
COMPACT = {"X-Eureka-Accept": "compact"}


@dataclass
class Request:
    method: str
    path: str       # after the mount point
    headers: dict = field(default_factory=dict)
    body: bytes = None
    about: str = ""  # the line of docs/compatibility.md because of which it is asked

    def __str__(self):
        told = {**self.headers, **({"body": self.body[:300]} if self.body is not None else {})}
        return f"{self.method} {self.path} {told or ''}"


class Scenario:
    """Collects requests."""

    def __init__(self, name, number):
        self.name = name
        self.app = f"APP{number}"
        self.mount = ("/eureka", "/eureka/v2")[number % 2]
        self.about = ""
        self.requests = []

    def send(self, method, path, headers=None, body=None):
        self.requests.append(Request(method, path, dict(headers or {}), body, self.about))

    def put(self, path, headers=None):
        self.send("PUT", f"/apps/{self.app}/{path}", headers)

    def delete(self, path):
        self.send("DELETE", f"/apps/{self.app}/{path}")

    def post(self, body, headers=None, app=None):
        """body: bytes and the headers that belong to them."""
        data, own = body
        self.send("POST", f"/apps/{self.app if app is None else app}", {**own, **(headers or {})}, data)

    def register(self, headers=None, language="json", **members):
        self.post(to_body(record(app=self.app, **members), language), headers)

    def read(self, id="i1"):
        for accept in (J, X):
            self.send("GET", f"/apps/{self.app}/{id}", accept)

    def everything(self):
        for path in ("/apps", "/apps/", "/apps/delta", f"/apps/{self.app.lower()}"):
            for accept in (J, X):
                for form in ({}, COMPACT):
                    self.send("GET", path, {**accept, **form})

    def batch(self, *items):
        self.send("POST", "/peerreplication/batch/", {"Content-Type": TYPES["json"], **J},
                  json.dumps({"replicationList": list(items)}).encode())


# ---- the life of an instance, as each client tells it ----

def life(of, client):
    """Cases 7-13, 25-29, 34-60, 64-67."""
    def told(dirty=100, status="UP"):
        return client(of.app, "i1", dirty, status)
    id = "h1" if client.__name__ == "node" else "i1"
    of.post(told(), app=of.app.lower())
    of.read(id)
    of.everything()
    for path in (f"/instances/{id}", "/vips/vip-a", "/svips/vip-a", "/vips/VIP-A"):
        for accept in (J, X):
            of.send("GET", path, accept)
    for query in ("", "?status=UP&lastDirtyTimestamp=100", "?lastDirtyTimestamp=50", "?status=DOWN"):
        of.put(id + query)
    of.put(f"{id}?lastDirtyTimestamp=9999999999999")
    for accept in (J, X):
        of.put(f"{id}?lastDirtyTimestamp=50", {**REPLICATION, **accept})
    of.read(id)
    of.put(f"{id}/status?value=OUT_OF_SERVICE")
    of.read(id)
    of.everything()
    of.post(told(dirty=200))
    of.read(id)
    of.delete(f"{id}/status")
    of.read(id)
    of.put(id)
    of.post(told(dirty=300))
    of.put(f"{id}/metadata?a=1&b=two%20words&a=3")
    of.read(id)
    of.post(told(dirty=150, status="DOWN"))
    of.post(told(dirty=300, status="DOWN"))
    of.everything()
    of.delete(id)
    of.delete(id)
    of.everything()


# ---- rules about status and time ----

def statuses(of, first):
    """Cases 42-49: from each status to each other by registering, without and with an override."""
    for override in (None, "OUT_OF_SERVICE", "UP", "DOWN"):
        for second in STATUSES:
            of.register(dirty=100, status=first)
            if override:
                of.put(f"i1/status?value={override}&lastDirtyTimestamp=100")
            of.register(dirty=200, status=second)
            of.put("i1?lastDirtyTimestamp=200")
            of.read()
            of.delete("i1")


def overrides(of):
    """Cases 50-56."""
    of.register()
    for query in ("?value=UP", "?value=FOO", "", "?value=up", "?value="):
        of.put(f"i1/status{query}")
        of.read()
    of.delete("i1/status?value=DOWN")
    of.read()
    of.put("i1/status?value=OUT_OF_SERVICE&lastDirtyTimestamp=200")
    of.put("i1/status?value=DOWN&lastDirtyTimestamp=150")
    of.read()
    of.delete("i1/status?value=nonsense")
    of.delete("i1/status?value=UP&lastDirtyTimestamp=500")
    of.read()
    of.put("i1/status?value=STARTING", REPLICATION)
    of.read()
    for path in ("no/status?value=UP", "no/metadata?a=1", "no", "no?lastDirtyTimestamp=1"):
        of.put(path)
    of.delete("no/status")
    of.delete("no")
    of.send("PUT", "/apps/NOBODY/i1")
    of.send("PUT", "/asg/x/status?value=ENABLED")
    of.delete("i1")


def replicas(of):
    """Cases 38-40 and 45 as a peer tells them."""
    of.register(REPLICATION, dirty=100)
    of.put("i1?lastDirtyTimestamp=200&overriddenstatus=OUT_OF_SERVICE", REPLICATION)
    of.read()
    of.register(REPLICATION, dirty=200, status="OUT_OF_SERVICE", overriddenStatus="OUT_OF_SERVICE")
    of.read()
    of.put("i1?lastDirtyTimestamp=50&overriddenstatus=UP", {**REPLICATION, **J})
    of.put("i1?lastDirtyTimestamp=300&overriddenstatus=UNKNOWN", REPLICATION)
    of.register({"x-netflix-discovery-replication": "True"}, dirty=300, status="UP")
    of.read()
    of.send("DELETE", f"/apps/{of.app}/i1", REPLICATION)


# ---- documents ----

def several(of):
    """Cases 59-67: several instances and applications in one document."""
    for number, status in enumerate((*STATUSES, "UP")):
        of.register(id=f"i{number}", status=status, vipAddress=("a,b", "b")[number % 2],
                    secureVipAddress=("s", "s,t")[number % 2])
    of.post(to_body(record(app="SECOND", id="other", vipAddress="b"), "xml"), app="second")
    of.everything()
    for path in ("/vips/a", "/vips/b", "/vips/A", "/vips/none", "/vips/a%2Cb", "/svips/s", "/svips/t",
                 "/vips/b?regions=x", "/apps?regions=none", "/apps/delta?regions=none,other", "/vips/",
                 "/vips", "/instances/other", "/instances/none", "/instances"):
        for accept in (J, X):
            for form in ({}, COMPACT):
                of.send("GET", path, {**accept, **form})
    for number in range(6):
        of.delete(f"i{number}")
    of.send("DELETE", "/apps/second/other")
    of.everything()


ACCEPTS = (None, "*/*", "application/json", "application/xml", "application/*", "text/plain",
           "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
           "application/json, application/*+json", "application/xml, application/json",
           "application/json;q=0.1, application/xml", "text/plain, */*;q=0.1")
ENCODINGS = (None, "gzip", "gzip, deflate", "identity", "deflate", "gzip;q=0", "*")


def negotiation(of):
    """Cases 3-6, 64, 65."""
    of.register(vipAddress="nego")
    for accept in ACCEPTS:
        for path in ("/apps", "/apps/delta", f"/apps/{of.app}", f"/apps/{of.app}/i1", "/instances/i1",
                     "/vips/nego"):
            of.send("GET", path, {"Accept": accept} if accept else {})
    for encoding in ENCODINGS:
        for path in ("/apps", "/apps/delta", f"/apps/{of.app}", f"/apps/{of.app}/i1"):
            of.send("GET", path, {**J, **({"Accept-Encoding": encoding} if encoding else {})})
    for form in ("compact", "COMPACT", "full", "bogus", ""):
        for path in ("/apps", f"/apps/{of.app}", f"/apps/{of.app}/i1"):
            of.send("GET", path, {**J, "X-Eureka-Accept": form})
    of.delete("i1")


def methods(of):
    """Cases 24, 93, and each other method on each resource."""
    of.register(vipAddress="meth")
    paths = ("/apps", "/apps/delta", f"/apps/{of.app}", f"/apps/{of.app}/i1", f"/apps/{of.app}/i1/status",
             f"/apps/{of.app}/i1/metadata", "/instances/i1", "/vips/meth", "/svips/meth", "/asg/x/status",
             "/peerreplication/batch/", "/status", "/nothing", f"/apps/{of.app}/i1/nothing")
    for path in paths:
        for method in ("HEAD", "OPTIONS", "PATCH"):
            of.send(method, path, J)
    of.send("OPTIONS", "/apps")
    for method, path in (("POST", "/apps"), ("PUT", "/apps"), ("DELETE", "/apps"), ("PUT", f"/apps/{of.app}"),
                         ("DELETE", f"/apps/{of.app}"), ("POST", f"/apps/{of.app}/i1"),
                         ("GET", f"/apps/{of.app}/i1/status"), ("GET", f"/apps/{of.app}/i1/metadata"),
                         ("POST", "/instances/i1"), ("PUT", "/vips/meth"), ("GET", "/asg/x/status"),
                         ("GET", "/peerreplication/batch/"), ("GET", "/peerreplication"),
                         ("POST", "/status"), ("GET", "/nothing")):
        of.send(method, path, J)
    of.delete("i1")


def names(of):
    """Cases 11, 91, 92: names that must be escaped on the way."""
    for id, path in (("h:app:80", "h%3Aapp%3A80"), ("a b", "a%20b"), ("p%q", "p%25q"), ("x+y", "x+y"),
                     ("größe", "gr%C3%B6%C3%9Fe"), ("dots..", "dots.."), ("I1", "I1")):
        of.register(id=id)
        of.read(path)
        of.put(path)
        of.send("GET", f"/instances/{path}", J)
        of.delete(path)
    of.read("i1")


def applications(of):
    """Names of applications, which are known in upper case only."""
    for name in ("my-app", "my app", "a.b", "under_score"):
        application(of, name)
    of.everything()


def application(of, name):
    path = quote(name)
    of.post(to_body(record(app=name), "json"), app=path)
    for accept in (J, X):
        of.send("GET", f"/apps/{path}", accept)
        of.send("GET", f"/apps/{quote(name.upper())}/i1", accept)
    of.send("PUT", f"/apps/{path}/i1")
    of.send("DELETE", f"/apps/{path}/i1")


METADATA = ({}, {"@class": EMPTY_MAP}, {"a b": "1", "x_y": "2", "c$d": "<3>", "1x": "4", "x/y": "6"},
            {"k": "a & b", "l": " spaces ", "empty": "", "quote": "\"'", "nl": "a\nb"}, {"@k": "5"},
            {"größe": "ü", "emoji": "\U0001f600"}, {"n:s": "colon"}, {"-a": "1", ".b": "2", "c-d.e": "3"})


def metadata(of, language):
    """Cases 31, 32, 57, 91."""
    for number, pairs in enumerate(METADATA):
        of.register(id=f"m{number}", metadata=pairs, language=language)
        of.read(f"m{number}")
        of.send("GET", f"/apps/{of.app}", X)
        of.delete(f"m{number}")
    of.register(metadata={"n": 5, "b": True, "f": 1.5})
    of.read()
    for query in ("?a=1", "", "?a=", "?a=2&c=%C3%BC+x", "?n=7"):
        of.put(f"i1/metadata{query}")
        of.read()
    of.delete("i1")


# ---- bodies ----

CHANGES = (
    {"port": ...}, {"securePort": ...}, {"status": ...}, {"countryId": "1"}, {"leaseInfo": ...},
    {"leaseInfo": {"durationInSecs": "10"}}, {"leaseInfo": lease(-1, 0)}, {"actionType": "DELETED"},
    {"isCoordinatingDiscoveryServer": True}, {"appGroupName": "group"}, {"unknown": "x"}, {"sid": "s"},
    {"instanceId": ..., "hostName": "i1"},
    {"status": "up"}, {"status": "nonsense"}, {"overriddenStatus": ""}, {"overriddenStatus": "DOWN"},
    {"overriddenStatus": ..., "overriddenstatus": "OUT_OF_SERVICE"}, {"lastDirtyTimestamp": ...},
    {"vipAddress": ...}, {"vipAddress": ""}, {"asgName": "asg"}, {"homePageUrl": "http://h1:8080/?a=<b>&c"},
    {"statusPageUrl": "", "healthCheckUrl": "http://h1/health", "secureHealthCheckUrl": "https://h1/health"},
    {"port": {"$": "81", "@enabled": False}}, {"port": {"$": 81}}, {"securePort": {"$": 444}},
    {"port": {"$": 0, "@enabled": "maybe"}}, {"countryId": 7}, {"port": {"$": -1}},
    {"port": {"$": 99999}}, {"lastDirtyTimestamp": "-5"}, {"leaseInfo": {**lease(30, 10), "serviceUpTimestamp": 7}},
    {"lastUpdatedTimestamp": ...}, {"ipAddr": "::1"}, {"hostName": "gr\u00f6\u00dfe"}, {"vipAddress": " a , b "})
REFUSED = (
    {"hostName": ..., "instanceId": ...}, {"hostName": ""}, {"ipAddr": ...}, {"ipAddr": ""}, {"app": ""},
    {"app": "other"}, {"app": ...}, {"dataCenterInfo": ...}, {"dataCenterInfo": {"@class": bare()["@class"]}},
    {"dataCenterInfo": {"@class": amazon()["@class"]}},
    {"dataCenterInfo": {"@class": bare()["@class"], "name": "Moon"}}, {"instanceId": "", "hostName": ""})


def fields(of, language):
    """Section 2.6, and cases 14-20."""
    for change in (*CHANGES, {"dataCenterInfo": amazon()}, {"dataCenterInfo": amazon(metadata={})}):
        of.register(language=language, **change)
        of.read()
        for form in (J, {**J, **COMPACT}, {**X, **COMPACT}):
            of.send("GET", f"/apps/{of.app}", form)
        of.delete("i1")
    for change in REFUSED:
        # not through register(): some change the application's name
        members = {"app": of.app, **change}
        of.post(to_body(record(**members), language))
        of.read()
        of.delete("i1")


def unreadable(of):
    """Cases 21-23."""
    whole, tagged = (to_body(record(app=of.app), language)[0] for language in ("json", "xml"))
    for kind in ("application/json", "application/json;charset=UTF-8", "application/json; charset=iso-8859-1",
                 "application/json; charset=UTF-16", "text/plain", "application/vnd.x+json", "text/xml",
                 "application/xml", None):
        of.send("POST", f"/apps/{of.app}", {"Content-Type": kind} if kind else {}, whole)
        of.send("POST", f"/apps/{of.app}", {"Content-Type": kind} if kind else {}, b"{")
    for language, bodies in (
            # b'{"instance":[]}' is not among them: the original reads it for ever
            ("json", (b"", b"{", b"[]", b'"x"', b'{"instance":{"app":"A"', b'{"instance":{}}',
                      b"\xff", whole.replace(b'"app"', b'"app": "OTHER", "app"'), 
                      whole.replace(b"{", b"{ // remark\n"), whole.replace(b'"', b"'"))),
            ("xml", (b"", b"<x", b"<instance/>", b"<instance><app>A</instance>",
                     tagged + b"<trailing/>", b"<!DOCTYPE instance>" + tagged,
                     b'<!DOCTYPE instance [<!ENTITY a "x">]>' + tagged.replace(b">h1<", b">&a;<")))):
        for body in bodies:
            of.send("POST", f"/apps/{of.app}", {"Content-Type": TYPES[language]}, body)
    of.delete("i1")


def divided(of):
    """What one of them refuses and the other takes (section 2.6); the plan ends with it. Each is about
    a line of docs/compatibility.md, whose beginning is named."""
    def told(about, change, language="json"):
        of.about = about
        of.register(language=language, **change)
        of.delete("i1")
    for language in TYPES:
        for change in ({"port": {"$": "http"}}, {"leaseInfo": {"durationInSecs": "soon"}}, {"countryId": "x"}):
            told("words where a number should be", change, language)
        told("the reader of metadata has no bounds", {"metadata": {f"k{n}": "v" for n in range(1025)}}, language)
        told("names of any length and content", {"vipAddress": "v" * 9000, "asgName": "a" * 1025}, language)
    told("an empty text where a number should be", {"countryId": ""}, "xml")
    told("words where a number should be", {"countryId": 1.5}, "xml")
    for change in ({"port": 8080}, {"port": {"$": 1, "@enabled": "true", "more": 1}}, {"nested": {"deep": 1}},
                   {"dataCenterInfo": {"name": "MyOwn"}}, {"dataCenterInfo": {"@class": "x", "name": "MyOwn"}},
                   {"dataCenterInfo": {**bare(), "metadata": {}}}):
        told("unknown members, a missing wrapper", change)
    told("nested metadata is refused", {"metadata": {"o": {"k": [1]}}})
    of.about = "letters beyond ASCII"
    application(of, "gr\u00f6\u00dfe")
    of.about = "an application named `delta`"
    of.post(to_body(record(app="delta"), "json"), app="delta")
    of.send("DELETE", "/apps/delta/i1")
    of.about = "`/eureka/serverinfo/statusoverrides`"
    of.send("GET", "/serverinfo/statusoverrides", J)
    whole = record(app=of.app)
    for about, kind, body in (
            ("unknown members, a missing wrapper", "json", json.dumps(whole)),
            ("unknown members, a missing wrapper", "json", json.dumps({"instance": whole, "sibling": [1]})),
            ("JSON with text behind it", "json", json.dumps({"instance": whole}) + " trailing"),
            ("JSON with text behind it", "json", json.dumps({"instance": whole}).encode("utf-16")),
            ("`null`, `<application/>`", "json", "null"), ("`null`, `<application/>`", "xml", "<application/>")):
        of.about = about
        of.send("POST", f"/apps/{of.app}", {"Content-Type": TYPES[kind]},
                body if isinstance(body, bytes) else body.encode())
        of.delete("i1")
    of.about = "gzip bodies are refused"
    data, headers = to_body(whole, "json")
    of.send("POST", f"/apps/{of.app}", {**headers, "Content-Encoding": "gzip"}, gzip.compress(data))
    of.delete("i1")
    of.about = "`//` and ids with `/` or `%`"
    of.register(id="a/b")
    of.read("a%2Fb")
    of.delete("a%2Fb")
    for path in ("//apps", "/apps//"):
        of.send("GET", path, J)
    of.about = "`lastDirtyTimestamp` of a renewal"
    of.register()
    for query in ("soon", ""):
        of.put(f"i1?lastDirtyTimestamp={query}")
    of.about = "`DELETE …/status` and `PUT …/status`"
    of.put("i1/status?value=DOWN&lastDirtyTimestamp=soon")
    of.read()
    of.delete("i1/status?lastDirtyTimestamp=soon")
    of.read()
    of.about = "one record that cannot be read"
    of.batch({"appName": of.app, "id": "i1", "action": "Register", "instanceInfo": record(port=8080, app=5)},
             {"appName": of.app, "id": "i1", "action": "Cancel"})
    of.delete("i1")


# ---- batches ----

def batches(of):
    """Cases 71-79."""
    def item(action, id="i1", **more):
        return {"appName": of.app, "id": id, "action": action, **more}

    def register(id="i1", **more):
        return item("Register", id, instanceInfo=record(id=id, **{"app": of.app, **more}),
                    lastDirtyTimestamp=100, status="UP")
    of.batch()
    of.batch(register(), item("Heartbeat", lastDirtyTimestamp=100, status="UP"), item("Cancel", "none"))
    of.read()
    of.batch(item("Heartbeat", "none", lastDirtyTimestamp=100), item("Heartbeat", lastDirtyTimestamp=50),
             item("Heartbeat"))
    of.batch(item("Heartbeat", lastDirtyTimestamp=200, overriddenStatus="OUT_OF_SERVICE"))
    of.read()
    of.batch(register(app="MISMATCHED"), register("i2", status="DOWN"),
             item("StatusUpdate", "i2", status="OUT_OF_SERVICE", lastDirtyTimestamp=100))
    of.read("i2")
    of.batch(item("DeleteStatusOverride", "i2"), item("DeleteStatusOverride", "none", lastDirtyTimestamp=1),
             item("DeleteStatusOverride", "i2", lastDirtyTimestamp=100, status="UP"),
             item("StatusUpdate", "none", status="UP"))
    of.read("i2")
    of.batch(item("Cancel"), item("Cancel"))
    of.batch(item("Register"), register("i3"), item("StatusUpdate", "i3"))
    for body in (b"", b"{", b"[]", json.dumps({"replicationList": [item("Explode")]}).encode()):
        of.send("POST", "/peerreplication/batch/", {"Content-Type": TYPES["json"], **J}, body)
    of.send("POST", "/peerreplication/batch", {"Content-Type": TYPES["json"], **J}, b'{"replicationList":[]}')
    of.send("POST", "/peerreplication/batch/", {"Content-Type": TYPES["json"]}, b'{"replicationList":[]}')
    of.batch(item("Cancel", "i2"), item("Cancel", "i3"))
    of.everything()


def peculiar(of):
    """Section 1.1: slashes, letters, queries that mean nothing."""
    of.register()
    for path in (f"/apps/{of.app}/", f"/apps/{of.app}/i1/", "/apps?x=y", "/APPS",
                 f"/apps/{of.app}?regions=x", "/status", "/apps/DELTA", "/apps/Delta", "", "/"):
        of.send("GET", path, J)
    of.put("i1/")
    of.delete("i1/")


def scenarios():
    plan = [(f"life as {client.__name__} tells it", life, client) for client in CLIENTS]
    plan += [(f"from {status}", statuses, status) for status in STATUSES]
    plan += [(f"fields in {language}", fields, language) for language in TYPES]
    plan += [(made.__name__, made) for made in (overrides, replicas, several, negotiation, methods, names, applications,
                                                unreadable, batches, peculiar)]
    # after these nobody reads a delta any more
    plan += [(f"metadata in {language}", metadata, language) for language in TYPES]
    plan += [("divided", divided)]
    made = []
    for number, (name, write, *arguments) in enumerate(plan):
        scenario = Scenario(name, number)
        write(scenario, *arguments)
        made.append(scenario)
    return made
