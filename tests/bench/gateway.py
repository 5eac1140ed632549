"""The gateway beside nginx, HAProxy and a relay that understands nothing: CPU of the proxy a request.

All stand in front of the same back end and get the same requests in turn, so that whatever else the
machine does meets them alike; each figure is the median of interleaved rounds. Every proxy has one
worker, and limits that none of them reaches (they would be what is measured, else). All of it runs in
a network namespace of its own: a firewall's connection tracking would cost a microsecond a packet.
"""
import contextlib
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from harness import packages
from harness.kafka import free_port
from harness.poll import wait_until
from harness.stack import ROOT, private_kb

PROGRAMS = ROOT / "build" / "release"
ROUNDS = 9
FORWARDED = ("X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Proto")

# name: connections, requests a round, octets of an answer, more headers
LOADS = {
    "195 octets, 64 clients": (64, 5000, 195, ""),
    "195 octets, 512 clients": (512, 5000, 195, ""),
    "64 KiB, 64 clients": (64, 1000, 65536, ""),
    "1 MiB, 16 clients": (16, 100, 1048576, ""),
    "195 octets, Connection: close": (64, 2000, 195, "Connection: close\r\n"),
}
SMALL = "195 octets, 64 clients"
# load, with everything on, {whom beside: the part of its CPU that ours may take}
ROWS = (
    (SMALL, True, {"nginx": 0.85, "haproxy": 0.80}),
    (SMALL, False, {"nginx": 0.77, "haproxy": 0.72, "relay": 1.25}),
    ("195 octets, 512 clients", False, {"nginx": 0.70, "haproxy": None, "relay": None}),
    ("64 KiB, 64 clients", False, {"nginx": 0.85, "haproxy": None, "relay": None}),
    ("1 MiB, 16 clients", False, {"nginx": 0.90, "haproxy": None, "relay": None}),
    ("195 octets, Connection: close", False, {"nginx": 0.95, "haproxy": None}),
)


# ---- proxies ----

class Proxy:
    """A process that stands between; its CPU is what all its threads ran."""

    def __init__(self, name, argv, folder, port=None):
        self.name = name
        self.log = folder / f"{name}.log"
        with open(self.log, "wb") as log:
            self.child = subprocess.Popen([str(word) for word in argv], stdin=subprocess.PIPE, stderr=log,
                                          stdout=log if port else subprocess.PIPE, cwd=folder)
        self.port = port or int(self.child.stdout.readline())
        wait_until(self.listens, 30, f"{name} to listen", every=0.02)

    def listens(self):
        if self.child.poll() is not None:
            raise AssertionError(f"{self.name} ended:\n{self.log.read_text(errors='replace')[-3000:]}")
        rows = Path("/proc/net/tcp").read_text(encoding="ascii")
        return f":{self.port:04X} 00000000:0000 0A" in rows

    def cpu_us(self):
        tasks = f"/proc/{self.child.pid}/task"
        return sum(int(Path(tasks, task, "schedstat").read_text(encoding="ascii").split()[0])
                   for task in os.listdir(tasks)) / 1000

    def end(self):
        self.child.stdin.close()
        if self.child.poll() is None and self.child.stdout is None:
            self.child.terminate()
        self.child.wait(20)


