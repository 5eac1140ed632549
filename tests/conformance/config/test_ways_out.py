"""Nothing outside the configuration can be named: config-server.md 6.1 and 7, cases 73 and 74.

Each row of 6.1 goes over the socket in every spelling of its dots and slashes, at a server over a git
repository and at one over plain folders (where a way out would really be one).
"""
import itertools

import pytest

from config_wire import FORMATS, GIT, SERVER, is_error, raw, values
from harness.running import run_once

DOTS = ("..", "%2e%2e", ".%2e", "%2E.", "%252e%252e", "%25%32%65%25%32%65", "%c0%ae%c0%ae", "%e0%80%ae%e0%80%ae")
SLASHES = ("/", "%2f", "%2F", "%252f", "%252F", "%25%32%66", "\\", "%5c", "%5C", "%255c", "(_)", "%28_%29",
           "(%5f)", "%c0%af", "%e0%80%af", "/.;/")
HASHES = ("#", "%23", "%2523", "%25%32%33")
REFUSED = (400, 404)
SECRET = b"TOPSECRET"


@pytest.fixture(params=["git", "native"])
def guarded(request, repository, serve, tmp_path):
    """A server with a secret in the folders around its configuration."""
    inner = tmp_path / "one" / "two"
    inner.mkdir(parents=True)
    for folder in (tmp_path, tmp_path / "one", inner):
        for file in ("etc/passwd", "secret.txt", "x.yml", "spam/foo.txt", "passwd-dev.yml", "etc/x-dev.yml"):
            (folder / file).parent.mkdir(exist_ok=True)
            (folder / file).write_text("secret: TOPSECRET\n")
    repo = repository({"foo.yml": "a: 1", "bar.yml": "a: 2", "a.txt": "text", "sub/a.txt": "deep"})
    repo.git("branch", "master")
    repo.path.rename(inner / "config")
    repo.path = inner / "config"
    repo.uri = f"file://{repo.path}"
    places = "{application}", "{profile}", "{label}", "sub"
    if request.param == "git":
        return serve(repo, {GIT + "search-paths": ",".join(places)})
    roots = [f"file://{repo.path}/", *[f"file://{repo.path}/{place}/" for place in places]]
    return serve(repo, {"spring.profiles.active": "native", GIT + "uri": "",
                        SERVER + "native.search-locations": ",".join(roots)})


def refuse(server, target, headers=None, allowed=REFUSED):
    answer = raw(server, target, headers=headers)
    assert answer.status in allowed, (target, answer)
    assert SECRET not in answer.body and b"root:" not in answer.body, target


ROWS = {
    "CVE-2019-3799": ["/foo/default/master/{up}{up}{up}{up}etc{slash}passwd", "/foo/default/main/{up}secret.txt",
                      "/foo/default/main/sub/{up}{up}secret.txt", "/foo/default/{up}secret.txt?useDefaultLabel"],
    "CVE-2020-5405": ["/foo/default/{up}{up}{up}{up}etc/passwd", "/foo/default/{up}{up}etc{slash}passwd",
                      "/foo/default/{up}etc/passwd", "/foo/default/{dots}/secret.txt"],
    "CVE-2020-5410": ["/{up}{up}{up}{up}etc{slash}passwd{hash}foo/development", "/{up}x{hash}/default",
                      "/{up}x/default", "/{up}x-default.yml", "/{up}passwd-dev.yml", "/main/{up}passwd-dev.json"],
    "CVE-2026-22739": ["/foo/{up}{up}etc/x", "/foo/bar,{dots},foo", "/foo/{dots}", "/foo/{up}etc", "/foo/bar,{up}x",
                       "/foo/{dots},default", "/etc{slash}x/{dots}/main/passwd"],
    "5.0.3": ["/dev/bar/{up}spam/foo.txt", "/dev/bar/main/{up}spam/foo.txt", "/foo/bar/{dots}{slash}{dots}",
              "/{dots}/default", "/{dots}/dev/main", "/foo/default/{dots}", "/foo/default/main/{dots}",
              "/foo/default/main/a.txt/{up}{up}secret.txt"],
}


def spellings(row):
    """Every spelling of a row's dots and slashes; of a row with a hash also of that."""
    hashes = HASHES if "{hash}" in row else ("",)
    for dots, slash, mark in itertools.product(DOTS, SLASHES, hashes):
        yield (row.replace("{up}", dots + slash).replace("{dots}", dots).replace("{slash}", slash)
               .replace("{hash}", mark))


