"""What stands in YAML and properties: config-server.md 7, cases 37-52."""
import pytest

from config_wire import DUPLICATE, is_error, names, source_text, values

def first(repository, serve, content, name="foo.yml", path="/foo/default"):
    """The one source of a repository with one file."""
    server = serve(repository({name: content}))
    source, = server.environment(path)["propertySources"]
    return source["source"]


def test_case_37_nested_maps(repository, serve):
    assert first(repository, serve, "a: {b: {c: d}}") == {"a.b.c": "d"}


def test_case_38_lists(repository, serve):
    found = first(repository, serve, "l: [x, {k: v}, [1, 2]]")
    assert list(found.items()) == [("l[0]", "x"), ("l[1].k", "v"), ("l[2][0]", 1), ("l[2][1]", 2)]


def test_case_39_nothing(repository, serve):
    """An empty map gives no key, as with the Spring Boot that the peer of tests/interop has (before 4.1)."""
    found = first(repository, serve, "e: []\nn:\nt: ~\nm: {}\nz: 1\n")
    assert list(found.items()) == [("e", ""), ("n", ""), ("t", ""), ("z", 1)]


def test_case_40_types(repository, serve):
    server = serve(repository({"foo.yml": "p: 8080\nb: true\nf: 1.10\no: 010\ns: '8080'\ny: yes\n"
                                          "d: 2024-01-01\nt: 12:30\n"}))
    assert source_text(server, "/foo/default") == (
        '{"p":8080,"b":true,"f":1.1,"o":8,"s":"8080","y":true,"d":"2024-01-01","t":750}')


def test_case_41_anchors_and_merges(repository, serve):
    found = first(repository, serve, "x: &x {a: 1, b: 2}\ny: {<<: *x, b: 3, c: 4}\nz: *x\n")
    assert found == {"x.a": 1, "x.b": 2, "y.a": 1, "y.b": 3, "y.c": 4, "z.a": 1, "z.b": 2}


def test_case_42_a_duplicate_key(repository, serve):
    server = serve(repository(DUPLICATE))
    for path in ("/foo/default", "/foo/default/main"):
        body = is_error(server.get(path), 500, path)
        label = "main" if path.endswith("main") else "null"
        assert body["message"].startswith("Could not construct context for config=foo profile=default "
                                          f"label={label} includeOrigin=false")
        assert "foo.yml" in body["message"] and "line 2" in body["message"]


def test_case_43_tabs(repository, serve):
    server = serve(repository({"foo.yml": "a:\n\tb: 1\n", "bar.yml": "a: 1", "foo-x.yml": "b: 1"}))
    for path in ("/foo/default", "/foo/x"):
        assert "foo.yml" in is_error(server.get(path), 500, path)["message"]
    assert values(server.environment("/bar/default")) == [{"a": 1}]


ACTIVATED = "a: 1\n---\nspring.config.activate.on-profile: dev\na: 2\n"


def test_case_44_documents(repository, serve):
    repo = repository({"foo.yml": ACTIVATED})
    server = serve(repo)
    environment = server.environment("/foo/dev")
    assert values(environment) == [{"spring.config.activate.on-profile": "dev", "a": 2}, {"a": 1}]
    check_names(environment, repo, "foo.yml", [1, 0])
    environment = server.environment("/foo/default")
    assert values(environment) == [{"a": 1}]
    check_names(environment, repo, "foo.yml", [0])


def check_names(environment, repo, file, numbers):
    """Of documents: below the URI, with the file's name, one for each."""
    found = names(environment)
    assert len(set(found)) == len(found) == len(numbers)
    for name, number in zip(found, numbers):
        assert name.startswith(repo.uri + "/") and file in name and f"(document #{number})" in name


