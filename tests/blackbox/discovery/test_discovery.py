"""The same of every registry: ours by its stream, ours and Spring's by asking for their changes."""
import pytest

import servers
from harness.poll import wait_until
from servers import SERVERS


@pytest.fixture(params=SERVERS)
def server(request, daemon, tmp_path):
    if request.param.startswith("spring") and servers.java is None:
        pytest.skip("the originals are not at hand")
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
    assert front.source == server.source


def test_the_client_registers_and_leaves(client, server, backends):
    first = client(server.url, {**server.settings, "spring.application.name": "the-first"})
    second = client(server.url, {**server.settings, "spring.application.name": "the-second"})
    wait_until(lambda: "the-first" in second.routes and "the-second" in first.routes, server.seconds + 5,
               "each other")
    assert first.running.stop() == 0
    wait_until(lambda: "the-first" not in second.routes, server.seconds, "its departure")
