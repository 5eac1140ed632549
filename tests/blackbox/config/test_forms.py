"""The flat texts and files beyond the numbered cases: headers, prefixes, odd documents, broken input."""
import re
from email.utils import formatdate, parsedate_to_datetime

from harness.running import run_once

SERVER = "spring.cloud.config.server."


def test_flat_texts_are_answered_alike_from_memory(repository, serve):
    server = serve(repository({"foo.yml": "a: ${b}\nb: 1\n"}))
    for _ in range(2):
        assert server.get("/foo-default.yml").text == "a: '1'\nb: 1\n"
        assert server.get("/foo-default.yml?resolvePlaceholders=no").text == "a: ${b}\nb: 1\n"
        assert server.get("/foo-default.json").text == '{"a":"1","b":1}'
        assert server.get("/foo-default.properties").text == "a: 1\nb: 1"


def test_a_document_that_is_no_map(repository, serve):
    repo = repository({"list.yml": "- c\n- {d: 1}\n", "text.yml": "blah\n", "number.yml": "010\n"})
    server = serve(repo)
    assert server.get("/list-default.yml").text == "- c\n- d: 1\n"
    assert server.get("/text-default.yml").text == "blah\n"
    assert server.get("/number-default.yml").text == "'8'\n"
    assert server.get("/text-default.json").text == '{"document":"blah"}'
    whole = serve(repo, {SERVER + "strip-document-from-yaml": "false"})
    assert whole.get("/list-default.yml").text == "document:\n- c\n- d: 1\n"


def test_a_prefix_stands_before_all_paths(repository, serve):
    server = serve(repository({"foo.yml": "a: 1\n", "x.txt": "${a}"}), {SERVER + "prefix": "/config/v1"})
    assert server.environment("/config/v1/foo/default")["name"] == "foo"
    assert server.get("/config/v1/foo-default.yml").text == "a: 1\n"
    assert server.get("/config/v1/main/foo-default.json").text == '{"a":1}'
    assert server.get("/config/v1/foo/default/main/x.txt").text == "1"
    assert server.environment("/config/v1/actuator/health")["name"] == "actuator"
    for path in ("/foo/default", "/foo-default.yml", "/config/v1", "/config/v1/", "/config/v1x/foo",
                 "/config/v2/foo/default", "/config/foo/default/main/x.txt"):
        assert server.get(path).status == 404, path
    assert server.get("/actuator/health").json["status"] == "UP"


def test_a_prefix_that_is_none(repository, tmp_path):
    uri = repository({"foo.yml": "a: 1\n"}).uri
    for prefix in ("config", "/config/", "/"):
        done = run_once("config-server", f"--spring.cloud.config.server.git.uri={uri}",
                        f"--{SERVER}prefix={prefix}", "--check-config", home=tmp_path)
        assert done.returncode == 78
        assert f"prefix: '{prefix}': begins with a slash" in done.stderr


def test_actuator_is_never_an_application(repository, serve):
    server = serve(repository({"actuator.yml": "a: 1\n"}))
    for path in ("/actuator/nothing", "/actuator/x/main", "/actuator/x/main/actuator.yml",
                 "/actuator/actuator-default.yml"):
        assert server.get(path).status == 404, path


def test_matrix_parameters_mean_nothing(repository, serve):
    server = serve(repository({"foo.yml": "a: 1\n", "x.txt": "x"}))
    assert server.environment("/foo;v=2/default;x")["name"] == "foo"
    assert server.get("/foo-default.yml;jsessionid=1").text == "a: 1\n"
    assert server.get("/foo/default/main/x.txt;a=b.exe").headers["Content-Disposition"] == \
        "inline;filename=f.txt"


