"""The registry beside Spring's servers: server CPU per operation, memory, and how soon a change is seen.

Each figure of CPU is the median of interleaved rounds: all servers get the same requests in turn, so
that whatever else the machine does meets them alike. An answer that is not what its row says ends the
bench: Spring's servers show what is registered only when their caches are renewed, and an empty list is
cheap.
"""
import gzip
import json
import socket
import statistics
import subprocess
import tempfile
import time
from http.client import HTTPResponse
from pathlib import Path
from typing import Callable, NamedTuple

from harness import http, java
from harness.poll import wait_until
from harness.ports import free_port
from harness.stack import ROOT, private_kb, pss_kb

PROGRAMS = ROOT / "build" / "release"
J = "Accept: application/json\r\n"
GZIP = J + "Accept-Encoding: gzip\r\n"
ROUNDS = 7
CONNECTIONS = 8
KEEP = {"eureka.server.retention-time-in-m-s-in-delta-queue": 3600000}
JVM = ("-Xmx1g", "-XX:-UseDynamicNumberOfCompilerThreads", *java.OPENS)
# A load of Spring's cache that a registration overtakes keeps the older list until it expires after 180 s
# (ResponseCacheImpl); the cache in front of that one follows within 30 s.
STALE_S = 240
APPS = 20
BEATS_PER_S = 2000
EVENTS_PER_S = 10000  # over all watchers, which share the machine with the server


# ---- what is sent ----

def instance(number, apps=APPS):
    """As Spring's client sends it."""
    app = f"service-{number % apps}"
    host = f"host-{number}.example.org"
    return app.upper(), {
        "instanceId": f"{host}:{app}:8080", "hostName": host, "app": app.upper(), "ipAddr": "10.0.0.5",
        "status": "UP", "overriddenStatus": "UNKNOWN", "port": {"$": 8080, "@enabled": "true"},
        "securePort": {"$": 443, "@enabled": "false"}, "countryId": 1,
        "dataCenterInfo": {"@class": "com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo", "name": "MyOwn"},
        "leaseInfo": {"renewalIntervalInSecs": 30, "durationInSecs": 3600, "registrationTimestamp": 0,
                      "lastRenewalTimestamp": 0, "evictionTimestamp": 0, "serviceUpTimestamp": 0},
        "metadata": {"management.port": "8080"}, "homePageUrl": f"http://{host}:8080/",
        "statusPageUrl": f"http://{host}:8080/actuator/info",
        "healthCheckUrl": f"http://{host}:8080/actuator/health", "vipAddress": app, "secureVipAddress": app,
        "isCoordinatingDiscoveryServer": "false", "lastUpdatedTimestamp": "1", "lastDirtyTimestamp": "1"}


def request(method, path, headers="", body=""):
    length = f"Content-Length: {len(body)}\r\n" if method in ("POST", "PUT") else ""
    return f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n{headers}{length}\r\n{body}".encode()


def registrations(count):
    for number in range(count):
        app, record = instance(number)
        yield request("POST", f"/eureka/apps/{app}", "Content-Type: application/json\r\n",
                      json.dumps({"instance": record}))


def heartbeats(count):
    for number in range(count):
        app, record = instance(number)
        yield request("PUT", f"/eureka/apps/{app}/{record['instanceId']}?status=UP&lastDirtyTimestamp=1", J)


class Operation(NamedTuple):
    requests: Callable  # given how many are registered
    count: int          # a round, for ours; theirs get a fifth
    goal: int = None    # the part of theirs that it may cost
    holds: Callable = None  # how many instances an answer tells; None: it has no body
    floor: float = None     # how many bare answers of the same bytes it may cost


