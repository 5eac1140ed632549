"""The pages' files: types, tags, policy; and what is no page."""
import re

import pytest

from harness import http
from harness.stack import ROOT

STATIC = ROOT / "hystrix-dashboard" / "static"
TYPES = {".html": "text/html;charset=UTF-8", ".css": "text/css;charset=UTF-8",
         ".js": "text/javascript;charset=UTF-8", ".svg": "image/svg+xml"}


def test_every_file_is_served_with_its_type(dashboard):
    running = dashboard()
    files = [file for file in STATIC.rglob("*.*") if file.name != "index.html"]
    assert len(files) > 15
    for file in files:
        answer = running.get(f"/{file.relative_to(STATIC)}")
        assert answer.status == 200, file
        assert answer.headers["Content-Type"] == TYPES[file.suffix]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.body == file.read_bytes()


@pytest.mark.parametrize("path", ["/", "/?cluster=X", "/hystrix", "/hystrix/monitor?stream=a&title=b&delay=2000"])
def test_the_pages(dashboard, path):
    answer = dashboard().get(path)
    assert answer.status == 200
    assert answer.headers["Content-Type"] == TYPES[".html"]
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script-src 'self'" in policy and "unsafe" not in policy
    assert answer.body == (STATIC / "index.html").read_bytes()


def test_no_file_names_another_host_or_runs_inline():
    """Works without a network: nothing is asked of anybody else."""
    for file in STATIC.rglob("*.*"):
        text = file.read_text()
        links = re.findall(r"(?:src|href|url|import|fetch)\s*[=(]?\s*[\"'(]\s*(?:https?:)?//[^\"')]*", text)
        assert links == [], file
    page = (STATIC / "index.html").read_text()
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon\w+=", page)


def test_an_unchanged_file_is_not_sent_again(dashboard):
    running = dashboard()
    tag = running.get("/js/main.js").headers["ETag"]
    again = running.get("/js/main.js", headers={"If-None-Match": f'"other", W/{tag}'})
    assert (again.status, again.body, again.headers["ETag"]) == (304, b"", tag)
    assert running.get("/js/main.js", headers={"If-None-Match": '"other"'}).status == 200


@pytest.mark.parametrize("path", [
    "/js/none.js", "/js/../index.html", "/js/%2e%2e/index.html", "/js/..%2findex.html", "/css/", "/index.htm",
    "/hystrix/monitor/__%24%7B7*7%7D__", "/static/index.html", "/js/main.js%00", "/etc/passwd"])
def test_what_is_no_page_is_404_or_400(dashboard, path):
    """Among them the expression behind /hystrix/monitor of CVE-2021-22053."""
    answer = dashboard().get(path)
    assert answer.status in (400, 404), answer
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert b"__49__" not in answer.body


def test_methods(dashboard):
    running = dashboard()
    answer = running.post("/", body="x")
    assert answer.status == 405
    assert "GET" in answer.headers["Allow"]
    head = running.call("HEAD", "/js/main.js")
    assert (head.status, head.body) == (200, b"")


def test_health_and_routes(dashboard):
    running = dashboard()
    assert running.get("/actuator/health/readiness").status == 200
    assert running.get("/health").json["status"] == "UP"
    assert "/proxy.stream" in running.get("/actuator/mappings").text


def test_two_dashboards_share_nothing(daemon, dashboard):
    first, second = dashboard(), dashboard()
    assert first.port != second.port
    assert http.get(first.url("/")).body == http.get(second.url("/")).body
