"""How each client registers: the same instance in the body that it really sends (eureka.md 2.7)."""
import json
import xml.etree.ElementTree as xml

from eureka_wire import CLASS, TYPES, record, to_body

URLS = {"homePageUrl": "http://h1:8080/", "statusPageUrl": "http://h1:8080/info",
        "healthCheckUrl": "http://h1:8080/health"}
NO_TIMES = {"registrationTimestamp": 0, "lastRenewalTimestamp": 0, "evictionTimestamp": 0,
            "serviceUpTimestamp": 0}


def bare():
    return {"@class": CLASS, "name": "MyOwn"}


def amazon(**more):
    return {"@class": "com.netflix.appinfo.AmazonInfo", "name": "Amazon",
            "metadata": {"instance-id": "i-9", "ami-id": "ami-2", "availability-zone": "z1",
                         "public-hostname": "p", "local-ipv4": "2.2.2.2", "vpc-id": "v"}, **more}


def as_json(instance):
    return json.dumps({"instance": instance}).encode(), {"Content-Type": TYPES["json"]}


def netflix(app, id, dirty, status):
    return as_json(record(app, id, dirty, status, vipAddress="vip-a,vip-b", secureVipAddress="vip-a", **URLS))


def netflix_xml(app, id, dirty, status):
    return to_body(record(app, id, dirty, status, vipAddress="vip-a", secureVipAddress="vip-a", **URLS), "xml")


def netflix_on_amazon(app, id, dirty, status):
    return as_json(record(app, id, dirty, status, vipAddress="vip-a", dataCenterInfo=amazon(), asgName="asg"))


def spring(app, id, dirty, status):
    """Nulls, native booleans and numbers."""
    return as_json({
        "instanceId": id, "app": app, "appGroupName": None, "ipAddr": "10.0.0.5", "sid": "na", **URLS,
        "secureHealthCheckUrl": None, "vipAddress": "vip-a", "secureVipAddress": "vip-a", "countryId": 1,
        "dataCenterInfo": bare(), "hostName": "h1", "status": status, "overriddenStatus": "UNKNOWN",
        "leaseInfo": {"renewalIntervalInSecs": 30, "durationInSecs": 90, **NO_TIMES},
        "isCoordinatingDiscoveryServer": False, "lastUpdatedTimestamp": 1700000000001,
        "lastDirtyTimestamp": dirty, "actionType": None, "asgName": None,
        "port": {"$": 8080, "@enabled": "true"}, "securePort": {"$": 443, "@enabled": "false"},
        "metadata": {"management.port": "8080"}})


def python(app, id, dirty, status):
    return as_json({
        "instanceId": id, "hostName": "h1", "app": app, "ipAddr": "10.0.0.5",
        "port": {"$": 9090, "@enabled": "true"}, "securePort": {"$": 9443, "@enabled": "false"},
        "countryId": 1, "dataCenterInfo": bare(),
        "leaseInfo": {"renewalIntervalInSecs": 30, "durationInSecs": 90, **NO_TIMES},
        "metadata": {"management.port": "9090", "zone": "default"}, **URLS, "secureHealthCheckUrl": "",
        "vipAddress": "vip-a", "secureVipAddress": "vip-a", "isCoordinatingDiscoveryServer": "false",
        "status": status, "overriddenstatus": "", "lastUpdatedTimestamp": str(dirty),
        "lastDirtyTimestamp": str(dirty)})


def node(app, id, dirty, status):
    """No id, no lease, no times: its id is its host's name."""
    return as_json({"app": app.lower(), "hostName": "h1", "ipAddr": "127.0.0.1",
                    "port": {"$": 8080, "@enabled": True}, "vipAddress": "vip-a", "dataCenterInfo": bare(),
                    "status": status})


def fargo(app, id, dirty, status):
    """Ports as text, empty texts for what is not set, another class."""
    return as_json({
        "instanceId": id, "hostName": "h1", "app": app, "ipAddr": "1.2.3.4", "vipAddress": "vip-a",
        "secureVipAddress": "", "status": status, "overriddenstatus": "", **dict.fromkeys(URLS, ""),
        "port": {"$": "8080", "@enabled": "true"}, "securePort": {"$": "0", "@enabled": "false"},
        "countryId": 0, "dataCenterInfo": {"@class": "com.netflix.appinfo.MyDataCenterInfo", "name": "MyOwn"},
        "leaseInfo": {"renewalIntervalInSecs": 0, "durationInSecs": 0}, "metadata": {},
        "lastDirtyTimestamp": str(dirty)})


def fargo_xml(app, id, dirty, status):
    """No class of the data centre, its metadata even so."""
    root = xml.Element("instance")
    for tag, text in (("instanceId", id), ("hostName", "h1"), *dict.fromkeys(URLS, "").items(), ("app", app),
                      ("ipAddr", "1.2.3.4"), ("vipAddress", "vip-a"), ("secureVipAddress", ""),
                      ("status", status), ("overriddenstatus", ""), ("countryId", "0"),
                      ("lastDirtyTimestamp", str(dirty))):
        xml.SubElement(root, tag).text = text
    for tag, number, enabled in (("port", "8080", "true"), ("securePort", "0", "false")):
        port = xml.SubElement(root, tag, enabled=enabled)
        port.text = number
    center = xml.SubElement(root, "dataCenterInfo")
    xml.SubElement(center, "name").text = "MyOwn"
    xml.SubElement(center, "metadata")
    lease = xml.SubElement(root, "leaseInfo")
    for tag in ("renewalIntervalInSecs", "durationInSecs"):
        xml.SubElement(lease, tag).text = "0"
    xml.SubElement(xml.SubElement(root, "metadata"), "k").text = "v"
    return xml.tostring(root), {"Content-Type": TYPES["xml"]}


CLIENTS = (netflix, netflix_xml, netflix_on_amazon, spring, python, node, fargo, fargo_xml)