@pytest.mark.parametrize("row", ROWS)
def test_case_73_ways_out(guarded, row):
    sent = {target for pattern in ROWS[row] for target in spellings(pattern)}
    for target in sorted(sent):
        refuse(guarded, target)
    assert len(sent) >= 300 and guarded.first("/foo/default") == {"a": 1}


@pytest.mark.parametrize("headers", [{"Accept": "application/octet-stream"}, {"Accept": "text/plain"}],
                         ids=["bytes", "text"])
def test_case_73_ways_out_of_texts_in_other_forms(guarded, headers):
    for dots, slash in itertools.product(DOTS, SLASHES):
        refuse(guarded, f"/foo/default/main/{dots}{slash}secret.txt", headers)
        refuse(guarded, f"/foo/default/main/sub{slash}{dots}{slash}{dots}{slash}secret.txt", headers)


def test_case_73_absolute_names(guarded):
    """A slash or a hash where there must be none."""
    for slash in SLASHES:
        if slash != "/.;/":
            refuse(guarded, f"/{slash}etc/default")
            refuse(guarded, f"/foo/bar/{slash}spam")
            refuse(guarded, f"/foo/default/main/{slash}etc{slash}passwd")
        if slash not in ("/", "/.;/"):
            refuse(guarded, f"/foo/bar{slash}foo")
    for mark in HASHES:
        for target in (f"/foo{mark}/bar", f"/foo/bar{mark}", f"/foo/bar/main{mark}", f"/foo/default/main/a.txt{mark}"):
            refuse(guarded, target)


def test_case_73_the_advisories_own_words(guarded):
    for target in ("/foo/default/master/..%252F..%252F..%252F..%252Fetc%252Fpasswd",
                   "/foo/default/..%28_%29..%28_%29..%28_%29..%28_%29etc/passwd",
                   "/foo/default/..(_)..(_)etc/passwd",
                   "/..%252F..%252F..%252F..%252Fetc%252Fpasswd%23foo/development",
                   "/..%252F..%252F..%252F..%252Fetc%252Fpasswd%2523foo/development",
                   "/foo/..%2f..%2fetc/x", "/foo/bar,..,foo", "/foo/%2e%2e", "/foo/bar%2Ffoo",
                   "/dev/bar/..(_)spam/foo.txt", "/(_)etc/default", "/foo/bar/(_)spam", "/foo%23/bar",
                   "/foo/bar/..%28_%29.."):
        refuse(guarded, target)
    for target in ("/foo/http:", "/foo/http:%2f%2fx", "/foo/ext::sh", "/foo/file:", "/foo/https:,default"):
        refuse(guarded, target, allowed=(400,))


def test_case_73_the_repositorys_own_files(repository, serve):
    server = serve(repository({"foo.yml": "a: 1", "sub/a.txt": "x"}))
    for path in (".git/config", ".git(_)config", "%2egit/config", ".GIT/config", "sub/.git/config", ".git/HEAD",
                 ".git", "sub(_).git(_)config", ".git/refs/heads/main"):
        for accept in ("*/*", "application/octet-stream"):
            answer = raw(server, f"/foo/default/main/{path}", headers={"Accept": accept})
            assert answer.status == 404 and b"[core]" not in answer.body, path


def test_case_73_names_that_are_never_texts(repository, serve):
    """WEB-INF, META-INF and what looks like an address, as Spring skips them."""
    server = serve(repository({"foo.yml": "a: 1", "a.txt": "x"}))
    for path in ("WEB-INF/a.txt", "META-INF/a.txt", "http://127.0.0.1/a.txt", "file:/a.txt", "url:a.txt",
                 "file:(_)(_)a.txt", "http:(_)(_)127.0.0.1(_)a.txt"):
        assert raw(server, f"/foo/default/main/{path}").status in REFUSED, path


@pytest.mark.parametrize("name", ["git", "search"])
def test_case_73_a_profile_chooses_no_host(repository, serve, tmp_path, name):
    """{profile} in a URI or a search path: only what a profile may be gets in."""
    repo = repository({"application.yml": "a: 1"})
    repo.path.rename(tmp_path / "at-dev")
    settings = {GIT + "uri": f"file://{tmp_path}/at-{{profile}}"}
    if name == "search":
        settings = {GIT + "uri": f"file://{tmp_path}/at-dev", GIT + "search-paths": "{profile},x/{profile}/*"}
    repo.uri = settings[GIT + "uri"]
    server = serve(repo, settings)
    assert values(server.environment("/foo/dev")) == [{"a": 1}]
    for profile in ("http:", "http:%2F%2F127.0.0.1", "..", "dev%2F..%2Fdev", "dev(_)..(_)x", "x(_)y", "%7Bprofile%7D",
                    "dev%00", "-dev", "dev%0a"):
        refuse(server, f"/foo/{profile}", allowed=(400,))


