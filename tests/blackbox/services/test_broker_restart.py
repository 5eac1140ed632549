"""Order and status over the embedded broker, which dies and comes back."""
import pytest

from harness.poll import wait_until

ORDERS = 40


class Bus:
    """order and status, a registry so that status finds order's feed, and the broker."""

    def __init__(self, daemon, sweep="30s"):
        self.broker = daemon("kafka-embedded")
        # It comes back where its clients know it.
        self.broker.argv = [f"--server.port={self.broker.port}" if part.startswith("--server.port=")
                            else part for part in self.broker.argv]
        registry = daemon("eureka-registry", {"spring.cloud.config.enabled": "false"})
        shared = {"spring.cloud.config.enabled": "false",
                  "eureka.client.service-url.defaultZone": registry.url("/eureka/"),
                  "spring.kafka.bootstrap-servers": f"127.0.0.1:{self.broker.port}"}
        self.order = daemon("coffee-order", {**shared, "crema.events.on-new-cluster": "rewind"})
        self.status = daemon("coffee-status", {**shared, "crema.events.sweep-interval": sweep})
        self.placed = []

    def place(self, count):
        for _ in range(count):
            name = f"coffee-{len(self.placed)}"
            answer = self.order.post("/api/v1/order", json={"orderName": name, "userId": "1"})
            assert answer.status == 200
            self.placed.append(name)

    def names(self):
        rows = self.status.get("/api/v1/status?size=1000").json["resultVO"]
        return sorted(row["orderName"] for row in rows)

    def until_all_are_in_status(self, seconds=20):
        wait_until(lambda: len(self.names()) >= len(self.placed), seconds, "every order in status")
        assert self.names() == sorted(self.placed)

    def until_connected(self):
        def connected():
            parts = self.status.get("/actuator/health").text + self.order.get("/actuator/health").text
            return parts.count("embedded (volatile") == 2
        wait_until(connected, 20, "order and status to be connected to the broker")


@pytest.fixture
def bus(daemon):
    return lambda **settings: Bus(daemon, **settings)


def test_the_broker_alone_brings_orders_to_status(bus):
    running = bus(sweep=-1)
    running.place(ORDERS)
    running.until_all_are_in_status()


def test_a_broker_killed_under_load_loses_and_doubles_nothing(bus):
    running = bus()
    running.place(ORDERS)
    running.until_connected()
    for _ in range(2):
        running.broker.kill()
        running.place(ORDERS)
        running.broker.start()
        running.place(ORDERS)
        running.until_connected()
    running.until_all_are_in_status()


def test_after_a_restart_the_broker_brings_orders_again(bus):
    running = bus(sweep=-1)
    running.place(ORDERS)
    running.until_all_are_in_status()
    running.broker.kill()
    running.broker.start()
    running.place(ORDERS)
    running.until_all_are_in_status()
