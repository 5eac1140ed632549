"""A client of GET /eureka/watch: it keeps what the stream says, as our daemons do."""
from harness.sse import EventStream


class Watch(EventStream):
    """`instances` is what a client knows: (app, id) to record."""

    def __init__(self, port, app=None, last_id=None, mount="/eureka", receive_buffer=None):
        self.instances, self.hash = {}, None
        super().__init__(port, f"{mount}/watch{'?app=' + app if app else ''}", last_id, receive_buffer)

    def apply(self, kind, data):
        if kind == "reset":
            return
        apps = data["applications"]["application"] if "applications" in data else [data["application"]]
        if kind == "state":
            self.instances = {}
        if "applications" in data:
            self.hash = data["applications"]["apps__hashcode"]
        for app in apps:
            for record in app["instance"]:
                key = (app["name"], record["instanceId"])
                if record["actionType"] == "DELETED":
                    self.instances.pop(key, None)
                else:
                    self.instances[key] = record


def known(registry):
    """The same of GET /eureka/apps."""
    return {(app["name"], record["instanceId"]): record
            for app in registry.all()["application"] for record in app["instance"]}