@pytest.mark.parametrize("uri", ["{application}:x", "git@{application}:x", "http://{application}/x.git", "ext::{application}",
                                 "git://{label}:9418/x", "{profile}://host/x"])
def test_case_73_a_client_chooses_no_scheme_and_no_host(tmp_path, uri):
    """Refused at the start: a name could be `ext::sh -c …` or an address inside."""
    done = run_once("config-server", f"--{GIT}uri={uri}", "--server.port=0", home=tmp_path)
    assert done.returncode == 78 and GIT + "uri" in done.stderr


def test_case_73_a_client_chooses_no_other_repository(repository, serve, tmp_path):
    """{application} in a URI: names of folders below, and no more."""
    repo = repository({"application.yml": "a: 1"})
    repo.path.rename(tmp_path / "outside")
    repo = repository({"application.yml": "a: 2"})
    (tmp_path / "srv").mkdir()
    repo.path.rename(tmp_path / "srv" / "inside")
    repo.uri = f"file://{tmp_path}/srv/{{application}}"
    server = serve(repo)
    assert values(server.environment("/inside/default")) == [{"a": 2}]
    for name in ("..(_)outside", "(_)(_)outside", "x:y", "http:(_)(_)127.0.0.1(_)x", "ext::sh%20-c%20id", ".", ".git",
                 "inside(_).git", "inside(_)..(_)..(_)outside", "$HOME", "a%20b", "inside%3Fx",
                 "%7Bprofile%7D", "nobody"):
        refuse(server, f"/{name}/default")
        refuse(server, f"/{name}-default.yml")
        refuse(server, f"/{name}/default/main/application.yml")


def test_case_73_a_link_in_place_of_the_mirror(hosted, serve, tmp_path):
    """CVE-2026-41002: what stands behind a link is neither cleared away nor written to."""
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "letter.txt").write_text("hello")
    repo = hosted({"foo.yml": "a: 1"})
    server = serve(repo, {GIT + "refresh-rate": "0"})
    assert server.first("/foo/default") == {"a": 1}
    assert server.running.stop() == 0
    mirror, = [path for path in (server.running.home / "data" / "config").iterdir() if path.is_dir()]
    mirror.rename(tmp_path / "aside")
    mirror.symlink_to(tmp_path / "precious")
    server.running.start()
    server.get("/foo/default")
    assert [path.name for path in (tmp_path / "precious").iterdir()] == ["letter.txt"]
    assert (tmp_path / "precious" / "letter.txt").read_text() == "hello"


def test_case_73_a_header_chooses_nothing(repository, serve):
    """Neither a project, a token nor a state of a client changes what it or the next one gets."""
    server = serve(repository({"foo.yml": "a: 1"}))
    plain = server.get("/foo/default").body
    for name in ("X-Project-ID", "X-Config-Token", "X-Config-State", "X-Forwarded-Prefix", "X-Original-URL",
                 "X-Rewrite-URL", "Authorization"):
        for value in ("other", "../x", "Basic eDp5"):
            assert server.get("/foo/default", headers={name: value}).body == plain, name
    assert server.get("/foo/default").body == plain


BYTES = {"a NUL": "%00", "a control character": "%01", "a new line": "%0a", "a return": "%0d", "DEL": "%7f",
         "no UTF-8": "%ff", "half a character": "%c3", "a surrogate": "%ed%a0%80", "an overlong dot": "%c0%ae",
         "an overlong slash": "%e0%80%af", "beyond Unicode": "%f4%90%80%80", "a backslash": "%5c", "a slash": "%2f",
         "no escape": "%zz", "half an escape": "%2", "a percent sign": "%"}


