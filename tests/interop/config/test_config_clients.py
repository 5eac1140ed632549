"""Spring Boot applications of two lines, a Node and a Python client, unmodified, on our config server."""
import time
from urllib.parse import quote

import pytest

import other_clients
from harness import http, java
from harness.poll import wait_until
from harness.ports import free_port
from harness.repositories import Repository

USER, PASSWORD = "barista", "caffe"
SERVER = "spring.cloud.config.server."
# Where each line puts the name that the server gave a source.
FRONTS = {"config-hoxton": "bootstrapProperties-", "config-current": "configserver:"}
TWO = "Config resource 'file [shop.yml]' via location '' (document #%d)"
FILES = {
    "application.yml": "greeting: hello ${who}\nwho: world\nbeans: [arabica, robusta, liberica]\nshared: application\n"
                       "local: the server's\nnumber: 8080\nratio: 1.10\nflag: yes\noctal: 010\nempty:\n",
    "shop.yml": "who: shop\nshared: shop\n---\nspring.config.activate.on-profile: dev\ndocument: two\n",
    "shop-dev.yml": "beans: [arabica]\nshared: shop-dev\n",
    "application-dev.properties": "shared=application-dev\nlocal=the server's dev\nport=80\n",
    "shop-prod.yml": "shared: of another profile\n", "other.yml": "shared: of another application\n"}
# A placeholder is resolved where it is read, and by what is strongest there.
GREETING = "hello ${who}"
GREETINGS = {"config-hoxton": "hello shop", "config-current": "hello the application's dev"}
# What the server gives, the strongest first, as actuators show it.
GIVEN = (
    ("shop-dev.yml", {"beans[0]": "arabica", "shared": "shop-dev"}),
    ("application-dev.properties", {"shared": "application-dev", "local": "the server's dev", "port": "80"}),
    (TWO % 1, {"spring.config.activate.on-profile": "dev", "document": "two"}),
    (TWO % 0, {"who": "shop", "shared": "shop"}),
    ("application.yml", {
        "greeting": GREETING, "who": "world", "beans[0]": "arabica", "beans[1]": "robusta", "beans[2]": "liberica",
        "shared": "application", "local": "the server's", "number": 8080, "ratio": 1.1, "flag": True, "octal": 8,
        "empty": ""}))


class Client:
    """One of the applications."""

    def __init__(self, name, server, folder, **properties):
        self.name = name
        self.port = free_port()
        self.peer = java.Peer(name, folder, {
            "server.port": self.port, "spring.cloud.config.uri": server.url(), "spring.profiles.active": "dev",
            "spring.cloud.config.label": "x,main", "spring.cloud.config.username": USER,
            "spring.cloud.config.password": PASSWORD,
            **{key.replace("_", "."): value for key, value in properties.items()}})

    def url(self, path):
        return f"http://127.0.0.1:{self.port}/actuator/{path}"

    def wait_ready(self):
        self.peer.wait_listening(lambda: http.get(self.url("env")).status == 200, 90)

    def sources(self):
        """All of them in order, as (name, {key: property}); the server's by the names in its repository."""
        return [(source["name"], source["properties"]) for source in http.get(self.url("env")).json["propertySources"]]

    def given(self, uri):
        front = f"{FRONTS[self.name]}{uri}/"
        return [(name.removeprefix(front), {key: held["value"] for key, held in properties.items()})
                for name, properties in self.sources() if name.startswith(front)]

    def value(self, key):
        return http.get(self.url(f"env/{quote(key)}")).json["property"]["value"]


@pytest.fixture(scope="module")
def place(shared_daemon, tmp_path_factory):
    """The server, its repository, and a folder for logs."""
    folder = tmp_path_factory.mktemp("config")
    repository = Repository(folder / "repository")
    repository.commit({**FILES, "nginx.conf": "server_name ${who};\n"})
    server = shared_daemon("config-server", settings={
        SERVER + "git.uri": repository.uri, "spring.cloud.config.enabled": "false",
        "spring.security.user.name": USER, "spring.security.user.password": PASSWORD})
    return server, repository, folder


@pytest.fixture(scope="module")
def clients(place, tell):
    """Both of them, started beside each other."""
    server, repository, folder = place
    began = time.monotonic()
    made = [Client(name, server, folder) for name in FRONTS]
    try:
        for client in made:
            client.wait_ready()
            tell(f"config clients: {client.name} started without the label x, with main "
                 f"({time.monotonic() - began:.1f} s)")
            for name, values in client.given(repository.uri):
                tell(f"config clients:     {name}: {values}")
        yield made
    finally:
        for client in made:
            client.peer.end()


