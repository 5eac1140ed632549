"""YAML, properties and JSON made of an environment: config-server.md 7, cases 53-66, and of 42 and 50 what
shows there.
"""
import json

import pytest

from config_wire import DUPLICATE, FORMATS, flat, is_error, text


def test_case_42_a_duplicate_key_in_flat_texts(repository, serve):
    server = serve(repository(DUPLICATE))
    for ending in FORMATS:
        for path in (f"/foo-default.{ending}", f"/main/foo-default.{ending}"):
            body = is_error(server.get(path), 500, path)
            assert "foo.yml" in body["message"] and "line 2" in body["message"]


def test_case_50_a_list_at_the_top_of_a_flat_text(repository, serve):
    server = serve(repository({"foo.yml": "- c\n- d\n", "bar.yml": "blah\n"}))
    assert text(server, "/foo-default.yml") == "- c\n- d\n"
    assert text(server, "/bar-default.yml") == "blah\n"
    assert text(server, "/foo-default.json", "application/json") == '{"document":["c","d"]}'


def test_case_53_yaml(repository, serve):
    for name, content in (("foo.yml", "a: {b: {c: d}}"), ("foo.properties", "a.b.c=d")):
        server = serve(repository({name: content}))
        for ending in ("yml", "yaml"):
            answer = server.get(f"/foo-default.{ending}")
            assert answer.status == 200 and answer.body == b"a:\n  b:\n    c: d\n"
            assert answer.headers["Content-Type"].partition(";")[0] == "text/plain"


def test_case_54_json(repository, serve):
    server = serve(repository({"foo.yml": "a.b.c: d"}))
    answer = server.get("/foo-default.json")
    assert answer.status == 200 and answer.body == b'{"a":{"b":{"c":"d"}}}'
    assert answer.headers["Content-Type"].partition(";")[0] == "application/json"


def test_case_55_properties(repository, serve):
    server = serve(repository({"foo.yml": "a: {b: {c: d}}"}))
    answer = server.get("/foo-default.properties")
    assert answer.status == 200 and answer.body == b"a.b.c: d"
    assert answer.headers["Content-Type"].partition(";")[0] == "text/plain"


def test_case_55_properties_are_neither_sorted_nor_escaped(repository, serve):
    server = serve(repository({"foo.yml": "z: 1\nm: 'a=b: #c'\na: ü\nd: 1e3\nt: yes\nn:\nl: [x]\nb: 2\n"}))
    assert text(server, "/foo-default.properties") == (
        "z: 1\nm: a=b: #c\na: ü\nd: 1000.0\nt: true\nn: \nb: 2\nl[0]: x")


def test_case_56_a_list_is_replaced_as_a_whole(repository, serve):
    server = serve(repository({"foo.yml": "l: [x, y]", "application.yml": "l: [1, 2, 3]\nk: 1\n"}))
    assert flat(server) == ("k: 1\nl:\n- x\n- y\n", "k: 1\nl[0]: x\nl[1]: y", '{"k":1,"l":["x","y"]}')
    assert server.environment("/foo/default")["propertySources"][1]["source"]["l[2]"] == 3


def test_case_57_a_key_below_a_value(repository, serve):
    server = serve(repository({"foo.properties": "org.x=WARN\norg.x.y=ERROR\n"}))
    yaml, properties, json_text = flat(server)
    assert yaml == "org:\n  x: WARN\n  x.y: ERROR\n"
    assert properties == "org.x: WARN\norg.x.y: ERROR"
    assert json_text == '{"org":{"x":"WARN","x.y":"ERROR"}}'


def test_case_58_brackets_without_a_number(repository, serve):
    server = serve(repository({"foo.properties": "a.b[hello]=x\na.b[world]d=y\n"}))
    yaml, properties, json_text = flat(server)
    assert yaml == "a:\n  b[hello]: x\n  b[world]d: y\n"
    assert properties == "a.b[hello]: x\na.b[world]d: y"
    assert json_text == '{"a":{"b[hello]":"x","b[world]d":"y"}}'


