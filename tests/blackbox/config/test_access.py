"""Who may read what: the server's user and password, tokens of applications, hooks that prove themselves."""
import base64
import hashlib
import hmac

import pytest

from harness.poll import wait_until
from harness.running import run_once
from harness.sse import EventStream

SECURED = {"spring.security.user.name": "kevin", "spring.security.user.password": "pw-of-all"}
TOKENS = {"crema.config.access.order.token": "order-token", "crema.config.access.member.token": "member-token"}
FILES = {"application.yml": "shared: 1", "order.yml": "a: 1", "order-dev.yml": "a: 2", "member.yml": "a: 3",
         "other.yml": "a: 4", "nginx.conf": "x"}
ORDERS = ["/order/default", "/order/dev/main", "/order-default.yml", "/main/order-dev.properties", "/other,order/dev",
          "/order-dev/default", "/order/default/main/nginx.conf", "/other/default/main/order.yml",
          "/other/default/order-dev.yml?useDefaultLabel"]


def basic(user, password):
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def token(value):
    return {"X-Config-Token": value}


@pytest.mark.parametrize("path", ORDERS)
def test_an_application_with_a_token(repository, serve, path):
    server = serve(repository(FILES), TOKENS)
    for headers in ({}, token("member-token"), token(""), token("order-toke"), basic("x", "order"),
                    basic("order-token", "")):
        refused = server.get(path, headers=headers)
        assert refused.status == 401, headers
        assert refused.headers["WWW-Authenticate"].startswith("Basic ") and "order-token" not in refused.text
    for headers in (token("order-token"), basic("anybody", "order-token")):
        answer = server.get(path, headers=headers)
        assert answer.status == 200, answer
        assert answer.headers["Cache-Control"] == "private, no-cache"
        tag = {"If-None-Match": answer.headers["ETag"]}
        assert server.get(path, headers={**headers, **tag}).status == 304
        assert server.get(path, headers=tag).status == 401
    assert server.get("/other/default").status == 200
    assert "order-token" not in server.log and "is refused to 127.0.0.1" in server.log


@pytest.mark.parametrize("paths, warned", [("*", True), ("cfg,x/{profile}", True), ("{application}*", True),
                                           ("{application},cfg", False)])
def test_search_paths_that_share_folders(repository, serve, paths, warned):
    place = {"spring.cloud.config.server.git.search-paths": paths}
    server, open_server = serve(repository(FILES), {**TOKENS, **place}), serve(repository(FILES), place)
    assert ("has a token to others" in server.log) == warned
    assert "has a token to others" not in open_server.log


@pytest.mark.parametrize("name", ["orde%3F", "%3Frder", "o*", "*", "other,orde%3F"])
def test_a_name_is_no_pattern(repository, serve, name):
    """One that were would open the folders of others."""
    server = serve(repository({**FILES, "order/application.yml": "secret: 1"}),
                   {**TOKENS, "spring.cloud.config.server.git.search-paths": "{application}"})
    assert server.get("/order/default").status == 401
    assert server.first("/other/default")["a"] == 4
    for path in (f"/{name}/default", f"/{name}-default.yml", f"/{name}/default/main/application.yml"):
        refused = server.get(path)
        assert refused.status == 400 and "secret" not in refused.text


def test_a_token_is_masked(repository, serve):
    server = serve(repository(FILES), TOKENS)
    shown = server.get("/actuator/env").text
    assert "crema.config.access.order.token" in shown and "order-token" not in shown


def test_beside_the_server_s_password(repository, serve):
    """Who has it may read all; who has a token, what it is for; nobody else learns what there is."""
    server = serve(repository(FILES), {**SECURED, **TOKENS})
    known = basic("kevin", "pw-of-all")
    for path in [*ORDERS, "/other/default", "/member/default"]:
        assert server.get(path, headers=known).status == 200, path
    for path in ["/order/default", "/other/default", "/none", "/..%2fx/default", "/actuator/none", "/a/b/c/d", "/config/watch"]:
        assert server.get(path).status == 401, path
        assert server.get(path, headers=basic("kevin", "pw")).status == 401, path
    assert server.get("/order/dev", headers=token("order-token")).json["name"] == "order"
    for path in ["/other/default", "/member/default", "/other,order/default", "/actuator/env"]:
        assert server.get(path, headers=token("order-token")).status == 401, path
    assert server.get("/actuator/health/liveness").status == 200


# --- who follows what changes ---------------------------------------------------------------------------

CHANGES = [("order.yml", ["order"]), ("order-dev.yml", ["order-dev", "order"]), ("member.yml", ["member"]),
           ("other.yml", ["other"]), ("application.yml", ["*"])]


def follow(server, headers, last_id=None):
    stream = EventStream(server.running.port, "/config/watch", last_id, headers=headers)
    assert stream.status == 200
    return stream


def change(repo, server, files):
    """Commits, and waits until that is served: each is a move of its own."""
    commit = repo.commit(files)
    wait_until(lambda: server.environment("/order/dev", headers=token("order-token"))["version"] == commit, 30,
               "the commit")
    return commit


