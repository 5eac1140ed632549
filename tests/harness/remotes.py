"""What is asked of a config server that serves a remote repository."""
from pathlib import Path

from .poll import Late, wait_until

GIT = "spring.cloud.config.server.git."
FAST = {GIT + "refresh-rate": "1"}
HASTY = {**FAST, GIT + "timeout": "1"}
ON_DEMAND = {GIT + "refresh-rate": "0", GIT + "timeout": "20"}


def component(server):
    """(HTTP status, status, details) of the repository's part of health."""
    answer = server.get("/actuator/health")
    part = answer.json["components"]["configServer"]
    return answer.status, part["status"], part["details"]


def details(server):
    return component(server)[2]


def fetches(server, outcome):
    text = server.get("/actuator/prometheus").text
    mark = f'config_fetches_total{{outcome="{outcome}"}} '
    return int(text.partition(mark)[2].split()[0])


def wait_value(server, value, seconds=30, path="/foo/default"):
    def asked():
        answer = server.get(path)
        return answer.status == 200 and answer.json["propertySources"][0]["source"]["a"] == value
    try:
        wait_until(asked, seconds, f"a: {value}")
    except Late as late:
        raise Late(f"{late}\n{server.get(path)}\n{server.log[-3000:]}") from None


def fetchers(server):
    """The pids of the processes that fetch."""
    found = []
    for task in Path(f"/proc/{server.running.child.pid}/task").iterdir():
        try:
            found += [int(child) for child in (task / "children").read_text().split()]
        except OSError:
            """A thread that ended."""
    return found


def fetching(server):
    """The pid of the process that fetches, or None."""
    return next(iter(fetchers(server)), None)


def lines(server, *words):
    return [line for line in server.log.splitlines() if all(word in line for word in words)]