def test_case_59_holes_in_a_list(repository, serve):
    server = serve(repository({"foo.properties": "a.b[2]=z\n"}))
    assert flat(server) == ("a:\n  b:\n  - null\n  - null\n  - z\n", "a.b[2]: z", '{"a":{"b":[null,null,"z"]}}')


def test_case_60_at_a_label(repository, serve):
    repo = repository({"foo.yml": "a: main"})
    repo.git("checkout", "-q", "-b", "feature/x")
    repo.commit({"foo.yml": "a: feature"})
    server = serve(repo)
    for ending in FORMATS:
        plain = server.get(f"/foo-default.{ending}")
        assert plain.status == 200 and b"main" in plain.body
        assert server.get(f"/main/foo-default.{ending}").body == plain.body
        for label in ("feature(_)x", "feature%28_%29x"):
            answer = server.get(f"/{label}/foo-default.{ending}")
            assert answer.status == 200 and answer.body == plain.body.replace(b"main", b"feature")


def test_case_61_the_last_hyphen_splits(repository, serve):
    server = serve(repository({"my-app.yml": "a: 1", "my-app-dev.yml": "b: 2", "app-v1.2.yml": "c: 3",
                               "foo-eu-west.yml": "a: wrong", "foo-eu.yml": "e: 5", "x-a.yml": "d: 4"}))
    assert text(server, "/my-app-dev.yml") == "a: 1\nb: 2\n"
    assert text(server, "/main/my-app-dev.properties") == "a: 1\nb: 2"
    assert text(server, "/app-v1.2.json", "application/json") == '{"c":3}'
    assert text(server, "/x-a,b.yml") == "d: 4\n"
    assert text(server, "/foo-eu-west.yml") == "e: 5\na: wrong\n", "foo-eu's profile west"
    assert text(server, "/foo-bar-foo2-bar2-spam.yml") == "{}\n"


def test_case_61_paths_that_are_none(repository, serve):
    server = serve(repository({"foo.yml": "a: 1"}))
    for ending in FORMATS:
        for path in (f"/foo.{ending}", f"/foo/default.{ending}", f"/main/foo.{ending}", f"/.{ending}"):
            is_error(server.get(path), 404, path)
    assert server.environment("/foo/dev.ymlx")["profiles"] == ["dev.ymlx"]


PLACEHOLDERS = {"application.yml": "foo: bar\nempty:\n", "foo.properties":
                "c=${foo}\nd=${nope}\ne=${nope:dflt}\nf=\\\\${foo}\ng=${empty}\nh=${x${foo}:${foo}!}\ni=${ foo }\n"}
RESOLVED = [("foo", "bar"), ("empty", ""), ("c", "bar"), ("d", "${nope}"), ("e", "dflt"), ("f", "${foo}"),
            ("g", ""), ("h", "bar!"), ("i", "bar")]


def properties_of(pairs):
    return "\n".join(f"{key}: {value}" for key, value in pairs)


def test_case_62_placeholders(repository, serve):
    server = serve(repository(PLACEHOLDERS))
    yaml, properties, json_text = flat(server)
    assert json.loads(json_text, object_pairs_hook=list) == RESOLVED
    assert properties == properties_of(RESOLVED)
    assert yaml == ("foo: bar\nempty: ''\nc: bar\nd: ${nope}\ne: dflt\nf: ${foo}\ng: ''\nh: bar!\n"
                    "i: bar\n")


@pytest.mark.parametrize("word", ["false", "off", "no", "0", "False"])
def test_case_62_placeholders_left_alone(repository, serve, word):
    server = serve(repository({"foo.yml": "foo: bar\nc: ${foo}\n"}))
    query = f"?resolvePlaceholders={word}"
    assert text(server, f"/foo-default.yml{query}") == "foo: bar\nc: ${foo}\n"
    assert text(server, f"/main/foo-default.properties{query}") == "foo: bar\nc: ${foo}"
    assert text(server, f"/foo-default.json{query}", "application/json") == '{"foo":"bar","c":"${foo}"}'


