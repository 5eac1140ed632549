"""./crema itself: up, status, logs, demo, down, two stacks side by side, and what is left behind."""
import json
import os
import subprocess

import pytest

from harness import http
from harness.daemons import DAEMONS
from harness.fresh import free_offset
from harness.poll import wait_until
from harness.running import preset
from harness.stack import ROOT, Stack

DRAIN_SECONDS = 5  # the default of crema.shutdown.drain-ms; a peer's idle connection may take all of it
ORDER = {"id": None, "orderNumber": "1", "coffeeName": "espresso", "coffeeCount": "3",
         "customerName": "kevin"}


def crema(*arguments, home, timeout=120):
    return subprocess.run([str(ROOT / "crema"), *arguments], capture_output=True, text=True,
                          env={**os.environ, "CREMA_HOME": str(home), "CREMA_PRESET": preset()},
                          timeout=timeout, check=False)


@pytest.fixture(scope="module")
def front_door(tmp_path_factory):
    """(home, what was said) of a stack started by the front door at a free offset; ended by it."""
    offset = free_offset()
    home = tmp_path_factory.mktemp("front") / "home"
    done = crema("up", "-d", "--port-offset", str(offset), home=home)
    assert done.returncode == 0, done.stdout + done.stderr
    yield home, done.stdout
    assert crema("down", home=home).returncode == 0


@pytest.fixture
def running(front_door):
    """(the stack as it is now, what was said when it started)"""
    home, said = front_door
    return Stack(home=home, preset=preset()), said


def test_up_shows_the_daemons_and_the_first_steps(running):
    _stack, said = running
    for word in ("config-server", "zuul-gateway", "coffee-status", "curl -X POST", "ready after"):
        assert word in said


def test_up_is_idempotent(running):
    stack, _said = running
    before = {row["daemon"]: row["pid"] for row in stack.status()}
    stack.kill("coffee-member")
    done = crema("up", "-d", home=stack.home)
    assert done.returncode == 0, done.stderr
    after = {row["daemon"]: row["pid"] for row in Stack(home=stack.home, preset=preset()).status()}
    assert after.pop("coffee-member") != before.pop("coffee-member")
    assert after == before


def test_status_and_logs(running):
    stack, _said = running
    done = crema("status", "--json", home=stack.home)
    rows = json.loads(done.stdout)
    assert done.returncode == 0 and len(rows) == 9 and all(row["state"] == "ready" for row in rows)
    assert "daemon.ready" in crema("logs", "coffee-order", home=stack.home).stdout


def test_an_order_of_each_edition(running):
    stack, _said = running
    gateway = stack.url("zuul-gateway")
    before = http.get(stack.url("coffee-order", "/api/v1/order")).json["responseMetaVO"]["allRecordCount"]
    wait_until(lambda: http.post(f"{gateway}/coffeeOrder/coffeeOrder", json=ORDER).status == 200, 10,
               "the first order")
    answer = http.post(f"{gateway}/coffeeOrder/coffeeOrder", json=ORDER)
    assert answer.json == ORDER

    def newest():
        answer = http.post(f"{gateway}/coffeeStatus/coffeeOrderStatus")
        return answer.body and json.loads(answer.json["orderHistory"])
    assert wait_until(newest, 5, "the status") == ORDER
    listed = http.get(f"{gateway}/api/v1/order").json
    assert listed["responseMetaVO"]["allRecordCount"] == len(listed["resultVO"]) == before + 2


def test_the_demo_is_right(running):
    stack, _said = running
    done = crema("demo", home=stack.home, timeout=180)
    assert done.returncode == 0, done.stdout[-4000:]
    assert "every answer was right" in done.stdout and "WRONG" not in done.stdout


def test_sigterm_ends_every_daemon_and_it_is_no_longer_registered(running):
    stack, _said = running
    applications = {row.application.upper(): row.name for row in stack.daemons() if row.application}
    del applications["MSA-ARCHITECTURE-EUREKA-SERVER"], applications["MSA-ARCHITECTURE-CONFIG-SERVER"]

    def registered():
        apps = http.get(stack.url("eureka-registry", "/eureka/apps"),
                        headers={"Accept": "application/json"}).json
        return {app["name"] for app in apps["applications"]["application"]}
    wait_until(lambda: registered() >= set(applications), 10, f"all of {sorted(applications)}")
    try:
        for application, name in applications.items():
            assert stack.stop(name, DRAIN_SECONDS + 1), f"{name} had to be killed"
            assert application not in registered(), f"{name} is gone but still registered"
    finally:
        assert crema("up", "-d", home=stack.home).returncode == 0


def test_two_stacks_side_by_side(running, tmp_path):
    first, _said = running
    other = tmp_path / "other"
    done = crema("up", "-d", "--port-offset", str(first.offset + 53), home=other)
    try:
        assert done.returncode == 0, done.stdout + done.stderr
        second = Stack(home=other, preset=preset())
        assert {row["port"] for row in second.status()}.isdisjoint(row["port"] for row in first.status())
        assert all(row["state"] == "ready" for row in first.status() + second.status())
    finally:
        assert crema("down", home=other).returncode == 0
    assert all(row["state"] == "ready" for row in first.status())


def test_down_leaves_no_process_and_no_file(tmp_path):
    def untracked():
        return subprocess.run(["git", "status", "--porcelain", "--ignored"], cwd=ROOT,
                              capture_output=True, text=True, check=True).stdout
    before = untracked()
    home = tmp_path / "home"
    assert crema("up", "-d", "--port-offset", str(free_offset()), home=home).returncode == 0
    started = Stack(home=home, preset=preset()).identities
    assert len(started) == len(DAEMONS)
    assert crema("down", home=home).returncode == 0
    assert not [name for name, mark in started.items() if mark.alive()]
    assert untracked() == before


def test_a_port_in_use_is_named(tmp_path):
    offset = free_offset()
    import socket
    with socket.create_server(("127.0.0.1", 8888 + offset)):
        done = crema("up", "-d", "--port-offset", str(offset), home=tmp_path / "home")
    crema("down", home=tmp_path / "home")
    assert done.returncode == 1
    assert "config-server" in done.stderr and str(8888 + offset) in done.stderr


def test_an_unknown_command_says_where_to_look():
    done = subprocess.run([str(ROOT / "crema"), "brew"], capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "./crema help" in done.stderr
