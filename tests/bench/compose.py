"""The stack in containers: up to the first order, memory, stopping, layers."""
import statistics
import time
from datetime import datetime

from harness.compose import DAEMONS, GIT_IMAGE, IMAGE, Project, layer_bytes, memory_bytes
from harness.engine import engine
from harness.poll import wait_until

ROUNDS = 5
BOOK_ORDER = {"id": None, "orderNumber": "1", "coffeeName": "espresso", "coffeeCount": "3",
              "customerName": "kevin"}


def first_order(project):
    """Seconds from `up -d`, on empty volumes, to the first order through the gateway; and from Kafka's health."""
    started = time.monotonic()
    project.up()
    # `up` returned once the services were started, so Kafka's health lies behind us: ask the engine when.
    wait_until(lambda: project.gateway("POST", "/coffeeOrder/coffeeOrder", json=BOOK_ORDER).status == 200, 60,
               "the first order", every=0.02)
    taken, now = time.monotonic() - started, time.time()
    return taken, now - healthy_since(project, "kafka")


def healthy_since(project, service):
    """When the first probe that succeeded ended, as the clock says."""
    for probe in project.state(service)["Health"]["Log"]:
        if probe["ExitCode"] == 0:
            return parse(probe["End"])
    raise AssertionError(f"{service} has never been healthy")


def parse(stamp):
    """RFC 3339 with nanoseconds, UTC or with an offset, as seconds since 1970."""
    main, _, rest = stamp.partition(".")
    zone = "+00:00" if rest.endswith("Z") else rest[-6:]
    return datetime.fromisoformat(main + zone).timestamp() + float("0." + rest.rstrip("Z").split("+")[0])


def stopping(project):
    """Seconds that `docker-compose stop` of the eight takes."""
    started = time.monotonic()
    project.run("stop", *DAEMONS)
    return time.monotonic() - started


def run():
    with engine() as made:
        made.ensure_base()
        made.build(IMAGE, "runtime")
        made.build(GIT_IMAGE, "config-git")
        made.ensure_kafka()
        ups, afters, memories, stops = [], [], [], []
        for number in range(ROUNDS):
            project = Project(made, f"cremabench{number}")
            try:
                up, after = first_order(project)
                ups.append(up)
                afters.append(after)
                memories.append(sum(memory_bytes(made, [project.container(service) for service in DAEMONS])))
                stops.append(stopping(project))
            finally:
                project.down("-v")
        print(f"  up -d to the first order, with Kafka  {statistics.median(ups):6.1f} s")
        print(f"  the same from Kafka's health on       {statistics.median(afters):6.1f} s")
        print(f"  memory of the eight containers        {statistics.median(memories) / 2 ** 20:6.1f} MB")
        print(f"  docker-compose stop of the eight      {statistics.median(stops):6.1f} s")
        print(f"  our layers of the image               {layer_bytes(made)[0] / 1e6:6.1f} MB", flush=True)