def test_case_62_words_for_yes_and_no(repository, serve):
    server = serve(repository({"foo.yml": "foo: bar\nc: ${foo}\n"}))
    for word in ("true", "on", "yes", "1"):
        assert text(server, f"/foo-default.yml?resolvePlaceholders={word}") == "foo: bar\nc: bar\n"
    for word in ("maybe", "2", "%zz"):
        assert server.get(f"/foo-default.yml?resolvePlaceholders={word}").status == 400, word


def test_case_62_an_environment_keeps_its_placeholders(repository, serve):
    server = serve(repository({"foo.yml": "foo: bar\nc: ${foo}\n"}))
    for query in ("", "?resolvePlaceholders=true"):
        assert server.first(f"/foo/default{query}") == {"foo": "bar", "c": "${foo}"}


def test_case_62_the_server_gives_nothing_of_its_own(repository, serve):
    """Neither its environment nor its settings answer a placeholder."""
    lines = ["a=${CREMA_LEAK}", "b=${crema.leak}", "c=${HOME}", "d=${PATH}", "e=${server.port}",
             "f=${spring.cloud.config.server.git.uri}", "g=${spring.application.name}", "h=${user.home}"]
    server = serve(repository({"foo.properties": "\n".join(lines)}), env={"CREMA_LEAK": "leaked"})
    assert text(server, "/foo-default.properties") == "\n".join(lines).replace("=", ": ")


def test_case_63_a_value_of_several_lines(repository, serve):
    server = serve(repository({"foo.yml": "m: |\n  one\n  \"two\": 2\nr: ${m}\nn: |-\n  x\n  y\ns: ${n}\n"}))
    yaml, _, json_text = flat(server)
    assert yaml == ('m: |\n  one\n  "two": 2\nr: |\n  one\n  "two": 2\nn: |-\n  x\n  y\ns: |-\n  x\n  y\n')
    assert json_text == ('{"m":"one\\n\\"two\\": 2\\n","r":"one\\n\\"two\\": 2\\n","n":"x\\ny","s":"x\\ny"}')


def test_case_64_nothing_at_all(repository, serve):
    server = serve(repository({"README": "nothing here"}))
    assert flat(server) == ("{}\n", "", "{}")


def test_case_65_a_circle(repository, serve):
    server = serve(repository({"foo.yml": "a: ${b}\nb: ${a}\n", "bar.yml": "a: ${a}\n"}))
    for name in ("foo", "bar"):
        for ending in FORMATS:
            path = f"/{name}-default.{ending}"
            body = is_error(server.get(path), 400, path)
            assert "${" in body["message"] or "'a'" in body["message"], body["message"]
            assert server.get(f"{path}?resolvePlaceholders=false").status == 200
    assert server.first("/foo/default") == {"a": "${b}", "b": "${a}"}


def test_case_66_texts_that_look_like_numbers(repository, serve):
    words = ["8080", "true", "yes", "010", "12:30", "2024-01-01", "~", "", "1e3", "0x1F", "null", "<<"]
    lines = [f"s{number}: '{word}'" for number, word in enumerate(words)]
    server = serve(repository({"foo.yml": "\n".join(["n: 8080", "t: true", *lines]) + "\n"}))
    yaml, _, json_text = flat(server)
    assert yaml == "n: 8080\nt: true\n" + "".join(f"{line}\n" for line in lines)
    assert json.loads(json_text) == {"n": 8080, "t": True,
                                     **{f"s{number}": word for number, word in enumerate(words)}}


def test_case_66_properties_are_always_texts(repository, serve):
    server = serve(repository({"foo.properties": "port=8080\n"}))
    assert flat(server) == ("port: '8080'\n", "port: 8080", '{"port":"8080"}')