def test_every_form_has_its_head_and_no_other_method(repository, serve):
    server = serve(repository({"foo.yml": "a: 1\n", "x.txt": "x ${a}\n"}))
    for path in ("/foo/default", "/foo/default/main", "/foo-default.yml", "/main/foo-default.properties",
                 "/foo/default/main/x.txt", "/foo/default/x.txt?useDefaultLabel"):
        whole = server.get(path)
        head = server.running.call("HEAD", path)
        assert (whole.status, head.status, head.body) == (200, 200, b""), path
        for name in ("Content-Type", "Content-Length", "Last-Modified"):
            assert head.headers[name] == whole.headers[name], (path, name)
        for method in ("POST", "PUT", "DELETE", "PATCH"):
            refused = server.running.call(method, path)
            assert refused.status == 405, (method, path)
            assert "GET" in refused.headers["Allow"]


def test_a_file_says_what_a_browser_may_do(repository, serve):
    files = {name: "x" for name in ("a.txt", "a.JSON", "a.conf", "a.html", "plain", "a.", "a.sh.yml")}
    server = serve(repository(files))
    seen = {name: server.get(f"/foo/default/main/{name}").headers["Content-Disposition"] for name in files}
    assert {name for name, said in seen.items() if said} == {"a.conf", "a.html"}
    assert set(seen.values()) == {None, "inline;filename=f.txt"}
    bytes_of = server.get("/foo/default/main/a.html", headers={"Accept": "application/octet-stream"})
    assert bytes_of.headers["Content-Disposition"] == "inline;filename=f.txt"


def test_environments_are_guarded_likewise(repository, serve):
    server = serve(repository({"foo.yml": "a: 1\n"}))
    for path, status in (("/foo/v1.2", 200), ("/foo/default/no.bat", 404), ("/foo/a..b", 400)):
        answer = server.get(path)
        assert (answer.status, answer.headers["Content-Disposition"]) == (status, "inline;filename=f.txt"), path
    assert server.get("/foo/dev").headers["Content-Disposition"] is None


def test_an_application_without_configuration_has_its_files(repository, serve):
    server = serve(repository({"x.txt": "x", "broken.yml": "a: [\n"}), {SERVER + "accept-empty": "false"})
    assert server.get("/foo/default").status == 404
    assert server.get("/foo-default.yml").status == 404
    assert server.get("/foo/default/main/x.txt").text == "x"
    assert server.get("/broken/default/main/x.txt").status == 500
    missing = server.get("/broken/default/main/y.txt")
    assert (missing.status, missing.body) == (404, b"")


def test_the_type_of_a_file_is_the_clients(repository, serve):
    server = serve(repository({"a.xml": "<a>${b}</a>", "foo.yml": "b: 1\n"}))
    for accept, content_type in (("application/xml", "application/xml;charset=UTF-8"),
                                 ("application/json", "application/json"),
                                 ("image/*, text/csv;q=0.5", "text/csv;charset=UTF-8"),
                                 ("text/*", "text/plain;charset=UTF-8")):
        answer = server.get("/foo/default/main/a.xml", headers={"Accept": accept})
        assert (answer.headers["Content-Type"], answer.text) == (content_type, "<a>1</a>"), accept
    assert server.get("/foo/default/main/a.xml", headers={"Accept": "image/*"}).status == 406
    for accept in ("application/octet-stream", "image/*", "garbage"):
        assert server.get("/foo/default/main", headers={"Accept": accept}).status == 404
    both = server.get("/foo/default/main/a.xml", headers={"Accept": "text/plain, application/octet-stream"})
    assert both.headers["Content-Type"] == "application/octet-stream"


def test_a_file_in_another_charset(repository, serve):
    server = serve(repository({"a.txt": "ü ${u}".encode("latin-1"), "foo.yml": "u: ü\n"}))
    for charset, text in (("ISO-8859-1", "ü ü"), ("iso-8859-1, utf-8;q=0.1", "ü ü"), ("utf-8", "\ufffd ü"),
                          ("x-unknown", "\ufffd ü"), ("windows-1252", "ü ü"), ("us-ascii", "\ufffd ü")):
        answer = server.get("/foo/default/main/a.txt", headers={"Accept-Charset": charset})
        assert answer.text == text, charset
        assert answer.headers["Content-Type"] == "text/plain;charset=UTF-8"


