"""Connections to instances: each limit passed by one, and waiting in turn, on whichever worker (gateway.md 4 and
Appendices A and B; decision G2)."""
import signal
import statistics
import threading
import time

import pytest

from harness.poll import wait_until

from gateway_client import Client, is_problem
from gateway_origin import OK, answering
from gateway_pools import LONG, Doors, figures, finish, has, is_empty, one_in_work, sender, users, waiting, worker_of
from gateway_setup import url_route
from gateway_wire import chunks

# --- limits ---

LIMITS = {
    "instance": {"users.ribbon.MaxConnectionsPerHost": 3},
    "instance, of all services": {"ribbon.MaxConnectionsPerHost": 3},
    "instance, the older name": {"users.ribbon.MaxHttpConnectionsPerHost": 3},
    "instance, the older name of all": {"ribbon.MaxHttpConnectionsPerHost": 3},
    "service": {"users.ribbon.MaxTotalConnections": 3},
    "service, of all services": {"ribbon.MaxTotalConnections": 3},
    "service, the older name": {"users.ribbon.MaxTotalHttpConnections": 3},
    "service, the older name of all": {"ribbon.MaxTotalHttpConnections": 3},
    "route": {"zuul.host.maxPerRouteConnections": 3},
    "all routes": {"zuul.host.maxTotalConnections": 3},
}


@pytest.mark.parametrize("name", LIMITS)
def test_one_connection_too_many_waits(start, doors, name):
    settings = {**users(doors), **LIMITS[name]}
    if "route" in name:
        settings = {**LONG, **url_route("users", f"http://{doors.authority}"), **LIMITS[name]}
    gateway = start(settings)
    clients = [sender(gateway, f"/users/a{number}") for number in range(3)]
    doors.origin.saw(3)
    clients += waiting(gateway, 1)
    assert figures(gateway)["gateway_upstream_connections"] == 3
    doors.let("/a1")
    doors.origin.saw(4)
    has(gateway, connections=3, waiting=0)
    finish(doors, *clients)
    assert doors.most == 3
    is_empty(gateway)


@pytest.mark.parametrize("route, limit", [("users", 50), ("fixed", 20)])
def test_limits_as_they_come(start, doors, route, limit):
    gateway = start({**users(doors), **url_route("fixed", f"http://{doors.authority}")})
    clients = [sender(gateway, f"/{route}/a{number}") for number in range(limit)]
    doors.origin.saw(limit)
    clients += waiting(gateway, 1, path=f"/{route}")
    assert doors.most == limit
    finish(doors, *clients)
    is_empty(gateway)


def test_an_instance_with_room_comes_before_waiting(start, doors, more_doors):
    full = [Doors() for _ in range(3)]
    gateway = start(users(doors, more_doors, *full, **{"ribbon.MaxConnectionsPerHost": 2}))
    clients = [sender(gateway, f"/users/a{number}") for number in range(10)]
    wait_until(lambda: all(len(one.targets) == 2 for one in (doors, more_doors, *full)), 10, "two at each")
    for number in range(5):  # whosever turn it is
        more_doors.let(more_doors.targets[number])
        has(gateway, connections=9)
        clients.append(sender(gateway, f"/users/b{number}"))
        wait_until(lambda number=number: more_doors.targets[-1] == f"/b{number}", 10, "the instance with room")
    assert figures(gateway)["gateway_upstream_waits_total"] == 0
    for one in (more_doors, *full):
        one.open.set()
    finish(doors, *clients)
    is_empty(gateway)
    for one in full:
        one.stop()


def test_routes_with_room_pass_by_those_that_wait(start, doors, more_doors):
    """All url routes wait in one line, because they share a limit, but each has one of its own."""
    gateway = start({**LONG, "zuul.host.maxPerRouteConnections": 1, "crema.gateway.workers": 2,
                     **url_route("one", f"http://{doors.authority}"), **url_route("two", f"http://{more_doors.authority}")})
    clients = [sender(gateway, "/one/a")]
    doors.origin.saw(1)
    clients += waiting(gateway, 2, path="/one")
    clients.append(sender(gateway, "/two/b"))
    more_doors.origin.saw(1)
    has(gateway, waiting=2)
    more_doors.open.set()
    finish(doors, *clients)
    assert doors.targets == ["/a", "/0", "/1"]
    is_empty(gateway)


def test_the_limit_of_all_url_routes_wakes_another_routes_request(start, doors, more_doors):
    gateway = start({**LONG, "zuul.host.maxTotalConnections": 1, "crema.gateway.workers": 2,
                     **url_route("one", f"http://{doors.authority}"), **url_route("two", f"http://{more_doors.authority}")})
    clients = [sender(gateway, "/one/a")]
    doors.origin.saw(1)
    clients += waiting(gateway, 1, path="/two")
    doors.let("/a")
    more_doors.origin.saw(1)
    more_doors.open.set()
    finish(doors, *clients)
    is_empty(gateway)


