"""Who may read what: the server's user and password, tokens of applications, hooks that prove themselves."""
import base64
import hashlib
import hmac

import pytest

from harness.running import run_once

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
    for path in ["/order/default", "/other/default", "/none", "/..%2fx/default", "/actuator/none", "/a/b/c/d"]:
        assert server.get(path).status == 401, path
        assert server.get(path, headers=basic("kevin", "pw")).status == 401, path
    assert server.get("/order/dev", headers=token("order-token")).json["name"] == "order"
    for path in ["/other/default", "/member/default", "/other,order/default", "/actuator/env", "/config/watch"]:
        assert server.get(path, headers=token("order-token")).status == 401, path
    assert server.get("/actuator/health/liveness").status == 200


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
