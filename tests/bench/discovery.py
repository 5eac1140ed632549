"""How long a registration takes to reach a client: from the POST to the gateway's answer by that name."""
import http.client
import json
import statistics
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from harness.poll import wait_until
from harness.running import Running

ROUNDS = 300
CLASS = "com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo"


def record(app, port):
    return {"instance": {
        "instanceId": f"127.0.0.1:{app}:{port}", "hostName": "127.0.0.1", "app": app.upper(),
        "ipAddr": "127.0.0.1", "status": "UP", "vipAddress": app, "port": {"$": port, "@enabled": "true"},
        "securePort": {"$": 443, "@enabled": "false"},
        "dataCenterInfo": {"@class": CLASS, "name": "MyOwn"},
        "lastDirtyTimestamp": str(time.time_ns() // 1_000_000),
        "leaseInfo": {"renewalIntervalInSecs": 3600, "durationInSecs": 86400}}}


class _Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        """Quiet."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()


class _Line:
    """One kept connection."""

    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)

    def status(self, method, path, value=None):
        body = None if value is None else json.dumps(value)
        headers = {} if body is None else {"Content-Type": "application/json"}
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        answer.read()
        return answer.status


def seen(url, settings=None, rounds=ROUNDS):
    """Seconds from the start of each POST to the registry at url ("http://127.0.0.1:9091/eureka/") until a
    gateway that follows it sent a request to the new instance."""
    parts = urlsplit(url)
    origin = ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
    origin.daemon_threads = True
    threading.Thread(target=origin.serve_forever, args=(0.02,), daemon=True).start()
    port, taken = origin.server_address[1], []
    with tempfile.TemporaryDirectory(prefix="crema-") as home:
        gateway = Running("zuul-gateway", Path(home), {
            "server.address": "127.0.0.1", "spring.cloud.config.enabled": "false",
            "eureka.client.service-url.defaultZone": url, **(settings or {})})
        front, registry = _Line(gateway.port), _Line(parts.port)
        for number in range(rounds):
            name = f"seen-{number}-{port}"
            began = time.monotonic()
            status = registry.status("POST", f"{parts.path}apps/{name.upper()}", record(name, port))
            assert status == 204, status
            wait_until(lambda: front.status("GET", f"/{name}/") == 200, 60, f"{name} to be routed to",
                       every=0.0002)
            taken.append(time.monotonic() - began)
            registry.status("DELETE", f"{parts.path}apps/{name.upper()}/127.0.0.1:{name}:{port}")
        gateway.stop()
    origin.shutdown()
    origin.server_close()
    return taken


def row(title, taken):
    """One line: p50 and p99."""
    cuts = statistics.quantiles(taken, n=100)
    return f"  {title:<42} {cuts[49] * 1000:8.1f} ms p50 {cuts[98] * 1000:8.1f} ms p99"


def run():
    for others in (0, 1000):
        with tempfile.TemporaryDirectory(prefix="crema-") as home:
            registry = Running("eureka-registry", Path(home), {"spring.cloud.config.enabled": "false"})
            line = _Line(registry.port)
            for number in range(others):
                name = f"other-{number % 50}"
                assert line.status("POST", f"/eureka/apps/{name.upper()}", record(name, 1 + number)) == 204
            url = registry.url("/eureka/")
            print(row(f"seen by the stream, {others} instances", seen(url)), flush=True)
            by_delta = seen(url, {"crema.discovery.watch": "false"}, rounds=30)
            print(row(f"seen by asking every second, {others}", by_delta), flush=True)
            registry.stop()
