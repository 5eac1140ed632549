"""Registries that misbehave: what is known stays, the log says why, and no registry is run down."""
import json
import time

import pytest

from harness.poll import wait_until
from played_registry import PlayedRegistry, record

WATCHED, ASKED = "told as they change", "asked for"


@pytest.fixture
def second():
    made = PlayedRegistry()
    yield made
    made.stop()


def knows(client, *services, seconds=5):
    wait_until(lambda: client.routes == set(services), seconds, f"the client to know {services}")


def test_changes_come_by_the_stream_alone(client, played, backends):
    played.put(record("users", backends[0].port))
    front = client(played.url)
    knows(front, "users")
    wait_until(lambda: front.source == WATCHED, 1, "the word about that")
    played.put(record("orders", backends[1].port))
    knows(front, "users", "orders")
    assert front.names("orders") == {"two"}
    played.put(record("orders", backends[1].port, status="DOWN"))
    knows(front, "users")
    played.drop("users", f"127.0.0.1:users:{backends[0].port}")
    knows(front)
    assert played.asked["watch"] == 1 and not played.asked["whole"] and not played.asked["delta"]


def test_a_broken_stream_is_resumed_at_the_last_event(client, played, backends):
    front = client(played.url)
    played.put(record("users", backends[0].port))
    knows(front, "users")
    last = f"{played.epoch}-{played.sequence}"
    # Half an event, and the end: it was never taken, so neither was its id.
    played.send("id: 1-99\nevent: change\ndata: {\"applica")
    played.break_streams()
    wait_until(lambda: len(played.last_ids) == 2, 5, "the second stream")
    assert played.last_ids[1].startswith(last.split("-")[0]) and played.last_ids[1] != "1-99"
    played.put(record("orders", backends[1].port))
    knows(front, "users", "orders")


def test_a_reset_begins_anew(client, played, backends):
    played.put(record("users", backends[0].port))
    front = client(played.url)
    knows(front, "users")
    with played.lock:
        played.known = {key: value for key, value in played.known.items() if key[0] == "THE-CLIENT"}
        instance = record("orders", backends[1].port)
        played.known[instance["app"], instance["instanceId"]] = instance
        played.say("reset", {"reason": "behind"})
        played.say("state", played.document(played.known.values()))
    knows(front, "orders")
    assert played.asked["watch"] == 1


def test_a_silent_stream_is_given_up(client, played, backends):
    front = client(played.url, {"crema.discovery.silence": "1s"})
    played.put(record("users", backends[0].port))
    knows(front, "users")
    wait_until(lambda: len(played.last_ids) > 1, 5, "another stream")
    played.put(record("orders", backends[1].port))
    knows(front, "users", "orders")


@pytest.mark.parametrize("text", [
    'event: change\ndata: <html>\n\n',
    'event: state\ndata: {"x":1}\n\n',
    'event: change\ndata: {"applications":{"application":[{"instance":\n\n',
], ids=["no JSON", "no list", "cut off"])
def test_an_event_that_makes_no_sense(client, played, backends, text):
    played.put(record("users", backends[0].port))
    front = client(played.url)
    knows(front, "users")
    played.send(text)
    wait_until(lambda: front.told("registry.watch-distrusted"), 5, "the line")
    # The stream had only just begun, so the registry is looked at meanwhile.
    played.put(record("orders", backends[1].port))
    knows(front, "users", "orders")
    wait_until(lambda: front.source == ASKED, 1, "the word about that")
    assert played.asked["watch"] == 1


def test_an_event_without_end(client, played, backends):
    played.put(record("users", backends[0].port))
    front = client(played.url)
    knows(front, "users")
    played.send("event: change\ndata: " + 66 * 1024 * 1024 * "x")
    wait_until(lambda: "too large" in front.log, 20, "the bound")
    played.put(record("orders", backends[1].port))
    knows(front, "users", "orders")


