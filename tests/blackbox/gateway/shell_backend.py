"""A back end that tells what reached it, and its entry in a registry."""
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        """Quiet."""

    def _serve(self):
        length = int(self.headers.get("Content-Length") or 0)
        self.server.backend.serve(self, self.rfile.read(length))

    do_GET = do_POST = do_PUT = do_DELETE = _serve


class Backend:
    """Answers every request with {"name", "method", "path", "body"}. While `gate` is cleared it waits;
    with `broken` it closes without an answer."""

    def __init__(self, name="backend"):
        self.name = name
        self.requests = []
        self.broken = False
        self.gate = threading.Event()
        self.gate.set()
        self.arrived = threading.Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self.server.daemon_threads = True
        self.server.backend = self
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def serve(self, handler, body):
        self.requests.append(f"{handler.command} {handler.path}")
        self.arrived.set()
        if self.broken:
            handler.close_connection = True
            return
        self.gate.wait(20)
        text = json.dumps({"name": self.name, "method": handler.command, "path": handler.path,
                           "body": body.decode()}).encode()
        try:
            handler.send_response(200)
            handler.send_header("Content-Type", "application/json")
            handler.send_header("Content-Length", str(len(text)))
            handler.end_headers()
            handler.wfile.write(text)
        except OSError:
            handler.close_connection = True

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def stop(self):
        self.gate.set()
        self.server.shutdown()
        self.server.server_close()


def record(app, port, vip=None, status="UP", lease=90):
    """Netflix' JSON of an instance."""
    return {"instance": {
        "instanceId": f"127.0.0.1:{app}:{port}", "hostName": "127.0.0.1", "app": app.upper(),
        "ipAddr": "127.0.0.1", "status": status, "vipAddress": vip or app,
        "port": {"$": port, "@enabled": "true"}, "securePort": {"$": 443, "@enabled": "false"},
        "dataCenterInfo": {"@class": "com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo",
                           "name": "MyOwn"},
        "lastDirtyTimestamp": str(time.time_ns() // 1_000_000),
        "leaseInfo": {"renewalIntervalInSecs": lease // 3, "durationInSecs": lease}}}


class Entry:
    """An instance in a registry; it need not renew within a test."""

    def __init__(self, registry, app, port, **more):
        self.path = f"/eureka/apps/{app.upper()}"
        self.id = f"127.0.0.1:{app}:{port}"
        self.registry = registry
        self._record = lambda status: record(app, port, **{**more, "status": status})
        self.set_status("UP")

    def set_status(self, status):
        """Registers (again) with that status."""
        answer = self.registry.post(self.path, json=self._record(status))
        assert answer.status == 204, answer

    def leave(self):
        answer = self.registry.delete(f"{self.path}/{self.id}")
        assert answer.status == 200, answer


def alone(**settings):
    """Settings of a gateway that knows no registry and no config server."""
    return {"server.address": "127.0.0.1", "spring.cloud.config.enabled": "false",
            "eureka.client.enabled": "false", **{key.replace("__", "."): value
                                                 for key, value in settings.items()}}


def name_of(answer):
    """Which back end answered; "" for the gateway itself."""
    return answer.json.get("name", "") if answer.status == 200 else ""
