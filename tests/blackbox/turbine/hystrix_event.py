"""Events of a hystrix.stream."""


def command(name="GetOrder", **fields):
    """A HystrixCommand event, as short as a reader accepts it."""
    return {"type": "HystrixCommand", "name": name, "group": "Orders", "requestCount": 10,
            "isCircuitBreakerOpen": False, "reportingHosts": 1, **fields}