def test_unknown_events_are_skipped(client, played, backends):
    front = client(played.url)
    played.put(record("users", backends[0].port))
    knows(front, "users")
    played.send(": a comment\n\nevent: party\ndata: {}\n\nevent: change\n\n")
    played.put(record("orders", backends[1].port))
    knows(front, "users", "orders")
    assert played.asked["watch"] == 1


def test_a_stream_whose_hash_code_never_agrees(client, played, backends):
    played.put(record("users", backends[0].port))
    front = client(played.url)
    knows(front, "users")
    played.lie = "UP_77_"
    played.put(record("orders", backends[1].port))
    knows(front, "users", "orders")  # a change counts though the code is wrong
    wait_until(lambda: front.told("registry.watch-distrusted") == 1, 8, "the line")
    wait_until(lambda: front.told("registry.disagrees") == 1, 20, "the line about the lists")
    assert played.asked["watch"] <= 2


def test_lists_whose_hash_code_never_agrees(client, played, backends):
    played.watch, played.lie = 404, "UP_77_"
    played.put(record("users", backends[0].port))
    front = client(played.url)
    knows(front, "users")
    wait_until(lambda: front.source == ASKED, 1, "the word about that")
    wait_until(lambda: front.told("registry.disagrees") == 1, 20, "the warning")
    whole, began = played.asked["whole"], time.monotonic()
    deltas = played.asked["delta"]
    wait_until(lambda: played.asked["delta"] >= deltas + 3, 10, "three more looks at the changes")
    assert played.asked["whole"] - whole <= 1 and time.monotonic() - began > 1.5
    played.put(record("orders", backends[1].port))
    knows(front, "users", "orders")
    played.lie = None
    wait_until(lambda: front.told("registry.agrees") == 1, 5, "the agreement")
    assert front.told("registry.disagrees") == 1


def test_changes_are_asked_for_and_the_whole_only_when_it_must_be(client, played, backends):
    played.watch = 404
    front = client(played.url)
    wait_until(lambda: played.asked["delta"] >= 2, 5, "looks at the changes")
    played.put(record("users", backends[0].port))
    knows(front, "users")
    played.put(record("users", backends[0].port, status="DOWN"))
    knows(front)
    assert played.asked["whole"] == 1
    # What was missed shows in the hash code.
    with played.lock:
        played.put(record("orders", backends[1].port))
        played.changes.clear()
    knows(front, "orders")
    assert played.asked["whole"] == 2


def test_a_registry_that_tells_no_changes(client, played, backends):
    played.watch, played.delta = 404, 403
    front = client(played.url)
    wait_until(lambda: played.asked["whole"], 10, "the first list")
    played.put(record("users", backends[0].port))
    knows(front, "users")
    assert played.asked["delta"] == 1


@pytest.mark.parametrize("garbage", [b"", b"<html>", b"[]", b"{}", b"\xff\xfe", b'{"applications":3'])
def test_lists_of_garbage(client, played, backends, garbage):
    played.watch = 404
    played.put(record("users", backends[0].port))
    front = client(played.url)
    knows(front, "users")
    played.garbage = garbage
    wait_until(lambda: front.health.get("problem"), 5, "the problem")
    assert front.status("users") == 200
    assert "going on with what is known" in front.log
    asked = played.asked["whole"] + played.asked["delta"]
    began = time.monotonic()
    wait_until(lambda: played.asked["whole"] + played.asked["delta"] >= asked + 4, 10, "more looks")
    assert time.monotonic() - began > 1, "a tight loop"
    played.garbage = None
    played.put(record("orders", backends[1].port))
    knows(front, "users", "orders")


def test_no_room_for_a_watcher_yet(client, played, backends):
    played.watch = 503
    played.put(record("users", backends[0].port))
    front = client(played.url)
    knows(front, "users")
    wait_until(lambda: front.source == ASKED, 1, "the word about that")
    played.watch = 200
    wait_until(lambda: front.source == WATCHED, 8, "the stream")
    looks = played.asked["delta"]
    played.put(record("orders", backends[1].port))
    knows(front, "users", "orders")
    assert played.asked["delta"] == looks


