"""The same requests about the same repositories to Spring Cloud Config Server and to ours: each difference
has its line in the documentation."""
from collections import Counter

import pytest

from answers import Side, differences
from config_deviations import DEVIATIONS, Case
from groups import GROUPS
from harness import http, java
from harness.kafka import free_port
from harness.running import Running
from harness.stack import ROOT

COMPATIBILITY = (ROOT / "docs" / "compatibility.md").read_text()
JVM = ("-Xmx128m", *(word for word in java.JVM if not word.startswith("-Xmx")))


class Servers:
    """Spring's and ours for each group of repositories."""

    def __init__(self, folder):
        self.root = folder / "r"
        self.root.mkdir()
        self.plan = [(group, list(group.scenarios())) for group in GROUPS]
        for _, scenarios in self.plan:
            for scenario in scenarios:
                scenario.make(self.root)
        self.settings = [{key: value.replace("{root}", str(self.root)) for key, value in group.settings.items()}
                         for group in GROUPS]
        self.folder = folder
        self.peer = None
        self.ours = []

    def start(self):
        self.start_theirs(self.folder)
        for number, settings in enumerate(self.settings):
            self.ours.append(Running("config-server", self.folder / f"h{number}", {
                "spring.cloud.config.enabled": "false", "logging.level.root": "error", **settings}))
        for port in self.ports:
            self.peer.wait_listening(lambda port=port: http.get(f"http://127.0.0.1:{port}/none").status == 404, 240)

    def start_theirs(self, folder):
        """All in one Java machine. Settings come from files, as the order of arguments is lost there."""
        self.ports = [free_port() for _ in GROUPS]
        arguments = []
        for number, (port, settings) in enumerate(zip(self.ports, self.settings)):
            file = folder / f"{number}.properties"
            file.write_text("".join(f"{key}={value}\n".replace("\\", "\\\\") for key, value in settings.items()))
            arguments += ["/", f"--server.port={port}", f"--spring.config.additional-location=file:{file}"]
        self.peer = java.Peer("config-server", folder, arguments=arguments[1:], jvm=JVM)

    def sides(self, number):
        return Side(self.ports[number], str(self.root)), Side(self.ours[number].port, str(self.root))

    def end(self):
        if self.peer:
            self.peer.end()
        codes = [running.stop() for running in self.ours]
        for running in self.ours:
            running.check_log()
        assert not any(codes), codes


@pytest.fixture
def servers(tmp_path):
    made = Servers(tmp_path)
    try:
        made.start()
        yield made
    finally:
        made.end()


def test_differential(servers, tell):
    seen, unnamed, count = Counter(), [], Counter()
    for number, (group, scenarios) in enumerate(servers.plan):
        theirs, ours = servers.sides(number)
        for scenario in scenarios:
            count["repositories"] += 1 + len(scenario.more)
            for request in scenario.requests:
                there, here = theirs.ask(request), ours.ask(request)
                cases = [Case(group, scenario, request, there, here, *found) for found in differences(there, here)]
                count["requests"] += 1
                count["equal"] += not cases
                for case in cases:
                    named = next((deviation for deviation in DEVIATIONS if deviation.explains(case)), None)
                    if named:
                        seen[named.line] += 1
                    else:
                        unnamed.append(case)
        theirs.close()
        ours.close()
    report(count, seen, tell)
    assert not unnamed, f"{len(unnamed)} differences without a name:\n" + "\n".join(map(told, unnamed[:40]))
    gone = [deviation.line for deviation in DEVIATIONS if not seen[deviation.line]]
    assert not gone, f"deviations that no longer occur: {gone}"


def told(case):
    return (f"{case.group.name}, {case.scenario.name}: {case.request}\n    {case.where}: Spring's {case.there!r:.300}, "
            f"ours {case.here!r:.300}")


def report(count, seen, tell):
    tell(f"config differential: {count['requests']} requests about {count['repositories']} repositories to Spring's "
         f"server and to ours; {count['equal']} answers are the same, {len(seen)} deviations by name:")
    for line, times in seen.most_common():
        tell(f"config differential: {times:>4} times: {line}")


@pytest.mark.parametrize("deviation", DEVIATIONS, ids=lambda deviation: deviation.line[:30])
def test_each_deviation_is_documented(deviation):
    """By one line of a table, in its column of the original."""
    assert sum(line.startswith(f"| {deviation.line}") for line in COMPATIBILITY.splitlines()) == 1
