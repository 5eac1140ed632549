"""The gateway as a client of registries: played ones, ours, and Spring's where it is at hand."""
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "gateway"))

from client import Client  # noqa: E402
from played_registry import PlayedRegistry  # noqa: E402
from shell_backend import Backend  # noqa: E402


@pytest.fixture
def played():
    made = PlayedRegistry()
    yield made
    made.stop()


@pytest.fixture
def backends():
    made = [Backend("one"), Backend("two")]
    yield made
    for backend in made:
        backend.stop()


@pytest.fixture
def client(daemon):
    """client(urls, settings={...}, home=...): a gateway that follows these registries."""
    def start(urls, settings=None, **kwargs):
        return Client(daemon("zuul-gateway", settings={
            "server.address": "127.0.0.1", "spring.cloud.config.enabled": "false",
            "spring.application.name": "the-client", "eureka.client.service-url.defaultZone": urls,
            "logging.level.registry.client": "debug", **(settings or {})}, **kwargs))
    return start
