"""GET /eureka/watch over real sockets: the contract in eureka-registry/README.md."""
import json
import random
import resource
import socket
import threading
import time
from collections import Counter

import pytest

from eureka_records import MOUNTS, lease
from harness.poll import wait_until
from harness.running import preset
from harness.stack import private_kb
from watching import Watch, known


def port(registry):
    return registry.running.port


@pytest.fixture
def watch(registry):
    opened = []

    def open_watch(**kwargs):
        opened.append(Watch(port(registry), **kwargs))
        return opened[-1]
    yield open_watch
    for one in opened:
        one.close()


@pytest.mark.parametrize("mount", MOUNTS)
def test_begins_with_the_state(registry, watch, mount):
    registry.register(id="i1")
    registry.register(app="OTHER", id="i2")
    seen = watch(mount=mount)
    kind, data = seen.next()
    assert kind == "state" and data == registry.get("/apps").json, "the body of GET /eureka/apps"
    assert "text/event-stream" in seen.head


def test_every_change_comes(registry, watch):
    seen = watch()
    seen.next()
    registry.register(id="i1")
    seen.until(lambda w: ("ORDERS", "i1") in w.instances)
    registry.running.put("/eureka/apps/ORDERS/i1/status?value=OUT_OF_SERVICE")
    seen.until(lambda w: w.instances[("ORDERS", "i1")]["status"] == "OUT_OF_SERVICE")
    registry.running.put("/eureka/apps/ORDERS/i1/metadata?color=red")
    seen.until(lambda w: w.instances[("ORDERS", "i1")]["metadata"].get("color") == "red")
    assert seen.hash == registry.hash()
    registry.cancel(id="i1")
    seen.until(lambda w: not w.instances)
    assert seen.hash == registry.hash() == ""
    assert [kind for kind, _ in seen.events[1:]] == ["change"] * 4


def test_a_renewal_is_no_change(registry, watch):
    registry.register(id="i1")
    seen = watch()
    seen.next()
    for _ in range(20):
        assert registry.renew(id="i1").status == 200
    registry.register(id="i2")
    seen.until(lambda w: ("ORDERS", "i2") in w.instances)
    assert len(seen.events) <= 3, "the state, perhaps i1 once more, i2"


def test_a_lease_that_ends_is_told_at_once(registry, watch):
    seen = watch()
    seen.next()
    registered = time.monotonic()
    registry.register(id="i1", **lease(1, 0))
    seen.until(lambda w: w.instances)
    seen.until(lambda w: not w.instances)
    assert 1.0 <= time.monotonic() - registered < 1.3
    record = seen.events[-1][1]["applications"]["application"][0]["instance"][0]
    assert record["actionType"] == "DELETED"


def test_one_application(registry, watch):
    registry.register(app="ORDERS", id="i1")
    seen = watch(app="orders")
    kind, data = seen.next()
    assert kind == "state" and data == registry.get("/apps/ORDERS").json
    registry.register(app="OTHER", id="i1")
    registry.register(app="ORDERS", id="i2")
    seen.until(lambda w: ("ORDERS", "i2") in w.instances)
    assert list(seen.instances) == [("ORDERS", "i1"), ("ORDERS", "i2")]
    assert seen.hash == "UP_3_", "of the whole registry"


def test_an_application_that_is_not_there_yet(registry, watch):
    seen = watch(app="later")
    assert seen.next() == ("state", {"application": {"name": "LATER", "instance": []}})
    registry.register(app="LATER", id="i1")
    seen.until(lambda w: ("LATER", "i1") in w.instances)


def test_resumed_without_a_gap_or_a_state(registry, watch):
    first = watch()
    first.next()
    registry.register(id="i1")
    first.until(lambda w: w.instances)
    first.close()
    registry.register(id="i2")
    registry.cancel(id="i1")
    assert list(known(registry)) == [("ORDERS", "i2")]
    second = watch(last_id=first.last_id)
    second.instances = first.instances
    second.until(lambda w: list(w.instances) == [("ORDERS", "i2")])
    assert {kind for kind, _ in second.events} == {"change"}


@pytest.mark.parametrize("last_id", ["1-1", "nonsense", "9999999999999-1", "future", "-", "x" * 3000])
def test_ids_that_it_does_not_know(registry, watch, last_id):
    registry.register(id="i1")
    if last_id == "future":
        with Watch(port(registry)) as other:
            other.next()
            last_id = other.last_id.split("-")[0] + "-1000000"
    seen = watch(last_id=last_id)
    assert seen.next() == ("reset", {"reason": "unknown-id"})
    assert seen.next()[0] == "state" and seen.instances.keys() == known(registry).keys()