# --- the order ---

def test_first_come_first_served_on_both_workers(start, doors):
    """And at once: a worker that waits for something else is woken."""
    gateway = start(users(doors, **{"ribbon.MaxConnectionsPerHost": 1}))
    clients, times = [sender(gateway, "/users/a")], []
    doors.origin.saw(1)
    clients += waiting(gateway, 16)
    for target in ("/a", *(f"/{number}" for number in range(15))):
        began = time.monotonic()
        doors.let(target)
        doors.origin.saw(len(times) + 2)
        times.append(time.monotonic() - began)
    answers = finish(doors, *clients)
    assert doors.targets == ["/a", *(f"/{number}" for number in range(16))]
    assert doors.most == 1
    workers = [worker_of(answer) for answer in answers]
    assert set(workers) == {"0", "1"}
    across = [one for one, before, after in zip(times, workers, workers[1:]) if before != after]
    assert statistics.median(across) < 0.25, across
    is_empty(gateway)


def test_several_places_come_free_at_once(start, doors):
    gateway = start(users(doors, **{"ribbon.MaxTotalConnections": 4}))
    clients = [sender(gateway, f"/users/a{number}") for number in range(4)]
    doors.origin.saw(4)
    clients += waiting(gateway, 12)
    for number in range(4):
        doors.let(f"/a{number}")
    doors.origin.saw(8)
    assert sorted(doors.targets[4:]) == ["/0", "/1", "/2", "/3"]
    finish(doors, *clients)
    assert doors.most == 4
    is_empty(gateway)


def test_a_newcomer_overtakes_nobody(start, doors):
    """A place comes free while somebody waits: it is his, even if a new request comes at that very moment."""
    gateway = start(users(doors, **{"ribbon.MaxConnectionsPerHost": 1}))
    regular = sender(gateway, "/users/a")
    regular.send(b"GET /users/late HTTP/1.1\r\nHost: g\r\n\r\n")  # begins when the first one gives its place back
    doors.origin.saw(1)
    clients = waiting(gateway, 3)
    doors.let("/a")
    assert regular.answer().body == b"/a"
    finish(doors, *clients, regular)
    assert doors.targets == ["/a", "/0", "/1", "/2", "/late"]
    is_empty(gateway)


