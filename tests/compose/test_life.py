"""What happens to a running stack every day: again, more of it, less of it, and the end."""
import json
from datetime import datetime, timezone

import pytest

from harness.compose import DAEMONS
from harness.poll import wait_until
from harness.steady import Steady
from harness.story import turbine_events

def ids(project):
    return {service: project.containers(service) for service in (*DAEMONS, "kafka", "config-git")}


def test_a_second_up_changes_nothing(shop):
    before = ids(shop)
    started = {service: shop.state(service)["StartedAt"] for service in DAEMONS}
    shop.up()
    assert ids(shop) == before
    assert {service: shop.state(service)["StartedAt"] for service in DAEMONS} == started


@pytest.mark.parametrize("service", DAEMONS)
def test_a_killed_daemon_comes_back_by_its_policy(shop, service):
    restarts = shop.engine.inspect(shop.container(service))["RestartCount"]
    shop.kill(service)
    wait_until(lambda: shop.engine.inspect(shop.container(service))["RestartCount"] == restarts + 1
               and shop.state(service)["Running"], 20, f"{service} to run again", every=0.1)
    shop.wait_routed(30)
    shop.order()


def one_shop_of_members(project):
    """A member that one instance made is known to all."""
    made = project.gateway("POST", "/api/v1/member", json={"userName": "scaled"})
    assert made.status == 200, made
    for _ in range(6):
        rows = project.gateway("GET", "/api/v1/member?size=1000").json["resultVO"]
        assert "scaled" in [row["userName"] for row in rows]


def test_three_members_are_balanced_and_stopping_one_fails_nothing(shop):
    try:
        shop.up("--scale", "coffee-member=3")
        wait_until(lambda: len(shop.registered("MSA-SERVICE-COFFEE-MEMBER")) == 3, 30, "three members",
                   every=0.2)
        began = datetime.now(timezone.utc).isoformat().replace("+00:00", "Z")
        wait_until(lambda: shop.gateway("GET", "/api/v1/member").status == 200
                   and len(upstreams(shop, began)) == 3, 20, "each member to answer", every=0.1)
        wait_until(lambda: reporting_hosts(shop, "coffeeMember") == 3, 20, "three hosts in the sums", every=0.5)
        one_shop_of_members(shop)

        victim = shop.containers("coffee-member")[0]
        with Steady(shop.ports["zuul-gateway"], [("GET", "/api/v1/member", None)], rate=100) as steady:
            wait_until(lambda: steady.answered > 50, 20, "load")
            shop.engine.docker("stop", victim)
            seen = steady.answered
            wait_until(lambda: steady.answered > seen + 200, 20, "load after the stop")
        assert steady.failures == []
    finally:
        shop.up("--scale", "coffee-member=1")
        shop.wait_routed()
        wait_until(lambda: len(shop.registered("MSA-SERVICE-COFFEE-MEMBER")) == 1, 30, "one member", every=0.2)


def upstreams(project, since):
    """The instances that the gateway's access log names for member since then."""
    records = [json.loads(line) for line in project.logs("zuul-gateway", since).splitlines()]
    return {record["upstream"] for record in records
            if record.get("event") == "request" and record["route"] == "member" and record["upstream"]}


def reporting_hosts(project, command):
    """How many hosts the sums of a command come from, as the dashboard shows it."""
    for event in turbine_events(project.ports["turbine-aggregator"], 2):
        if event["name"] == command:
            return event["reportingHosts"]
    return 0


def test_down_keeps_every_order_and_down_v_keeps_nothing(project):
    ours = project()
    ours.up()
    ours.wait_routed()
    made = {ours.order() for _ in range(5)}
    ours.down()
    assert ours.containers() == []
    ours.up()
    ours.wait_routed()
    assert set(ours.orders()) == made
    wait_until(lambda: set(ours.statuses()) == made, 20, "status to have them", every=0.2)
    ours.down("-v")
    left = ours.engine.docker("volume", "ls", "-q", "--filter", f"label=com.docker.compose.project={ours.name}")
    assert left.split() == []


def test_containers_may_start_in_any_order(project):
    """The services first, then what they lean on; nobody is told to wait."""
    ours = project()
    for service in ("zuul-gateway", "coffee-status", "coffee-order", "coffee-member", "turbine-aggregator",
                    "hystrix-dashboard", "kafka", "eureka-registry", "config-server"):
        ours.up("--no-deps", service)
    ours.wait_routed(90)
    assert ours.order() in ours.orders()
