"""Netflix' client and two lines of Spring Boot applications, unmodified, on our registry."""
import base64
import time
from urllib.parse import quote

import pytest

from eureka_wire import record, to_body
from harness import java
from harness.poll import wait_until
from harness.ports import free_port

USER, PASSWORD = "barista", "caffe"
BASIC = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
ACCESS = {"Authorization": f"Basic {BASIC}"}
J = {"Accept": "application/json", **ACCESS}
NAMES = ("netflix-client", "spring-hoxton", "spring-current")
SECONDS = 30  # for what takes the clients a second or two


class Client:
    """One of the applications, and what the registry has of it."""

    def __init__(self, name, registry, folder):
        self.name = name
        self.app = name.upper()
        self.registry = registry
        url = f"http://{USER}:{PASSWORD}@127.0.0.1:{registry.port}/eureka/"
        key = "serviceUrl.default" if name == "netflix-client" else "client.service-url.defaultZone"
        self.peer = java.Peer(name, folder, {f"eureka.{key}": url, "server.port": free_port()})

    @property
    def path(self):
        return f"/eureka/apps/{self.app}/{quote(self.record()['instanceId'])}"

    def record(self):
        """Its record in the registry; None: there is none."""
        answer = self.registry.get(f"/eureka/apps/{self.app}", headers=J)
        if answer.status == 404:
            return None
        instance, = answer.json["application"]["instance"]
        return instance

    def status(self):
        record = self.record()
        return record and record["status"]

    def renewal(self):
        """When its lease was renewed last, with the lease's length ahead; the lists may be older."""
        return self.registry.get(self.path, headers=J).json["instance"]["leaseInfo"]["lastRenewalTimestamp"]

    def sees(self, other):
        """The statuses of another application's instances, as this client has fetched them."""
        return [words.split()[0] for words in self.peer.ask(f"instances {other.app}").values()]

    def wait_status(self, status):
        wait_until(lambda: self.status() == status, SECONDS, f"{self.name} to be {status}", every=0.05)


class Story:
    """The three of them, what was done and how long it took."""

    def __init__(self, registry, clients, tell):
        self.registry = registry
        self.clients = clients
        self.tell = tell
        self.began = time.monotonic()

    def done(self, what):
        self.tell(f"clients: {what} ({time.monotonic() - self.began:.1f} s)")
        self.began = time.monotonic()

    def wait_seen(self, client, statuses):
        """Until every other client has these statuses of one."""
        for other in self.clients:
            if other is not client:
                wait_until(lambda other=other: other.sees(client) == statuses, SECONDS,
                           f"{other.name} to see {client.name} {statuses}", every=0.05)


@pytest.fixture(scope="module")
def story(shared_daemon, tmp_path_factory, tell):
    registry = shared_daemon("eureka-registry", settings={
        "server.port": free_port(), "spring.cloud.config.enabled": "false",
        "spring.security.user.name": USER, "spring.security.user.password": PASSWORD})
    folder = tmp_path_factory.mktemp("clients")
    clients = [Client(name, registry, folder) for name in NAMES]
    made = Story(registry, clients, tell)
    try:
        for client in clients:
            assert client.peer.answer(90) == {"ready": True}
        made.done("all three are ready, with a password in their URLs")
        yield made
    finally:
        for client in clients:
            client.peer.end()


# These tests go on where the one before them ended.

def test_each_registers(story):
    for client in story.clients:
        client.wait_status("UP")
        record = client.record()
        assert record["leaseInfo"]["durationInSecs"] == 10 and record["overriddenStatus"] == "UNKNOWN"
        story.done(f"{client.name} registered as {record['instanceId']}")


def test_each_is_discovered_by_each_other(story):
    for client in story.clients:
        story.wait_seen(client, ["UP"])
        story.done(f"{client.name} was discovered by the other two")


def test_netflix_readers_read_every_form(story):
    """Each computes the hash code of what it read, and must come to ours."""
    answer = story.clients[0].peer.ask(f"decode {story.registry.url('/eureka/apps')} {BASIC}")
    story.done(f"netflix-client read {', '.join(answer)}")
    assert set(answer.values()) == {"UP_3_ UP_3_"}, answer


def test_each_is_taken_out_of_service_and_back_by_hand(story):
    for client in story.clients:
        path = client.path
        assert story.registry.put(f"{path}/status?value=OUT_OF_SERVICE", headers=ACCESS).status == 200
        assert client.status() == "OUT_OF_SERVICE"
        story.wait_seen(client, [])
        assert story.registry.delete(f"{path}/status?value=UP", headers=ACCESS).status == 200
        story.wait_seen(client, ["UP"])
        story.done(f"{client.name} was taken out of service and back; the other two lost and found it")


def test_without_a_status_each_tells_its_own_again(story):
    """The override is removed without saying what comes: the next heartbeat is 404, and it registers."""
    for client in story.clients:
        path, before = client.path, client.record()
        assert story.registry.put(f"{path}/status?value=OUT_OF_SERVICE", headers=ACCESS).status == 200
        assert story.registry.delete(f"{path}/status", headers=ACCESS).status == 200
        assert client.status() in ("UNKNOWN", "UP")
        client.wait_status("UP")
        assert int(client.record()["lastDirtyTimestamp"]) > int(before["lastDirtyTimestamp"])
    story.done("all three registered again after their override was removed")


def test_each_takes_itself_out_of_service_and_back(story):
    """Netflix' by its own record, Spring's as the actuator does, by the registry's status resource."""
    for client in story.clients:
        out = "DOWN" if client.name == "netflix-client" else "OUT_OF_SERVICE"
        client.peer.ask(f"status {out}")
        client.wait_status(out)
        story.wait_seen(client, [])
        client.peer.ask("status UP")
        client.wait_status("UP")
        story.wait_seen(client, ["UP"])
        story.done(f"{client.name} took itself to {out} and back")


def wait_on_disk(registry):
    """Until the snapshot, which is written once a second, has all that was done until now."""
    body, headers = to_body(record(app="MARK", id="mark"), "json")
    assert registry.post("/eureka/apps/MARK", body=body, headers={**headers, **ACCESS}).status == 204
    snapshot = registry.home / "data" / "eureka-registry.snapshot"
    wait_until(lambda: "MARK" in snapshot.read_text(), SECONDS, "the snapshot")


def test_nobody_registers_again_after_kill_9(story):
    before = {client.name: client.record() for client in story.clients}
    wait_on_disk(story.registry)
    story.registry.kill()
    story.registry.start()
    for client in story.clients:
        assert client.record(), f"{client.name} was forgotten"
        for _ in range(2):
            last = client.renewal()
            wait_until(lambda client=client, last=last: client.renewal() > last, SECONDS,
                       f"{client.name} to renew", every=0.05)
        was, now = before[client.name], client.record()
        assert now["lastDirtyTimestamp"] == was["lastDirtyTimestamp"], f"{client.name} registered again"
        assert now["status"] == "UP"
        story.wait_seen(client, ["UP"])
    assert "CLIENT(" not in story.registry.get("/lastn", headers=ACCESS).text.upper()
    story.done("the registry was killed and started; all three renewed, nobody registered")


def test_each_leaves(story):
    for client in list(story.clients):
        client.peer.ask("leave")
        assert client.status() is None
        story.clients.remove(client)
        for other in story.clients:
            wait_until(lambda other=other, client=client: other.sees(client) == [], SECONDS,
                       f"{other.name} to miss {client.name}", every=0.05)
        story.done(f"{client.name} left, and was missed")
