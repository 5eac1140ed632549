"""Churn: a thousand changes a second, two hundred watchers that come and go; who stays knows the state.

CREMA_CHURN_SECONDS makes it longer than a few seconds: 1800 is the figure of the issue. With `-s` one sees
how fast it went, who watched and what memory it took meanwhile.
"""
import json
import os
import random
import re
import socket
import statistics
import subprocess
import threading
import time

from eureka_records import record
from harness.poll import wait_until
from harness.running import binary, preset
from harness.stack import private_kb
from watching import Watch, known

SECONDS = float(os.environ.get("CREMA_CHURN_SECONDS", "6"))
RATE, CROWDS, CROWD, APPS, IDS = 1080, 5, 40, 5, 60  # some of the requests change nothing
SAMPLES = 24
CHANGES_MIN, GROWTH_MAX_KB = 500, 6 * 1024  # of a release build on a busy machine


def program(name):
    return binary("eureka-registry").parents[1] / "bench" / name


def requests(chance):
    """Registrations, statuses and cancellations, over and over; nearly each is a change where they are sent in turn."""
    held = {}  # (app, id): its status
    for number in range(3000):
        key = app, id = f"A{chance.randrange(APPS)}", f"i{chance.randrange(IDS)}"
        where = f"/eureka/apps/{app}"
        what = chance.random() if key in held else 0
        body = ""
        if what < 0.5:
            method, path = "POST", where
            held[key] = "UP"
            body = json.dumps(record(app=app, id=id, dirty=number, status=chance.choice(("UP", "DOWN"))))
        elif what < 0.75:
            held[key] = "UP" if held[key] == "OUT_OF_SERVICE" else "OUT_OF_SERVICE"
            method, path = "PUT", f"{where}/{id}/status?value={held[key]}"
        else:
            method, path = "DELETE", f"{where}/{id}"
            del held[key]
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


def of_app(instances, app):
    return {key: one for key, one in instances.items() if app in (None, key[0])}


def counted(text, name):
    return sum(float(value) for value in re.findall(rf"^crema_registry_{name}(?:{{.*}})? (\S+)$", text, re.M))


def observe(registry, began):
    """Says SAMPLES times what the registry tells of itself: [(seconds, changes so far, private kB)]."""
    samples = [(0, 0, private_kb(registry.running.child.pid))]
    for number in range(1, SAMPLES + 1):
        at = began + SECONDS * number / SAMPLES
        wait_until(lambda at=at: time.monotonic() >= at, SECONDS, "the next sample", every=0.05)
        text = registry.running.get("/actuator/prometheus", timeout=30).text
        samples.append((time.monotonic() - began, counted(text, "changes_total"), private_kb(registry.running.child.pid)))
        print(f"{samples[-1][0]:7.1f} s {rate(*samples[-2:]):6.0f} changes/s {counted(text, 'watchers'):5.0f} watchers "
              f"{samples[-1][2]:8} kB private", flush=True)
    return samples


def rate(before, after):
    return (after[1] - before[1]) / (after[0] - before[0])


def growth_kb(samples):
    """From the second quarter, when it is warm, to the last."""
    quarter = SAMPLES // 4
    warm, end = (statistics.median(kb for *_, kb in part) for part in (samples[quarter:2 * quarter], samples[-quarter:]))
    print(f"private memory: {warm:.0f} kB in the second quarter, {end:.0f} kB in the last; "
          f"{rate(samples[0], samples[-1]):.0f} changes/s")
    return end - warm


def test_churn(start, tmp_path):
    seed = random.randrange(1 << 30)
    print("seed", seed)
    registry = start(settings={"eureka.server.enable-self-preservation": "false", "logging.level.root": "warn",
                               "eureka.server.retention-time-in-m-s-in-delta-queue": "2000"})
    port, wrong = registry.running.port, []
    write_requests(tmp_path / "requests", random.Random(seed))
    began = time.monotonic()
    deadline = began + SECONDS
    load = subprocess.Popen([program("bench-load"), str(port), "4", str(10 ** 9), str(RATE), tmp_path / "requests"],
                            stdout=subprocess.DEVNULL)
    stayers = [Watch(port), Watch(port, app="A1"), Watch(port)]
    threads = [threading.Thread(target=come_and_go, args=(port, seed + n, deadline)) for n in range(CROWDS)]
    threads += [threading.Thread(target=follow, args=(watch, deadline, wrong)) for watch in stayers]
    for thread in threads:
        thread.start()
    samples = observe(registry, began)
    for thread in threads:
        thread.join()
    load.kill()
    load.wait()
    assert not wrong, wrong
    for watch, app in zip(stayers, (None, "A1", None)):
        watch.until(lambda w, app=app: plain(w.instances) == of_app(plain(known(registry)), app), 20)
        watch.close()
    grown_kb = growth_kb(samples)
    if preset() == "release":
        assert grown_kb < GROWTH_MAX_KB and rate(samples[0], samples[-1]) > CHANGES_MIN
    assert registry.running.stop() == 0
