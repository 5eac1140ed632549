"""A lease is over when it is due, on the real clock, to 20 ms."""
import http.client
import json
import re
import subprocess
import sys
import time
from datetime import datetime

from eureka_records import J, lease
from harness.poll import wait_until

TWO_SECONDS = lease(duration=2, interval=1)


def logged(registry, event, id):
    """When the daemon logged an event of an instance, in seconds; None if it did not (yet)."""
    found = re.search(rf'ts=(\S+) .*event={re.escape(event)} msg="?\S+/{id}\b', registry.running.log)
    return datetime.fromisoformat(found[1].replace("Z", "+00:00")).timestamp() if found else None


def test_gone_when_due_without_renewal(registry):
    """Never early; at most 20 ms late, once in a few attempts: the machine may be busy."""
    late = []
    for attempt in range(5):
        id = f"i{attempt}"
        registry.register(id=id, **TWO_SECONDS)
        assert registry.instance(id=id) is not None
        over = wait_until(lambda: logged(registry, "lease.expired", id), 10, "the lease to be over")
        late.append(over - logged(registry, "instance.registered", id) - 2)
        assert registry.instance(id=id) is None
        assert -0.0015 <= late[-1] < 2, "two clock readings, each cut to a millisecond"
        if late[-1] <= 0.02:
            return
    raise AssertionError(f"late by {late} s")


def test_gone_2_s_after_the_last_renewal(registry):
    late = []
    for attempt in range(5):
        id = f"i{attempt}"
        registry.register(id=id, **TWO_SECONDS)
        renew_until = time.monotonic() + 3  # longer than the lease
        while time.monotonic() < renew_until:
            before = time.time()
            assert registry.renew(id=id).status == 200
            after = time.time()
            wait_until(lambda: time.time() >= after + 0.3, 2, "the next renewal", every=0.05)
        over = wait_until(lambda: logged(registry, "lease.expired", id), 10, "the lease to be over")
        assert over >= before + 2 - 0.0015
        late.append(over - after - 2)
        if late[-1] <= 0.02:
            return
    raise AssertionError(f"late by {late} s")


def test_nobody_needs_to_ask_for_a_lease_to_end(registry):
    """The count in the metrics changes by itself, and the application goes with its last instance."""
    registry.register(**TWO_SECONDS)
    registry.register(id="stays", app="B")

    def count():
        text = registry.running.get("/actuator/prometheus").text
        return re.search(r"^crema_registry_instances (\S+)", text, re.M)[1]

    assert float(count()) == 2
    wait_until(lambda: float(count()) == 1, 10, "one instance to be left")
    assert [app["name"] for app in registry.all()["application"]] == ["B"]
    assert registry.renew().status == 404


def test_a_shorter_lease_that_comes_later_ends_first(registry):
    registry.register(id="long", **lease(duration=600, interval=1))
    registry.register(id="short", **lease(duration=1, interval=0))
    # By the log: a reader's look would let it go as well.
    wait_until(lambda: logged(registry, "lease.expired", "short"), 10, "the short lease to end")
    assert registry.instance(id="long") is not None


def test_a_lease_that_makes_no_sense_is_said_once(registry):
    for dirty in (1, 2):
        registry.register(id="slow", dirty=dirty, **lease(duration=10, interval=30))
    assert registry.running.log.count("event=lease.stretched") == 1
    assert "it gets 60 s" in registry.running.log



def test_self_preservation_holds_them_until_it_is_switched_off(start, tmp_path):
    settings = tmp_path / "application.yml"
    settings.write_text("eureka.server.enable-self-preservation: true\n")
    registry = start(settings={"spring.config.additional-location": f"{tmp_path}/"})
    for number in range(10):
        registry.register(id=f"i{number}", **TWO_SECONDS)

    def held():
        return registry.running.get("/actuator/health/registry").json["details"]["held"]

    wait_until(lambda: held() == "10", 10, "all ten to be held")
    assert registry.hash() == "UP_10_"
    assert registry.renew(id="i3").status == 200
    assert held() == "9"
    settings.write_text("eureka.server.enable-self-preservation: false\n")
    assert registry.running.post("/actuator/refresh").status == 200
    wait_until(lambda: registry.hash() == "", 10, "all ten to be gone")


# A client as a process of its own: renews every 300 ms and says when it asked and was answered.
CLIENT = """
import http.client, sys, time
client = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]))
while True:
    asked = time.monotonic()
    client.request("PUT", "/eureka/apps/ORDERS/" + sys.argv[2])
    assert client.getresponse().read() == b""
    print(asked, time.monotonic(), flush=True)
    time.sleep(0.3)
"""


def test_a_client_that_is_killed_is_gone_when_its_lease_is(registry):
    """From /eureka/apps, within 20 ms of the lease's end (once in a few attempts: the machine may be busy)."""
    look = http.client.HTTPConnection("127.0.0.1", registry.running.port, timeout=5)
    late = []
    for attempt in range(5):
        id = f"i{attempt}"
        registry.register(id=id, **TWO_SECONDS)
        child = subprocess.Popen([sys.executable, "-c", CLIENT, str(registry.running.port), id],
                                 stdout=subprocess.PIPE, text=True)
        renewals = [child.stdout.readline() for _ in range(3)]
        child.kill()
        renewals += child.stdout.readlines()
        child.wait()
        asked, answered = map(float, renewals[-1].split())
        while True:
            began = time.monotonic()
            look.request("GET", "/eureka/apps", headers=J)
            there = json.loads(look.getresponse().read())["applications"]["application"]
            if not there:
                break
        assert time.monotonic() >= asked + 2, "never early"
        late.append(began - answered - 2)
        if late[-1] <= 0.02:
            return
    raise AssertionError(f"late by {late} s")
