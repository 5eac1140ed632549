"""The registries that the same discovery tests run against, by the verbs that they share."""
from urllib.parse import quote

from harness import http, java
from harness.poll import wait_until
from harness.ports import free_port
from played_registry import record


class Server:
    """A running registry. `settings` are what its clients are to be told, `source` how they say that they
    follow it, `seconds` how long a change may take to be seen."""

    def __init__(self, port, source, seconds, settings=None):
        self.port = port
        self.source = source
        self.seconds = seconds
        self.settings = settings or {}

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/eureka/"

    def put(self, app, port, status="UP", **more):
        answer = http.post(f"{self.url}apps/{app.upper()}",
                           json={"instance": record(app, port, status=status, **more)})
        assert answer.status == 204, answer

    def drop(self, app, port):
        answer = http.delete(f"{self.url}apps/{app.upper()}/" + quote(f"127.0.0.1:{app}:{port}"))
        assert answer.status == 200, answer

    def override(self, app, port, status):
        path = f"{self.url}apps/{app.upper()}/" + quote(f"127.0.0.1:{app}:{port}")
        assert http.put(f"{path}/status?value={status}").status == 200


def ours(daemon, _folder, **settings):
    running = daemon("eureka-registry", settings={"spring.cloud.config.enabled": "false",
                                                  "server.address": "127.0.0.1"})
    if settings:
        return Server(running.port, "asked for", 5, settings)
    return Server(running.port, "told as they change", 0.5)


def ours_by_delta(daemon, folder):
    return ours(daemon, folder, **{"crema.discovery.watch": "false"})


def spring_by_delta(_daemon, folder):
    port = free_port()
    peer = java.Peer("spring-server", folder, {"server.port": port})
    server = Server(port, "asked for", 5)
    server.end = peer.end
    wait_until(lambda: http.get(f"{server.url}apps").status == 200, 90, "Spring's server", every=0.1)
    return server


SERVERS = {"ours-by-watch": ours, "ours-by-delta": ours_by_delta, "spring-by-delta": spring_by_delta}
