"""spring.cloud.config.server.overrides: the operator's own properties, before all files."""
SERVER = "spring.cloud.config.server."


def test_overrides_go_first(repository, serve):
    server = serve(repository({"application.yml": "x: 9\nb: 1"}),
                   {SERVER + "overrides.x": 1, SERVER + "overrides.y": "\\${z}", SERVER + "overrides.a.b[0].camelCase": "v"})
    environment = server.environment("/foo/default")
    assert environment["propertySources"][0] == {
        "name": "overrides", "source": {"x": "1", "y": "${z}", "a.b[0].camelCase": "v"}}
    assert environment["propertySources"][1]["source"] == {"x": 9, "b": 1}
    assert server.environment("/nothing/default/main")["propertySources"][0]["name"] == "overrides"


def test_overrides_are_no_unknown_settings(repository, serve):
    server = serve(repository({"application.yml": "a: 1"}), {SERVER + "overrides.any.thing": "1"})
    assert "unknown setting" not in server.log
