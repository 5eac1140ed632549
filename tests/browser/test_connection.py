"""What the page says about its stream: live, lost, silent, refused, and why."""
import re

import pytest

from harness.origin import busy, command

CARD = "#circuits [data-name='coffeeMember']"
SUCCESS = CARD + " [data-slot='success']"


def open_live(browser, dashboard, origin):
    origin.show(busy("coffeeMember", 5))
    browser.open(dashboard.url("/"))
    browser.until_text(SUCCESS, "5")
    browser.until_text("#connection-text", "Live")


def test_a_lost_stream_is_told_and_comes_back(browser, dashboard, origin, picture):
    open_live(browser, dashboard, origin)
    browser.run(f"document.querySelector(\"{CARD}\").mark = 'made once'")
    origin.stop()
    browser.until_text("#connection-text", "Lost")
    browser.until_text("#problem-text", re.compile(
        r"Failed to connect to 127\.0\.0\.1.*See whether turbine-aggregator runs"), 15)
    assert re.match(r"Trying", browser.text("#problem-retry"))
    assert browser.run("return document.querySelector('main').hasAttribute('data-stale')")
    assert browser.text(SUCCESS) == "5"  # greyed, and not away
    picture("lost")
    origin.start()
    origin.show(busy("coffeeMember", 6))
    browser.click("#problem-now")
    browser.until_text("#connection-text", "Live")
    browser.until_text(SUCCESS, "6")
    assert browser.text("#problem") is None
    assert not browser.run("return document.querySelector('main').hasAttribute('data-stale')")
    assert browser.run(f"return document.querySelector(\"{CARD}\").mark") == "made once"


def test_a_stream_that_ends_is_read_again_by_itself(browser, dashboard, origin):
    open_live(browser, dashboard, origin)
    origin.send("id: 7-12\ndata: {}\n\n")
    origin.show(busy("coffeeMember", 6))
    browser.until_text(SUCCESS, "6")
    origin.break_streams()
    browser.until_text("#connection-text", "Lost")
    browser.until_text("#connection-text", "Live")
    assert len(origin.seen) == 2
    assert origin.seen[1][1]["Last-Event-ID"] == "7-12"


def test_reset_begins_from_nothing(browser, dashboard, origin):
    open_live(browser, dashboard, origin)
    origin.send("event: reset\ndata: {}\n\n")
    browser.until("return document.querySelectorAll('#circuits .card').length === 0", "no card")
    origin.show(command("coffeeOrder"))
    browser.until("return document.querySelectorAll('#circuits .card').length === 1", "the new card")


@pytest.mark.parametrize("status, text", [(503, "answers 503"), (404, "answers 404"), (302, "a redirect")])
def test_case_100_an_upstreams_refusal_is_shown(browser, dashboard, origin, status, text):
    origin.status = status
    origin.headers = {"Location": "http://169.254.169.254/latest/meta-data"}
    browser.open(dashboard.url("/"))
    browser.until_text("#problem-text", re.compile(text))
    assert f"{origin.url()}" in browser.text("#problem-text")
    origin.status = 200
    origin.show(busy("coffeeMember", 5))
    browser.until_text(SUCCESS, "5", 15)


def test_case_101_silence_greys_the_cards(browser, dashboard, origin):
    """The dashboard gives up a silent stream after ten seconds and says so."""
    open_live(browser, dashboard, origin)
    origin.ping = ""
    browser.until("return document.querySelector('main').hasAttribute('data-stale')", "grey cards", 20)
    browser.until_text("#connection-text", re.compile("Lost|Silent|Connecting"))
    origin.ping = ": ping\n\n"
    browser.until("return !document.querySelector('main').hasAttribute('data-stale')", "live cards", 30)