def test_another_start_of_the_registry(start):
    registry = start()
    registry.register(id="i1")
    with Watch(port(registry)) as before:
        before.next()
    assert registry.running.stop() == 0
    with Watch(port(start()), last_id=before.last_id) as after:
        assert after.next() == ("reset", {"reason": "unknown-id"})


def test_more_than_allowed(start):
    registry = start(settings={"crema.eureka.max-watchers": "3"})
    watches = [Watch(port(registry)) for _ in range(3)]
    assert {w.status for w in watches} == {200}
    answer = registry.running.get("/eureka/watch")
    assert answer.status == 503 and "crema.eureka.max-watchers" in answer.json["detail"]
    assert answer.headers["Retry-After"]
    watches.pop().close()

    def noticed():
        registry.register(id="i1")  # who has gone is noticed by writing
        return "crema_registry_watchers 2" in registry.running.get("/actuator/prometheus").text
    wait_until(noticed, 10, "the watcher that left to be gone")
    with Watch(port(registry)) as again:
        assert again.status == 200


def test_five_thousand(start):
    """As many as are allowed; the others are told so, and clients go on renewing."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 12000:
        pytest.skip(f"this process may open {hard} descriptors")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    registry = start(settings={"crema.http.max-connections": "6000"})
    registry.register(id="i1")
    sockets, status = [], Counter()
    try:
        for _ in range(5000):
            one = socket.create_connection(("127.0.0.1", port(registry)), timeout=10)
            one.sendall(b"GET /eureka/watch HTTP/1.1\r\nHost: h\r\n\r\n")
            sockets.append(one)
        for one in sockets:
            status[one.recv(12)[9:12].decode()] += 1
        assert status == {"200": 2048, "503": 5000 - 2048}
        began = time.monotonic()
        assert registry.renew(id="i1").status == 200
        assert time.monotonic() - began < 1
    finally:
        for one in sockets:
            one.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_closed_gate(start):
    registry = start(settings={"eureka.instance.registry.default-open-for-traffic-count": "0"})
    assert registry.running.get("/eureka/watch").status == 403


def test_a_watcher_that_never_reads(start):
    """It holds up nobody and costs no queue."""
    registry = start()
    deaf = [Watch(port(registry), receive_buffer=4096) for _ in range(20)]
    big = {"metadata": {f"k{n}": "v" * 1000 for n in range(30)}}
    before = private_kb(registry.running.child.pid)
    with Watch(port(registry)) as reader:
        for number in range(600):  # 18 MB of events, more than the ring keeps
            registry.register(id=f"i{number % 20}", dirty=number, **big)
        reader.until(lambda w: len(w.instances) == 20 and max(
            int(r["lastDirtyTimestamp"]) for r in w.instances.values()) == 599, 20)
    if preset() == "release":  # a sanitizer keeps what was freed
        assert private_kb(registry.running.child.pid) - before < 24 * 1024
    for one in deaf:
        one.close()


def churn(registry, seed, deadline):
    chance = random.Random(seed)
    number = 0
    while time.monotonic() < deadline:
        number += 1
        app, id = f"A{chance.randrange(5)}", f"i{chance.randrange(30)}"
        if chance.random() < 0.3:
            registry.cancel(app, id)
        else:
            registry.register(app=app, id=id, dirty=number, status=chance.choice(("UP", "DOWN")))


def test_all_end_with_the_servers_state(start):
    """Watchers of all and of one application, some that leave and resume, under churn."""
    registry = start(settings={"eureka.server.enable-self-preservation": "false"})
    seed = random.randrange(1 << 30)
    print("seed", seed)
    deadline = time.monotonic() + 3
    threads = [threading.Thread(target=churn, args=(registry, seed + n, deadline)) for n in range(2)]
    everything, one_app = Watch(port(registry)), Watch(port(registry), app="A1")
    moving = Watch(port(registry))
    for thread in threads:
        thread.start()
    while time.monotonic() < deadline:
        for watch in (everything, one_app, moving):
            try:
                watch.next(0.05)
            except socket.timeout:
                pass
        if random.random() < 0.05:
            moving.close()
            resumed = Watch(port(registry), last_id=moving.last_id)
            resumed.instances, resumed.buffer, moving = moving.instances, resumed.buffer, resumed
    for thread in threads:
        thread.join()
    final = known(registry)
    strip = lambda instances: {k: json.dumps(v, sort_keys=True) for k, v in instances.items()}
    everything.until(lambda w: strip(w.instances) == strip(final))
    moving.until(lambda w: strip(w.instances) == strip(final))
    one_app.until(lambda w: strip(w.instances) == strip({k: v for k, v in final.items() if k[0] == "A1"}))
    assert registry.running.stop() == 0


def test_ends_with_the_registry(registry, watch):
    seen = watch()
    seen.next()
    began = time.monotonic()
    assert registry.running.stop() == 0
    with pytest.raises(EOFError):
        seen.next()
    assert time.monotonic() - began < 3
