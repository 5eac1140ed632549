"""One gateway per module in front of one scripted origin; each test begins with a clean origin.

A module may say SETTINGS = {...} to add settings to its gateway.
"""
import pytest

from gateway_client import Client
from gateway_origin import Origin
from gateway_pools import Doors
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
def doors():
    """A back end whose answers the test gives out one by one."""
    made = Doors()
    yield made
    made.stop()


@pytest.fixture
def more_doors():
    made = Doors()
    yield made
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


@pytest.fixture
def changing(start, tmp_path):
    """A gateway of the test's own, to which change(**{key: value}) gives other settings while it runs."""
    folder = tmp_path / "config"
    folder.mkdir()

    def write(settings):
        (folder / "application.properties").write_text("".join(f"{key}={value}\n" for key, value in settings.items()))

    def begin(settings):
        write(settings)
        gateway = start({"spring.config.location": f"{folder}/"})

        def change(**more):
            settings.update(more)
            write(settings)
            assert gateway.post("/actuator/refresh").status == 200
        gateway.change = change
        return gateway
    return begin
