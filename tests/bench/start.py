"""How long things take from a person's first key to the first coffee."""
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from harness import http
from harness.build import build
from harness.daemons import DAEMONS
from harness.fresh import fresh_stack
from harness.poll import wait_until
from harness.running import Running
from harness.stack import ROOT

ROUNDS = 7
ORDERS = 200
BOOK_ORDER = {"id": None, "orderNumber": "1", "coffeeName": "espresso", "coffeeCount": "3",
              "customerName": "kevin"}


def milliseconds(seconds):
    return f"{seconds * 1000:7.1f} ms"


def exec_to_ready(stack, name):
    """Median over rounds of one daemon alone, its peers away."""
    taken = []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory(prefix="crema-") as home:
            settings = {"spring.cloud.config.enabled": "false", "eureka.client.enabled": "false",
                        "spring.kafka.bootstrap-servers": "127.0.0.1:1"}
            if name == "config-server":
                settings["spring.cloud.config.server.git.uri"] = f"file:{stack.home}/config.git"
            started = time.monotonic()
            running = Running(name, Path(home), settings)
            taken.append(time.monotonic() - started)
            running.stop()
    return statistics.median(taken)


def up_to_first_order():
    """From `up` (built) to the first order answered through the gateway with 200."""
    taken = []
    for _ in range(ROUNDS):
        with fresh_stack() as stack:
            started = time.monotonic()
            stack.up()
            url = stack.url("zuul-gateway", "/coffeeOrder/coffeeOrder")
            wait_until(lambda: http.post(url, json=BOOK_ORDER).status == 200, 30, "the first order",
                       every=0.005)
            taken.append(time.monotonic() - started)
    return statistics.median(taken)


def order_to_status():
    """Accepted by order to visible in status, one order at a time; (p50, p99)."""
    taken = []
    with fresh_stack() as stack:
        stack.up()
        stack.wait_ready()
        order = stack.url("coffee-order", "/coffeeOrder")
        status = stack.url("coffee-status", "/coffeeOrderStatus")
        for number in range(ORDERS):
            answer = http.post(order, json={**BOOK_ORDER, "orderNumber": str(number)})
            accepted = time.monotonic()
            order_id = answer.headers["Location"].rpartition("/")[2]
            wait_until(lambda: http.post(status).body.startswith(f'{{"id":"{order_id}"'.encode()), 30,
                       "the order in status", every=0.0005)
            taken.append(time.monotonic() - accepted)
    cuts = statistics.quantiles(taken, n=100)
    return cuts[49], cuts[98]


def clean_build():
    with tempfile.TemporaryDirectory(prefix="crema-build-") as folder:
        copy = Path(folder) / "crema"
        subprocess.run(["git", "clone", "-q", str(ROOT), str(copy)], check=True)
        started = time.monotonic()
        subprocess.run(["cmake", "--preset", "release"], cwd=copy, check=True, capture_output=True)
        subprocess.run(["cmake", "--build", "--preset", "release"], cwd=copy, check=True,
                       capture_output=True)
        taken = time.monotonic() - started
        shutil.rmtree(copy)
        return taken


def run():
    build("release")
    with fresh_stack() as stack:
        stack.up()
        stack.wait_ready()
        for row in DAEMONS:
            print(f"  exec to ready, {row.name:<20} {milliseconds(exec_to_ready(stack, row.name))}",
                  flush=True)
    print(f"  up (built) to the first order      {milliseconds(up_to_first_order())}", flush=True)
    p50, p99 = order_to_status()
    print(f"  order accepted to visible in status {milliseconds(p50)} p50, {milliseconds(p99)} p99",
          flush=True)
    print(f"  clean build                        {clean_build():7.1f} s", flush=True)