def told(repo, server, stream):
    """The applications of each of CHANGES that the stream tells of, by their number."""
    versions = [change(repo, server, {name: f"changed: {number}"}) for number, (name, _) in enumerate(CHANGES)]
    stream.until(lambda s: s.events[-1][1].get("version") == versions[-1])
    return {versions.index(data["version"]): data["applications"] for kind, data in stream.events
            if kind == "change"}


ORDER = {0: ["order"], 1: ["order-dev", "order"], 4: ["*"]}


@pytest.mark.parametrize("secured, headers, expected", [
    (SECURED, basic("kevin", "pw-of-all"), {number: names for number, (_, names) in enumerate(CHANGES)}),
    (SECURED, token("order-token"), ORDER),
    (SECURED, basic("x", "member-token"), {2: ["member"], 4: ["*"]}),
    ({}, token("order-token"), {**ORDER, 3: ["other"]}),
    ({}, {}, {3: ["other"], 4: ["*"]}),
    ({}, token("wrong"), {3: ["other"], 4: ["*"]}),
])
def test_who_follows_the_changes(repository, serve, secured, headers, expected):
    """Each hears of his own applications and of what concerns everybody, and of no other names."""
    repo = repository(FILES)
    server = serve(repo, {**SECURED, **TOKENS} if secured else TOKENS)
    with follow(server, headers) as stream:
        kind, data = stream.next()
        assert kind == "state" and [label["label"] for label in data["labels"]] == ["main"]
        assert told(repo, server, stream) == expected
        last = stream.last_id
    change(repo, server, {"order.yml": "a: 8", "member.yml": "a: 9"})
    newest = change(repo, server, {"application.yml": "shared: 9"})
    with follow(server, headers, last) as again:    # what it missed, and no more
        again.until(lambda s: s.events and s.events[-1][1].get("version") == newest)
        known = {name for names in expected.values() for name in names}
        assert [sorted(data["applications"]) for _, data in again.events] == [
            names for names in ([name for name in ("member", "order") if name in known], ["*"]) if names]


def test_one_token_for_two_applications(repository, serve):
    repo = repository(FILES)
    server = serve(repo, {**SECURED, "crema.config.access.order.token": "both", "crema.config.access.member.token": "both",
                          "crema.config.access.other.token": "not-theirs"})
    with follow(server, token("both")) as stream:
        stream.next()
        commit = repo.commit({"order.yml": "a: 8", "member.yml": "a: 9", "other.yml": "a: 9"})
        assert stream.next()[1]["version"] == commit
        assert sorted(stream.events[-1][1]["applications"]) == ["member", "order"]


def test_repositories_of_others_are_not_named(repository, serve):
    main, theirs = repository(FILES), repository({"member.yml": "a: 1", "application.yml": "a: 1"})
    place = "spring.cloud.config.server.git.repos.theirs."
    server = serve(main, {**SECURED, **TOKENS, place + "uri": theirs.uri, place + "pattern": "member*/dev"})
    uris = {"order-token": {main.uri}, "member-token": {main.uri, theirs.uri}}
    for value, expected in uris.items():
        with follow(server, token(value)) as stream:
            assert {label["repository"] for label in stream.next()[1]["labels"]} == expected
            theirs.commit({"application.yml": f"for: {value}"})
            newest = main.commit({"application.yml": f"for: {value}"})
            stream.until(lambda s, want=newest: s.events[-1][1].get("version") == want)
            wait_until(lambda: server.environment("/member/dev", headers=token("member-token"))["version"]
                       == theirs.git("rev-parse", "HEAD"), 30, "the other one's commit")
            stream.until(lambda s, want=expected: {data["repository"] for kind, data in s.events if kind == "change"}
                         == want)


def test_a_hook_proves_itself(repository, serve):
    """With a secret it needs no password of the server's, which hosts that sign have no place for."""
    body, secret = b'{"commits": []}', "crema-hook-secret"
    sent = {"Content-Type": "application/json", "X-GitHub-Event": "push", "X-Hub-Signature-256":
            "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}
    with_secret = serve(repository(FILES), {**SECURED, "crema.config.monitor.secret": secret})
    assert with_secret.running.post("/monitor", body=body, headers=sent).status == 200
    assert with_secret.running.post("/monitor", body=body, headers={**sent, "X-Hub-Signature-256": "x"}).status == 401
    without = serve(repository(FILES), SECURED)
    assert without.running.post("/monitor", body=body, headers=sent).status == 401
    assert without.running.post("/monitor", body=body, headers={**sent, **basic("kevin", "pw-of-all")}).status == 200


def test_an_empty_token_is_a_mistake(repository, tmp_path):
    done = run_once("config-server", f"--spring.cloud.config.server.git.uri={repository(FILES).uri}",
                    "--crema.config.access.order.token=", "--check-config", home=tmp_path)
    assert done.returncode == 78 and "crema.config.access.order.token" in done.stderr, done