OPERATIONS = {
    "heartbeat": Operation(lambda count: heartbeats(min(count, 5000)), 20000, 4),
    "all, gzip": Operation(lambda _: [request("GET", "/eureka/apps", GZIP)], 5000, 6, lambda count: count),
    "delta of all, gzip": Operation(lambda _: [request("GET", "/eureka/apps/delta", GZIP)], 5000, 6, lambda count: count),
    "all, JSON": Operation(lambda _: [request("GET", "/eureka/apps", J)], 1000, 3, lambda count: count, 1.5),
    "all, XML": Operation(lambda _: [request("GET", "/eureka/apps")], 700, 3, lambda count: count, 1.5),
    "one application": Operation(lambda _: [request("GET", "/eureka/apps/SERVICE-1", J)], 5000,
                                 holds=lambda count: len(range(1, count, APPS))),
}
EMPTY_DELTA = [request("GET", "/eureka/apps/delta", GZIP)]


# ---- servers ----

class Server:
    """A process that is asked; whatever happens, run() ends those that still run."""

    running = []

    def __init__(self, name, child, port):
        self.name, self.child, self.port = name, child, port
        self.running.append(self)

    def cpu_us(self):
        """What all its threads ran, those that have ended too: the clock of clock_getcpuclockid(3)."""
        return time.clock_gettime_ns((~self.child.pid << 3) | 2) / 1000

    def answers(self):
        return http.get(f"http://127.0.0.1:{self.port}/eureka/apps").status == 200

    def end(self):
        self.running.remove(self)
        self.child.terminate()
        self.child.wait()


def ours(folder, name="crema", **settings):
    home = folder / name
    home.mkdir()
    given = {"server.port": free_port(), "crema.home": home, "spring.cloud.config.enabled": "false",
             "logging.level.root": "warn", **KEEP, **{key.replace("_", "."): value for key, value in settings.items()}}
    with open(home / "log", "wb") as log:
        child = subprocess.Popen([PROGRAMS / "bin" / "eureka-registry",
                                  *[f"--{key}={value}" for key, value in given.items()]], stdout=log, stderr=log)
    server = Server(name, child, given["server.port"])
    wait_until(server.answers, 20, f"{name} to answer")
    return server


def spring(folder, peer, name):
    port = free_port()
    # As it comes: the settings that the differential test changes are Spring's own again.
    properties = {"server.port": port, "eureka.server.use-read-only-response-cache": "true",
                  "eureka.server.enable-self-preservation": "true",
                  "eureka.server.eviction-interval-timer-in-ms": 60000, **KEEP}
    child = java.Peer(peer, folder, properties, jvm=JVM)
    server = Server(name, child.child, port)
    child.wait_listening(server.answers, 300)
    return server


class Bare(Server):
    """libmicrohttpd with the same bytes."""

    def __init__(self, folder, name, body):
        file = folder / name
        file.write_bytes(body)
        self.size = len(body)
        child = subprocess.Popen([PROGRAMS / "bench" / "bench-bare", file], stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE)
        super().__init__(name, child, int(child.stdout.readline()))

    def end(self):
        self.running.remove(self)
        self.child.stdin.close()
        self.child.wait()


# ---- measuring ----

