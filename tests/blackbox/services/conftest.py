"""The three services with a registry, and without a broker unless a test starts one."""
import pytest

from harness.poll import wait_until

NO_BROKER = "127.0.0.1:1"


class Shop:
    """Starts services that find each other through one registry."""

    def __init__(self, daemon):
        self.daemon = daemon
        self.registry = daemon("eureka-registry", {"spring.cloud.config.enabled": "false"})
        self.broker = NO_BROKER

    def start(self, name, **settings):
        given = {"spring.cloud.config.enabled": "false", "server.address": "127.0.0.1",
                 "eureka.client.service-url.defaultZone": self.registry.url("/eureka/"),
                 "spring.kafka.bootstrap-servers": self.broker,
                 **{key.replace("__", "."): value for key, value in settings.items()}}
        running = self.daemon(name, given)
        application = f"MSA-SERVICE-{name.upper()}"
        wait_until(lambda: self.registry.get(f"/eureka/apps/{application}").status == 200, 10,
                   f"{name} in the registry")
        return running

    def start_broker(self):
        running = self.daemon("kafka-embedded", {"spring.cloud.config.enabled": "false"})
        self.broker = f"127.0.0.1:{running.port}"
        return running


@pytest.fixture
def shop(daemon):
    return Shop(daemon)
