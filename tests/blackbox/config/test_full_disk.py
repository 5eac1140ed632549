"""A config server whose mirror has no room left: what is known is served, health says why, and since when."""
import os

import pytest

from harness.poll import wait_until
from harness.remotes import FAST, GIT, component, details, fetches, lines, wait_value
from harness.small_disk import SmallDisk

NO_ROOM = "No space left on device"
LARGE_BYTES = 100_000
LARGE_BLOCKS = 25   # of 4,096 bytes: such a pack fits, and its index does not


@pytest.fixture
def disk(tmp_path):
    return SmallDisk(tmp_path / "disk", mib=4)


def start(serve, repo, disk):
    server = serve(repo, {**FAST, GIT + "basedir": str(disk.folder)}, wrapper=disk.wrapper)
    disk.seen_by(server.running.child.pid)
    return server


def check_calm(server, disk):
    """One complaint, one word that it is over; nothing left behind, and the mirror is no suspect."""
    assert len(lines(server, "cannot be fetched")) == 1 and NO_ROOM in lines(server, "cannot be fetched")[0]
    assert not lines(server, "damaged")
    assert not list(disk.seen.rglob("*_git2_*")) and not list(disk.seen.rglob("*.git/**/*.lock"))
    assert len(list(disk.seen.iterdir())) == 2      # the mirror and its lock


@pytest.mark.parametrize("spare_blocks", [0, LARGE_BLOCKS])
def test_what_is_known_is_served_until_there_is_room(hosted, serve, disk, spare_blocks):
    repo = hosted({"foo.yml": "a: 1"})
    server = start(serve, repo, disk)
    wait_value(server, 1)
    disk.fill(spare_blocks)
    repo.push({"foo.yml": "a: 2", "large.bin": os.urandom(LARGE_BYTES)})
    wait_until(lambda: "notNewer" in details(server), 30, "health to notice")
    fetched = server.get("/foo/default").headers["X-Config-Fetched"]
    failed = fetches(server, "failed")
    wait_until(lambda: fetches(server, "failed") > failed + 1, 30, "further tries")
    status, state, known = component(server)
    assert (status, state) == (200, "UP")
    assert NO_ROOM in known["notNewer"] and str(disk.folder) in known["notNewer"]
    assert known["failingSince"] > known["lastFetch"] == fetched and "retryIn" in known
    assert server.first("/foo/default") == {"a": 1}
    assert server.first("/bar,foo/default") == {"a": 1}     # made from files, not remembered
    assert server.get("/foo/default").headers["X-Config-Fetched"] == fetched
    disk.make_room()
    repo.push({"foo.yml": "a: 3"})
    wait_value(server, 3)
    wait_until(lambda: "notNewer" not in details(server), 30, "health to be well")
    check_calm(server, disk)


def test_no_room_for_the_first_clone(hosted, serve, disk):
    repo = hosted({"foo.yml": "a: 1", "large.bin": os.urandom(LARGE_BYTES)})
    repo.host.hold()
    server = start(serve, repo, disk)
    disk.fill(LARGE_BLOCKS // 2)
    repo.host.go_on()
    wait_until(lambda: fetches(server, "failed") > 1, 30, "several tries")
    answer = server.get("/foo/default")
    assert answer.status == 503 and NO_ROOM in answer.json["detail"], answer
    status, state, known = component(server)
    assert (status, state) == (503, "DOWN") and NO_ROOM in known["error"] and str(disk.folder) in known["error"]
    disk.make_room()
    wait_value(server, 1)
    check_calm(server, disk)
