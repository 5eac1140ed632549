"""The same requests about the same repositories to Spring Cloud Config Server and to ours: each difference
has its line in the documentation."""
from functools import partial

import pytest

from answers import said
from config_deviations import DEVIATIONS
from groups import GROUPS
from harness import http, java
from harness.differential import Differential, Side
from harness.ports import free_port
from harness.running import Running

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
        """The original and ours for a group."""
        compared = partial(said, str(self.root))
        return Side(self.ports[number], compared), Side(self.ours[number].port, compared)

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
    differential, repositories = Differential(DEVIATIONS), 0
    for number, (_, scenarios) in enumerate(servers.plan):
        sides = servers.sides(number)
        for scenario in scenarios:
            repositories += 1 + len(scenario.more)
            for request in scenario.requests:
                differential.ask(sides, scenario, request)
        for side in sides:
            side.close()
    tell(f"config differential: {differential.asked} requests about {repositories} repositories to Spring's server and "
         f"to ours; {differential.equal} answers are the same, {len(differential.seen)} deviations by name:")
    differential.report(tell, "config differential")
    differential.check()


@pytest.mark.parametrize("deviation", DEVIATIONS, ids=lambda deviation: deviation.line[:30])
def test_each_deviation_is_documented(deviation):
    assert deviation.is_documented()