def test_the_dashboard_itself_away(browser, dashboard, origin, picture):
    open_live(browser, dashboard, origin)
    dashboard.stop()
    browser.until_text("#problem-text", re.compile(
        rf"hystrix-dashboard itself at 127\.0\.0\.1:{dashboard.port} does not answer"), 15)
    assert browser.text("#connection-text") in ("Lost", "Connecting")


def test_nothing_to_show_says_what_is_missing(browser, dashboard, origin, picture):
    origin.hosts = [{"instance": "order:8080", "cluster": "default", "url": "http://h:1/hystrix.stream",
                     "state": "WAITING", "problem": "http://h:1/hystrix.stream answers 404", "skewMs": 0,
                     "skippedEvents": 0}]
    browser.open(dashboard.url("/"))
    browser.until_text("#circuits-empty", re.compile("Connected. The aggregator reads no instance yet"))
    browser.until_text("#hosts-summary", "0 of 1 instance read, 1 failing")
    browser.click("#hosts summary")
    browser.until_text("#hosts-rows", re.compile("failing.*order:8080.*answers 404", re.S))
    picture("hosts")


def test_case_103_an_old_link_opens_its_stream(browser, daemon, origin):
    """Allowed by name, so that the judge of addresses has its say too."""
    running = daemon("hystrix-dashboard", {"spring.cloud.config.enabled": "false",
                                           "eureka.client.enabled": "false",
                                           "hystrix.dashboard.proxyStreamAllowList": "localhost"})
    origin.show(busy("coffeeMember", 5))
    stream = f"http%3A%2F%2Flocalhost%3A{origin.port}%2Fhystrix.stream"
    browser.open(running.url(f"/hystrix/monitor?stream={stream}&title=T%20%3Cb%3E&delay=2000"))
    browser.until_text(SUCCESS, "5")
    assert browser.text("#stream-name") == "T <b>"
    assert [path for path, _ in origin.seen] == ["/hystrix.stream?delay=2000"]


def test_case_97_a_refused_origin_says_why(browser, dashboard, picture):
    browser.open(dashboard.url("/hystrix/monitor?stream=http://elsewhere.example:1/hystrix.stream"))
    browser.until_text("#problem-text", re.compile(
        "elsewhere.example:1 is no instance of the registry and is not in "
        "hystrix.dashboard.proxy-stream-allow-list"))
    picture("refused")


def test_the_landing_page_chooses_a_stream(browser, daemon, origin, picture):
    registry = daemon("eureka-registry", {"spring.cloud.config.enabled": "false"})
    running = daemon("hystrix-dashboard", {
        "spring.cloud.config.enabled": "false",
        "eureka.client.service-url.defaultZone": registry.url("/eureka/"),
        "eureka.client.registry-fetch-interval-seconds": 1})
    register(registry, origin.port)
    origin.show(busy("coffeeMember", 5))
    browser.open(running.url("/hystrix"))
    browser.click("#landing-form button")
    browser.until_text("#landing-wrong", "The 'stream' value is required.")

    browser.until_text("#landing-list", re.compile(rf"orders, 127\.0\.0\.1:{origin.port}"))
    picture("list")
    browser.run("document.querySelector(arguments[0]).click()", f"#landing-list a[href*='{origin.port}']")
    browser.until_text(SUCCESS, "5")
    assert [path for path, _ in origin.seen] == ["/actuator/hystrix.stream"]


def register(registry, port):
    record = {"instance": {
        "instanceId": f"127.0.0.1:orders:{port}", "hostName": "127.0.0.1", "app": "ORDERS",
        "ipAddr": "127.0.0.1", "vipAddress": "orders", "status": "UP",
        "port": {"$": port, "@enabled": "true"}, "securePort": {"$": 443, "@enabled": "false"},
        "dataCenterInfo": {"@class": "com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo",
                           "name": "MyOwn"},
        "leaseInfo": {"renewalIntervalInSecs": 30, "durationInSecs": 90}, "metadata": {}}}
    assert registry.post("/eureka/apps/ORDERS", json=record).status == 204
