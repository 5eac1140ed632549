"""Settings that every gateway of this folder begins with, and a short way to write a route."""
from harness.running import preset

# What tests break on purpose must not open a circuit for the next one.
BASE = {
    "spring.cloud.config.enabled": "false",
    "eureka.client.enabled": "false",
    "hystrix.command.default.circuitBreaker.enabled": "false",
    # Both ways of sending pass every test: the one without io_uring under TSan, which knows nothing of it.
    "crema.gateway.io-uring": "false" if preset() == "tsan" else "true",
}

# For crowds: more connections to instances than any test opens.
ANY_CONNECTIONS = {
    "zuul.host.maxPerRouteConnections": 100000, "zuul.host.maxTotalConnections": 100000,
    "ribbon.MaxConnectionsPerHost": 100000, "ribbon.MaxTotalConnections": 100000,
}


def url_route(name, url, **more):
    """zuul.routes.<name> to a fixed address."""
    rows = {"path": f"/{name}/**", "url": url, **more}
    return {f"zuul.routes.{name}.{key}": value for key, value in rows.items()}
