"""The same requests to Spring's server and to ours: each difference has its line in the documentation."""
from collections import Counter

import pytest

from compare import MASKED, Side, differences
from deviations import DEVIATIONS, Case
from harness import http, java
from harness.kafka import free_port
from harness.stack import ROOT
from plan import scenarios

COMPATIBILITY = (ROOT / "docs" / "compatibility.md").read_text()


@pytest.fixture
def originals(tmp_path):
    port = free_port()
    peer = java.Peer("spring-server", tmp_path, {"server.port": port})
    yield peer, port
    peer.end()


def test_differential(originals, daemon, tell):
    peer, port = originals
    registry = daemon("eureka-registry", settings={"spring.cloud.config.enabled": "false",
                                                   "eureka.server.enable-self-preservation": "false"})
    peer.wait_listening(lambda: http.get(f"http://127.0.0.1:{port}/eureka/apps").status == 200, 90)
    sides = Side(port), Side(registry.port)
    seen, unnamed, asked = Counter(), [], 0
    for scenario in scenarios():
        for request in scenario.requests:
            theirs, ours = (side.ask(request, scenario.mount) for side in sides)
            asked += 1
            for found in differences(theirs.compared, ours.compared):
                case = Case(scenario, request, theirs, ours, *found)
                named = next((deviation for deviation in DEVIATIONS if deviation.explains(case)), None)
                if named:
                    seen[named.line] += 1
                else:
                    unnamed.append(case)
    for side in sides:
        side.close()
    report(asked, seen, tell)
    assert not unnamed, f"{len(unnamed)} differences without a name:\n" + "\n".join(map(told, unnamed[:40]))
    gone = [deviation.line for deviation in DEVIATIONS if not seen[deviation.line]]
    assert not gone, f"deviations that no longer occur: {gone}"


def told(case):
    return (f"{case.scenario.name}: {case.request}\n    {case.where}: Spring's {case.there!r}, "
            f"ours {case.here!r}")


def report(asked, seen, tell):
    tell(f"differential: {asked} requests to Spring's server and to ours; not compared: " + ", ".join(MASKED))
    for line, times in seen.most_common():
        tell(f"differential: {times:>4} times: {line}")


def test_what_is_masked_is_little():
    assert len(MASKED) <= 10


@pytest.mark.parametrize("deviation", DEVIATIONS, ids=lambda deviation: deviation.line[:30])
def test_each_deviation_is_documented(deviation):
    """By one line of a table, in its column of the original."""
    assert sum(line.startswith(f"| {deviation.line}") for line in COMPATIBILITY.splitlines()) == 1
