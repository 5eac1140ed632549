"""The config server beside Spring's: CPU of a request, a crowd that starts, memory, how soon a push is seen.

Both serve the same repositories in one run; rounds alternate, so that whatever else the machine does meets
both alike. Ours runs as it comes. An answer that is not 200 ends the bench,
but for the crowd's.
"""
import http.client
import json
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from harness import java
from harness.git_hosts import HttpHost
from harness.poll import wait_until
from harness.ports import free_port
from harness.repositories import Hosted, Repository
from harness.stack import ROOT, private_kb

from . import registry
from .registry import Load, request

PROGRAMS = ROOT / "build" / "release"
GIT = "spring.cloud.config.server.git."
JVM = ("-Xmx512m", "-XX:-UseDynamicNumberOfCompilerThreads", *java.OPENS)
ROUNDS = 7
RATE = 2000
SIZES = (10, 1000, 100_000)
ASKED = [request("GET", "/order/dev")]


# ---- repositories ----

def text(name):
    return f"{name}:\n" + "".join(f"  part-{part}:\n    key: value of {name}-{part}\n    number: {part}\n"
                                  for part in range(10))


def twenty():
    """Twenty files, of which four are sources of /order/dev."""
    names = ["application", "application-dev"]
    names += [f"{name}{profile}" for name in ("order", *(f"service-{i}" for i in range(8))) for profile in ("", "-dev")]
    return {f"{name}.yml": text(name) for name in names}


def fill(repo, count):
    """A first commit of `count` files in one folder, by git fast-import; four are sources of /order/dev."""
    names = ["application", "application-dev", "order", "order-dev"]
    names += [f"service-{number}" for number in range(count - 4)]
    with subprocess.Popen(["git", "fast-import", "--quiet"], cwd=repo.path, stdin=subprocess.PIPE) as child:
        put = child.stdin.write
        put(b"commit refs/heads/main\ncommitter b <b@localhost> 1700000000 +0000\ndata 1\nx\n")
        for number, name in enumerate(names):
            body = (text(name) if number < 4 else f"a: {number}\n").encode()
            put(b"M 644 inline %s.yml\ndata %d\n%s\n" % (name.encode(), len(body), body))
    assert child.returncode == 0
    return repo


# ---- servers ----

class Server(registry.Server):
    def answers(self):
        try:
            return get(self.port, "/order/dev")[0] == 200
        except OSError:
            return False


def get(port, path, method="GET", body=None, headers=None):
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    line.request(method, path, body, headers or {})
    answer = line.getresponse()
    said = answer.status, answer.read()
    line.close()
    return said


def ours(folder, name, uri, **settings):
    home = folder / name
    home.mkdir()
    given = {"server.port": free_port(), "crema.home": home,
             "logging.level.root": "warn", GIT + "uri": uri, **settings}
    with open(home / "log", "wb") as log:
        child = subprocess.Popen([PROGRAMS / "bin" / "config-server",
                                  *[f"--{key}={value}" for key, value in given.items()]], stdout=log, stderr=log)
    server = Server(name, child, given["server.port"])
    wait_until(server.answers, 30, f"{name} to answer")
    return server


def spring(folder, uri):
    port = free_port()
    child = java.Peer("config-server", folder, {"server.port": port, GIT + "uri": uri}, jvm=JVM)
    server = Server("current", child.child, port)
    child.wait_listening(server.answers, 240)
    return server


# ---- CPU ----

def warm(load, server):
    """Until the JVM has compiled what it will: a few rounds in a row are no better than the best so far, or ten."""
    best, since = float("inf"), 0
    for _ in range(10):
        if since == 3:
            break
        cost = load.cost_us(server, 300)
        since = 0 if cost < 0.95 * best else since + 1
        best = min(best, cost)


def compare(folder):
    repo = Repository(folder / "twenty")
    repo.commit(twenty())
    crema, theirs = ours(folder, "crema", repo.uri), spring(folder, repo.uri)
    load = Load(folder, ASKED)
    sources = [len(json.loads(get(server.port, "/order/dev")[1])["propertySources"]) for server in (crema, theirs)]
    assert sources == [4, 4], sources
    warm(load, theirs)
    costs = {crema: [], theirs: []}
    for _ in range(ROUNDS):
        costs[crema].append(load.cost_us(crema, 20000))
        costs[theirs].append(load.cost_us(theirs, 200))
    mine, other = (statistics.median(costs[server]) for server in (crema, theirs))
    print(f"\n  {'':<46}{'crema':>12}{'current':>12}    ratio   goal")
    row("CPU of a request, 20 files, four sources", f"{mine:.1f} us", f"{other:.0f} us", other / mine, "1 / 300")
    paced(load, crema, theirs)
    crowd(folder, repo, theirs)
    crema.end()
    theirs.end()


def row(what, mine, other="", ratio=None, goal=""):
    shown = f"1 / {ratio:.0f}" if ratio else ""
    print(f"  {what:<46}{mine:>12}{other:>12}{shown:>9}{goal:>9}", flush=True)


def paced(load, crema, theirs):
    """Latency at a rate that each can keep."""
    mine = paced_run(load, crema, 5 * RATE, RATE)
    other = paced_run(load, theirs, 150, 50)
    row(f"p50 at {RATE}/s, theirs at 50/s", f"{mine['p50_us'] / 1000:.2f} ms", f"{other['p50_us'] / 1000:.1f} ms",
        other["p50_us"] / max(mine["p50_us"], 1))
    row(f"p99 at {RATE}/s, theirs at 50/s", f"{mine['p99_us'] / 1000:.2f} ms", f"{other['p99_us'] / 1000:.1f} ms",
        other["p99_us"] / max(mine["p99_us"], 1), "1 ms")


