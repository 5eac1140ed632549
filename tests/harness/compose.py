"""One project of docker/docker-compose.yml on an engine, from outside: a name, ports and images of its own."""
import json
import os
import re
import subprocess

from . import http
from .packages import install
from .daemons import ROWS
from .engine import EngineError
from .poll import wait_until
from .ports import free_port
from .stack import ROOT

FILE = ROOT / "docker" / "docker-compose.yml"
IMAGE = "crema/crema:test"
GIT_IMAGE = "crema/config-git:test"

# service: the variable that holds its published port, and the port inside
PUBLISHED = {
    "config-server": ("CREMA_CONFIG_PORT", 8888),
    "eureka-registry": ("CREMA_REGISTRY_PORT", 9091),
    "zuul-gateway": ("CREMA_GATEWAY_PORT", 9090),
    "turbine-aggregator": ("CREMA_TURBINE_PORT", 9999),
    "hystrix-dashboard": ("CREMA_DASHBOARD_PORT", 7070),
    "kafka": ("CREMA_KAFKA_PORT", 9092),
    "config-git": ("CREMA_CONFIG_GIT_PORT", 9418),
}
DAEMONS = tuple(row.name for row in ROWS if row.application)


class Project:
    """Containers of one project; every command runs as a person would, in `folder`."""

    def __init__(self, engine, name, folder=ROOT, env=None):
        install("docker-compose")
        self.engine = engine
        self.name = name
        self.folder = folder
        self.ports = {name: free_port() for name in PUBLISHED}
        self.env = {**engine.env, "COMPOSE_PROJECT_NAME": name, "CREMA_IMAGE": IMAGE,
                    "CREMA_GIT_IMAGE": GIT_IMAGE, "COMPOSE_FILE": str(FILE),
                    **{PUBLISHED[service][0]: str(port) for service, port in self.ports.items()},
                    **(env or {})}

    def run(self, *arguments, seconds=180, check=True, env=None):
        """`docker-compose ARGUMENTS`; the finished process with its output as text."""
        done = subprocess.run(["docker-compose", *arguments], cwd=self.folder, capture_output=True,
                              text=True, env={**self.env, **(env or {})}, timeout=seconds, check=False)
        if check and done.returncode:
            raise EngineError(f"docker-compose {' '.join(arguments)}:\n{done.stdout[-2000:]}\n"
                              f"{done.stderr[-4000:]}")
        return done

    def up(self, *arguments, **kwargs):
        return self.run("up", "-d", *arguments, **kwargs)

    def down(self, *arguments):
        return self.run("down", "--remove-orphans", *arguments)

    # --- containers ------------------------------------------------------------------------------

    def containers(self, service=None):
        """Ids, also of containers that have ended."""
        service_filter = ["--filter", f"label=com.docker.compose.service={service}"] if service else []
        return self.engine.docker("ps", "-aq", "--filter", f"label=com.docker.compose.project={self.name}",
                                  *service_filter).split()

    def container(self, service):
        found = self.containers(service)
        if len(found) != 1:
            raise EngineError(f"{len(found)} containers of {service}, one was expected")
        return found[0]

    def state(self, service):
        """The engine's own record: Running, Restarting, OOMKilled, Health, ..."""
        return self.engine.inspect(self.container(service))["State"]

    def healthy(self, service):
        return self.state(service).get("Health", {}).get("Status") == "healthy"

    def health_words(self, service):
        """What the last probe printed."""
        log = self.state(service).get("Health", {}).get("Log") or []
        return log[-1]["Output"].strip() if log else ""

    def logs(self, service, since=None):
        """What the one container of a service wrote; since: a time or, like "60s", how long ago."""
        options = [f"--since={since}"] if since else []
        return self.engine.docker("logs", *options, self.container(service), both=True)

    def kill(self, service):
        """kill -9 of the process inside; the restart policy does the rest."""
        record = self.engine.inspect(self.container(service))
        os.kill(record["State"]["Pid"], 9)
        return record["State"]["Pid"]

    # --- from outside ----------------------------------------------------------------------------

    def url(self, service, path=""):
        return f"http://127.0.0.1:{self.ports[service]}{path}"

    def get(self, service, path, **kwargs):
        return http.get(self.url(service, path), **kwargs)

    def gateway(self, method, path, **kwargs):
        return http.call(method, self.url("zuul-gateway", path), **kwargs)

    def order(self):
        """Orders one coffee; its id."""
        answer = self.gateway("POST", "/api/v1/order", json={"orderName": "latte", "userId": "none"})
        if answer.status != 200:
            raise AssertionError(f"an order was answered with {answer}")
        return answer.json["resultVO"]["_id"]

    def orders(self):
        """The ids of all orders."""
        return [row["_id"] for row in self.rows("/api/v1/order")]

    def statuses(self):
        """The ids of the orders that status knows, each as often as it is there."""
        return [row["orderId"] for row in self.rows("/api/v1/status")]

    def rows(self, path):
        """All rows of a list, page after page."""
        rows, page = [], 0
        while True:
            found = self.gateway("GET", f"{path}?page={page}&size=1000", timeout=20).json["resultVO"]
            rows += found
            if len(found) < 1000:
                return rows
            page += 1

    def wait_routed(self, seconds=60):
        """Until the gateway answers for all three services."""
        for name in ("order", "member", "status"):
            wait_until(lambda: self.gateway("GET", f"/api/v1/{name}").status == 200, seconds,
                       f"the gateway to reach {name}", every=0.1)

    def registered(self, application):
        """The addresses of an application's instances in the registry."""
        answer = self.get("eureka-registry", f"/eureka/apps/{application}",
                          headers={"Accept": "application/json"})
        if answer.status == 404:
            return []
        instances = answer.json["application"]["instance"]
        return sorted(instance["ipAddr"] for instance in instances if instance["status"] == "UP")

    def moved(self, command):
        """A command of the README, with this project's ports in place of the usual ones."""
        by_port = {inside: self.ports[service] for service, (_, inside) in PUBLISHED.items()}
        return re.sub(r"localhost:(\d+)", lambda port: f"localhost:{by_port[int(port.group(1))]}", command)


def memory_bytes(engine, containers):
    """What the engine counts against each container's limit, without the file cache it can drop."""
    rows = engine.docker("stats", "--no-stream", "--format", "{{json .}}", *containers).splitlines()
    units = {"B": 1, "KiB": 1024, "MiB": 1024 ** 2, "GiB": 1024 ** 3}

    def number(text):
        value, unit = re.fullmatch(r"([\d.]+)([KMG]?i?B)", text).groups()
        return float(value) * units[unit]
    return [number(json.loads(row)["MemUsage"].split(" / ")[0]) for row in rows]


def layer_bytes(engine):
    """What the image has beyond its base: (ours, Debian's libraries)."""
    rows = engine.docker("history", "--no-trunc", "--human=false", "--format", "{{json .}}", IMAGE)
    ours = libraries = 0
    for row in map(json.loads, rows.splitlines()):
        if "apt-get" in row["CreatedBy"]:
            libraries += int(row["Size"])
        elif row["CreatedBy"]:  # the base, which was imported, has none
            ours += int(row["Size"])
    return ours, libraries
