"""Short ways to use the records of harness/eureka."""
from harness import eureka
from harness.eureka import MOUNTS  # noqa: F401: the tests take it from here

J = {"Accept": "application/json"}


def record(*args, **more):
    """The same record as the body of a registration."""
    return {"instance": eureka.record(*args, **more)}


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