def test_a_file_has_its_commits_time(repository, serve):
    repo = repository({"a.txt": "x"})
    seconds = int(repo.git("log", "-1", "--format=%ct"))
    server = serve(repo)
    for accept in ("*/*", "application/octet-stream"):
        def ask(since, wanted=accept):
            return server.get("/foo/default/main/a.txt", headers={"Accept": wanted, "If-Modified-Since": since})
        modified = ask("nonsense").headers["Last-Modified"]
        assert parsedate_to_datetime(modified).timestamp() == seconds
        assert ask(formatdate(seconds - 1, usegmt=True)).status == 200
        unchanged = ask(modified)
        assert (unchanged.status, unchanged.body) == (304, b"")
        assert unchanged.headers["Last-Modified"] == modified


def test_broken_configuration_breaks_all_forms_and_says_where(repository, serve):
    server = serve(repository({"foo.yml": "a: 1\n\tb: 2\n", "x.txt": "x", "bar.yml": "a: 1\n"}))
    for path in ("/foo/default", "/foo-default.yml", "/foo-default.json", "/foo-default.properties",
                 "/foo/default/main/x.txt"):
        answer = server.get(path)
        assert answer.status == 500, path
        assert re.search(r"foo\.yml: YAML line 2", answer.json["message"]), answer
        assert answer.json["message"].startswith("Could not construct context for config=foo profile=default")
    assert server.get("/bar-default.yml").status == 200


def test_what_a_form_cannot_show_is_no_fault_of_the_others(repository, serve):
    server = serve(repository({"foo.properties": "a..b=1\nc=2\n", "bar.yml": "x: ${y}\ny: ${x}\n", "t.txt": "${x}"}))
    for ending in ("yml", "yaml", "json"):
        answer = server.get(f"/foo-default.{ending}")
        assert answer.status == 400 and "a..b" in answer.json["detail"]
    assert server.get("/foo-default.properties").text == "a..b: 1\nc: 2"
    assert server.first("/foo/default") == {"a..b": "1", "c": "2"}
    for path in ("/bar-default.yml", "/bar-default.properties", "/bar/default/main/t.txt"):
        answer = server.get(path)
        assert answer.status == 400 and "circular placeholder reference '${" in answer.json["detail"], path
    assert server.get("/bar/default/main/t.txt?resolvePlaceholders=off").text == "${x}"


def test_placeholders_that_expand_without_end(repository, serve):
    lines = [f"l{n}: ${{l{n + 1}}}${{l{n + 1}}}" for n in range(40)]
    server = serve(repository({"foo.yml": "\n".join(lines) + "\nl40: x\n", "bar.yml": "a: 1\n"}))
    for path in ("/foo-default.yml", "/foo-default.json", "/foo-default.properties"):
        answer = server.get(path)
        assert answer.status == 400 and "expand" in answer.json["detail"], path
    assert server.get("/bar-default.yml").text == "a: 1\n"


def test_resolve_placeholders_is_a_boolean(repository, serve):
    server = serve(repository({"foo.yml": "a: ${b}\nb: 1\n", "t.txt": "${b}"}))
    for path in ("/foo-default.yml", "/foo/default/main/t.txt"):
        for word in ("", "TRUE", "On", "%20yes%20"):
            assert "1" in server.get(f"{path}?resolvePlaceholders={word}").text
        answer = server.get(f"{path}?resolvePlaceholders=perhaps")
        assert answer.status == 400 and "perhaps" in answer.json["detail"]
    raw = server.get("/foo/default/main/t.txt?resolvePlaceholders=perhaps",
                     headers={"Accept": "application/octet-stream"})
    assert (raw.status, raw.text) == (200, "${b}")