def test_the_next_server_is_followed_when_one_dies(client, played, second, backends):
    for registry in (played, second):
        registry.put(record("users", backends[0].port))
    front = client(f"{played.url},{second.url}")
    knows(front, "users")
    played.stop()
    second.put(record("orders", backends[1].port))
    knows(front, "users", "orders", seconds=2)
    wait_until(lambda: front.source == WATCHED, 1, "the word about that")
    assert front.health["registry"] == second.url
    assert front.told("registry.fetch-failed") == 0  # there was always one
    second.stop()
    wait_until(lambda: front.health.get("problem"), 5, "the problem")
    assert front.source.startswith("as a registry told them last")
    assert front.status("users") == 200
    played.start()
    second.start()
    wait_until(lambda: front.source == WATCHED, 5, "a stream")


def test_a_foreign_server_is_left_for_one_with_a_stream(client, played, second, backends):
    played.watch = 404
    for registry in (played, second):
        registry.put(record("users", backends[0].port))
    front = client(f"{played.url},{second.url}")
    wait_until(lambda: front.source == WATCHED, 5, "the stream of the second")
    knows(front, "users")
    second.stop()
    wait_until(lambda: front.source == ASKED, 5, "the first again")
    played.put(record("orders", backends[1].port))
    knows(front, "users", "orders")


def test_a_registry_that_comes_back_without_its_memory(client, played, backends):
    front = client(played.url)
    played.put(record("users", backends[0].port, lease=6))
    knows(front, "users")
    wait_until(lambda: ("THE-CLIENT" in {app for app, _ in played.known}), 5, "the client's own entry")
    wait_until(lambda: front.told("registry.registered"), 5, "its knowledge of that")
    played.stop()
    played.forget()
    played.start()
    wait_until(lambda: front.told("registry.forgot") == 1, 5, "the line")
    assert front.status("users") == 200
    wait_until(lambda: front.health["forgotten"].startswith("1 "), 5, "the client's own entry to be back")
    wait_until(lambda: played.asked["register"] == 2, 2, "the client to register again")
    wait_until(lambda: front.status("users") == 404, 10, "the end of the lease")


def test_a_start_without_a_registry(client, played, backends, tmp_path):
    home = tmp_path / "h"
    played.put(record("users", backends[0].port))
    front = client(played.url, home=home)
    knows(front, "users")
    assert front.running.stop() == 0
    kept = json.loads((home / "cache" / "the-client.instances.json").read_text())
    assert "USERS" in json.dumps(kept)
    played.stop()
    again = client(played.url, home=home)
    knows(again, "users")
    assert again.status("users") == 200
    assert again.source.startswith("as the last run knew them, ")
    line = next(line for line in again.log.splitlines() if "registry.cache-used" in line)
    assert " s old, stand in until they are 86400 s old" in line
    played.start()
    played.put(record("orders", backends[1].port))
    knows(again, "users", "orders")
    wait_until(lambda: again.source == WATCHED, 2, "the word about that")


def test_the_copy_on_the_disk_is_dropped_in_time(client, played, backends, tmp_path):
    home = tmp_path / "h"
    played.put(record("users", backends[0].port))
    front = client(played.url, {"crema.discovery.trust": "4s"}, home=home)
    knows(front, "users")
    played.stop()
    wait_until(lambda: front.told("registry.expired") == 1, 10, "the end of the trust")
    knows(front)
    front.running.stop()
    again = client(played.url, {"crema.discovery.trust": "4s"}, home=home)
    wait_until(lambda: again.health.get("problem"), 5, "the problem")
    assert again.routes == set()
    played.start()
    knows(again, "users")


def test_a_copy_on_the_disk_that_is_damaged(client, played, tmp_path):
    home = tmp_path / "h"
    (home / "cache").mkdir(parents=True)
    (home / "cache" / "the-client.instances.json").write_text('{"applications":{"appl')
    played.stop()
    front = client(played.url, home=home)
    wait_until(lambda: front.told("registry.cache-ignored") == 1, 5, "the line")
    assert "is damaged: JSON line 1" in front.log
    played.start()
    wait_until(lambda: front.source == WATCHED, 5, "the stream")