def nginx(folder, origin, everything):
    """Unprivileged, in the foreground, one process; its log leaves in blocks of 64 KiB."""
    port, name = free_port(), f"nginx-{'on' if everything else 'off'}"
    log = f"{folder}/{name}-access.log combined buffer=64k flush=1s" if everything else "off"
    fields = "".join(f"      proxy_set_header {field} {value};\n" for field, value in zip(
        FORWARDED, ("$proxy_add_x_forwarded_for", "$http_host", "$server_port", "$scheme"))) if everything else ""
    places = "".join(f"  {kind}_temp_path {folder}/{name}-{kind};\n"
                     for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    file = folder / f"{name}.conf"
    file.write_text(f"""daemon off; master_process off; pid {folder}/{name}.pid; error_log stderr error;
events {{ worker_connections 8192; }}
http {{
  access_log {log};
  keepalive_requests 1000000000;
{places}  upstream origin {{ server 127.0.0.1:{origin}; keepalive 1024; keepalive_requests 1000000000; }}
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location /up/ {{
      proxy_pass http://origin; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_max_temp_file_size 0;
{fields}    }}
  }}
}}
""")
    return Proxy(name, ["/usr/sbin/nginx", "-e", "stderr", "-c", file], folder, port)


def haproxy(folder, origin, everything):
    """In the foreground, one thread; its log is a line of standard output a request."""
    port, name = free_port(), f"haproxy-{'on' if everything else 'off'}"
    fields = "".join(f"  http-request set-header {field} {value}\n" for field, value in zip(
        FORWARDED[1:], ("%[req.hdr(host)]", "%[dst_port]", "http"))) + "  option forwardfor\n" if everything else ""
    file = folder / f"{name}.cfg"
    file.write_text(f"""global
  nbthread 1
  maxconn 8192
  {'log stdout format raw local0' if everything else ''}
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  http-reuse always
  {'log global' if everything else ''}
  {'option httplog' if everything else ''}
frontend front
  bind 127.0.0.1:{port} backlog 4096
  use_backend origin if {{ path_beg /up/ }}
backend origin
{fields}  server one 127.0.0.1:{origin}
""")
    return Proxy(name, ["/usr/sbin/haproxy", "-db", "-f", file], folder, port)


def relay(folder, origin, _everything):
    return Proxy("relay", [PROGRAMS / "bench" / "bench-relay", origin], folder)


OFF = {"crema.gateway.access-log-every": 0, "zuul.add-proxy-headers": "false", "crema.gateway.via": "",
       "crema.gateway.trace": "false", "hystrix.command.default.circuitBreaker.enabled": "false"}


def crema(folder, origin, everything, routes=1, name=None):
    """routes: as many routes, services and instances."""
    port, name = free_port(), name or f"crema-{'on' if everything else 'off'}"
    given = {"server.port": port, "crema.home": folder / name, "spring.cloud.config.enabled": "false",
             "eureka.client.enabled": "false", "crema.gateway.workers": 1, "zuul.semaphore.max-semaphores": 100000,
             "crema.gateway.requests-max": 1000000, "crema.gateway.upstream-requests-max": 1000000,
             "crema.gateway.pool-max": 10000, "ribbon.MaxConnectionsPerHost": 100000,
             "ribbon.MaxTotalConnections": 100000, **({} if everything else OFF)}
    for number in range(routes):
        path = "up" if routes == 1 else f"up/{number}"
        given.update({f"zuul.routes.r{number}.path": f"/{path}/**", f"zuul.routes.r{number}.strip-prefix": "false",
                      f"zuul.routes.r{number}.service-id": f"s{number}",
                      f"s{number}.ribbon.listOfServers": f"127.0.0.1:{origin}"})
    return Proxy(name, [PROGRAMS / "bin" / "zuul-gateway", *[f"--{key}={value}" for key, value in given.items()]],
                 folder, port)


MAKERS = {"crema": crema, "nginx": nginx, "haproxy": haproxy, "relay": relay}
SETTINGS = """\
  settings: one worker each, keep-alive, pools and connections without a limit that is reached, no temporary files
    everything on    nginx     access_log combined buffer=64k; X-Forwarded-For, -Host, -Port, -Proto
                     haproxy   option httplog to standard output; the same headers
                     crema     as it comes: access log, X-Forwarded-*, Via, X-Request-Id, traceparent, circuit, metrics
    all off          nginx, haproxy: no log, no headers; crema: likewise, no circuit, no tracing; metrics stay"""


# ---- measuring ----

class Load:
    def __init__(self, folder, connections, requests):
        self.connections = connections
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
            for one in requests:
                file.write(b"%d\n" % len(one) + one)
            self.file = file.name

    def send(self, port, count, rate=0):
        argv = [PROGRAMS / "bench" / "bench-load", port, self.connections, count, rate, self.file]
        done = subprocess.run([str(word) for word in argv], stdout=subprocess.PIPE, check=False, text=True)
        if not done.stdout or json.loads(done.stdout)["bad"]:
            raise AssertionError(f"port {port}: not every request was answered with 2xx: {done.stdout}")
        return json.loads(done.stdout)

    def cost_us(self, proxy, count):
        before = proxy.cpu_us()
        self.send(proxy.port, count)
        return (proxy.cpu_us() - before) / count


def get(path, more=""):
    """As a client of a JSON service asks."""
    return (f"GET {path} HTTP/1.1\r\nHost: gateway.example.org\r\nUser-Agent: bench/1.0\r\n"
            f"Accept: application/json\r\n{more}\r\n").encode()


def load_of(folder, name):
    connections, count, size, more = LOADS[name]
    return Load(folder, connections, [get(f"/up/{size}", more)]), count


@contextlib.contextmanager
def running(folder, *makers):
    """The back end's port and what the makers make in front of it."""
    with contextlib.ExitStack() as stack:
        origin = Proxy("origin", [PROGRAMS / "bench" / "bench-origin"], folder)
        stack.callback(origin.end)
        made = []
        for maker in makers:
            made.append(maker(folder, origin.port))
            stack.callback(made[-1].end)
        yield (origin, *made)


def medians(plan, rounds=ROUNDS):
    """plan: {key: (proxy, load, count)}."""
    costs = {key: [] for key in plan}
    for proxy, load, count in plan.values():
        load.send(proxy.port, max(count // 10, load.connections))
    for turn in range(rounds):
        keys = list(plan)
        for key in keys[turn % len(keys):] + keys[:turn % len(keys)]:
            proxy, load, count = plan[key]
            costs[key].append(load.cost_us(proxy, count))
    return {key: statistics.median(values) for key, values in costs.items()}


# ---- the table ----

def row(folder, name, everything, goals):
    kinds = ("crema", *goals)
    makers = [lambda folder, origin, kind=kind: MAKERS[kind](folder, origin, everything) for kind in kinds]
    with running(folder, *makers) as (_, *proxies):
        load, count = load_of(folder, name)
        found = medians({kind: (proxy, load, count) for kind, proxy in zip(kinds, proxies)})
        memory = {kind: private_kb(proxy.child.pid) for kind, proxy in zip(kinds, proxies)}
    line = f"  {name + (', all on' if everything else ''):<38}{found['crema']:9.2f}"
    for kind in ("nginx", "haproxy", "relay"):
        if kind not in goals:
            line += f"{'':>25}"
            continue
        goal = f" ({goals[kind]:.2f})" if goals[kind] else ""
        line += f"{found[kind]:10.2f} {found['crema'] / found[kind]:6.2f}{goal:<8}"
    print(line.rstrip(), flush=True)
    return memory


def table(folder):
    print(SETTINGS)
    print(f"  CPU of the proxy a request, us, medians of {ROUNDS} interleaved rounds; ours as a part of theirs (goal)")
    print(f"  {'':<38}{'crema':>9}{'nginx':>10}{'':15}{'haproxy':>10}{'':15}{'relay':>10}")
    for name, everything, goals in ROWS:
        memory = row(folder, name, everything, goals)
        if "512" in name:
            at_512 = memory
    print("  private memory after 512 clients: " +
          ", ".join(f"{kind} {kb / 1024:.1f} MB" for kind, kb in at_512.items()) + " (goal of crema 8)", flush=True)


def latency(folder):
    """Added to what the back end itself takes, at 1,000 requests a second."""
    kinds = ("relay", "haproxy", "nginx", "crema")
    makers = [lambda folder, origin, kind=kind: MAKERS[kind](folder, origin, True) for kind in kinds]
    told = {}
    with running(folder, *makers) as proxies:
        load = Load(folder, 8, [get("/up/195")])
        for proxy in proxies * 3:
            answer = load.send(proxy.port, 1500, 1000)
            told.setdefault(proxy.name, []).append((answer["p50_us"], answer["p99_us"]))
    best = {name.partition("-")[0]: [statistics.median(column) for column in zip(*rows)] for name, rows in told.items()}
    direct = best.pop("origin")
    print(f"  latency at 1,000 requests a second, everything on: back end alone p50 {direct[0]:.0f}, p99 {direct[1]:.0f} us; "
          "added " + ", ".join(f"{name} {p50 - direct[0]:.0f} / {p99 - direct[1]:.0f}" for name, (p50, p99) in best.items()),
          flush=True)


def system_calls(folder):
    """Of the whole process at 64 clients, everything on; waiting and the log's writes apart."""
    with running(folder, lambda folder, origin: crema(folder, origin, True)) as (_, proxy):
        load, count = load_of(folder, SMALL)[0], 4000
        load.send(proxy.port, count)
        summary = folder / "strace"
        tracer = subprocess.Popen(["strace", "-f", "-c", "-q", "-o", summary, "-p", str(proxy.child.pid)],
                                  stderr=subprocess.DEVNULL)
        wait_until(lambda: "TracerPid:\t0" not in Path(f"/proc/{proxy.child.pid}/status").read_text(encoding="ascii"),
                   10, "strace to be attached")
        load.send(proxy.port, count)
        tracer.send_signal(signal.SIGINT)
        tracer.wait()
    calls = {name: int(times) for times, name in re.findall(
        r"^ *[\d.]+ +[\d.]+ +\d+ +(\d+) +(?:\d+ +)?(\w+)$", summary.read_text(), re.M) if name != "total"}
    apart = {"epoll_wait", "write", "futex", "clock_nanosleep"}
    counted = {name: times for name, times in calls.items() if name not in apart}
    print(f"  system calls a request at 64 clients: {sum(counted.values()) / count:.2f} (goal 4; " +
          ", ".join(f"{name} {times / count:.2f}" for name, times in
                    sorted(calls.items(), key=lambda row: -row[1]) if times > count / 50) + ")", flush=True)


def tables(folder):
    """Many routes and instances beside few; the requests go to the same ten."""
    sizes = (10, 1000)
    makers = [lambda folder, origin, size=size: crema(folder, origin, True, size, f"crema-{size}") for size in sizes]
    with running(folder, *makers) as (_, *proxies):
        load = Load(folder, 64, [get(f"/up/{number}/195") for number in range(10)])
        found = medians({size: (proxy, load, 12000) for size, proxy in zip(sizes, proxies)})
    print(f"  routes and instances: {found[10]:.2f} us with 10, {found[1000]:.2f} us with 1,000 "
          f"({found[1000] / found[10]:.2f})", flush=True)


def run():
    """In a network of its own, which a user may have, too."""
    packages.install("nginx", "haproxy", "iproute2", "strace")
    alone = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--net"]
    subprocess.run([*alone, "sh", "-ec", 'ip link set lo up; exec "$@"', "sh", sys.executable, "-m", "bench.gateway"],
                   cwd=ROOT / "tests", check=True)


def measure():
    with tempfile.TemporaryDirectory(prefix="crema-bench-") as name:
        for part in (table, latency, system_calls, tables):
            part(Path(name))


if __name__ == "__main__":
    measure()
