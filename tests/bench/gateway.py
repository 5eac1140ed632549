"""The gateway beside nginx, HAProxy, a relay that understands nothing, and the two originals in Java.

All stand in front of the same back end and get the same requests in turn, so that whatever else the
machine does meets them alike; each figure is the median of interleaved rounds. Every proxy has one
worker (the originals have the threads that they make), and limits that none of them reaches (they would
be what is measured, else). All of it runs in a network namespace of its own: a firewall's connection
tracking would cost a microsecond a packet.
"""
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from harness import java, packages
from harness.errors import StackError
from harness.poll import wait_until
from harness.stack import ROOT, private_kb

from .gateway_goals import Goals
from .gateway_latency import latency
from .gateway_load import ROUNDS, SMALL, Load, get, load_of, medians
from .gateway_originals import originals
from .gateway_proxies import MAKERS, SETTINGS, crema, running
from .registry import Server

# load, with everything on, {whom beside: the part of its CPU that ours may take}
ROWS = (
    (SMALL, True, {"nginx": 0.85, "haproxy": 0.80}),
    (SMALL, False, {"nginx": 0.77, "haproxy": 0.72, "relay": 1.25}),
    ("195 octets, 512 clients", False, {"nginx": 0.70, "haproxy": None, "relay": None}),
    ("64 KiB, 64 clients", False, {"nginx": 0.85, "haproxy": None, "relay": None}),
    ("1 MiB, 16 clients", False, {"nginx": 0.90, "haproxy": None, "relay": None}),
    ("195 octets, Connection: close", False, {"nginx": 0.95, "haproxy": None}),
)
WITHOUT = "--without-originals"


# ---- the table ----

def row(folder, goals, name, everything, sides):
    kinds = ("crema", *sides)
    makers = [lambda folder, origin, kind=kind: MAKERS[kind](folder, origin, everything) for kind in kinds]
    with running(folder, *makers) as (_, *proxies):
        load, count = load_of(folder, name)
        found = medians({kind: (proxy, load, count) for kind, proxy in zip(kinds, proxies)})
        memory = {kind: private_kb(proxy.child.pid) / 1024 for kind, proxy in zip(kinds, proxies)}
    title = name + (", all on" if everything else "")
    line = f"  {title:<38}{found['crema']:9.2f}"
    for kind in ("nginx", "haproxy", "relay"):
        if kind not in sides:
            line += f"{'':>26}"
            continue
        ratio = found["crema"] / found[kind]
        goal = goals.beside(f"{title}, beside {kind}", ratio, sides[kind]) if sides[kind] else ""
        line += f"{found[kind]:10.2f} {ratio:6.2f} {goal:<8}"
    print(line.rstrip(), flush=True)
    return memory


def table(folder, goals):
    print(f"  CPU of the proxy a request, us, medians of {ROUNDS} interleaved rounds; ours as a part of theirs, its goal "
          "(with ! where it was missed)")
    print(f"  {'':<38}{'crema':>9}{'nginx':>10}{'':16}{'haproxy':>10}{'':16}{'relay':>10}")
    for name, everything, sides in ROWS:
        memory = row(folder, goals, name, everything, sides)
        if "512" in name:
            at_512 = memory
    goal = goals.beside("private MB after 512 clients", at_512["crema"], 8, "{:.1f}".format)
    print("  private memory after 512 clients, MB: " +
          ", ".join(f"{kind} {mb:.1f}{' ' + goal if kind == 'crema' else ''}" for kind, mb in at_512.items()), flush=True)


def without_io_uring(folder, _goals):
    """As in a container, whose engine forbids it."""
    more = [("crema.gateway.io-uring", "false")]
    makers = [lambda folder, origin: crema(folder, origin, True, name="by-send", more=more),
              lambda folder, origin: MAKERS["nginx"](folder, origin, True)]
    with running(folder, *makers) as (_, ours, theirs):
        load, count = load_of(folder, SMALL)
        found = medians({"ours": (ours, load, count), "theirs": (theirs, load, count)})
    print(f"  {SMALL + ', all on, no io_uring':<38}{found['ours']:9.2f}{found['theirs']:10.2f} "
          f"{found['ours'] / found['theirs']:6.2f}", flush=True)


