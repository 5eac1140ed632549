"""Repositories for what is chosen: profiles, labels, several applications, refusals, resources (1.1-1.6, 2.2, 3)."""
from scenario import V2

ACCEPTS = ("*/*", "application/json", "application/vnd.spring-cloud.config-server.v2+json",
    "application/vnd.spring-cloud.config-server.v1+json", "text/html", "text/plain", "application/*", "text/*",
    "application/xml", "application/json, text/html", "text/html, application/json;q=0.5",
    "application/vnd.spring-cloud.config-server.v2+json, application/json",
    "application/json, application/vnd.spring-cloud.config-server.v2+json", "application/json;q=0",
    "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "application/*+json", "application/yaml",
    "application/octet-stream", "garbage", "application/json;charset=UTF-8", "")


def profiles(of):
    """Cases 1-6 and 8."""
    of.commit({"application.yml": "a: 1\n", "{app}.yml": "a: 2\n", "{app}-dev.yml": "a: 3\n",
        "application-dev.yml": "a: 4\n", "{app}-a.yml": "a: 5\n", "{app}-b.yml": "a: 6\n",
        "{app}-default.yml": "a: 7\n", "application-default.yml": "a: 8\n", "{app}-eu-west.yml": "a: 9\n"})
    of.read("default", "dev", "a,b", "b,a", "a,a", "a,b,a", "dev,default", "default,dev", "eu-west", "nosuch",
        "a,nosuch", "Dev")
    of.ask("/{app}/dev", method="HEAD")
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
        of.ask("/{app}/dev", "/{app}-dev.yml", "/{app}/dev/main", "/{app}/dev/main/x.txt", method=method)


def application(of):
    """Case 9: the application that is called application; and `default`, `label` and such as names."""
    of.app = "application"
    of.commit({"application.yml": "a: 1\n", "application-dev.yml": "a: 2\n"})
    of.read("default", "dev", "dev,default")


def negotiation(of):
    """Case 67."""
    of.commit({"{app}.yml": "a: 1\nb:\n  c: [x, y]\n", "t.txt": "text ${a}\n"})
    for accept in ACCEPTS:
        of.about = "`q=0` in `Accept` is as good as any other" if accept.endswith("q=0") else ""
        of.ask("/{app}/default", "/{app}/default/main", "/{app}-default.yml", "/{app}-default.json",
            "/{app}-default.properties", "/{app}/default/main/t.txt", "/{app}/default/nolabel",
            headers={"Accept": accept} if accept else {})


def labels(of):
    """Cases 17-20."""
    of.commit({"{app}.yml": "v: 1\n", "t.txt": "one\n"})
    of.tag("v1")
    of.commit({"{app}.yml": "v: 2\n", "t.txt": "two\n"})
    of.commit({"{app}.yml": "v: feature\n", "t.txt": "feature\n"}, "feature/x")
    of.commit({"{app}.yml": "v: release\n"}, "release-1.0")
    of.commit({"{app}.yml": "v: umlaut\n"}, "größe")
    of.ask(*[f"/{{app}}/default/{label}" for label in ("main", "v1", "feature(_)x", "feature%28_%29x", "feature(_)",
        "feature", "release-1.0", "{head}", "{head7}", "gr%C3%B6%C3%9Fe", "nolabel", "master", "MAIN", "main%20",
        "%20main", "origin(_)main", "v1%5E", "main~1", "main~9", "HEAD~1", "main@%7B0%7D", "main%5E%7Btree%7D",
        "main:t.txt", "0000000", "{head7}0", "-x", "--help", "a%20b", "*", "?", "%3F", "main.lock", ".main", "main.",
        "v1.", "@", "FETCH_HEAD", "config", "description", "%F0%9F%92%A5", "x" * 300)])
    of.ask("/{app}/default/feature/x", "/{app}/default/main/t.txt", "/{app}/default/v1/t.txt",
        "/{app}/default/feature(_)x/t.txt", "/{app}/default/nolabel/t.txt", "/{app}/default/{head7}/t.txt")
    for label in ("main", "v1", "feature(_)x", "nolabel", "{head7}"):
        of.ask(*[f"/{label}/{{app}}-default.{ending}" for ending in ("yml", "yaml", "properties", "json")])
    of.ask("/{app}/default/v1", headers=V2)
    of.about = "`HEAD`, `heads(_)main` and `refs(_)tags(_)v1` are labels"
    of.ask(*[f"/{{app}}/default/{label}" for label in ("HEAD", "refs(_)heads(_)main", "refs(_)tags(_)v1",
        "heads(_)main", "tags(_)v1")])


def label_lists(of):
    """Case 22."""
    of.commit({"{app}.yml": "v: main\nm: 1\n", "t.txt": "main\n"})
    of.commit({"{app}.yml": "v: a\n", "t.txt": "a\n"}, "a")
    of.commit({"{app}-dev.yml": "v: b\n"}, "b")
    for label in ("a,b", "b,a", "a,main", "main,a", "a,a", "a,nolabel", "nolabel,a", "a,", ",a", "a,,b", "a,%20b",
                  "a%2Cb"):
        of.ask(f"/{{app}}/dev/{label}", f"/{label}/{{app}}-dev.yml")
    of.ask("/{app}/dev/a,b", headers=V2)
    of.about = "a file of several labels is 404"
    for label in ("a,b", "b,a", "a,main", "a,", "a%2Cb"):
        of.ask(f"/{{app}}/dev/{label}/t.txt")


def master(of):
    """Case 21."""
    of.main = "master"
    of.commit({"{app}.yml": "v: master\n"})
    of.read("default")
    of.ask("/{app}/default/main", "/{app}/default/master", "/{app}/default/nolabel", "/main/{app}-default.yml",
        "/{app}/default/main/{app}.yml")


def broken_main(of):
    """What is wrong with main leads Spring to master, and ends there."""
    of.about = "a broken file on `main` is 404"
    of.commit({"{app}.yml": "a: [\n", "t.txt": "x\n"})
    of.read("default")
    of.ask("/{app}/default/main", "/{app}/default/main/t.txt")


def refusals(of):
    """Cases 73 and 74, section 6.1."""
    of.commit({"{app}.yml": "a: 1\n", "t.txt": "x\n", "{app}-dev-1.yml": "p: dash\n", "{app}-v1.2.yml": "p: dots\n"})
    of.ask(*[f"/{{app}}/{profile}" for profile in ("dev!", "-dev", "dev-", "a,,b", "a..b", "a,", ",a", "a,b,",
        "dev-1", "v1.2", "a@b", "%C3%A4%C3%B6", "a+b", "a_b", "_a", "a_", ".a", "a.", "a%20b", "%20a", "a%20", "%20",
        "a,%20b", "a%2Cb", "a*", "a:b", "a=b", "a&b", "a(_)b", "%E6%97%A5", "a%00b", "a%0Ab", "a%25b", "a%2500",
        "%2e%2e", "..", "bar,..,foo", "bar%2Ffoo", "a%5Cb", "a%252Fb", "a%23b", "%F0%9F%92%A5", "1", "%C2%B2",
        "x" * 200, "~a", "$%7Ba%7D", "%7Bapplication%7D", "a%7Cb", "a'b", "a%22b", "%3Ca%3E")])
    of.ask("/..%252F..%252F..%252F..%252Fetc%252Fpasswd%23foo/development",
        "/..%252F..%252Fetc%252Fpasswd%2523foo/development", "/%28_%29etc/default", "/(_)etc/default",
        "/{app}%23/bar", "/a..b/default", "/..(_)x/default", "/%2e%2e/default",
        "/{app}/default/..%252F..%252Fetc%252Fpasswd", "/{app}/default/main/..%252F..%252F..%252Fetc%252Fpasswd",
        "/{app}/default/..%28_%29..%28_%29etc/passwd", "/{app}/default/..(_)..(_)etc/passwd",
        "/{app}/default/(_)spam", "/{app}/default/..%28_%29..", "/{app}/default/main/..(_)t.txt",
        "/{app}/default/main/(_)etc(_)passwd", "/{app}/default/main/a..b", "/{app}/default/a..b",
        "/{app}/default/main%23", "/{app}/default/main/t.txt%23", "/{app}/default/main/%2e%2e/t.txt",
        "/{app}/default/main/..%2Ft.txt", "/{app}/default/main/sub%2Ft.txt", "/{app}/default/main/t.txt%00",
        "/{app}/default/main/%00", "/{app}/default/main/..%5Ct.txt", "/{app}/default/main/t%252etxt",
        "/{app}/default/main/%25", "/{app}/default/%25", "/{app}/default/100%25", "/{app}/default/main/%C0%AE%C0%AE",
        "/{app}/default/main/%E2%82%AC")
    of.ask("/main/..%252Fx-default.yml", "/..(_)x/{app}-default.yml", "/main/a..b-default.yml", "/{app}-a..b.yml",
        "/{app}-dev!.yml", "/{app}-a,,b.yml", "/{app}-.a.yml", "/nolabel/{app}-dev!.yml", "/(_)x/{app}-default.json",
        "/main/{app}-a%23.properties")


def git_folder(of):
    of.about = "the repository's own `.git` is served"
    of.commit({"{app}.yml": "a: 1\n"})
    of.ask("/{app}/default/main/.git/config", "/{app}/default/main/.git/HEAD", "/{app}/default/main/.git(_)config")


def resources(of):
    """Cases 68-71."""
    of.commit({"{app}.yml": "who: world\nn: 5\n", "{app}-dev.yml": "who: dev\n", "nginx.conf": "server ${who};\n",
        "nginx-dev.conf": "dev ${who} ${n} ${none} ${none:x} \\${who} $who\n", "sub/dir/a.txt": "a ${who}\n",
        "sub/a-dev.txt": "sub dev\n", "sub/a.txt": "sub\n", "noext": "no extension ${who}\n",
        "noext-dev": "no extension dev\n", "bin.dat": bytes(range(256)), "data.json": '{"who": "${who}"}\n',
        "page.html": "<p>${who}</p>\n", "x.xml": "<a>${who}</a>\n", "crlf.txt": "a\r\nb ${who}\r\n",
        "latin.txt": "größe ${who}\n".encode("latin-1"), "utf.txt": "größe ${who} 日本\n",
        "bom.txt": b"\xef\xbb\xbf${who}\n", "empty.txt": "", "big.txt": "line ${who}\n" * 2000, "a.b.c.txt": "dots\n",
        "a.b.c-dev.txt": "dots dev\n", ".hidden": "hidden\n", "x.tar.gz": b"\x1f\x8b\x00", "sp ace.txt": "space\n",
        "ü.txt": "umlaut\n", "first-a.txt": "a\n", "first-b.txt": "b\n", "first.txt": "plain\n",
        "cycle.txt": "${who} ${x:${who}}\n", "script.js": "var a = `${who}`;\n", "WEB-INF/x.txt": "no\n",
        "META-INF/x.txt": "no\n", "my-dev.txt": "named\n", "image.png": b"\x89PNG", "style.css": "a{}\n",
        "a.svg": "<svg/>\n"})
    files = ("nginx.conf", "sub/dir/a.txt", "sub/a.txt", "noext", "data.json", "page.html", "x.xml", "crlf.txt",
        "utf.txt", "bom.txt", "empty.txt", "big.txt", "a.b.c.txt", ".hidden", "sp%20ace.txt", "%C3%BC.txt",
        "missing.txt", "sub", "sub/", "sub/dir", "sub/missing/x", "cycle.txt", "script.js", "WEB-INF/x.txt",
        "META-INF/x.txt", "my.txt", "sub(_)a.txt", "style.css", "a.svg", "{app}.yml", "{app}-dev.yml", "latin.txt",
        "x.tar.gz")
    for profile in ("default", "dev"):
        of.ask(*[f"/{{app}}/{profile}/main/{file}" for file in files])
        of.ask(*[f"/{{app}}/{profile}/main/{file}" for file in (*files, "bin.dat", "image.png")],
            headers={"Accept": "application/octet-stream"})
    of.ask(*[f"/{{app}}/dev/main/{file}?resolvePlaceholders=false" for file in ("nginx.conf", "data.json")],
        "/{app}/dev/main/nginx.conf?resolvePlaceholders=maybe")
    of.ask(*[f"/{{app}}/{profile}/main/first.txt" for profile in ("a", "b", "a,b", "b,a", "none,b", "default,a")])
    of.ask("/{app}/dev/nginx.conf?useDefaultLabel", "/{app}/dev/nginx.conf?useDefaultLabel=false",
        "/{app}/dev/sub(_)a.txt?useDefaultLabel", "/{app}/dev/nginx.conf", "/{app}/dev/missing.txt?useDefaultLabel",
        "/{app}/dev/main?useDefaultLabel", "/{app}/dev/sub/a.txt?useDefaultLabel")
    of.ask("/{app}/dev/nginx.conf?useDefaultLabel", headers={"Accept": "application/octet-stream"})
    for charset in ("utf-8", "iso-8859-1", "utf-16", "nonsense", "ISO-8859-1,utf-8;q=0.5"):
        of.about = "a malformed `Accept-Charset`: 500" if "," in charset else ""
        of.ask("/{app}/dev/main/latin.txt", "/{app}/dev/main/utf.txt", headers={"Accept-Charset": charset})
    for accept in ("text/plain", "text/html", "application/json", "application/xml", "image/png", "text/*",
        "application/octet-stream, text/plain", "text/plain, application/octet-stream", "application/*"):
        of.ask("/{app}/dev/main/nginx.conf", "/{app}/dev/main/data.json", "/{app}/dev/main/missing.txt",
            "/{app}/dev/main", headers={"Accept": accept})
    of.ask("/{app}/dev/main/nginx.conf", "/{app}/dev/main/missing", method="HEAD")
    of.about = "`//` and `/./` in the path of a file are taken out"
    of.ask("/{app}/dev/main/sub//a.txt", "/{app}/dev/main/./nginx.conf")


def conditional(of):
    """Case 72."""
    of.commit({"{app}.yml": "a: 1\n", "t.txt": "x\n"})
    for when in ("Fri, 01 Jan 2100 00:00:00 GMT", "Thu, 01 Jan 1970 00:00:00 GMT", "nonsense"):
        for accept in ("*/*", "application/octet-stream"):
            of.ask("/{app}/default/main/t.txt", "/{app}/default/t.txt?useDefaultLabel",
                headers={"If-Modified-Since": when, "Accept": accept})


def resource_of_broken(of):
    """The environment is always made, so what breaks it breaks its texts."""
    of.commit({"{app}.yml": "a: [\n", "t.txt": "x ${a}\n"})
    of.ask("/{app}/default/main/t.txt", "/{app}/default/main/t.txt?resolvePlaceholders=false",
        "/{app}/default/main/missing.txt", "/{app}/default", "/{app}-default.yml", "/{app}-default.properties",
        "/{app}-default.json", "/{app}/default/nolabel")
    of.ask("/{app}/default/main/t.txt", headers={"Accept": "application/octet-stream"})


def folders(of):
    """Without search paths only the root counts."""
    of.commit({"{app}.yml": "a: 1\n", "cfg/{app}.yml": "a: 2\n", "config/{app}.yml": "a: 3\n",
        "{app}/{app}.yml": "a: 4\n", "{app}/application.yml": "a: 5\n", "dev/{app}.yml": "a: 6\n"})
    of.read("default", "dev")


def nobody(of):
    """A repository that is not there."""
    of.ask("/nobody/default", "/nobody-default.yml", "/nobody/default/main", "/nobody/default/main/x.txt")


PLAN = (profiles, application, negotiation, labels, label_lists, refusals, git_folder, resources, conditional,
    resource_of_broken, folders)


# ---- for servers with other settings ----

def search_paths(of):
    """Cases 14-16, with search paths cfg, {application}, bar*, deep/**, {profile}, {label}."""
    of.commit({f"{folder}{{app}}.yml": f"at: '{folder}'\nl: [1]\n" for folder in ("", "cfg/", "{app}/", "bar1/",
        "bar2/", "baz/", "deep/", "deep/a/", "deep/a/b/", "dev/", "main/", "other/")})
    of.commit({"cfg/{app}-dev.yml": "d: cfg\n", "{app}-dev.yml": "d: root\n", "bar1/application.yml": "d: bar\n",
        "cfg/t.txt": "cfg\n", "t.txt": "root\n", "cfg/t-dev.txt": "cfg dev\n", "bar1/only.txt": "bar1\n",
        "bar2/only.txt": "bar2\n", "dev/p.txt": "profile\n", "cfg/multi.yml": "a: 1\n",
        "cfg/application-dev.yml": "a: 1\n---\nb: 2\n"})
    of.commit({"main/{app}.yml": "at: branch\n", "b1/{app}.yml": "at: b1\n"}, "b1")
    of.read("default", "dev", "dev,x")
    of.ask("/{app}/dev/b1", "/{app}/dev/main", *[f"/{{app}}/dev/main/{file}" for file in ("t.txt", "only.txt",
        "p.txt", "multi.yml", "{app}.yml", "cfg/t.txt")], "/{app}/default/main/t.txt")


def several(of):
    """Case 12."""
    of.commit({"one.yml": "a: 1\nb: 1\n", "two.yml": "b: 2\n", "application.yml": "c: 3\n", "two-dev.yml": "d: 4\n",
        "one-dev.yml": "d: 5\n", "t.txt": "${b} ${d:none}\n"})
    for app in ("one,two", "two,one", "one,one", "one,application", "application,one", "one,nobody", "one,", ",one",
        "one,,two", "one,%20two", "one%2Ctwo", "application,application", "a(_)b",
        "one,two,one", "*", "a*", "one%20", "one,*"):
        of.ask(f"/{app}/default", f"/{app}/dev", f"/{app}-dev.yml", f"/{app}/dev/main", f"/{app}/dev/main/t.txt")
    of.ask("/one,two/dev", headers=V2)
    of.about = "`/foo-.yml` has an empty profile, `/,/dev` no name"
    of.ask("/,/default", "/,-dev.yml", "/,/dev/main/t.txt", "/one/dev/,", "/,/one-dev.yml")


def overrides(of):
    """Case 31."""
    of.commit({"{app}.yml": "over.x: 1\nown: ${over.x}\nz: here\nl: [a, b]\n", "t.txt": "${over.x} ${over.y} ${z}\n"})
    of.read("default")
    of.read_unresolved("default")
    of.ask("/{app}/default/main/t.txt")


def nothing(of):
    """Case 11."""
    of.commit({"README.md": "nothing\n", "other.yml": "a: 1\n", "t.txt": "x\n"})
    of.read("default", "dev")
    of.ask("/{app}/default/nolabel", "/{app}/default/main/t.txt", "/{app}/default/main")


def composite(of):
    """Case 36: two repositories, then a folder."""
    of.commit({"{app}.yml": "a: git\nb: git\n", "application.yml": "c: git\n", "{app}-dev.yml": "d: git\n",
        "t.txt": "git ${a}\n"})
    of.beside("composite-second", {"{app}.yml": "a: second\ne: second\n", "{app}-dev.yml": "d: second\n",
        "only.txt": "second ${e}\n", "t.txt": "no\n"})
    of.read("default", "dev")
    of.ask("/{app}/default/main", "/{app}/default/nolabel", "/{app}/default/main/t.txt",
        "/{app}/default/main/only.txt", "/{app}/default/nolabel/t.txt")


def native(of):
    """Section 3.7."""
    of.commit({"{app}.yml": "a: 1\nl: [x]\n", "{app}-dev.yml": "a: 2\n---\nb: 3\n", "application.properties": "p=1\n",
        "lab/{app}.yml": "a: lab\n", "t.txt": "t ${a}\n", "lab/t.txt": "lab\n", "sub/x.txt": "x\n",
        "{app}-bad.yml": "a: [\n", "master/{app}.yml": "a: master\n", "docs/{app}.yml": "a: docs\n"})
    of.read("default", "dev")
    of.ask("/{app}/default/lab", "/{app}/default/nolabel", "/{app}/default/master", "/{app}/default/lab,docs",
        "/{app}/bad", "/{app}/default/lab/t.txt", "/{app}/default/main/t.txt", "/{app}/dev/main/sub/x.txt",
        "/{app}/default/main/missing", "/{app}/default/..(_)x", "/lab/{app}-dev.yml")


def patterns(of):
    """Cases 32, 33: repositories by pattern."""
    of.commit({"{app}.yml": "a: default\n", "team-a.yml": "a: default team\n", "x.yml": "a: default x\n",
        "application.yml": "who: default\n"})
    of.beside("patterns-team", {"team-a.yml": "a: team\n", "team-a-dev.yml": "d: team\n",
        "application.yml": "who: team\n", "t.txt": "team ${a}\n"})
    of.beside("patterns-dev", {"x.yml": "a: dev\n", "application.yml": "who: dev\n"})
    of.beside("patterns-bad", {"bad.yml": "a: [\n"})
    of.ask(*[f"/{path}" for path in ("{app}/default", "team-a/default", "team-a/dev", "team-b/default",
        "team-/default", "steam-a/default", "x/dev", "x/dev,cloud", "x/cloud,dev", "x/cloud", "bad/default",
        "team-a/default/nolabel", "team-a/default/main", "gone/default", "team-a-dev.yml", "team-a/dev/main/t.txt",
        "x-dev.json", "a,team-b/default", "exact/default", "exact/dev", "exactly/default")])
