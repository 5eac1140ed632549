"""The same of every registry: ours by its stream, ours and Spring's by asking for their changes."""
import random
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

import servers
from harness.poll import wait_until
from servers import SERVERS


@pytest.fixture(params=SERVERS)
def server(request, daemon, tmp_path):
    made = SERVERS[request.param](daemon, tmp_path)
    yield made
    if hasattr(made, "end"):
        made.end()


@pytest.fixture
def front(client, server):
    made = client(server.url, server.settings)
    wait_until(lambda: made.source == server.source, 5, f"the instances to be {server.source}")
    return made


def knows(front, server, *services):
    wait_until(lambda: front.routes == set(services), server.seconds, f"the client to know {services}")


def test_instances_come_and_leave(front, server, backends):
    server.put("users", backends[0].port)
    knows(front, server, "users")
    assert front.names("users") == {"one"}
    server.put("users", backends[1].port)
    wait_until(lambda: front.names("users", 2) == {"one", "two"}, server.seconds + 1, "the second")
    server.drop("users", backends[0].port)
    wait_until(lambda: front.names("users", 2) == {"two"}, server.seconds + 1, "the first to be gone")
    server.drop("users", backends[1].port)
    knows(front, server)


def test_statuses(front, server, backends):
    port = backends[0].port
    server.put("users", port, status="STARTING")
    server.put("orders", backends[1].port)
    knows(front, server, "orders")
    server.put("users", port)
    knows(front, server, "users", "orders")
    server.override("users", port, "OUT_OF_SERVICE")
    knows(front, server, "orders")
    server.override("users", port, "UP")
    knows(front, server, "users", "orders")


def test_an_instance_that_moved(front, server, backends):
    server.put("users", backends[0].port, id="fixed")
    knows(front, server, "users")
    server.put("users", backends[1].port, id="fixed")
    wait_until(lambda: front.names("users", 2) == {"two"}, server.seconds + 1, "the new place")


def test_many_changes_at_once(front, server, backends):
    names = {f"s{number}" for number in range(60)}
    for name in sorted(names):
        server.put(name, backends[0].port)
    wait_until(lambda: front.routes == names, server.seconds + 1, "all of them")
    for name in sorted(names)[::2]:
        server.drop(name, backends[0].port)
    left = set(sorted(names)[1::2])
    wait_until(lambda: front.routes == left, server.seconds + 1, "the rest")


def test_what_was_there_before(client, server, backends):
    server.put("users", backends[0].port)
    front = client(server.url, server.settings)
    wait_until(lambda: front.routes == {"users"}, 5, "what there is")
    wait_until(lambda: front.source == server.source, 1, "the word about that")


def test_the_client_registers_and_leaves(client, server, backends):
    first = client(server.url, {**server.settings, "spring.application.name": "the-first"})
    second = client(server.url, {**server.settings, "spring.application.name": "the-second"})
    wait_until(lambda: "the-first" in second.routes and "the-second" in first.routes, server.seconds + 5,
               "each other")
    assert first.running.stop() == 0
    wait_until(lambda: "the-first" not in second.routes, server.seconds, "its departure")


def test_churn_ends_with_the_registrys_state(client, daemon, backends):
    """Two writers change 60 services as fast as they can; the client sees many states and ends with the last."""
    server = SERVERS["ours-by-watch"](daemon, None)
    front = client(server.url, {"logging.level.registry.client": "info"})
    until = time.monotonic() + 4
    names = [f"s{number}" for number in range(60)]

    def change(mine, chance):
        present, changes = set(), 0
        while time.monotonic() < until:
            name = chance.choice(mine)
            if name in present and chance.random() < 0.5:
                server.drop(name, backends[0].port)
                present.discard(name)
            else:
                server.put(name, backends[0].port)
                present.add(name)
            changes += 1
        return present, changes

    with ThreadPoolExecutor(2) as pool:
        parts = [pool.submit(change, names[half::2], random.Random(half)) for half in range(2)]
        seen = set()
        while time.monotonic() < until:
            seen.add(frozenset(front.routes))
        results = [part.result() for part in parts]
    left = set().union(*(present for present, _ in results))
    wait_until(lambda: front.routes == left, 2, "the last state")
    assert len(seen) > 20 and sum(changes for _, changes in results) > 200
    assert front.told("registry.watch-distrusted") == 0 and front.told("registry.fetched") == 1


def test_the_registry_restarts_in_the_middle(client, daemon, backends):
    registry = daemon("eureka-registry", settings={"spring.cloud.config.enabled": "false",
                                                   "server.address": "127.0.0.1"})
    server = servers.Server(registry.port, "told as they change", 2)
    front = client(server.url)
    server.put("users", backends[0].port)
    knows(front, server, "users")
    wait_until(lambda: "USERS" in (registry.home / "data" / "eureka-registry.snapshot").read_text(), 5,
               "the registry's snapshot")
    registry.kill()
    registry.argv = [word if not word.startswith("--server.port=") else f"--server.port={server.port}"
                     for word in registry.argv]
    registry.start()
    server.put("orders", backends[1].port)
    knows(front, server, "users", "orders")
    wait_until(lambda: front.source == server.source, 1, "the word about that")
