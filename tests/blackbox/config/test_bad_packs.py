"""Remotes whose packs break off or are not what they should be: what is known is served, and health says why."""
import os
import random

import pytest

from harness.git_faults import FaultyWay
from harness.lying_host import announce_more, change_files, flip, send_nothing
from harness.poll import wait_until
from harness.remotes import FAST, component, details, fetches, lines, wait_value

LIES = [(flip, "zlib stream"), (announce_more, "early EOF"), (send_nothing, "did not send all"),
        (change_files, "did not send all that 'refs/heads/main' needs: object")]


def check_trouble(server, words):
    """After several tries still the same is served, also to who asks for the first time. On a busy machine
    a try may also end for want of time."""
    failed = fetches(server, "failed")
    wait_until(lambda: fetches(server, "failed") > failed + 1, 30, "several tries")
    known = wait_until(lambda: words in details(server).get("notNewer", "") and details(server), 30, words)
    assert component(server)[:2] == (200, "UP")
    assert known["failingSince"] > known["lastFetch"], known
    assert server.first("/foo/default") == server.first("/bar,foo/default") == {"a": 1}


@pytest.mark.parametrize("lie, words", LIES, ids=[lie.__name__ for lie, _ in LIES])
def test_a_pack_that_is_not_what_it_says(hosted, serve, lie, words):
    repo = hosted({"foo.yml": "a: 1"}, "lying")
    server = serve(repo, FAST)
    wait_value(server, 1)
    repo.host.lie = lie
    repo.push({"foo.yml": "a: 2"})
    check_trouble(server, words)
    repo.host.lie = None
    wait_value(server, 2)
    wait_until(lambda: "notNewer" not in details(server), 30, "health to be well")
    assert len(lines(server, "cannot be fetched")) == 1


def test_a_first_pack_that_lacks_files(hosted, serve):
    repo = hosted({"foo.yml": "a: 1", "deep/er/bar.yml": "a: 1"}, "lying")
    repo.host.lie = change_files
    server = serve(repo, FAST)
    wait_until(lambda: fetches(server, "failed") > 1, 30, "several tries")
    answer = server.get("/foo/default")
    assert answer.status == 503 and "did not send all" in answer.json["detail"]
    assert component(server)[:2] == (503, "DOWN")
    repo.host.lie = None
    wait_value(server, 1)


@pytest.mark.parametrize("kind", ["git", "http"])
def test_a_connection_that_is_reset(hosted, serve, kind):
    """In what comes first, and in the middle of a pack."""
    repo = hosted({"foo.yml": "a: 1"}, kind)
    way = FaultyWay(repo.host)
    repo.uri = way.uri(repo.bare.name)
    server = serve(repo, FAST)
    wait_value(server, 1)
    for limit in (20, 300_000):
        way.fail("reset", random.Random())
        way.limit = limit
        repo.push({"foo.yml": "a: 2", "large.bin": os.urandom(1 << 20)})
        check_trouble(server, "")
    way.mend()
    wait_value(server, 2)
    way.close()
    assert not lines(server, "damaged")
