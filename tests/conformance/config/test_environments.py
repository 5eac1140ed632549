"""Which files make an environment, and in which order: config-server.md 7, cases 1-16."""
from config_wire import GIT, SERVER, is_error, values


def test_case_1_one_file(repository, serve):
    repo = repository({"application.yml": "a: 1"})
    head = repo.git("rev-parse", "HEAD")
    answer = serve(repo).get("/foo/default")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.text == (f'{{"name":"foo","profiles":["default"],"label":null,"version":"{head}","state":"",'
                           f'"propertySources":[{{"name":"{repo.uri}/application.yml","source":{{"a":1}}}}]}}')


def test_case_2_an_applications_own_file(repository, serve):
    server = serve(repository({"application.yml": "a: 1", "foo.yml": "a: 2"}))
    assert server.sources("/foo/default") == ["foo.yml", "application.yml"]
    assert values(server.environment("/foo/default")) == [{"a": 2}, {"a": 1}]


FILES = {"application.yml": "a: 1", "foo.yml": "a: 2", "foo-dev.yml": "a: 3", "application-dev.yml": "a: 4"}


def test_case_3_a_profile(repository, serve):
    server = serve(repository(FILES))
    assert server.sources("/foo/dev") == ["foo-dev.yml", "application-dev.yml", "foo.yml", "application.yml"]
    assert values(server.environment("/foo/dev")) == [{"a": 3}, {"a": 4}, {"a": 2}, {"a": 1}]


def test_case_4_the_default_profile(repository, serve):
    assert serve(repository(FILES)).sources("/foo/default") == ["foo.yml", "application.yml"]


SEVERAL = {**FILES, "foo-a.yml": "a: 5", "foo-b.yml": "a: 6"}


def test_case_5_two_profiles(repository, serve):
    server = serve(repository(SEVERAL))
    assert server.sources("/foo/a,b") == ["foo-b.yml", "foo-a.yml", "foo.yml", "application.yml"]
    assert '"profiles":["a,b"]' in server.get("/foo/a,b").text


def test_case_6_two_profiles_the_other_way_round(repository, serve):
    server = serve(repository(SEVERAL))
    assert server.sources("/foo/b,a") == ["foo-a.yml", "foo-b.yml", "foo.yml", "application.yml"]
    assert '"profiles":["b,a"]' in server.get("/foo/b,a").text


def test_case_7_three_endings(repository, serve):
    server = serve(repository({"foo.properties": "a=1", "foo.yml": "a: 2", "foo.yaml": "a: 3"}))
    assert server.sources("/foo/default") == ["foo.properties", "foo.yml", "foo.yaml"]
    assert values(server.environment("/foo/default")) == [{"a": "1"}, {"a": 2}, {"a": 3}]


def test_case_7_properties_as_xml(repository, serve):
    entry = ('<!DOCTYPE properties SYSTEM "http://java.sun.com/dtd/properties.dtd">'
             '<properties><entry key="a">{}</entry></properties>')
    server = serve(repository({"foo.properties": "a=1", "foo.xml": entry.format(2), "foo.yml": "a: 3",
                               "application-dev.xml": entry.format("x")}))
    assert server.sources("/foo/dev") == ["application-dev.xml", "foo.properties", "foo.xml", "foo.yml"]
    assert values(server.environment("/foo/dev")) == [{"a": "x"}, {"a": "1"}, {"a": "2"}, {"a": 3}]


def test_case_8_files_of_the_default_profile(repository, serve):
    server = serve(repository({**FILES, "foo-default.yml": "a: 7"}))
    assert server.sources("/foo/default") == ["foo-default.yml", "foo.yml", "application.yml"]
    assert "foo-default.yml" not in server.sources("/foo/dev")


def test_case_9_the_application_called_application(repository, serve):
    server = serve(repository(FILES))
    assert server.sources("/application/dev") == ["application-dev.yml", "application.yml"]


def test_case_10_an_unknown_application(repository, serve):
    repo = repository({"README": "nothing here"})
    head = repo.git("rev-parse", "HEAD")
    answer = serve(repo).get("/nosuch/default")
    assert answer.status == 200
    assert answer.text == (f'{{"name":"nosuch","profiles":["default"],"label":null,"version":"{head}","state":"",'
                           '"propertySources":[]}')


def test_case_11_an_unknown_application_may_be_refused(repository, serve):
    server = serve(repository({"README": "nothing here", "bar.yml": "a: 1"}), {SERVER + "accept-empty": "false"})
    is_error(server.get("/nosuch/default"), 404, "/nosuch/default")
    assert server.sources("/bar/default") == ["bar.yml"]


def test_case_12_two_applications(repository, serve):
    server = serve(repository({"a.yml": "x: 1", "b.yml": "x: 2", "application.yml": "x: 3"}))
    assert server.sources("/a,b/default") == ["b.yml", "a.yml", "application.yml"]
    assert server.environment("/a,b/default")["name"] == "a,b"


def test_case_13_json_is_no_source(repository, serve):
    assert serve(repository({"foo.json": '{"x": 4}'})).environment("/foo/default")["propertySources"] == []


def test_case_14_a_search_path(repository, serve):
    server = serve(repository({"cfg/foo.yml": "a: 1", "foo.yml": "a: 2"}), {GIT + "search-paths": "cfg"})
    assert server.sources("/foo/default") == ["cfg/foo.yml", "foo.yml"]


def test_case_15_a_search_path_of_the_application(repository, serve):
    server = serve(repository({"foo/foo.yml": "a: 1", "bar/foo.yml": "a: 2"}),
                   {GIT + "search-paths": "{application}"})
    assert server.sources("/foo/default") == ["foo/foo.yml"]


def test_case_16_a_search_path_with_a_star(repository, serve):
    server = serve(repository({"bar1/foo.yml": "a: 1", "bar2/foo.yml": "a: 2", "baz/foo.yml": "a: 3"}),
                   {GIT + "search-paths": "bar*"})
    assert server.sources("/foo/default") == ["bar2/foo.yml", "bar1/foo.yml"]
