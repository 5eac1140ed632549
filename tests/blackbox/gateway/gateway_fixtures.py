"""One gateway per module in front of one scripted origin; each test begins with a clean origin.

A module may say SETTINGS = {...} to add settings to its gateway.
"""
import pytest

from gateway_client import Client
from gateway_origin import Origin
from gateway_setup import BASE, url_route


@pytest.fixture(scope="module")
def shared_origin():
    origin = Origin()
    yield origin
    origin.stop()


@pytest.fixture(scope="module")
def gateway(shared_daemon, shared_origin, request):
    settings = {**BASE, **url_route("up", f"http://{shared_origin.authority}"),
                **getattr(request.module, "SETTINGS", {})}
    return shared_daemon("zuul-gateway", settings=settings)


@pytest.fixture
def origin(gateway, shared_origin):
    yield shared_origin
    shared_origin.reset()


@pytest.fixture
def connect(gateway, origin):
    """connect() is a new connection to the gateway; all are closed after the test."""
    clients = []

    def make(**kwargs):
        clients.append(Client(gateway.port, **kwargs))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def client(connect):
    return connect()


@pytest.fixture
def back():
    """An origin of the test's own, for tests that start gateways of their own."""
    made = Origin()
    yield made
    made.reset()
    made.stop()


@pytest.fixture
def start(daemon):
    """start({key: value}) starts a gateway of the test's own; its ask(target) asks it once."""
    def start_gateway(settings, **kwargs):
        running = daemon("zuul-gateway", settings={**BASE, **settings}, **kwargs)

        def ask(target, fields=b""):
            client = Client(running.port)
            try:
                return client.get(target, fields)
            finally:
                client.close()
        running.ask = ask
        return running
    return start_gateway
