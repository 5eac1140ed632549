"""The page at /: who is registered, for people."""
from html.parser import HTMLParser

PAGE_SETTINGS = {"eureka.environment": "<prod>", "eureka.datacenter": "north"}


class Page(HTMLParser):
    """Links, cells and scripts of a page; fails on tags that are not closed in order."""

    VOID = {"meta", "link", "br", "!doctype"}

    def __init__(self, text):
        super().__init__()
        self.open, self.links, self.tags, self.text = [], [], [], ""
        self.feed(text)
        assert self.open == [], self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag == "a":
            self.links.append(dict(attrs)["href"])
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag

    def handle_data(self, data):
        self.text += data


def test_nobody_yet(registry):
    answer = registry.running.get("/")
    assert answer.status == 200 and answer.headers["Content-Type"] == "text/html; charset=utf-8"
    page = Page(answer.text)
    assert "No instance has registered yet" in page.text and "0 instances." in page.text


def test_instances_by_application(registry):
    registry.register(app="ZEBRA", id="z1", status="DOWN")
    registry.register(app="APE", id="a2", statusPageUrl="http://h1:8080/info?a=1&b=2")
    registry.register(app="APE", id="a1", statusPageUrl="javascript:alert(1)")
    page = Page(registry.running.get("/").text)
    assert "3 instances: 1 DOWN, 2 UP." in page.text
    order = [page.text.index(word) for word in ("APE", "a1", "a2", "ZEBRA", "z1")]
    assert order == sorted(order)
    assert page.links == ["/lastn", "http://h1:8080/info?a=1&b=2"]
    assert "h1:8080" in page.text and "10.0.0.5" in page.text


def test_everything_that_clients_say_is_escaped(start):
    registry = start(settings=PAGE_SETTINGS)
    evil = "<script>alert('1')</script>"
    registry.register(app="X&Y", id=evil, hostName=evil, ipAddr=evil, statusPageUrl='http://"onclick="x')
    text = registry.running.get("/").text
    page = Page(text)
    assert "script" not in page.tags and evil in page.text
    assert "X&amp;Y" in text and page.links == ["/lastn", 'http://"onclick="x']
    assert "Environment <prod>, data centre north" in page.text


def test_works_without_the_network_and_without_scripts(registry):
    answer = registry.running.get("/")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "//" not in answer.text.replace("http://&lt;this host&gt;", "")
    style = registry.running.get("/eureka.css")
    assert style.status == 200 and style.headers["Content-Type"].startswith("text/css")
    assert "prefers-color-scheme:dark" in style.text and "http" not in style.text


def test_can_be_switched_off(start):
    registry = start(settings={"eureka.dashboard.enabled": "false"})
    answer = registry.running.get("/")
    assert answer.status == 404 and "eureka.dashboard.enabled" in answer.json["detail"]


def test_the_latest_of_the_last_events_stands_first(registry):
    empty = Page(registry.running.get("/lastn").text)
    assert empty.text.count("No results available") == 2
    registry.register(id="first")
    registry.register(id="second")
    assert registry.cancel(id="first").status == 200
    assert registry.cancel(id="nobody").status == 404
    text = Page(registry.running.get("/lastn").text).text
    registered, cancelled = text.split("Last 1000 cancelled leases")
    assert registered.index("ORDERS(second)") < registered.index("ORDERS(first)")
    assert cancelled.index("ORDERS(nobody)") < cancelled.index("ORDERS(first)")