@pytest.mark.parametrize("what", BYTES)
def test_case_73_bytes_that_no_name_has(repository, serve, what):
    server = serve(repository({"foo.yml": "a: 1", "a.txt": "x"}))
    bad = BYTES[what]
    for target in (f"/foo{bad}/default", f"/foo/default{bad}", f"/foo/default/main{bad}", f"/foo{bad}-default.yml",
                   f"/main{bad}/foo-default.json", f"/foo/default/main/a.txt{bad}",
                   f"/foo/default/a.txt{bad}?useDefaultLabel", f"/{bad}foo/default", f"/foo/{bad}default"):
        refuse(server, target)


@pytest.mark.parametrize("raw_bytes", [b"\x00", b"\x01", b"\xff", b"\xc0\xae", b" ", b"\t", b"\\"])
def test_case_73_bytes_that_no_target_has(repository, serve, raw_bytes):
    """Unescaped: refused, or closed. Of a target with a NUL libmicrohttpd passes on what stands before."""
    server = serve(repository({"foo.yml": "a: 1"}))
    for target in (b"/foo" + raw_bytes + b"/default", b"/foo/default/main" + raw_bytes):
        answer = raw(server, target)
        before = target.partition(b"\x00")[0]
        assert answer.status in (0, 400, 404, 505) or answer.body == raw(server, before).body != b"", target
    assert server.first("/foo/default") == {"a": 1}


LABELS = ["-x", "--upload-pack=x", "main~1", "main^", "main^%7Btree%7D", "main:foo.yml", "main@%7B0%7D", "@",
          "@%7B-1%7D", "refs(_)heads(_)main", "refs/heads/main", "HEAD", "HEAD~1", "FETCH_HEAD", ":(_)x",
          "main..master", "%5E", "*",
          "ma%3Fn", "%5Bm%5Dain", "main.lock", "heads(_)main", "tags(_)v1", ".", "x(_)", "x(_)(_)y", "",
          "~", "main%0a", "main%09", "0" * 40, "f" * 41, "%7B%7D"]


def test_case_73_labels_that_are_no_names(repository, serve):
    """No expression of revisions, no path in .git, no option for anybody's command line."""
    repo = repository({"foo.yml": "a: 1"})
    repo.git("tag", "v1")
    repo.commit({"foo.yml": "a: 2", "a.txt": "x"})
    server = serve(repo)
    for label in LABELS:
        for target in (f"/foo/default/{label}", f"/foo/default/{label}/a.txt", f"/{label}/foo-default.yml"):
            refuse(server, target)
    assert server.first("/foo/default/v1") == {"a": 1}


def test_case_73_very_long_names(repository, serve):
    server = serve(repository({"foo.yml": "a: 1"}))
    for size in (1025, 5000):
        for target in (f"/{'a' * size}/default", f"/foo/{'a' * size}", f"/foo/default/{'a' * size}",
                       f"/{'a' * size}-default.yml", f"/foo/default/main/{'a' * size}"):
            refuse(server, target)
    for target in ("/" + "a" * 100000, "/foo/default/main" + "/a" * 5000, "/foo/default?" + "a" * 100000):
        assert raw(server, target).status in (0, 400, 404, 414, 431), len(target)
    for target in ("/foo/" + ",".join(f"p{number}" for number in range(200)),
                   "/" + ",".join(f"a{number}" for number in range(200)) + "/default"):
        refuse(server, target, allowed=(400,))
    assert server.first("/foo/default") == {"a": 1}


def test_case_73_links_and_submodules(repository, serve, tmp_path):
    """What a commit says about places outside is not followed."""
    (tmp_path / "secret.txt").write_text("TOPSECRET")
    other = repository({"x.txt": "TOPSECRET"})
    repo = repository({"foo.yml": "a: 1", "a.txt": "text"})
    for name, target in (("out.txt", tmp_path / "secret.txt"), ("up.txt", "../secret.txt"), ("dir", tmp_path),
                         ("far.txt", "sub/../../secret.txt"), ("loop.txt", "loop.txt")):
        (repo.path / name).symlink_to(target)
    repo.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", other.uri, "sub")
    repo.commit({})
    server = serve(repo)
    for path in ("out.txt", "up.txt", "dir/secret.txt", "far.txt", "loop.txt", "sub/x.txt", "sub", "dir"):
        for accept in ("*/*", "application/octet-stream"):
            refuse(server, f"/foo/default/main/{path}", {"Accept": accept}, allowed=(400, 404, 500))
    assert raw(server, "/foo/default/main/a.txt").body == b"text"


