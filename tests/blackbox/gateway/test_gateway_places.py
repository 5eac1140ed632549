"""What becomes of those who wait for a connection when settings, instances or the gateway end, and that every place
among the connections comes back whatever becomes of its request (decision G2)."""
import random
import threading

import pytest

from harness.poll import wait_until

from gateway_client import Client, is_problem
from gateway_origin import OK
from gateway_pools import LONG, figures, finish, has, is_empty, one_in_work, sender, users, waiting
from gateway_setup import url_route

URL = {"zuul.host.maxPerRouteConnections": 1}

# --- changes meanwhile ---

def test_limits_change_while_requests_wait(changing, doors):
    gateway = changing(users(doors, **{"ribbon.MaxConnectionsPerHost": 1}))
    clients = one_in_work(gateway, doors, waiters=6)
    gateway.change(**{"ribbon.MaxConnectionsPerHost": 4})
    doors.origin.saw(4)
    has(gateway, waiting=3, connections=4)
    gateway.change(**{"ribbon.MaxTotalConnections": 2})
    doors.let("/a")
    doors.let("/0")
    has(gateway, waiting=3, connections=2)
    doors.let("/1")
    doors.origin.saw(5)
    gateway.change(**{"crema.gateway.queue-max": 2})
    is_problem(gateway.ask("/users/late"), 503, "pool_full")
    finish(doors, *clients)
    assert doors.most == 4
    is_empty(gateway)


def test_room_for_many_at_once(changing, doors):
    """Each worker finds its own among them, whichever looks first."""
    gateway = changing(users(doors, **{"ribbon.MaxConnectionsPerHost": 1}))
    clients = one_in_work(gateway, doors, waiters=20)
    gateway.change(**{"ribbon.MaxConnectionsPerHost": 21})
    doors.origin.saw(21)
    finish(doors, *clients)
    is_empty(gateway)


def test_the_limit_of_a_url_route_changes_while_requests_wait(changing, doors):
    gateway = changing({**LONG, **url_route("users", f"http://{doors.authority}"), **URL, "crema.gateway.workers": 2})
    clients = one_in_work(gateway, doors, waiters=6)
    gateway.change(**{"zuul.host.maxPerRouteConnections": 4})
    doors.origin.saw(4)
    has(gateway, waiting=3, connections=4)
    gateway.change(**{"zuul.host.maxTotalConnections": 5, "zuul.host.maxPerRouteConnections": 100})
    has(gateway, waiting=2, connections=5)
    finish(doors, *clients)
    assert doors.most == 5
    is_empty(gateway)


def test_an_instance_that_comes_is_used_at_once(changing, doors, more_doors):
    gateway = changing(users(doors, **{"ribbon.MaxConnectionsPerHost": 1}))
    clients = one_in_work(gateway, doors, waiters=2)
    gateway.change(**{"users.ribbon.listOfServers": f"{doors.authority},{more_doors.authority}"})
    more_doors.origin.saw(1)
    assert more_doors.targets == ["/0"]
    host = more_doors.origin.requests[0].get("Host")
    assert host == more_doors.authority, "the head names the instance that it goes to"
    more_doors.open.set()
    finish(doors, *clients)
    is_empty(gateway)


def test_an_instance_ends_while_requests_wait(changing, doors, more_doors):
    """What is in work there goes on; who waits goes to those that are left."""
    gateway = changing(users(doors, more_doors, **{"ribbon.MaxConnectionsPerHost": 1}))
    clients = [sender(gateway, "/users/a"), sender(gateway, "/users/b")]
    wait_until(lambda: len(doors.targets) == len(more_doors.targets) == 1, 10, "one at each")
    clients += waiting(gateway, 2)
    gateway.change(**{"users.ribbon.listOfServers": more_doors.authority})
    doors.open.set()
    has(gateway, connections=1, waiting=2)
    finish(more_doors, *clients)
    assert len(doors.targets) == 1 and more_doors.targets[1:] == ["/0", "/1"]
    is_empty(gateway)


def test_the_last_instance_ends_while_requests_wait(changing, doors):
    gateway = changing(users(doors, **{"ribbon.MaxConnectionsPerHost": 1}))
    first = sender(gateway, "/users/a")
    doors.origin.saw(1)
    clients = waiting(gateway, 4)
    gateway.change(**{"users.ribbon.listOfServers": ""})
    for client in clients:
        is_problem(client.answer(), 503, "no_instance")
        client.close()
    finish(doors, first)
    is_empty(gateway)


def test_a_url_that_changes_is_for_those_who_come_later(changing, doors, more_doors):
    gateway = changing({**LONG, **url_route("users", f"http://{doors.authority}"), **URL})
    clients = one_in_work(gateway, doors, waiters=1)
    gateway.change(**{"zuul.routes.users.url": f"http://{more_doors.authority}/base"})
    more_doors.open.set()
    later = sender(gateway, "/users/later")
    assert later.answer().body == b"/base/later"
    finish(doors, *clients)
    assert doors.targets == ["/a", "/0"]
    later.close()
    is_empty(gateway)


def test_who_waits_at_SIGTERM_is_served(start, doors):
    gateway = start(users(doors, **{"ribbon.MaxConnectionsPerHost": 1}))
    clients = one_in_work(gateway, doors, waiters=4)
    gateway.signal(15)
    finish(doors, *clients)
    assert gateway.child.wait(20) == 0


# --- every end gives its place back ---

