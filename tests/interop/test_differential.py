"""The same requests to Spring's server and to ours: each difference has its line in the documentation."""
import pytest

from compare import MASKED, is_masked, said
from deviations import DEVIATIONS
from harness import http, java
from harness.differential import Differential, Side
from harness.ports import free_port
from plan import scenarios


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
    sides = Side(port, said), Side(registry.port, said)
    differential = Differential(DEVIATIONS, is_masked)
    for scenario in scenarios():
        for request in scenario.requests:
            differential.ask(sides, scenario, request, scenario.mount)
    for side in sides:
        side.close()
    tell(f"differential: {differential.asked} requests to Spring's server and to ours; not compared: "
         + ", ".join(MASKED))
    differential.report(tell, "differential")
    differential.check()


def test_what_is_masked_is_little():
    assert len(MASKED) <= 10


@pytest.mark.parametrize("deviation", DEVIATIONS, ids=lambda deviation: deviation.line[:30])
def test_each_deviation_is_documented(deviation):
    assert deviation.is_documented()
