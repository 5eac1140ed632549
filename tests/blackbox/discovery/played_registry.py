"""A registry whose words a test writes: Netflix' lists and leases, and the stream of changes.

It keeps what is registered, and answers correctly unless a test says otherwise: `watch` is the status of
GET watch (200: a stream), `delta` that of the changes, `status` that of everything; `lie` replaces the
hash code, `garbage` every list.
"""
import json
import queue
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

CLASS = "com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo"


def record(app, port, id=None, status="UP", lease=90, **more):
    """Netflix' JSON of an instance on this machine."""
    return {"instanceId": id or f"127.0.0.1:{app}:{port}", "hostName": "127.0.0.1", "app": app.upper(),
            "ipAddr": "127.0.0.1", "status": status, "vipAddress": app,
            "port": {"$": port, "@enabled": "true"}, "securePort": {"$": 443, "@enabled": "false"},
            "dataCenterInfo": {"@class": CLASS, "name": "MyOwn"},
            "lastDirtyTimestamp": str(time.time_ns() // 1_000_000),
            "leaseInfo": {"renewalIntervalInSecs": lease // 3, "durationInSecs": lease}, **more}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        """Quiet."""

    def _serve(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        try:
            self.server.played.serve(self, unquote(urlsplit(self.path).path), body)
        except OSError:
            self.close_connection = True

    do_GET = do_POST = do_PUT = do_DELETE = _serve


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, request, client_address):
        """A client that left is no news."""


class PlayedRegistry:
    def __init__(self, port=0):
        self.lock = threading.RLock()
        self.watch, self.delta, self.status = 200, 200, 200
        self.lie, self.garbage = None, None
        self.asked = Counter()   # "whole", "delta", "watch", "register", "renew", "cancel"
        self.last_ids = []       # the Last-Event-ID of each stream, None where there was none
        self.readers = set()
        self.forget()
        self._listen(port)

    def _listen(self, port):
        self.stopped = False
        self.server = _Server(("127.0.0.1", port), _Handler)
        self.server.played = self
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/eureka/"

    # ---- what it knows ----

    def forget(self):
        """As after a restart without a memory."""
        with self.lock:
            self.known, self.changes = {}, {}
            self.epoch, self.sequence = time.time_ns() // 1_000_000, 1

    def put(self, instance):
        with self.lock:
            action = "MODIFIED" if (instance["app"], instance["instanceId"]) in self.known else "ADDED"
            self._changed({**instance, "actionType": action})

    def drop(self, app, id):
        with self.lock:
            instance = self.known.get((app.upper(), id))
            if instance:
                self._changed({**instance, "actionType": "DELETED"})
            return instance is not None

    def _changed(self, instance):
        key = (instance["app"], instance["instanceId"])
        self.known.pop(key, None)
        if instance["actionType"] != "DELETED":
            self.known[key] = instance
        self.changes.pop(key, None)
        self.changes[key] = instance
        self.sequence += 1
        self.say("change", self.document([instance], self.sequence))

    def document(self, instances, version=1):
        apps = {}
        for instance in instances:
            apps.setdefault(instance["app"], []).append(instance)
        statuses = Counter(instance["status"] for instance in self.known.values())
        code = "".join(f"{status}_{count}_" for status, count in sorted(statuses.items()))
        return {"applications": {"versions__delta": str(version),
                                 "apps__hashcode": code if self.lie is None else self.lie,
                                 "application": [{"name": name, "instance": group}
                                                 for name, group in apps.items()]}}

    # ---- the stream ----

    def event(self, name, data):
        return f"id: {self.epoch}-{self.sequence}\nevent: {name}\ndata: {json.dumps(data)}\n\n"

    def say(self, name, data):
        self.send(self.event(name, data))

    def send(self, text):
        """Sends bytes as they are to whoever reads now; None ends the stream."""
        with self.lock:
            for reader in self.readers:
                reader.put(text)

    def _stream(self, handler):
        words = queue.Queue()
        with self.lock:
            self.last_ids.append(handler.headers.get("Last-Event-ID"))
            words.put(self.event("state", self.document(self.known.values())))
            self.readers.add(words)
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream;charset=UTF-8")
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.close_connection = True
        try:
            while not self.stopped and (text := words.get()) is not None:
                handler.wfile.write(text.encode())
        finally:
            with self.lock:
                self.readers.discard(words)

    # ---- answers ----

    def serve(self, handler, path, body):
        if self.status != 200:
            return self._answer(handler, self.status, b"no")
        parts = path.removeprefix("/eureka/").strip("/").split("/")
        if handler.command == "GET":
            return self._get(handler, "/".join(parts))
        return self._lease(handler, parts, body)

    def _get(self, handler, path):
        kind = {"watch": "watch", "apps": "whole", "apps/delta": "delta"}.get(path)
        with self.lock:
            self.asked[kind or path] += 1
        if kind == "watch" and self.watch == 200:
            return self._stream(handler)
        status = {"watch": self.watch, "delta": self.delta, "whole": 200}.get(kind, 404)
        if status != 200:
            return self._answer(handler, status, b"no")
        if self.garbage is not None:
            return self._answer(handler, 200, self.garbage)
        with self.lock:
            which = (self.known if kind == "whole" else self.changes).values()
            text = json.dumps(self.document(which, 1 if kind == "whole" else self.sequence))
        return self._answer(handler, 200, text.encode())

    def _lease(self, handler, parts, body):
        if handler.command == "POST":
            self.asked["register"] += 1
            self.put(json.loads(body)["instance"])
            return self._answer(handler, 204)
        key = (parts[1].upper(), parts[2])
        if handler.command == "PUT":
            self.asked["renew"] += 1
            return self._answer(handler, 200 if key in self.known else 404)
        self.asked["cancel"] += 1
        return self._answer(handler, 200 if self.drop(*key) else 404)

    def _answer(self, handler, status, body=b""):
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json")
        if status != 204:
            handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    # ---- life ----

    def break_streams(self):
        self.send(None)

    def stop(self):
        """Nobody listens any more; kept connections are left to their clients."""
        self.server.shutdown()
        self.server.server_close()
        self.stopped = True
        self.break_streams()

    def start(self):
        """Listens again, at the same port."""
        self._listen(self.port)