@pytest.mark.parametrize("limit", [{"ribbon.MaxConnectionsPerHost": 3}, {"ribbon.MaxTotalConnections": 3}])
def test_many_clients_share_few_connections(start, doors, limit):
    """Nobody is forgotten, and both workers together never use one more."""
    doors.open.set()
    gateway = start(users(doors, **limit))
    rounds, wrong = 60, []

    def run(name):
        client = Client(gateway.port, seconds=30)
        client.record = False
        for number in range(rounds):
            if client.get(f"/users/{name}.{number}").body != f"/{name}.{number}".encode():
                wrong.append((name, number))
        client.close()

    threads = [threading.Thread(target=run, args=(name,)) for name in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    assert wrong == [] and doors.most <= 3
    assert figures(gateway)["gateway_upstream_waits_total"] > 0
    is_empty(gateway)


# --- connections that are kept ---

def test_a_connection_carries_a_thousand_requests(start, back):
    back.script = answering(OK)
    gateway = start(users(back, **{"crema.gateway.workers": 1, "crema.gateway.requests-max": 2000}))
    client = Client(gateway.port)
    for _ in range(1001):
        assert client.get("/users/x").status == 200
    assert [len(peer.requests) for peer in back.peers] == [1000, 1]
    back.left([back.peers[0]])
    client.close()


def test_an_unused_connection_ends(start, back):
    back.script = answering(OK)
    gateway = start(users(back, **{"crema.gateway.workers": 1, "crema.gateway.upstream-idle-ms": 300}))
    client = Client(gateway.port)
    assert client.get("/users/x").status == client.get("/users/x").status == 200
    began = time.monotonic()
    back.left(list(back.peers))
    assert time.monotonic() - began > 0.2 and len(back.peers) == 1
    assert client.get("/users/x").status == 200 and len(back.peers) == 2
    client.close()


# --- not for ever ---

URL = {"zuul.host.maxPerRouteConnections": 1}
WAITS = {
    "service": ({"ribbon.MaxConnectionsPerHost": 1, "users.ribbon.ConnectionManagerTimeout": 200},
                503, "queue_timeout", "ribbon.ConnectionManagerTimeout"),
    "all services": ({"ribbon.MaxConnectionsPerHost": 1, "ribbon.ConnectionManagerTimeout": 200},
                     503, "queue_timeout", "ribbon.ConnectionManagerTimeout"),
    "url": ({**URL, "zuul.host.connectionRequestTimeoutMillis": 200},
            503, "queue_timeout", "zuul.host.connection-request-timeout-millis"),
    "url, as it comes": ({**URL, "hystrix.command.users.execution.isolation.thread.timeoutInMilliseconds": 200},
                         504, "deadline", "execution.isolation.thread.timeoutInMilliseconds"),
    "total": ({"ribbon.MaxConnectionsPerHost": 1,
               "hystrix.command.users.execution.isolation.thread.timeoutInMilliseconds": 200},
              504, "deadline", "execution.isolation.thread.timeoutInMilliseconds"),
}


def endless(peer):
    """An answer that has begun, so that no time limit of the request holds any more."""
    peer.request()
    peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")
    peer.wait_end()


@pytest.mark.parametrize("name", WAITS)
def test_nobody_waits_for_ever(start, doors, name):
    settings, status, failure, rule = WAITS[name]
    base = {**LONG, **url_route("users", f"http://{doors.authority}")} if "url" in name else users(doors)
    gateway = start({**base, **settings})
    doors.origin.script = endless
    first = sender(gateway, "/users/a")
    assert first.answer_head().status == 200
    began = time.monotonic()
    answer = gateway.ask("/users/late")
    body = is_problem(answer, status, failure)
    assert 0.19 < time.monotonic() - began < 5
    assert (body["rule"], body["limit"], body["service"]) == (rule, 200, "users")
    assert body.get("upstream") == (doors.authority if "url" in name else None)
    assert status == 504 or int(answer.get("Retry-After")) >= 1
    has(gateway, waiting=0)
    first.reset()
    is_empty(gateway)
    assert doors.targets == ["/a"]


def test_a_second_is_what_a_request_of_a_service_waits(start, doors):
    settings = users(doors, **{"ribbon.MaxConnectionsPerHost": 1})
    del settings["ribbon.ConnectionManagerTimeout"]
    gateway = start(settings)
    first = sender(gateway, "/users/a")
    doors.origin.saw(1)
    assert is_problem(gateway.ask("/users/late"), 503, "queue_timeout")["limit"] == 1000
    first.close()


def test_one_request_too_many_waits(start, doors):
    gateway = start(users(doors, **{"ribbon.MaxConnectionsPerHost": 1, "crema.gateway.queue-max": 2}))
    clients = one_in_work(gateway, doors, waiters=2)
    body = is_problem(gateway.ask("/users/late"), 503, "pool_full")
    assert (body["rule"], body["limit"], body["service"]) == ("crema.gateway.queue-max", 2, "users")
    text = gateway.get("/actuator/prometheus").text
    assert 'gateway_failures_total{reason="pool_full"} 1' in text
    finish(doors, *clients)
    is_empty(gateway)


def test_nobody_waits_where_nobody_may(start, doors):
    gateway = start(users(doors, **{"ribbon.MaxConnectionsPerHost": 1, "crema.gateway.queue-max": 0}))
    first = sender(gateway, "/users/a")
    doors.origin.saw(1)
    assert is_problem(gateway.ask("/users/late"), 503, "pool_full")["limit"] == 0
    finish(doors, first)


@pytest.mark.parametrize("way", ["reset", "close"])
def test_who_goes_away_leaves_the_line(start, doors, way):
    gateway = start(users(doors, **{"ribbon.MaxConnectionsPerHost": 1}))
    clients = [sender(gateway, "/users/a")]
    doors.origin.saw(1)
    gone = waiting(gateway, 3)
    clients += waiting(gateway, 1, first=3)
    for client in gone:
        getattr(client, way)()
    has(gateway, waiting=1, connections=1)
    finish(doors, *clients)
    assert doors.targets == ["/a", "/3"]
    is_empty(gateway)


def test_who_goes_away_as_his_turn_comes_holds_up_nobody(start, doors):
    """Both are seen at once, each by the worker that it is for: the call is passed on to the next one."""
    gateway = start(users(doors, **{"ribbon.MaxConnectionsPerHost": 1}))
    for number in range(40):
        first = sender(gateway, f"/users/a{number}")
        wait_until(lambda number=number: f"/a{number}" in doors.targets, 10, "the first one")
        gone = sender(gateway, f"/users/gone{number}")
        has(gateway, waiting=1)
        last = sender(gateway, f"/users/last{number}")
        has(gateway, waiting=2)
        gateway.signal(signal.SIGSTOP)
        doors.let(f"/a{number}")
        doors.let(f"/gone{number}")
        doors.let(f"/last{number}")
        wait_until(lambda: doors.inside == 0, 10, "the answer")
        gone.reset()
        gateway.signal(signal.SIGCONT)
        assert first.answer().status == last.answer().status == 200
        first.close()
        last.close()
    is_empty(gateway)


def test_a_waiting_request_keeps_its_permit(start, doors):
    gateway = start(users(doors, **{"ribbon.MaxConnectionsPerHost": 1, "zuul.semaphore.max-semaphores": 2}))
    clients = one_in_work(gateway, doors, waiters=1)
    is_problem(gateway.ask("/users/late"), 503, "semaphore_full")
    finish(doors, *clients)
    is_empty(gateway)


def test_the_log_knows_how_long_it_waited(start, doors):
    gateway = start(users(doors, **{"ribbon.MaxConnectionsPerHost": 1}))
    clients = one_in_work(gateway, doors, waiters=1)
    finish(doors, *clients)
    line = wait_until(lambda: next((line for line in gateway.log.splitlines() if "/users/0" in line), None), 10,
                      "the line")
    first = next(line for line in gateway.log.splitlines() if "/users/a" in line)
    assert "queue_us" in line and "queue_us" not in first


# --- bodies ---

def test_bodies_arrive_whole_after_waiting(start, doors):
    """Complete ones, such as come in pieces, and those that are announced first."""
    gateway = start(users(doors, **{"ribbon.MaxConnectionsPerHost": 1, "crema.gateway.continue-ms": 50,
                                    "crema.gateway.head-ms": 300}))
    first = sender(gateway, "/users/a")
    doors.origin.saw(1)
    whole = sender(gateway, "/users/whole", b"Content-Length: 5\r\n", b"whole", b"POST")
    has(gateway, waiting=1)
    coded = sender(gateway, "/users/coded", b"Transfer-Encoding: chunked\r\n", chunks(b"co", b"ded"), b"POST")
    has(gateway, waiting=2)
    part = sender(gateway, "/users/part", b"Content-Length: 10\r\n", b"first", b"POST")
    has(gateway, waiting=3)
    asked = sender(gateway, "/users/asked", b"Content-Length: 5\r\nExpect: 100-continue\r\n", b"", b"POST")
    has(gateway, waiting=4)
    part.send(b" last")
    slow = Client(gateway.port)
    slow.send(b"GET")
    assert slow.answer().status == 408
    assert not asked.has_input(), "nobody asks for a body that cannot go on"
    slow.close()
    doors.open.set()
    assert first.answer().status == whole.answer("POST").status == coded.answer("POST").status == 200
    assert part.answer("POST").status == 200
    assert asked.head().start.startswith("HTTP/1.1 100")
    asked.send(b"asked")
    assert asked.answer("POST").status == 200
    bodies = {request.target: request.body for request in doors.origin.requests}
    assert bodies == {"/a": b"", "/whole": b"whole", "/coded": b"coded", "/part": b"first last", "/asked": b"asked"}
    for client in (first, whole, coded, part, asked):
        client.close()
    is_empty(gateway)


def test_a_waiting_upload_is_not_read_on(start, doors):
    """What the client has sent stays with the kernel, whatever it is; then all of it arrives."""
    gateway = start(users(doors, **{"ribbon.MaxConnectionsPerHost": 1}))
    size = 64 << 20
    first = sender(gateway, "/users/a")
    doors.origin.saw(1)
    upload = sender(gateway, "/users/up", b"Content-Length: %d\r\n" % size, b"", b"POST")
    has(gateway, waiting=1)
    sent, block, idle = 0, bytes(1 << 20), 0
    while idle < 30:
        pushed = upload.push(block[:size - sent])
        sent += pushed
        idle = 0 if pushed else idle + 1
        figures(gateway)  # a while
    assert sent < size / 2
    doors.open.set()
    while sent < size:
        assert upload.send(block[:size - sent])
        sent += len(block[:size - sent])
    assert upload.answer("POST").status == first.answer().status == 200
    assert len(doors.origin.requests[-1].body) == size
    upload.close()
    first.reset()
    is_empty(gateway)


def test_an_upload_waits_no_longer_than_the_whole_time_limit(start, doors):
    """Its body has not ended, so that nothing else would count: neither its own limit nor the answer's."""
    gateway = start({**LONG, **url_route("users", f"http://{doors.authority}"), **URL,
                     "hystrix.command.users.execution.isolation.thread.timeoutInMilliseconds": 300})
    first = sender(gateway, "/users/a", b"Content-Length: 1\r\n", b"", b"POST")
    doors.origin.saw_heads(1)
    upload = sender(gateway, "/users/up", b"Content-Length: 9\r\n", b"", b"POST")
    is_problem(upload.answer("POST"), 504, "deadline")
    upload.close()
    first.reset()
    is_empty(gateway)