def paced_run(load, server, count, rate):
    done = subprocess.run(load.argv(server, count, rate), stdout=subprocess.PIPE, check=True, text=True)
    return json.loads(done.stdout)


def crowd(folder, repo, theirs):
    """500 clients that start at once, each for its own application. Theirs keeps nothing, so it is not made anew."""
    load = Load(folder, [request("GET", f"/client-{number}/dev") for number in range(500)])
    crema = ours(folder, "crowd", repo.uri)
    took = []
    for server in (crema, theirs):
        began = time.monotonic()
        done = subprocess.run(load.argv(server, 500, connections=500), stdout=subprocess.PIPE, check=False, text=True)
        took.append(time.monotonic() - began)
        failed = json.loads(done.stdout)["bad"]
        if failed:
            print(f"  {server.name}: {failed} of the 500 were answered with an error, or not at all")
    row("500 clients at once, the last one served after", f"{took[0]:.2f} s", f"{took[1]:.1f} s",
        took[1] / took[0], "1 s")
    crema.end()


def grow(folder):
    """Does a request cost more in a larger repository? Of what is known, and of a name never heard before."""
    servers, costs = [], {}
    for size in SIZES:
        repo = fill(Repository(folder / f"files-{size}"), size)
        servers.append(ours(folder, f"grow-{size}", repo.uri))
    known = Load(folder, ASKED)
    for turn in range(5):
        for server in servers:
            costs.setdefault((server, "known"), []).append(known.cost_us(server, 10000))
            fresh = Load(folder, [request("GET", f"/new-{turn}-{number}/dev") for number in range(1000)])
            costs.setdefault((server, "new"), []).append(fresh.cost_us(server, 1000))
    print(f"\n  {'files in the repository':<32}" + "".join(f"{size:>12,}" for size in SIZES))
    for kind, what in (("known", "CPU of a request, known"), ("new", "of a name never asked for")):
        print(f"  {what:<32}" + "".join(f"{statistics.median(costs[server, kind]):9.1f} us" for server in servers),
              flush=True)
    for server in servers:
        server.end()


# ---- memory ----

def memory(folder):
    repo = Repository(folder / "memory-repo")
    repo.commit(twenty())
    server = ours(folder, "memory", repo.uri)
    idle = private_kb(server.child.pid) / 1024
    Load(folder, (request("GET", f"/order/dev,p{number}") for number in range(1000))).send(server, 2000)
    known = get(server.port, "/actuator/prometheus")[1].decode()
    hits = int(known.partition('config_answers_total{source="memory"} ')[2].split()[0])
    print(f"\n  private memory: idle {idle:.1f} MB, with 1,000 cached environments (of {hits} answers from memory) "
          f"{private_kb(server.child.pid) / 1024:.1f} MB (goal 5)", flush=True)
    server.end()


# ---- how soon ----

def shown(values):
    values = sorted(1000 * value for value in values)
    return (f"p50 {values[len(values) // 2]:.0f}, p99 {values[min(len(values) - 1, len(values) * 99 // 100)]:.0f}, "
            f"max {values[-1]:.0f} ms")


def until_served(line, number):
    """When the value is there; asked on one connection, with a millisecond between two looks."""
    def served():
        line.request("GET", "/push/default")
        value = json.loads(line.getresponse().read())["propertySources"][0]["source"].get("a")
        return value == number and time.monotonic()
    return wait_until(served, 30, f"a: {number} to be served", every=0.001)


def local_pushes(folder, count=50):
    """A commit is there once its ref has moved."""
    repo = Repository(folder / "local")
    repo.commit({"push.yml": "a: 0", **twenty()})
    commits = [repo.commit({"push.yml": f"a: {number}"}) for number in range(1, count + 1)]
    repo.git("reset", "-q", "--soft", "HEAD~%d" % count)
    server = ours(folder, "local-server", repo.uri)
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    took = []
    for number, commit in enumerate(commits, 1):
        time.sleep(0.013 * (number % 7))  # another moment of the poll for each
        repo.git("update-ref", "refs/heads/main", commit)
        began = time.monotonic()
        took.append(until_served(line, number) - began)
    line.close()
    server.end()
    return took


def hooked_pushes(folder, count=30):
    """A push to a host behind HTTP; from the hook's request to the new value."""
    (folder / "served").mkdir()
    host = HttpHost(folder / "served")
    repo = Hosted(folder / "work", folder / "served" / "config.git", host)
    repo.push({"push.yml": "a: 0", **twenty()})
    server = ours(folder, "hooked", repo.uri, **{GIT + "refresh-rate": "3600"})
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    took = []
    for number in range(1, count + 1):
        repo.push({"push.yml": f"a: {number}"})
        began = time.monotonic()
        assert get(server.port, "/monitor", "POST", b"path=push.yml",
                   {"Content-Type": "application/x-www-form-urlencoded"})[0] == 200
        took.append(until_served(line, number) - began)
    line.close()
    server.end()
    host.stop()
    return took


def soon(folder):
    print("\n  to the new value, goal p99 200 ms", flush=True)
    print(f"  from a ref that moved in a local repository: {shown(local_pushes(folder))}", flush=True)
    print(f"  from the hook of a push to a remote one:     {shown(hooked_pushes(folder))}", flush=True)


def run():
    with tempfile.TemporaryDirectory(prefix="crema-bench-") as name:
        java.built()
        try:
            for part in (memory, soon, grow, compare):
                part(Path(name))
        finally:
            for server in list(Server.running):
                server.end()