# These tests go on where the one before them ended.

def test_case_87_each_starts_with_the_second_label(place, clients):
    _, repository, _ = place
    for client in clients:
        expected = [(name, {key: GREETINGS[client.name] if value == GREETING else value
                            for key, value in values.items()}) for name, values in GIVEN]
        assert client.given(repository.uri) == expected, client.name
        versions = [properties["config.client.version"]["value"] for _, properties in client.sources()
                    if "config.client.version" in properties]
        assert versions == [repository.git("rev-parse", "HEAD")]


def test_profiles_go_before_the_applications_own(clients):
    """The older line puts all that the server gives first; the current one only what is of a profile."""
    for client, weakest in zip(clients, ("/application.yml", "/application-dev.properties")):
        names = [name for name, _ in client.sources()]
        of_server = next(number for number, name in enumerate(names) if name.endswith(weakest))
        own = next(number for number, name in enumerate(names) if "application-dev.yml]" in name)
        assert of_server < own, names
    assert [client.value("local") for client in clients] == ["the server's dev"] * 2
    assert [client.value("who") for client in clients] == ["shop", "the application's dev"]


def test_each_resolves_placeholders_itself(clients):
    said = {client.name: client.value("own") for client in clients}
    assert said == {name: f"{greeting}, says the application" for name, greeting in GREETINGS.items()}


def test_the_current_line_knows_where_a_value_stands(place, clients):
    _, repository, _ = place
    current, = (client for client in clients if client.name == "config-current")
    origins = {held["origin"].removeprefix(f"Config Server {repository.uri}/")
               for name, properties in current.sources() if name.startswith(FRONTS[current.name])
               for held in properties.values()}
    assert {"application.yml:3:27", "application-dev.properties:3:6", TWO % 0 + ":1:6"} <= origins


def test_refresh_tells_what_a_commit_changed(place, clients, tell):
    server, repository, _ = place
    for client in clients:
        assert http.post(client.url("refresh"), timeout=30).json == []
    head = repository.commit({"shop-dev.yml": "beans: [arabica, excelsa]\nshared: changed\nnew: here\n"})
    access = {"Authorization": "Basic YmFyaXN0YTpjYWZmZQ=="}
    wait_until(lambda: server.get("/shop/dev", headers=access).json["version"] == head, 10, "the commit to be served")
    for client in clients:
        changed = http.post(client.url("refresh"), timeout=30).json
        assert set(changed) == {"config.client.version", "beans[1]", "shared", "new"}, client.name
        assert [client.value(key) for key in ("shared", "beans[1]", "new")] == ["changed", "excelsa", "here"]
        tell(f"config clients: {client.name} was told by refresh of {', '.join(sorted(changed))}")


def test_a_wrong_password_ends_the_start(place, tell):
    server, _, folder = place
    made = [Client(name, server, folder, spring_cloud_config_password="wrong") for name in FRONTS]
    try:
        for client in made:
            assert client.peer.child.wait(90) != 0
            assert "401" in client.peer.log, client.peer.log[-3000:]
            tell(f"config clients: {client.name} with a wrong password ended with {client.peer.child.returncode}")
    finally:
        for client in made:
            client.peer.end()


MERGED = {"greeting": GREETING, "who": "shop", "beans[0]": "arabica", "beans[1]": "excelsa", "shared": "changed",
          "number": 8080, "ratio": 1.1, "flag": True, "octal": 8, "port": "80", "document": "two"}


def test_node(place, tell):
    server, repository, _ = place
    told = other_clients.node(server.url(), "shop", "dev", "main", USER, PASSWORD)
    assert [name.removeprefix(repository.uri + "/") for name in told["sources"]] == [name for name, _ in GIVEN]
    assert MERGED.items() <= told["merged"].items()
    assert told["object"]["beans"] == ["arabica", "excelsa"]
    tell(f"config clients: Node's {other_clients.NODE} read {len(told['merged'])} keys of "
         f"{len(told['sources'])} sources")


def test_python(place, tell):
    server, _, _ = place
    told = other_clients.python(server.url(), "shop", "dev", "main", USER, PASSWORD, "nginx.conf")
    merged = told["merged"]
    assert told["file"] == "server_name shop;\n"
    assert (merged["who"], merged["shared"], merged["number"], merged["flag"]) == ("shop", "changed", 8080, True)
    tell(f"config clients: Python's {other_clients.PYTHON} read {len(merged)} keys and a file")
