"""Records as real clients send them (eureka.md 2.7), and short ways to use them."""

CLASS = "com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo"
J = {"Accept": "application/json"}
MOUNTS = ("/eureka", "/eureka/v2")


def record(app="ORDERS", id="i1", dirty=100, status="UP", **more):
    """R(app, id, dirty, status) of the cases, as Netflix' Java client sends it."""
    instance = {"instanceId": id, "hostName": "h1", "app": app, "ipAddr": "10.0.0.5", "status": status,
                "overriddenStatus": "UNKNOWN", "port": {"$": 8080, "@enabled": "true"},
                "securePort": {"$": 443, "@enabled": "false"}, "countryId": 1,
                "dataCenterInfo": {"@class": CLASS, "name": "MyOwn"},
                "leaseInfo": {"renewalIntervalInSecs": 30, "durationInSecs": 90,
                              "registrationTimestamp": 0, "lastRenewalTimestamp": 0,
                              "evictionTimestamp": 0, "serviceUpTimestamp": 0},
                "metadata": {"management.port": "8080"}, "vipAddress": "orders",
                "secureVipAddress": "orders", "isCoordinatingDiscoveryServer": "false",
                "lastUpdatedTimestamp": "1", "lastDirtyTimestamp": str(dirty)}
    instance.update(more)
    return {"instance": {key: value for key, value in instance.items() if value is not ...}}


def lease(duration, interval):
    return {"leaseInfo": {"renewalIntervalInSecs": interval, "durationInSecs": duration}}


class Registry:
    """The daemon under test, by the verbs of the protocol."""

    def __init__(self, running, mount="/eureka"):
        self.running = running
        self.mount = mount

    def put_record(self, body, path_app=None, **kwargs):
        app = path_app if path_app is not None else body["instance"]["app"]
        return self.running.post(f"{self.mount}/apps/{app}", json=body, **kwargs)

    def register(self, *args, **kwargs):
        """Registers and insists on 204."""
        answer = self.put_record(record(*args, **kwargs))
        assert answer.status == 204 and answer.body == b"", answer
        return answer

    def renew(self, app="ORDERS", id="i1", query="", headers=None):
        return self.running.put(f"{self.mount}/apps/{app}/{id}{query}", headers=headers)

    def cancel(self, app="ORDERS", id="i1"):
        return self.running.delete(f"{self.mount}/apps/{app}/{id}")

    def get(self, path, **kwargs):
        return self.running.get(f"{self.mount}{path}", headers={**J, **kwargs.pop("headers", {})},
                                **kwargs)

    def all(self):
        return self.get("/apps").json["applications"]

    def hash(self):
        return self.all()["apps__hashcode"]

    def instance(self, app="ORDERS", id="i1"):
        """The record, or None."""
        answer = self.get(f"/apps/{app}/{id}")
        assert answer.status in (200, 404), answer
        return answer.json["instance"] if answer.status == 200 else None