@pytest.mark.parametrize("key", ["a[2147483647]", "a[100000]", "a[0][99999999]"])
def test_case_73_a_list_that_would_be_endless(repository, serve, key):
    server = serve(repository({"foo.properties": f"{key}=x\n", "bar.yml": "a: 1"}))
    assert server.first("/foo/default") == {key: "x"}
    for ending in ("yml", "json"):
        body = is_error(server.get(f"/foo-default.{ending}"), 400, f"/foo-default.{ending}")
        assert key in body["message"]
    assert server.get("/bar-default.yml").body == b"a: 1\n"


@pytest.mark.parametrize("key", ["a[4294967296]", "a[99999999999999999999]"])
def test_case_73_an_index_that_is_no_index(repository, serve, key):
    """Beyond Java's int a bracket is part of the name."""
    server = serve(repository({"foo.properties": f"{key}=x\n"}))
    assert server.get("/foo-default.yml").text == f"{key}: x\n"


GOOD = {"dev-1": "dev-1", "v1.2": "v1.2", "a@b": "a@b", "%C3%A4%C3%B6": "äö", "a+b": "a+b", "a_b": "a_b", "0": "0"}
BAD = ("dev!", "-dev", "a,,b", "a..b", "dev-", ".dev", "a,", ",a", ",", "%20", "a%20b", "a%3Bb",
       "a=b", "a*", "a%26b", "a$b", "%24%7Ba%7D", "a'b", "a%22b", "a%3Cb", "(a)", "a~b", "a%E2%82%ACb", "a%C2%A0b")


def test_case_74_profiles_that_are_refused(repository, serve):
    server = serve(repository({"foo.yml": "a: 1", "a.txt": "x"}))
    for profile in BAD:
        path = f"/foo/{profile}"
        is_error(server.get(path), 400, path)
        assert server.get(f"/foo/{profile}/main").status == 400, profile
        assert server.get(f"/foo/{profile}/main/a.txt").status == 400, profile


def test_case_74_profiles_that_are_refused_in_flat_texts(repository, serve):
    server = serve(repository({"foo.yml": "a: 1"}))
    for ending in FORMATS:
        for profile in ("dev!", "a,,b", "a..b", "a,", "%20", "a*"):
            assert server.get(f"/foo-{profile}.{ending}").status == 400, profile
            assert server.get(f"/main/foo-{profile}.{ending}").status == 400, profile


def test_case_74_profiles_that_are_taken(repository, serve):
    server = serve(repository({f"foo-{profile}.yml": "a: 1" for profile in GOOD.values()} | {"a.txt": "x"}))
    for sent, profile in GOOD.items():
        environment = server.environment(f"/foo/{sent}")
        assert environment["profiles"] == [profile] and values(environment) == [{"a": 1}]
        assert server.get(f"/foo/{sent}/main/a.txt").body == b"x"
        if "-" not in profile:
            assert server.get(f"/foo-{sent}.yml").body == b"a: 1\n", profile


ODD = {"dev!": "dev!", "a,,b": "b", "a%20b": "a b", "a=b": "a=b", "-dev": "-dev", "%24%7Ba%7D": "${a}", "a~b": "a~b"}


@pytest.mark.parametrize("told", [{"settings": {"spring.profiles.validate": "false"}},
                                  {"env": {"SPRING_PROFILES_VALIDATE": "false"}}], ids=["setting", "variable"])
def test_case_74_spring_profiles_validate(repository, serve, told):
    """Other characters are taken; what leads elsewhere is refused as before."""
    repo = repository({f"foo-{profile}.yml": f"a: {number}" for number, profile in enumerate(ODD.values())}
                      | {"a.txt": "x", "sub/application.yml": "secret: 1"})
    settings = {GIT + "search-paths": "{profile}", **told.get("settings", {})}
    server = serve(repo, settings, env=told.get("env"))
    for number, sent in enumerate(ODD):
        environment = server.environment(f"/foo/{sent}")
        assert values(environment) == [{"a": number}], sent
        assert server.get(f"/foo/{sent}/main/a.txt").body == b"x"
    for profile in ("a..b", "..", "a%23", "s*", "su%3F", "sub%2F", "%28_%29sub", "a%5Cb", "%20", ",", "%21sub", "%252e%252e"):
        for path in (f"/foo/{profile}", f"/foo/{profile}/main", f"/foo/{profile}/main/a.txt", f"/foo-{profile}.yml"):
            refused = server.get(path)
            assert refused.status in (400, 404) and "secret" not in refused.text, path
