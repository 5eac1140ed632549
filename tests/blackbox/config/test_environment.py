"""Conformance cases of config-server's reference, section 7, over real repositories: environments."""

GIT = "spring.cloud.config.server.git."


def test_case_1_one_file(repository, serve):
    repo = repository({"application.yml": "a: 1"})
    server = serve(repo)
    assert server.environment("/foo/default") == {
        "name": "foo", "profiles": ["default"], "label": None, "version": repo.git("rev-parse", "HEAD"),
        "state": "", "propertySources": [{"name": f"{repo.uri}/application.yml", "source": {"a": 1}}]}
    assert list(server.environment("/foo/default")) == [
        "name", "profiles", "label", "version", "state", "propertySources"]


def test_cases_2_to_6_order(repository, serve):
    server = serve(repository({"application.yml": "a: 1", "foo.yml": "a: 2", "foo-dev.yml": "a: 3",
                               "application-dev.yml": "a: 4", "foo-a.yml": "a: 5", "foo-b.yml": "a: 6"}))
    assert server.sources("/foo/default") == ["foo.yml", "application.yml"]
    assert server.sources("/foo/dev") == ["foo-dev.yml", "application-dev.yml", "foo.yml",
                                          "application.yml"]
    assert server.sources("/foo/a,b") == ["foo-b.yml", "foo-a.yml", "foo.yml", "application.yml"]
    assert server.sources("/foo/b,a") == ["foo-a.yml", "foo-b.yml", "foo.yml", "application.yml"]
    assert server.environment("/foo/a,b")["profiles"] == ["a,b"]


def test_cases_7_8_9_endings_default_application(repository, serve):
    server = serve(repository({"foo.properties": "a=1", "foo.yml": "a: 2", "foo.yaml": "a: 3",
                               "bar-default.yml": "a: 4", "application.yml": "a: 5",
                               "application-dev.yml": "a: 6"}))
    assert server.sources("/foo/default") == ["foo.properties", "foo.yml", "foo.yaml",
                                              "application.yml"]
    assert server.sources("/bar/default") == ["bar-default.yml", "application.yml"]
    assert server.sources("/bar/dev") == ["application-dev.yml", "application.yml"]
    assert server.sources("/application/dev") == ["application-dev.yml", "application.yml"]


def test_case_10_an_unknown_application(repository, serve):
    server = serve(repository({"README": "nothing here"}))
    assert server.environment("/nosuch/default")["propertySources"] == []


def test_case_11_an_unknown_application_may_be_404(repository, serve):
    server = serve(repository({"README": "nothing here"}),
                   {"spring.cloud.config.server.accept-empty": "false"})
    assert server.get("/nosuch/default").status == 404


def test_cases_12_13_several_names_and_json(repository, serve):
    server = serve(repository({"a.yml": "x: 1", "b.yml": "x: 2", "application.yml": "x: 3",
                               "foo.json": '{"x": 4}'}))
    assert server.sources("/a,b/default") == ["b.yml", "a.yml", "application.yml"]
    assert server.environment("/a,b/default")["name"] == "a,b"
    assert server.sources("/foo/default") == ["application.yml"]


def test_case_14_search_path(repository, serve):
    server = serve(repository({"cfg/foo.yml": "a: 1", "foo.yml": "a: 2"}), {GIT + "search-paths": "cfg"})
    assert server.sources("/foo/default") == ["cfg/foo.yml", "foo.yml"]


def test_case_15_search_path_by_application(repository, serve):
    server = serve(repository({"foo/foo.yml": "a: 1", "bar/foo.yml": "a: 2"}),
                   {GIT + "search-paths": "{application}"})
    assert server.sources("/foo/default") == ["foo/foo.yml"]


def test_case_16_search_path_pattern(repository, serve):
    server = serve(repository({"bar1/foo.yml": "a: 1", "bar2/foo.yml": "a: 2", "baz/foo.yml": "a: 3"}),
                   {GIT + "search-paths": "bar*"})
    assert server.sources("/foo/default") == ["bar2/foo.yml", "bar1/foo.yml"]


def test_case_17_a_branch_with_a_slash(repository, serve):
    repo = repository({"foo.yml": "a: main"})
    repo.git("checkout", "-q", "-b", "feature/x")
    repo.commit({"foo.yml": "a: feature"})
    server = serve(repo)
    for path in ("/foo/default/feature(_)x", "/foo/default/feature%28_%29x"):
        environment = server.environment(path)
        assert environment["label"] == "feature/x"
        assert environment["propertySources"][0]["source"] == {"a": "feature"}


