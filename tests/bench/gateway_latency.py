"""What a proxy adds to the time of an answer, at a rate that leaves it idle in between (decision G8).

Added is what an answer takes through the proxy less what it takes without. The proxy has its cores for itself, as if
client and back end were on other machines: the generator, which never sleeps, and the back end share the first core. So
no waking but the proxy's own is in the figures. A time counts from when its request was due: a stall is in those of all
requests that it held up. Rounds of a second each are interleaved. What else the machine does can only add to a round's
time, so a figure is the lower quartile of the rounds, for all alike.
"""
import contextlib
import os
import statistics

from .gateway_load import Load, get
from .gateway_proxies import MAKERS, running

ROUNDS = 15
RATE = 1000
QUIET_US = 500  # even through the relay 99 of 100 are answered sooner, unless something else takes the cores
KINDS = ("relay", "haproxy", "nginx", "crema")
# whom beside, which of (p50, p99), what ours may add of what it adds
GOALS = (("relay", "p50", 1.1), ("haproxy", "p99", 1.1))


@contextlib.contextmanager
def apart(folder):
    """The core of the generator, None where there is but one; the back end, which is there too; the proxies."""
    cores = sorted(os.sched_getaffinity(0))
    core = cores[0] if len(cores) > 1 else None
    os.sched_setaffinity(0, cores[-1:] if core is None else cores[1:])  # what is started now has it, too
    try:
        makers = [lambda folder, origin, kind=kind: MAKERS[kind](folder, origin, True) for kind in KINDS]
        with running(folder, *makers) as (origin, *proxies):
            os.sched_setaffinity(origin.child.pid, cores[:1])
            yield core, origin, proxies
    finally:
        os.sched_setaffinity(0, cores)


def rounds(folder):
    """{name: [(p50, p99) of each round]} of the back end alone and of each proxy, everything on."""
    told = {}
    with apart(folder) as (core, origin, proxies):
        load, servers = Load(folder, 8, [get("/up/195")]), [origin, *proxies]
        for turn in range(ROUNDS):
            at = turn % len(servers)
            for server in servers[at:] + servers[:at]:
                answer = load.send(server.port, RATE, RATE, core)
                told.setdefault(server.name.partition("-")[0], []).append((answer["p50_us"], answer["p99_us"]))
    return told


def lower_quartile(values):
    return statistics.quantiles(values, n=4)[0]


def latency(folder, goals):
    found = {name: {which: lower_quartile(column) for which, column in zip(("p50", "p99"), zip(*row))}
             for name, row in rounds(folder).items()}
    alone = found.pop("origin")
    added = {name: {which: value - alone[which] for which, value in row.items()} for name, row in found.items()}
    print(f"  latency at {RATE:,} requests a second, everything on, us, lower quartiles of {ROUNDS} interleaved rounds\n"
          f"  {'':<38}{'p50':>9}{'p99':>10}\n"
          f"  {'back end alone':<38}{alone['p50']:9.1f}{alone['p99']:10.1f}")
    for name, row in added.items():
        print(f"  {'added by ' + name:<38}{row['p50']:9.1f}{row['p99']:10.1f}")
    for side, which, most in GOALS:
        what, theirs = f"added {which}, beside {side}", added[side][which]
        if found["relay"]["p99"] > QUIET_US or theirs <= 0:
            ratio, goal = "", goals.unknown(what, most, f"the machine is busy: p99 through the relay {found['relay']['p99']:.0f} us")
        else:
            ratio = added["crema"][which] / theirs
            goal, ratio = goals.beside(what, ratio, most), f"{ratio:.2f}"
        print(f"  {f'ours of {side}: {which}':<38}{ratio:>9} {goal}", flush=True)