def traced(folder, proxy, load, count):
    """{system call: how often the whole process made it during `count` requests}."""
    summary = folder / "strace"
    tracer = subprocess.Popen(["strace", "-f", "-c", "-q", "-o", summary, "-p", str(proxy.child.pid)],
                              stderr=subprocess.DEVNULL)
    wait_until(lambda: "TracerPid:\t0" not in Path(f"/proc/{proxy.child.pid}/status").read_text(encoding="ascii"),
               10, "strace to be attached")
    load.send(proxy.port, count)
    tracer.send_signal(signal.SIGINT)
    tracer.wait()
    return Counter({name: int(times) for times, name in re.findall(
        r"^ *[\d.]+ +[\d.]+ +\d+ +(\d+) +(?:\d+ +)?(\w+)$", summary.read_text(), re.M) if name != "total"})


def system_calls(folder, goals):
    """At 64 clients, everything on; waiting and the log's writes apart. What opening the connections takes is in both
    runs, and so not in their difference."""
    few, many = 2000, 8000
    with running(folder, lambda folder, origin: crema(folder, origin, True)) as (_, proxy):
        load = load_of(folder, SMALL)[0]
        load.send(proxy.port, few)
        less = traced(folder, proxy, load, few)
        calls = traced(folder, proxy, load, many)
        calls.subtract(less)
    each = {name: times / (many - few) for name, times in calls.most_common()}
    apart = {"epoll_wait", "epoll_pwait", "write", "futex", "clock_nanosleep"}
    total = sum(times for name, times in each.items() if name not in apart)
    # Judged to one place: what happens once in a hundred requests is not one of their calls.
    goal = goals.beside("system calls a request", round(total, 1), 4, "{:.1f}".format)
    print(f"  system calls a request at 64 clients: {total:.2f} {goal}; " +
          ", ".join(f"{name} {times:.2f}" for name, times in each.items() if times > 0.02), flush=True)


def tables(folder, goals):
    """Many routes and instances beside few; the requests go to the same ten. Two medians of the same differ by 3 %."""
    sizes = (10, 1000)
    makers = [lambda folder, origin, size=size: crema(folder, origin, True, size, f"crema-{size}") for size in sizes]
    with running(folder, *makers) as (_, *proxies):
        load = Load(folder, 64, [get(f"/up/{number}/195") for number in range(10)])
        found = medians({size: (proxy, load, 12000) for size, proxy in zip(sizes, proxies)})
    ratio = found[1000] / found[10]
    print(f"  routes and instances: {found[10]:.2f} us with 10, {found[1000]:.2f} us with 1,000: {ratio:.2f} "
          f"{goals.beside('1,000 routes beside ten', ratio, 1.03)}", flush=True)


# ---- the run ----

def run():
    """In a network of its own, which a user may have, too; what the originals need is fetched before."""
    packages.install("nginx", "haproxy", "iproute2", "strace")
    more = []
    try:
        java.built()
    except StackError as error:
        print(f"  Zuul and Spring Cloud Gateway are left out: {error}", flush=True)
        more = [WITHOUT]
    alone = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--net"]
    subprocess.run([*alone, "sh", "-ec", 'ip link set lo up; exec "$@"', "sh", sys.executable, "-m", "bench.gateway", *more],
                   cwd=ROOT / "tests", check=True)


def measure(parts):
    goals = Goals()
    print(SETTINGS)
    with tempfile.TemporaryDirectory(prefix="crema-bench-") as name:
        try:
            for part in parts:
                part(Path(name), goals)
        finally:
            for server in list(Server.running):
                server.end()
    print(goals.told(), flush=True)


if __name__ == "__main__":
    measure([part for part in (table, without_io_uring, originals, latency, system_calls, tables)
             if part is not originals or WITHOUT not in sys.argv])