@pytest.mark.parametrize("expression, yes, no", [
    ("'!dev'", ["default", "prod"], ["dev", "prod,dev"]),
    ("a & b", ["a,b", "b,a"], ["a", "b", "default"]),
    ("a | b", ["a", "b", "a,b"], ["c", "default"]),
    ("'(a | b) & !c'", ["a", "b,x"], ["a,c", "c"]),
    ("[a, c & d]", ["a", "c,d"], ["c", "d"]),
    ("a, b", ["a", "b"], ["c"]),
])
def test_case_45_expressions_of_profiles(repository, serve, expression, yes, no):
    server = serve(repository({"foo.yml": f"spring.config.activate.on-profile: {expression}\na: 1\n"}))
    for profiles in yes:
        assert len(server.environment(f"/foo/{profiles}")["propertySources"]) == 1, profiles
    for profiles in no:
        assert server.environment(f"/foo/{profiles}")["propertySources"] == [], profiles


@pytest.mark.parametrize("expression", ["a & b | c", "'!'", "'()'"])
def test_case_45_an_expression_that_is_none(repository, serve, expression):
    server = serve(repository({"foo.yml": f"spring.config.activate.on-profile: {expression}\na: 1\n"}))
    assert "foo.yml" in is_error(server.get("/foo/a"), 500, "/foo/a")["message"]


def test_case_46_the_older_key(repository, serve):
    """Refused as today's Spring does where that is asked for; else the condition that it once was."""
    repo = repository({"foo.yml": "a: 1\nspring:\n  profiles: dev\n", "bar.yml": "a: 1"})
    strict = serve(repo, {"crema.config.legacy-spring-profiles": "false"})
    for path in ("/foo/dev", "/foo/default"):
        assert "foo.yml" in is_error(strict.get(path), 500, path)["message"]
    assert values(strict.environment("/bar/dev")) == [{"a": 1}]
    lenient = serve(repo)
    assert len(lenient.environment("/foo/dev")["propertySources"]) == 1
    assert lenient.environment("/foo/default")["propertySources"] == []


def test_case_47_documents_in_properties(repository, serve):
    for mark in ("#---", "!---", "#---  "):
        repo = repository({"foo.properties":
                           f"a=1\n{mark}\nspring.config.activate.on-profile=dev\na=2\n"})
        server = serve(repo)
        environment = server.environment("/foo/dev")
        assert values(environment) == [{"spring.config.activate.on-profile": "dev", "a": "2"}, {"a": "1"}]
        check_names(environment, repo, "foo.properties", [1, 0])
        assert values(server.environment("/foo/default")) == [{"a": "1"}]


@pytest.mark.parametrize("mark", ["# ---", " #---", "#----", "#--", "# a word\n#---", "#--- a word"])
def test_case_47_comments_in_properties(repository, serve, mark):
    found = first(repository, serve, f"a=1\n{mark}\nb=2\n", "foo.properties", "/foo/dev")
    assert found == {"a": "1", "b": "2"}


def test_case_48_properties(repository, serve):
    found = first(repository, serve, b"u=\xc3\xbc\nv=\\u00fc\na = b \\\n   c\nk[]=a,b\nn=5\n", "foo.properties")
    assert list(found.items()) == [("u", "Ã¼"), ("v", "ü"), ("a", "b c"), ("k[0]", "a"), ("k[1]", "b"), ("n", "5")]


def test_case_49_included_profiles(repository, serve):
    server = serve(repository({"application.yml": "spring.profiles.include: [extra]", "foo-extra.yml": "a: 1",
                               "application-extra.yml": "a: 2", "foo-dev.yml": "a: 3"}))
    assert server.sources("/foo/dev") == ["foo-extra.yml", "application-extra.yml", "foo-dev.yml",
                                          "application.yml"]
    assert server.sources("/foo/default") == ["application.yml"]


def test_case_50_a_list_at_the_top(repository, serve):
    assert first(repository, serve, "- c\n- d\n") == {"document[0]": "c", "document[1]": "d"}


def test_case_51_odd_keys(repository, serve):
    found = first(repository, serve, '"a.b": 1\nm: {1: x, true: y}\nl: {"[a.b]": z}\n')
    assert list(found.items()) == [("a.b", 1), ("m[1]", "x"), ("m[true]", "y"), ("l[a.b]", "z")]


def test_case_52_a_byte_order_mark(repository, serve):
    assert first(repository, serve, b"\xef\xbb\xbfa: 1\n") == {"a": 1}