def test_cases_18_19_tags_and_commits(repository, serve):
    repo = repository({"foo.yml": "a: old"})
    old = repo.git("rev-parse", "HEAD")
    repo.git("tag", "v1")
    repo.git("tag", "-a", "-m", "annotated", "v1a")
    new = repo.commit({"foo.yml": "a: new"})
    server = serve(repo)
    for label in ("v1", "v1a", old, old[:7]):
        environment = server.environment(f"/foo/default/{label}")
        assert environment["version"] == old
        assert environment["label"] == label
        assert environment["propertySources"][0]["source"] == {"a": "old"}
    assert server.environment("/foo/default")["version"] == new


def test_case_20_an_unknown_label(repository, serve):
    server = serve(repository({"foo.yml": "a: 1"}))
    for label in ("nolabel", "HEAD~1", "main~1", "refs(_)heads(_)main", "-x", "main@%7B0%7D", "abcdef12"):
        answer = server.get(f"/foo/default/{label}")
        assert answer.status == 404
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json["status"] == 404
        assert answer.json["error"] == "Not Found"
        assert answer.json["path"] == f"/foo/default/{label}"


def test_case_21_master_for_main(repository, serve):
    repo = repository({"foo.yml": "a: 1"}, branch="master")
    server = serve(repo)
    assert server.environment("/foo/default")["label"] is None
    assert server.environment("/foo/default/main")["label"] == "main"
    strict = serve(repo, {GIT + "try-master-branch": "false"})
    assert strict.get("/foo/default").status == 404
    assert strict.get("/foo/default/main").status == 404


def test_case_22_several_labels(repository, serve):
    repo = repository({"foo.yml": "a: main"})
    ids = {}
    for name in ("a", "b"):
        repo.git("checkout", "-q", "-b", name, "main")
        ids[name] = repo.commit({"foo.yml": f"a: {name}"})
    server = serve(repo)
    environment = server.environment("/foo/default/a,b")
    assert [s["source"]["a"] for s in environment["propertySources"]] == ["b", "a"]
    assert environment["version"] == f"{ids['a']},{ids['b']}"
    assert environment["label"] == "a,b"
    assert server.get("/foo/default/a,missing").status == 404
    lenient = serve(repo, {GIT + "continue-on-multiple-label-failure": "true"})
    assert lenient.environment("/foo/default/a,missing")["version"] == ids["a"]
    assert lenient.get("/foo/default/missing,gone").status == 404


def test_default_label(repository, serve):
    repo = repository({"foo.yml": "a: main"})
    repo.git("checkout", "-q", "-b", "stable")
    repo.commit({"foo.yml": "a: stable"})
    repo.git("checkout", "-q", "main")
    assert serve(repo, {GIT + "default-label": "stable"}).first("/foo/default") == {"a": "stable"}
    both = {GIT + "default-label": "main", "spring.cloud.config.server.default-label": "stable"}
    assert serve(repo, both).first("/foo/default") == {"a": "stable"}


def test_cases_37_to_41_yaml(repository, serve):
    server = serve(repository({
        "a.yml": "a: {b: {c: d}}\nl: [x, {k: v}, [1, 2]]\ne: []\nn:\nt: ~\nm: {}\n",
        "b.yml": "p: 8080\nb: true\nf: 1.10\no: 010\ns: '8080'\ny: yes\nd: 2024-01-01\nt: 12:30\n"
                 "big: 123456789012345678901234567890\ne: 6.02e+23\nk: 1e3\n",
        "c.yml": "x: &x {a: 1, b: 2}\ny: {<<: *x, b: 3}\n"}))
    assert server.first("/a/default") == {"a.b.c": "d", "l[0]": "x", "l[1].k": "v", "l[2][0]": 1,
                                          "l[2][1]": 2, "e": "", "n": "", "t": ""}
    text = server.get("/b/default").text
    assert ('"p":8080,"b":true,"f":1.1,"o":8,"s":"8080","y":true,"d":"2024-01-01","t":750,'
            '"big":123456789012345678901234567890,"e":6.02E23,"k":1000.0') in text
    assert server.first("/c/default") == {"x.a": 1, "x.b": 2, "y.a": 1, "y.b": 3}


