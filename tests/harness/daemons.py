"""The daemons of the stack: one row each, in the order in which they are started."""
from dataclasses import dataclass


CONFIG, REGISTRY, EVENTS, PUBLISHES = "config", "registry", "events", "publishes"


@dataclass(frozen=True)
class Daemon:
    name: str           # folder, binary and log file
    port: int           # without offset
    application: str    # spring.application.name; "" for the broker, which is no application
    purpose: str
    needs: tuple = ()   # what it must be told the place of
    end_seconds: int = 10  # after SIGTERM, before it is killed


# The brokers that a stack can run itself, one of them at a time (brokers.py).
EMBEDDED = Daemon("kafka-embedded", 9092, "", "broker for development (volatile, this machine only)")
KAFKA = Daemon("kafka", 9092, "", "Apache Kafka (its data in the stack's home)",
               end_seconds=30)

ROWS = (
    Daemon("config-server", 8888, "msa-architecture-config-server", "configuration from git"),
    Daemon("eureka-registry", 9091, "msa-architecture-eureka-server", "who is where", (CONFIG,)),
    Daemon("zuul-gateway", 9090, "msa-architecture-zuul-server", "the front door of the APIs",
           (CONFIG, REGISTRY)),
    Daemon("turbine-aggregator", 9999, "msa-architecture-turbine-server", "sums of all circuits",
           (CONFIG, REGISTRY)),
    Daemon("hystrix-dashboard", 7070, "msa-architecture-hystrix-dashboard", "circuits in a browser",
           (CONFIG, REGISTRY)),
    EMBEDDED,
    KAFKA,
    Daemon("coffee-order", 8080, "msa-service-coffee-order", "takes orders",
           (CONFIG, REGISTRY, EVENTS, PUBLISHES)),
    Daemon("coffee-member", 8081, "msa-service-coffee-member", "knows the members",
           (CONFIG, REGISTRY, EVENTS, PUBLISHES)),
    Daemon("coffee-status", 8082, "msa-service-coffee-status", "tells how far an order is",
           (CONFIG, REGISTRY, EVENTS)),
)

DAEMONS = tuple(row for row in ROWS if row is not KAFKA)  # our own binaries
BY_NAME = {row.name: row for row in ROWS}
