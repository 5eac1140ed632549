"""Environments, beyond the numbered cases of tests/conformance/config."""

GIT = "spring.cloud.config.server.git."
V2 = "application/vnd.spring-cloud.config-server.v2+json"


def test_default_label(repository, serve):
    repo = repository({"foo.yml": "a: main"})
    repo.git("checkout", "-q", "-b", "stable")
    repo.commit({"foo.yml": "a: stable"})
    repo.git("checkout", "-q", "main")
    assert serve(repo, {GIT + "default-label": "stable"}).first("/foo/default") == {"a": "stable"}
    both = {GIT + "default-label": "main", "spring.cloud.config.server.default-label": "stable"}
    assert serve(repo, both).first("/foo/default") == {"a": "stable"}


def test_numbers_of_any_length(repository, serve):
    """As Java prints them; they pass through as texts."""
    server = serve(repository({"foo.yml": "big: 123456789012345678901234567890\ne: 6.02e+23\nk: 1e3\n"}))
    assert '"big":123456789012345678901234567890,"e":6.02E23,"k":1000.0' in server.get("/foo/default").text


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


def test_origins_of_properties(repository, serve):
    server = serve(repository({"foo.properties": "p=q\n"}))
    answer = server.environment("/foo/default", headers={"Accept": V2})
    assert answer["propertySources"][0]["source"] == {"p": {"value": "q", "origin": "1:3"}}