def ask(server, one):
    """The answer to a request as the load sends it: its head and its body, as it came."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as line:
        line.sendall(one)
        answer = HTTPResponse(line)
        answer.begin()
        return answer, answer.read()


def told(body):
    """How many instances an answer tells."""
    plain = gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body
    return plain.count(b"<instanceId>") + plain.count(b'"instanceId"')


class Load:
    """Requests; holds: how many instances each answer tells."""

    def __init__(self, folder, requests, holds=None):
        requests = list(requests)
        self.first, self.holds, self.sizes = requests[0], holds, {}
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
            for one in requests:
                file.write(b"%d\n" % len(one) + one)
            self.file = file.name

    def body(self, server):
        """The body that is wanted, once the server answers with it."""
        kind = "json" if b"/json" in self.first else "xml"

        def wanted():
            answer, body = ask(server, self.first)
            type_fits = kind in answer.getheader("Content-Type", kind)  # the bare one has none
            return body if answer.status == 200 and type_fits and told(body) == self.holds else None
        return wait_until(wanted, STALE_S, f"{server.name} to tell {self.holds} instances as {kind}", every=0.5)

    def expect(self, server):
        """From now on the answers of this server must have the size of the one that is wanted."""
        if self.holds is not None:
            self.sizes[server] = len(self.body(server))

    def argv(self, server, count, rate=0, connections=CONNECTIONS):
        return [PROGRAMS / "bench" / "bench-load", str(server.port), str(connections), str(count), str(rate), self.file]

    def send(self, server, count):
        done = subprocess.run(self.argv(server, count), stdout=subprocess.PIPE, check=False, text=True)
        result = json.loads(done.stdout)
        if result["bad"]:
            raise AssertionError(f"{server.name}: {result['bad']} of {count} requests were not answered with 2xx")
        size = self.sizes.get(server)
        each = result["bytes"] / count  # with the head, and the framing of chunks
        if size is not None and not size < each < 1.02 * size + 1024:
            raise AssertionError(f"{server.name}: {each:.0f} bytes an answer to {self.first!r}, where {size} were expected")
        return result

    def cost_us(self, server, count):
        before = server.cpu_us()
        self.send(server, count)
        return (server.cpu_us() - before) / count


def fill(folder, server, count):
    Load(folder, registrations(count)).send(server, count)


def medians(folder, plan, rounds=ROUNDS):
    """plan: {(server, operation): (load, count)}; the medians of interleaved rounds."""
    costs = {key: [] for key in plan}
    for (server, _), (load, _) in plan.items():
        load.expect(server)
    for _ in range(rounds):
        for (server, name), (load, count) in plan.items():
            costs[server, name].append(load.cost_us(server, count))
    return {(server.name, name): statistics.median(values) for (server, name), values in costs.items()}


def load_of(folder, operation, count):
    return Load(folder, operation.requests(count), operation.holds and operation.holds(count))


def warm(folder, servers, count):
    """Until the JVM has compiled what it will: a few rounds in a row are no better than the best so far."""
    for server in servers:
        for operation in OPERATIONS.values():
            load, best, since = load_of(folder, operation, count), float("inf"), 0
            load.expect(server)
            while since < 4:
                cost = load.cost_us(server, operation.count // 5)
                since = 0 if cost < 0.97 * best else since + 1
                best = min(best, cost)


# ---- CPU ----

def compare(folder):
    """With 1,000 instances: ours, theirs, and the floor: libmicrohttpd alone with our bytes."""
    crema = ours(folder)
    servers = [crema, spring(folder, "spring-hoxton-server", "Hoxton"), spring(folder, "spring-server", "current")]
    for server in servers:
        fill(folder, server, 1000)
    warm(folder, servers[1:], 1000)
    plan, floors = {}, {}
    for name, operation in OPERATIONS.items():
        load = load_of(folder, operation, 1000)
        floors[name] = Bare(folder, f"bare: {name}", ask(crema, load.first)[1])
        plan[floors[name], name] = (load, operation.count)
        for server in servers:
            plan[server, name] = (load, operation.count if server is crema else operation.count // 5)
    found = medians(folder, plan)
    print(f"\n  server CPU per operation, 1,000 instances, medians of {ROUNDS} interleaved rounds; bare: libmicrohttpd "
          f"with our bytes and nothing else\n  {'':<20} {'bytes':>8} {'crema':>10} {'Hoxton':>8} {'current':>8}    ratio  goal"
          f"  {'bare':>9}  of it  goal")
    for name, operation in OPERATIONS.items():
        mine, bare = found["crema", name], found[f"bare: {name}", name]
        better = min(found["Hoxton", name], found["current", name])
        print(f"  {name:<20} {floors[name].size:8} {mine:7.1f} us {found['Hoxton', name]:5.0f} us {found['current', name]:5.0f} us "
              f"{'1 /' + format(better / mine, '.1f'):>8} {f'1 / {operation.goal}' if operation.goal else '-':>5}  "
              f"{bare:6.1f} us {mine / bare:6.2f} {operation.floor or '-':>5}", flush=True)
    print("  resident after that (PSS): " + ", ".join(f"{s.name} {pss_kb(s.child.pid) / 1024:.1f} MB" for s in servers),
          flush=True)
    theirs(servers[-1])
    for server in (*servers, *floors.values()):
        server.end()


def grow(folder):
    """Does a heartbeat's cost grow? And the delta that is empty."""
    sizes = (10, 1000, 20000)
    servers = [ours(folder, f"{size}") for size in sizes]
    short = {"eureka.server.retention-time-in-m-s-in-delta-queue": 1000}
    empties = [ours(folder, "empty", **short), ours(folder, "one thread", **short, crema_http_threads=1)]
    plan = {}
    for size, server in zip(sizes, servers):
        fill(folder, server, size)
        for name, operation in OPERATIONS.items():
            times = max(operation.count // 5 * 1000 // max(size, 1000), 20) if "all" in name else operation.count // 2
            plan[server, name] = (load_of(folder, operation, size), times)
    delta = Load(folder, EMPTY_DELTA, 0)
    for server in empties:
        fill(folder, server, 1000)
    bare = Bare(folder, "bare", delta.body(empties[0]))
    for server in (*empties, bare):
        plan[server, "empty delta"] = (delta, 20000)
    found = medians(folder, plan, 5)
    print(f"\n  crema with more instances\n  {'':<20}" + "".join(f" {size:>12,}" for size in sizes))
    for name in OPERATIONS:
        print(f"  {name:<20}" + "".join(f" {found[str(size), name]:9.1f} us" for size in sizes))
    print(f"  an empty delta: {found['empty', 'empty delta']:.1f} us (goal 8), of which bare libmicrohttpd takes "
          f"{found['bare', 'empty delta']:.1f} us for the same bytes; {found['one thread', 'empty delta']:.1f} us with "
          "crema.http.threads=1", flush=True)
    for server in (*servers, *empties, bare):
        server.end()


# ---- memory ----

def private_mb(server):
    return private_kb(server.child.pid) / 1024


def memory(folder):
    server = ours(folder, "memory")
    idle = private_mb(server)
    fill(folder, server, 10000)
    for headers in (J, GZIP):
        Load(folder, [request("GET", "/eureka/apps", headers)]).send(server, 20)
    full = private_mb(server)
    server.end()
    few = ours(folder, "watched")
    fill(folder, few, 10)
    before = private_mb(few)
    with Watchers(few, 1000):
        each_kb = (private_mb(few) - before) * 1024 / 1000
    few.end()
    print(f"\n  private memory: idle {idle:.1f} MB (goal 4); 10,000 instances with JSON and gzip in use "
          f"{full:.1f} MB (goal 30); a watcher {each_kb:.1f} kB (goal 16)", flush=True)


# ---- how soon ----

class Watchers:
    """A crowd that follows; .ages when it has left."""

    def __init__(self, server, count):
        self.child = subprocess.Popen([PROGRAMS / "bench" / "bench-watch", str(server.port), str(count)],
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.ages = None

    def __enter__(self):
        if self.child.stdout.readline() != "ready\n":
            raise AssertionError("the watchers could not begin")
        return self

    def __exit__(self, *_):
        self.child.stdin.close()
        self.ages = json.loads(self.child.stdout.read())
        self.child.wait()


def register_timed(server, more=None):
    """One whose name says when it was registered."""
    _, record = instance(0)
    record.update(instanceId=f"t-{time.monotonic_ns()}", **(more or {}))
    answer = http.post(f"http://127.0.0.1:{server.port}/eureka/apps/SERVICE-0", json={"instance": record})
    assert answer.status == 204, answer
    return record["instanceId"]


class Beats:
    """2,000 heartbeats a second for as long as it is open."""

    def __init__(self, folder, server):
        self.child = subprocess.Popen(Load(folder, heartbeats(1000)).argv(server, 10 ** 9, BEATS_PER_S),
                                      stdout=subprocess.DEVNULL)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.kill()
        self.child.wait()


def soon(folder):
    print(f"\n  under {BEATS_PER_S} heartbeats a second")
    for count, goal in ((10, 10), (1000, 50)):
        server = ours(folder, f"soon-{count}", **{"eureka.server.enable-self-preservation": "false"})
        fill(folder, server, 1000)
        with Beats(folder, server), Watchers(server, count) as crowd:
            wanted = 100
            for _ in range(wanted):
                register_timed(server)
                time.sleep(0.02 + count / EVENTS_PER_S)  # the pace of the registrations, not a wait
            time.sleep(0.5)  # the tail belongs to the figure
        ages = crowd.ages
        print(f"  registration to the watcher's event, {count:>4} watchers: p50 {ages['p50_ms']:.1f}, p99 "
              f"{ages['p99_ms']:.1f}, max {ages['max_ms']:.1f} ms; {ages['count']} of {wanted * count} seen "
              f"(goal p99 {goal})", flush=True)
        if count == 10:
            with Beats(folder, server):
                evictions(server)
        server.end()


def evictions(server):
    """Leases of two seconds, each begun at another moment; late: from its end to the log's event."""
    lease = {"leaseInfo": {"renewalIntervalInSecs": 1, "durationInSecs": 2}}
    ends, late = {}, []
    with http_stream(server) as lines:
        for _ in range(50):
            name = register_timed(server, lease)
            ends[name] = time.monotonic() + 2
            time.sleep(0.017)  # another moment for each
        while ends:
            line = next(lines)
            if not line.startswith(b"data: ") or b'"DELETED"' not in line:
                continue
            at = time.monotonic()
            for app in json.loads(line[6:])["applications"]["application"]:
                for record in app["instance"]:
                    if record["actionType"] == "DELETED" and record["instanceId"] in ends:
                        late.append(1000 * (at - ends.pop(record["instanceId"])))
    late.sort()
    print(f"  a lease's end to the watcher's event (5 ms of it are the watch's): p50 {late[len(late) // 2]:.1f}, "
          f"max {late[-1]:.1f} ms (goal 20)", flush=True)


class http_stream:
    def __init__(self, server):
        self.child = subprocess.Popen(["curl", "--silent", "--no-buffer", f"http://127.0.0.1:{server.port}/eureka/watch"],
                                      stdout=subprocess.PIPE)

    def __enter__(self):
        while not self.child.stdout.readline().startswith(b"data: "):
            pass
        return iter(self.child.stdout.readline, b"")

    def __exit__(self, *_):
        self.child.kill()
        self.child.wait()


def theirs(server):
    """The same of Spring's, once: its caches make it a matter of half a minute."""
    name = register_timed(server)
    where = f"http://127.0.0.1:{server.port}/eureka/apps"
    began = time.monotonic()
    wait_until(lambda: name in http.get(where, timeout=20).text, 90, "the registration to be seen", every=0.2)
    seen = time.monotonic() - began
    http.delete(f"{where}/SERVICE-0/{name}")
    began = time.monotonic()
    wait_until(lambda: name not in http.get(where, timeout=20).text, 90, "the cancellation to be seen", every=0.2)
    print(f"  a change at {server.name}: POST to visible {seen:.1f} s, DELETE to gone {time.monotonic() - began:.1f} s",
          flush=True)


def run():
    with tempfile.TemporaryDirectory(prefix="crema-bench-") as name:
        folder = Path(name)
        java.built()
        try:
            for part in (memory, soon, grow, compare):
                part(folder)
        finally:
            for server in list(Server.running):
                server.end()