def broken(doors, gateway, way):
    """One request each that ends in that way."""
    origin = doors.origin
    origin.renew()
    scripts = {
        "refused": None,
        "closed": lambda peer: peer.request(),
        "reset": lambda peer: peer.request() and peer.reset(),
        "garbage": lambda peer: peer.request() and peer.send(b"nonsense\r\n\r\n"),
        "cut": lambda peer: peer.request() and peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"),
        "until close": lambda peer: peer.request() and peer.send(b"HTTP/1.1 200 OK\r\n\r\nabc"),
        "early answer": lambda peer: peer.request_head() and peer.send(OK),
        "last answer": lambda peer: peer.request() and peer.send(OK.replace(b"OK\r\n", b"OK\r\nConnection: close\r\n")),
        "late": lambda peer: peer.request() and peer.wait_end(),
    }
    origin.script = scripts[way]
    if way == "early answer":
        client = sender(gateway, "/users/x", b"Content-Length: 9\r\n", b"abc", b"POST")
        assert client.answer("POST").status == 200
    else:
        client = sender(gateway, "/users/x")
        try:
            client.answer()
        except Exception as error:  # cut, as it should be
            assert way == "cut", error
    client.close()


@pytest.mark.parametrize("way", ["closed", "reset", "garbage", "cut", "until close", "early answer", "last answer", "late"])
def test_a_place_comes_back_after(start, doors, way):
    """Six times, where there are only two places."""
    limit = {"ribbon.ReadTimeout": 100} if way == "late" else {}
    gateway = start(users(doors, **{"ribbon.MaxConnectionsPerHost": 2, **limit}))
    for _ in range(6):
        broken(doors, gateway, way)
    is_empty(gateway)
    assert figures(gateway)["gateway_upstream_waits_total"] == 0


def test_a_place_comes_back_after_a_refused_connection(start, doors):
    gateway = start(users(doors, **{"ribbon.MaxConnectionsPerHost": 2}))
    doors.origin.stop()
    for _ in range(6):
        is_problem(gateway.ask("/users/x"), 502, "upstream_connect_refused")
    is_empty(gateway)


def test_a_place_comes_back_after_a_retry(start, doors):
    """The used connection ends as it is used again: the second one is counted once."""
    gateway = start(users(doors, **{"ribbon.MaxConnectionsPerHost": 1, "crema.gateway.workers": 1}))

    def script(peer):
        peer.request()
        peer.send(OK)
        peer.request()  # and closes: the request goes out once more

    doors.origin.script = script
    client = Client(gateway.port)
    for _ in range(8):
        assert client.get("/users/x").status == 200
    client.close()
    is_empty(gateway)
    assert figures(gateway)["gateway_retries_total"] > 0


@pytest.mark.parametrize("way", ["reset", "close"])
def test_a_place_comes_back_after_a_client_has_gone(start, doors, way):
    gateway = start(users(doors, **{"ribbon.MaxConnectionsPerHost": 2}))

    def script(peer):
        while peer.request():
            peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
            while peer.send(bytes(65536)):
                pass

    doors.origin.script = script
    for _ in range(6):
        client = sender(gateway, "/users/x")
        client.take(100000)
        getattr(client, way)()
    is_empty(gateway)


def test_a_place_comes_back_after_its_instance_has_gone(changing, doors):
    gateway = changing(users(doors))
    clients = [sender(gateway, f"/users/{number}") for number in range(3)]
    doors.origin.saw(3)
    gateway.change(**{"users.ribbon.listOfServers": ""})
    clients[0].reset()
    has(gateway, connections=2)
    finish(doors, *clients[1:])
    is_empty(gateway)


class Hasty:
    """A client that now and then leaves before it has its answer."""

    def __init__(self, port, name, over):
        self.port, self.name, self.over = port, name, over
        self.draw = random.Random(name)
        self.right = 0
        self.wrong = []
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self):
        number = 0
        while not self.over.is_set() and not self.wrong:
            client = Client(self.port, seconds=30)
            for _ in range(self.draw.randrange(1, 20)):
                number += 1
                target = f"/{self.name}.{number}"
                client.send(f"GET /users{target} HTTP/1.1\r\nHost: g\r\n\r\n".encode())
                if self.draw.random() < 0.1:
                    client.reset()
                    break
                answer = client.answer()
                if answer.status == 200 and answer.body == target.encode():
                    self.right += 1
                elif answer.get("X-Gateway-Failure") != "pool_full":
                    self.wrong.append(answer)
            client.close()


def test_hasty_clients_and_changes_lose_no_place(changing, doors, more_doors):
    """Instances and limits change all the time, the line is short, some leave it: who stays is answered."""
    servers = [doors.authority, more_doors.authority, f"{doors.authority},{more_doors.authority}"]
    doors.open.set()
    more_doors.open.set()
    gateway = changing(users(doors, **{"crema.gateway.queue-max": 16, "ribbon.MaxConnectionsPerHost": 2}))
    over = threading.Event()
    clients = [Hasty(gateway.port, f"h{number}", over) for number in range(24)]
    for turn in range(60):
        gateway.change(**{"users.ribbon.listOfServers": servers[turn % 3],
                          "ribbon.MaxConnectionsPerHost": 1 + turn % 4, "ribbon.MaxTotalConnections": 1 + turn % 5})
    gateway.change(**{"crema.gateway.queue-max": 1024, "ribbon.MaxTotalConnections": 2})
    over.set()
    for client in clients:
        client.thread.join(60)
        assert not client.thread.is_alive()
    assert [client.wrong for client in clients if client.wrong] == []
    assert sum(client.right for client in clients) > 100
    is_empty(gateway)
    assert figures(gateway)["gateway_upstream_waits_total"] > 100
