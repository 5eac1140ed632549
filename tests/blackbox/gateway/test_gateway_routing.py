"""Which route, and what of the path goes on (gateway.md 7.1, T001-T028, and 1.3-1.5)."""
import json

import pytest

from gateway_client import is_problem
from gateway_setup import BASE, url_route


@pytest.fixture(scope="module")
def gateway(shared_daemon, shared_origin):
    url = f"http://{shared_origin.authority}"
    return shared_daemon("zuul-gateway", settings={
        **BASE, **url_route("users", url), **url_route("keep", url, stripPrefix="false"),
        **url_route("ext", url + "/base"),
        **url_route("one", url, path="/p/*"), **url_route("letter", url, path="/q?/x"),
        **url_route("exact", url, path="/exact"), **url_route("first", url + "/first", path="/order/**"),
        **url_route("second", url + "/second", path="/order/b/**"),
        **url_route("api", url, path="/api/v1/order/**", stripPrefix="false"),
        **url_route("odd", "http://127.0.0.1:1", path="/gone/**"),
        "zuul.ignored-patterns": "/**/admin/**", "zuul.host.connect-timeout-millis": 500})


@pytest.mark.parametrize("case, target, forwarded", [
    ("T001", "/users/1", "/1"), ("T002", "/users", "/"), ("T003", "/users/", "/"), ("T006", "/keep/1", "/keep/1"),
    ("T007", "/ext/a?b=1", "/base/a?b=1"), ("T007", "/ext", "/base"), ("T011", "/order/b/x", "/first/b/x"),
    ("T019", "/p/1", "/1"), ("T019", "/p/", "/"), ("T020", "/qa/x", "/qa/x"), ("exact", "/exact", "/exact"),
    ("T021", "/users//1", "/1"), ("T021", "/users///", "/"), ("T021", "//users//a//b", "/a//b"), ("T022", "/users/a%2Fb", "/a%2Fb"),
    ("T023", "/users/1?q=a%20b&r=%2B&s", "/1?q=a%20b&r=%2B&s"), ("T023", "/users/1?", "/1?"),
    ("T023", "/users?a=../..&u=http://x/", "/?a=../..&u=http://x/"), ("T024", "/users/1;v=2", "/1"),
    ("T024", "/users;v=1/a;b;c=d/e", "/a/e"), ("T027", "http://g/users/1", "/1"), ("T027", "http://G:80/users", "/"),
    ("T028", "/zuul/users/1", "/1"), ("both editions", "/api/v1/order/7", "/api/v1/order/7"),
    ("both editions", "/api/v1/order", "/api/v1/order"), ("1.3", "/users/a/./b", "/a/b"),
    ("3.6", "/users/%41%7e%c3%a9", "/A~%C3%A9"),
])
def test_routed(client, origin, case, target, forwarded):
    assert client.get(target).status == 200
    assert origin.requests[0].target == forwarded, case


@pytest.mark.parametrize("case, target", [
    ("T004", "/usersx"), ("T005", "/Users/1"), ("T013", "/users/admin/x"), ("T019", "/p"), ("T019", "/p/1/2"),
    ("T020", "/q/x"), ("exact", "/exact/"), ("none", "/"), ("none", "/nope?users"), ("none", "/%75sersx"),
])
def test_not_routed(client, origin, case, target):
    body = is_problem(client.get(target), 404, "no_route")
    assert body["path"] == target.split("?")[0], case
    assert origin.octets == b""
    assert client.get("/users/1").status == 200, "the connection may go on"


def test_T004_in_boots_order(client):
    keys = list(json.loads(client.get("/usersx").body))
    assert [key for key in keys if key in ("timestamp", "error", "message", "path")] == \
        ["timestamp", "error", "message", "path"]


@pytest.mark.parametrize("target", [
    "/users/%2e%2e/admin", "/users/../admin", "/users/..;/admin", "/users/..%5cadmin", "/users/..\\admin",
    "/users/%2E./x", "/users/..;a=b/x", "/users/..", "/users/%252e%252e/admin", "/api/..;/admin", "/api/..//admin",
    "%2Fapi%2F..%5Cadmin", "/users/..%2fadmin", "/users/%252F..%253B%252F", "/users\\..\\x"])