def test_case_44_documents(repository, serve):
    server = serve(repository({
        "foo.yml": "a: 1\n---\nspring.config.activate.on-profile: dev\na: 2\n"}))
    sources = server.environment("/foo/dev")["propertySources"]
    assert [s["source"]["a"] for s in sources] == [2, 1]
    assert "(document #1)" in sources[0]["name"] and "(document #0)" in sources[1]["name"]
    assert all("/foo.yml" in s["name"].replace("[", "/") for s in sources)
    assert [s["source"] for s in server.environment("/foo/default")["propertySources"]] == [{"a": 1}]


def test_the_books_own_file(repository, serve):
    """`spring.profiles` as the book's repository has it."""
    server = serve(repository({"config-server.yml": """\
msaconfig:
  greeting: hello
---
spring:
  profiles: dev
msaconfig:
  greeting: welcome to dev server
"""}))
    assert server.first("/config-server/default") == {"msaconfig.greeting": "hello"}
    assert server.first("/config-server/dev")["msaconfig.greeting"] == "welcome to dev server"


def test_case_46_the_older_key_refused(repository, serve):
    server = serve(repository({"foo.yml": "a: 1\nspring:\n  profiles: dev\n"}),
                   {"crema.config.legacy-spring-profiles": "false"})
    answer = server.get("/foo/dev")
    assert answer.status == 500
    assert "foo.yml: line 3" in answer.json["detail"]


def test_cases_47_48_properties(repository, serve):
    server = serve(repository({
        "a.properties": "a=1\n#---\nspring.config.activate.on-profile=dev\na=2\n",
        "b.properties": b"u=\xc3\xbc\nv=\\u00fc\na = b \\\n   c\nk[]=a,b\nn=5\n"}))
    sources = server.environment("/a/dev")["propertySources"]
    assert [s["source"]["a"] for s in sources] == ["2", "1"]
    assert server.first("/b/default") == {"u": "Ã¼", "v": "ü", "a": "b c", "k[0]": "a", "k[1]": "b",
                                          "n": "5"}


def test_case_49_included_profiles(repository, serve):
    server = serve(repository({"application.yml": "spring.profiles.include: [extra]",
                               "foo-extra.yml": "a: 1", "application-extra.yml": "a: 2",
                               "foo-dev.yml": "a: 3"}))
    assert server.sources("/foo/dev") == ["foo-extra.yml", "application-extra.yml", "foo-dev.yml",
                                          "application.yml"]
    assert server.sources("/foo/default") == ["application.yml"]


def test_cases_50_51_52_odd_documents(repository, serve):
    server = serve(repository({"a.yml": "- c\n- d\n", "b.yml": '"a.b": 1\nm: {1: x}\n',
                               "c.yml": b"\xef\xbb\xbfa: 1\n"}))
    assert server.first("/a/default") == {"document[0]": "c", "document[1]": "d"}
    assert server.first("/b/default") == {"a.b": 1, "m[1]": "x"}
    assert server.first("/c/default") == {"a": 1}


def test_case_67_forms(repository, serve):
    v2 = "application/vnd.spring-cloud.config-server.v2+json"
    server = serve(repository({"foo.yml": "a: 1\nb:\n  c: x\n", "foo.properties": "p=q\n"}))
    answer = server.get("/foo/default", headers={"Accept": v2})
    assert answer.headers["Content-Type"] == v2
    sources = {s["name"].rpartition("/")[2]: s["source"] for s in answer.json["propertySources"]}
    assert sources["foo.yml"] == {"a": {"value": 1, "origin": "1:4"}, "b.c": {"value": "x", "origin": "3:6"}}
    assert sources["foo.properties"] == {"p": {"value": "q", "origin": "1:3"}}
    for accept in ("*/*", "application/json", "text/html, */*;q=0.1"):
        answer = server.get("/foo/default", headers={"Accept": accept})
        assert answer.headers["Content-Type"] == "application/json"
        assert answer.json["propertySources"][1]["source"]["a"] == 1
    assert server.get("/foo/default", headers={"Accept": "text/html"}).status == 406
    # With a label it falls to the files, and names none.
    assert server.get("/foo/default/main", headers={"Accept": "text/html"}).status == 404


def test_case_86_methods(repository, serve):
    server = serve(repository({"foo.yml": "a: 1"}))
    plain = server.get("/foo/default")
    head = server.running.call("HEAD", "/foo/default")
    assert head.status == 200 and head.body == b""
    assert head.headers["Content-Type"] == plain.headers["Content-Type"]
    assert head.headers["Content-Length"] == plain.headers["Content-Length"]
    answer = server.running.post("/foo/default", body="x")
    assert answer.status == 405
    assert "GET" in answer.headers["Allow"]
