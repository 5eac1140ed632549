"""Overrides, several repositories, composites: config-server.md 7, cases 31-36."""
import json
import shutil
import socket

import pytest

from config_wire import GIT, SERVER, V2, names, text, values
from harness.poll import wait_until

OVERRIDES = {SERVER + "overrides.x": "1", SERVER + "overrides.y": r"\${z}"}


def test_case_31_overrides(repository, serve):
    server = serve(repository({"foo.yml": "x: 2\nz: deep\n"}), OVERRIDES)
    first = server.environment("/foo/default")["propertySources"][0]
    assert first == {"name": "overrides", "source": {"x": "1", "y": "${z}"}}
    assert server.environment("/nosuch/default")["propertySources"] == [first]


def test_case_31_overrides_from_a_file(repository, serve, tmp_path):
    """As a server's own application.yml has them."""
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "application.yml").write_text(
        "spring.cloud.config.server.overrides:\n  x: 1\n  y: '\\${z}'\n")
    server = serve(repository({"foo.yml": "x: 2"}), {"spring.config.location": f"{tmp_path}/own/"})
    first = server.environment("/foo/default")["propertySources"][0]
    assert first == {"name": "overrides", "source": {"x": "1", "y": "${z}"}}


def test_case_31_overrides_with_origins(repository, serve):
    server = serve(repository({"foo.yml": "x: 2"}), OVERRIDES)
    first = server.environment("/foo/default", headers={"Accept": V2})["propertySources"][0]
    origin = "Config server overrides"
    assert first["source"] == {"x": {"value": "1", "origin": origin}, "y": {"value": "${z}", "origin": origin}}


def test_case_31_overrides_in_flat_texts(repository, serve):
    server = serve(repository({"foo.yml": "x: 2\nz: deep\n"}), OVERRIDES)
    assert text(server, "/foo-default.properties") == "x: 1\nz: deep\ny: deep"
    assert text(server, "/foo-default.yml") == "x: '1'\nz: deep\ny: deep\n"
    assert text(server, "/foo-default.json", "application/json") == '{"x":"1","z":"deep","y":"deep"}'


def team(pattern, uri, name="team"):
    return {f"{GIT}repos.{name}.pattern": pattern, f"{GIT}repos.{name}.uri": uri}


def test_case_32_a_repository_for_a_pattern(repository, serve):
    main = repository({"application.yml": "a: default"})
    other = repository({"application.yml": "a: team"})
    server = serve(main, team("team-*", other.uri))
    environment = server.environment("/team-a/default")
    assert names(environment) == [f"{other.uri}/application.yml"]
    assert environment["version"] == other.git("rev-parse", "HEAD")
    environment = server.environment("/other/default")
    assert names(environment) == [f"{main.uri}/application.yml"]
    assert environment["version"] == main.git("rev-parse", "HEAD")


def test_case_32_the_pattern_is_the_id(repository, serve):
    main = repository({"application.yml": "a: default"})
    other = repository({"application.yml": "a: team"})
    server = serve(main, {f"{GIT}repos.team.uri": other.uri})
    assert values(server.environment("/team/dev")) == [{"a": "team"}]
    assert values(server.environment("/team-a/dev")) == [{"a": "default"}]


def test_case_33_a_pattern_of_profiles(repository, serve):
    main = repository({"application.yml": "a: default"})
    other = repository({"application.yml": "a: dev"})
    server = serve(main, team("*/dev", other.uri))
    for path, expected in (("/x/dev,cloud", "dev"), ("/x/cloud,dev", "default"), ("/x/dev", "dev"),
                           ("/x/prod", "default")):
        assert values(server.environment(path)) == [{"a": expected}], path


@pytest.fixture
def nobody():
    """A port at which nobody listens, and nobody will."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


@pytest.mark.parametrize("scheme", ["http", "git"])
def test_case_34_an_unreachable_repository_of_a_pattern(repository, serve, nobody, scheme):
    main = repository({"application.yml": "a: default"})
    server = serve(main, team("team-*", f"{scheme}://127.0.0.1:{nobody}/team.git"))
    assert values(server.environment("/team-a/default")) == [{"a": "default"}]
    assert values(server.environment("/other/default")) == [{"a": "default"}]


def test_case_34_whatever_fails_there_leads_to_the_default_repository(repository, serve):
    """An unknown label, a broken file, a repository that went away."""
    main = repository({"application.yml": "a: default"})
    main.git("branch", "only-here")
    other = repository({"application.yml": "a: team", "team-b.yml": "a: 1\na: 2\n"})
    server = serve(main, team("team-*", other.uri))
    assert values(server.environment("/team-a/default")) == [{"a": "team"}]
    assert values(server.environment("/team-a/default/only-here")) == [{"a": "default"}]
    assert values(server.environment("/team-b/default")) == [{"a": "default"}]
    other.commit({"team-b.yml": "a: 3"})
    wait_until(lambda: values(server.environment("/team-b/default"))[0] == {"a": 3}, 5, "the mended file")


def test_case_34_a_directory_that_is_not_there(repository, serve, tmp_path):
    other = repository({"application.yml": "a: team"})
    main = repository({"application.yml": "a: default"})
    shutil.rmtree(other.path)
    server = serve(main, team("team-*", other.uri))
    assert values(server.environment("/team-a/default")) == [{"a": "default"}]


def test_case_35_a_repository_for_each_application(repository, serve, tmp_path):
    one, two = repository({"application.yml": "a: one"}), repository({"application.yml": "a: two"})
    (tmp_path / "srv" / "org").mkdir(parents=True)
    one.path.rename(tmp_path / "srv" / "one")
    two.path.rename(tmp_path / "srv" / "org" / "two")
    one.uri = f"file://{tmp_path}/srv/{{application}}"
    server = serve(one)
    for name, place in (("one", "one"), ("org(_)two", "org/two")):
        environment = server.environment(f"/{name}/default")
        assert values(environment) == [{"a": name[-3:]}]
        assert names(environment) == [f"file://{tmp_path}/srv/{place}/application.yml"]
        assert environment["name"] == place
    assert server.get("/three/default").status == 404
    assert values(server.environment("/one/default")) == [{"a": "one"}]


def composite(*uris):
    found = {"spring.profiles.active": "composite"}
    for number, uri in enumerate(uris):
        found[f"{SERVER}composite[{number}].type"] = "git"
        found[f"{SERVER}composite[{number}].uri"] = uri
    return found


def test_case_36_a_composite(repository, serve):
    """The first that is listed wins; no single version is true."""
    first = repository({"application.yml": "a: first\nonly: first\n"})
    second = repository({"application.yml": "a: second", "foo.yml": "a: foo"})
    server = serve(first, {GIT + "uri": "", **composite(first.uri, second.uri)})
    answer = server.get("/foo/default")
    environment = json.loads(answer.body)
    assert '"version":null' in answer.text
    assert names(environment) == [f"{first.uri}/application.yml", f"{second.uri}/foo.yml",
                                  f"{second.uri}/application.yml"]
    assert text(server, "/foo-default.properties") == "a: first\nonly: first"