def test_T025_climbing_paths(client, origin, target):
    is_problem(client.get(target), 400, "bad_request")
    assert origin.octets == b""


@pytest.mark.parametrize("target", ["/users/%00", "/users/%zz", "/users/%", "/users/%4", "/users/%0a", "/users/%7f",
                                    "/users/%c0%af", "/users/%ff", "/users/%e0%80%af", "/users/a%5cb"])
def test_T026_broken_escapes(client, origin, target):
    is_problem(client.get(target), 400, "bad_request")
    assert origin.octets == b""


@pytest.mark.parametrize("target", ["users", "ftp://g/users", "http:///users", "http://u@g/users", "*",
                                    "http:////admin"])
def test_R17_other_targets(client, origin, target):
    is_problem(client.get(target), 400, "bad_request")
    assert origin.octets == b""


def test_a_back_end_that_is_not_there(client):
    body = is_problem(client.get("/gone/x"), 502, "upstream_connect_refused")
    assert "127.0.0.1:1" in body["detail"]
    assert client.get("/users/1").status == 200, "the connection may go on"


# --- the prefix table of 1.4 ---

@pytest.mark.parametrize("prefix, global_strip, strip, target, forwarded, header", [
    ("/api", "true", "true", "/api/foo/1", "/1", "/api/foo"), ("/api", "true", "false", "/api/foo/1", "/foo/1", "/api"),
    ("api/", "true", "true", "/api/foo/1", "/1", "/api/foo"),
    ("/proxy", "false", "true", "/proxy/foo/1", "/proxy/1", "/proxy/foo"),
    ("/proxy", "false", "false", "/proxy/foo/1", "/proxy/foo/1", "/proxy"),
])
def test_T009_T010_the_global_prefix(start, back, prefix, global_strip, strip, target, forwarded, header):
    gateway = start({**url_route("foo", f"http://{back.authority}", stripPrefix=strip),
                     "zuul.prefix": prefix, "zuul.strip-prefix": global_strip})
    assert gateway.ask(target).status == 200
    request, = back.requests
    assert request.target == forwarded and request.get("X-Forwarded-Prefix") == header
    is_problem(gateway.ask("/foo/1"), 404, "no_route")


@pytest.mark.parametrize("pattern, target, forwarded, header", [
    ("/a/*/b", "/a/x/b", "/x/b", "/a"), ("/users/?", "/users/1", "/users/1", None), ("/**", "/x", "/x", None),
])
def test_1_4_what_is_stripped(start, back, pattern, target, forwarded, header):
    gateway = start(url_route("r", f"http://{back.authority}", path=pattern))
    assert gateway.ask(target).status == 200
    assert back.requests[0].target == forwarded and back.requests[0].get("X-Forwarded-Prefix") == header


def test_T011_the_order_of_the_configuration_decides(start, back):
    url = f"http://{back.authority}"
    gateway = start({**url_route("z", url + "/narrow", path="/a/b/**"), **url_route("a", url + "/wide", path="/a/**")})
    assert gateway.ask("/a/b/x").status == gateway.ask("/a/c").status == 200
    assert [request.target for request in back.requests] == ["/narrow/x", "/wide/c"]


def test_T012_a_route_for_everything_is_tried_last(start, back):
    url = f"http://{back.authority}"
    gateway = start({**url_route("all", url + "/all", path="/**"), **url_route("a", url + "/a")})
    assert gateway.ask("/a/x").status == gateway.ask("/b/x").status == 200
    assert [request.target for request in back.requests] == ["/a/x", "/all/b/x"]


def test_routes_from_a_file_keep_their_order(start, back, tmp_path):
    url = f"http://{back.authority}"
    file = tmp_path / "application.yml"
    file.write_text(f"zuul:\n  routes:\n    zebra:\n      path: /a/b/**\n      url: {url}/zebra\n"
                    f"    ant:\n      path: /a/**\n      url: {url}/ant\n")
    gateway = start({"spring.config.location": f"{tmp_path}/"})
    assert gateway.ask("/a/b/x").status == gateway.ask("/a/c").status == 200
    assert [request.target for request in back.requests] == ["/zebra/x", "/ant/c"]
