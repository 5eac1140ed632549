"""Random faults on both sides: no answer is lost, swapped or only looks whole, and nothing grows.

CREMA_SOAK_SECONDS=3600 makes an hour of it; CREMA_SEED repeats a mix.
"""
import os
import random
import signal
import threading
import time
from pathlib import Path

import pytest
from harness.poll import wait_until
from harness.running import preset
from harness.stack import private_kb

from gateway_pools import figures, is_empty
from gateway_setup import url_route
from soak import Account, Origin, Soaker

SECONDS = float(os.environ.get("CREMA_SOAK_SECONDS", "120"))
CLIENTS = 24
WARM = 0.3     # of the time, after which memory is at its size
ROOM_KB = 4096  # above that
REFRESHES = 40  # in all: the spine keeps what each replaced for ten minutes
PLACES = 16     # connections to the origin, fewer than clients: some wait in turn
PATIENCE_MS = 2500  # with an origin that is silent; more than a busy machine makes a good one wait
SETTINGS = {"zuul.host.maxPerRouteConnections": PLACES,
            "crema.gateway.unsent-max": 1000000, "crema.gateway.linger-ms": 200,
            "crema.gateway.stream-idle-ms": PATIENCE_MS, "zuul.host.socket-timeout-millis": PATIENCE_MS,
            "crema.gateway.idle-ms": 300000, "crema.gateway.access-log-every": 0}


def connections(gateway):
    health = gateway.get("/actuator/health").json
    return int(health["components"]["gateway"]["details"]["connections"])


def memory_aborts():
    """How many connections the kernel has ended for want of memory: no fault of the gateway's."""
    names, values = [line.split() for line in Path("/proc/net/netstat").read_text(encoding="ascii").splitlines()
                     if line.startswith("TcpExt:")]
    return int(values[names.index("TCPAbortOnMemory")])


def watch(gateway, end, account, tell):
    """Refreshes now and then; the sizes of the warm process."""
    sizes, began, said, due = [], time.monotonic(), time.monotonic(), 0
    pause = threading.Event()
    while time.monotonic() < end and not account.wrong:
        if time.monotonic() > due:
            gateway.signal(signal.SIGHUP)
            due = time.monotonic() + SECONDS / REFRESHES
        pause.wait(0.5)
        if time.monotonic() > began + WARM * SECONDS:
            sizes.append(private_kb(gateway.child.pid))
        if time.monotonic() > said + 60:
            said = time.monotonic()
            tell(f"{said - began:.0f} s: {private_kb(gateway.child.pid)} KiB, {account.counts}")
    return sizes


@pytest.mark.soak
def test_random_faults_on_both_sides(start, capsys):
    def tell(line):
        with capsys.disabled():
            print(f"\nsoak: {line}", flush=True)

    seed = os.environ.get("CREMA_SEED") or str(random.randrange(10**6))
    tell(f"{SECONDS:.0f} s, CREMA_SEED={seed}")
    origin, account, aborts = Origin(seed), Account(), memory_aborts()
    gateway = start({**url_route("up", f"http://{origin.authority}"), **SETTINGS})
    end = time.monotonic() + SECONDS
    clients = [threading.Thread(target=Soaker(gateway.port, seed, f"c{number}", account).run, args=(end,))
               for number in range(CLIENTS)]
    for client in clients:
        client.start()
    sizes = watch(gateway, end, account, tell)
    for client in clients:
        client.join(60)
        assert not client.is_alive()
    account.pulse.ending.set()
    if account.pulse.late:
        tell(f"the machine stood still for {', '.join(f'{took:.1f} s' for _, took in account.pulse.late)}")
    tell(f"{account.counts}, {min(sizes or [0])} to {max(sizes or [0])} KiB")
    for wrong in account.wrong:
        tell(f"WRONG {wrong}")
    assert account.wrong == [], f"{memory_aborts() - aborts} connections were ended by the kernel for want of memory"
    assert account.answered > 10 * SECONDS
    if preset() not in ("asan", "tsan"):
        assert max(sizes[-5:]) < sizes[0] + ROOM_KB, sizes
    wait_until(lambda: connections(gateway) == 1, 20, "all connections but our own to be gone", every=0.1)
    assert figures(gateway)["gateway_upstream_waits_total"] > 0
    is_empty(gateway)
    origin.stop()
    assert gateway.stop() == 0
