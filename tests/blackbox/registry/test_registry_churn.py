"""Churn: a thousand changes a second, two hundred watchers that come and go; who stays knows the state.

CREMA_CHURN_SECONDS makes it longer than a few seconds: 1800 is the figure of the issue.
"""
import json
import os
import random
import socket
import subprocess
import threading
import time

from eureka_records import record
from harness.poll import wait_until
from harness.running import binary, preset
from harness.stack import private_kb
from watching import Watch, known

SECONDS = float(os.environ.get("CREMA_CHURN_SECONDS", "6"))
RATE, CROWDS, CROWD, APPS, IDS = 1000, 5, 40, 5, 60
GROWTH_MAX_KB = 6 * 1024


def program(name):
    return binary("eureka-registry").parents[1] / "bench" / name


def requests(chance):
    """Registrations, statuses and cancellations, over and over."""
    for number in range(3000):
        app, id = f"A{chance.randrange(APPS)}", f"i{chance.randrange(IDS)}"
        where = f"/eureka/apps/{app}"
        what = chance.random()
        body = ""
        if what < 0.6:
            method, path = "POST", where
            body = json.dumps(record(app=app, id=id, dirty=number, status=chance.choice(("UP", "DOWN"))))
        elif what < 0.8:
            method, path = "PUT", f"{where}/{id}/status?value={chance.choice(('OUT_OF_SERVICE', 'UP'))}"
        else:
            method, path = "DELETE", f"{where}/{id}"
        yield (f"{method} {path} HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
               f"Content-Length: {len(body)}\r\n\r\n{body}").encode()


def write_requests(path, chance):
    with open(path, "wb") as file:
        for one in requests(chance):
            file.write(b"%d\n" % len(one) + one)


def come_and_go(port, seed, deadline):
    chance = random.Random(seed)
    while time.monotonic() < deadline:
        crowd = subprocess.Popen([program("bench-watch"), str(port), str(CROWD)], stdin=subprocess.PIPE,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            crowd.wait(min(chance.uniform(0.2, 3), max(0.1, deadline - time.monotonic())))
        except subprocess.TimeoutExpired:
            pass
        crowd.stdin.close()  # it leaves
        crowd.wait()


def follow(watch, deadline, wrong):
    try:
        while time.monotonic() < deadline:
            try:
                watch.next(0.2)
            except socket.timeout:
                pass
            watch.events.clear()
    except Exception as error:  # a thread's failure must reach the test
        wrong.append(error)


def plain(instances):
    """Without the lease, which is as of when somebody rendered it."""
    return {key: {name: value for name, value in one.items() if name != "leaseInfo"} for key, one in instances.items()}


def test_churn(start, tmp_path):
    seed = random.randrange(1 << 30)
    print("seed", seed)
    registry = start(settings={"eureka.server.enable-self-preservation": "false", "logging.level.root": "warn",
                               "eureka.server.retention-time-in-m-s-in-delta-queue": "2000"})
    port, pid, wrong = registry.running.port, registry.running.child.pid, []
    deadline = time.monotonic() + SECONDS
    write_requests(tmp_path / "requests", random.Random(seed))
    load = subprocess.Popen([program("bench-load"), str(port), "4", str(10 ** 9), str(RATE), tmp_path / "requests"],
                            stdout=subprocess.DEVNULL)
    stayers = [Watch(port), Watch(port, app="A1"), Watch(port)]
    threads = [threading.Thread(target=come_and_go, args=(port, seed + n, deadline)) for n in range(CROWDS)]
    threads += [threading.Thread(target=follow, args=(watch, deadline, wrong)) for watch in stayers]
    for thread in threads:
        thread.start()
    halfway = deadline - SECONDS / 2
    wait_until(lambda: time.monotonic() > halfway, SECONDS + 1, "half of the time", every=0.1)
    before = private_kb(pid)
    for thread in threads:
        thread.join()
    after = private_kb(pid)
    load.kill()
    load.wait()
    assert not wrong, wrong
    final = plain(known(registry))
    for watch in stayers:
        mine = {key: value for key, value in final.items() if watch is not stayers[1] or key[0] == "A1"}
        watch.until(lambda w, mine=mine: plain(w.instances) == mine, 20)
        watch.close()
    print(f"private memory: {before} kB halfway, {after} kB at the end")
    if preset() == "release":
        assert after - before < GROWTH_MAX_KB
    assert registry.running.stop() == 0
