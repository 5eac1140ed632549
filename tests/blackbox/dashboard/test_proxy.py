"""Where /proxy.stream leads, and where it does not; what it passes on."""
import json
import re
import socket
import threading
from urllib.parse import quote

import pytest

from harness import http
from harness.origin import busy
from harness.poll import wait_until


def proxied(origin, host="127.0.0.1", path="/hystrix.stream"):
    return f"/proxy.stream?origin={quote(f'http://{host}:{origin.port}{path}', safe='')}"


def detail(answer, status):
    assert answer.status == status, answer
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json["message"] == answer.json["detail"]
    return answer.json["detail"]


def test_an_allowed_stream_is_passed_on(allowed, origin, read):
    origin.show(busy("coffeeOrder", 5))
    stream = read(allowed, proxied(origin) + "&delay=2000&x=a%20b",
                  {"Cookie": "secret=1", "Authorization": "Basic x", "Last-Event-ID": "7-9"})
    assert stream.status == 200
    assert stream.headers["content-type"] == "text/event-stream;charset=UTF-8"
    assert "no-cache" in stream.headers["cache-control"]
    wait_until(lambda: '"rollingCountSuccess": 5' in stream.text, 5, "the event")
    path, headers = origin.seen[0]
    assert path == "/hystrix.stream?delay=2000&x=a%20b"
    assert headers["Last-Event-ID"] == "7-9"
    assert headers["Accept"] == "text/event-stream"
    assert headers["Cookie"] is None and headers["Authorization"] is None


def test_case_97_origin_is_needed(dashboard):
    running = dashboard()
    for path in ("/proxy.stream", "/proxy.stream?origin=", "/proxy.stream?origin=%20"):
        assert detail(running.get(path), 400).startswith("Required parameter 'origin' missing")


@pytest.mark.parametrize("listed, host, allowed", [
    ("", "127.0.0.1", False),
    ("other", "127.0.0.1", False),
    ("*", "localhost", False),      # by a pattern: the address is this machine's
    ("**", "127.0.0.1", False),
    ("localhost", "localhost", True),
    ("127.0.0.1", "127.0.0.1", True),
    ("127.0.0.1:1", "127.0.0.1", False),
    ("LOCALHOST", "localhost", True),
])
def test_the_allow_list(dashboard, origin, read, listed, host, allowed):
    running = dashboard({"hystrix.dashboard.proxyStreamAllowList": listed})
    origin.show(busy("coffeeOrder", 5))
    if allowed:
        assert read(running, proxied(origin, host)).status == 200
        return
    answer = running.get(proxied(origin, host))
    assert answer.status in (403, 502), answer
    assert origin.seen == []
    assert re.search(r"127\.0\.0\.1|::1", detail(answer, answer.status))


@pytest.mark.parametrize("target", [
    "169.254.169.254/latest/meta-data", "[fe80::1]/x", "0.0.0.0/x", "[::ffff:169.254.169.254]/x", "[::]/x",
    "224.0.0.1/x", "2852039166/x", "0xa9fea9fe/x"])
def test_reserved_addresses_need_more_than_a_pattern(dashboard, target):
    running = dashboard({"hystrix.dashboard.proxyStreamAllowList": "**"})
    said = detail(running.get(f"/proxy.stream?origin={quote(target, safe='')}"), 502)
    assert "names that address itself" in said


@pytest.mark.parametrize("text", [
    "file:///etc/passwd", "gopher://127.0.0.1/x", "http://", "http://127.0.0.1:99999/x", "http://a b/",
    "http://user:password@127.0.0.1/x", "http://127.0.0.1/x#y", "http://127.0.0.1\r\nX: y/", "http://a%2eb/",
    "http://" + "a" * 9000])
def test_bad_origins_are_400(allowed, text):
    answer = allowed.get(f"/proxy.stream?origin={quote(text, safe='')}")
    assert answer.status in (400, 414, 431), answer
    assert allowed.get("/actuator/health").status == 200


def test_an_instance_of_the_registry_may_be_reached(daemon, origin, read):
    local = {"spring.cloud.config.enabled": "false"}
    registry = daemon("eureka-registry", local)
    running = daemon("hystrix-dashboard", {
        **local, "eureka.client.service-url.defaultZone": registry.url("/eureka/"),
        "eureka.client.registry-fetch-interval-seconds": 1})
    assert running.get(proxied(origin)).status == 403
    register(registry, "ORDERS", origin.port)
    wait_until(lambda: f":{origin.port}" in running.get("/streams.json").text, 10, "the instance to be known")
    assert read(running, proxied(origin)).status == 200
    listed = [row for row in running.get("/streams.json").json if row["title"].startswith("orders")]
    assert listed == [{"title": f"orders, 127.0.0.1:{origin.port}",
                       "stream": f"http://127.0.0.1:{origin.port}/actuator/hystrix.stream"}]


def test_a_registered_name_does_not_lead_to_reserved_addresses(daemon):
    local = {"spring.cloud.config.enabled": "false"}
    registry = daemon("eureka-registry", local)
    running = daemon("hystrix-dashboard", {
        **local, "eureka.client.service-url.defaultZone": registry.url("/eureka/"),
        "eureka.client.registry-fetch-interval-seconds": 1})
    register(registry, "EVIL", 80, "169.254.169.254")
    wait_until(lambda: "169.254" in running.get("/streams.json").text, 10, "the instance to be known")
    said = detail(running.get("/proxy.stream?origin=169.254.169.254"), 502)
    assert "names that address itself" in said


def register(registry, app, port, host="127.0.0.1"):
    record = {"instance": {
        "instanceId": f"{host}:{port}", "hostName": host, "app": app, "ipAddr": host,
        "vipAddress": app.lower(), "status": "UP", "port": {"$": port, "@enabled": "true"},
        "securePort": {"$": 443, "@enabled": "false"},
        "dataCenterInfo": {"@class": "com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo",
                           "name": "MyOwn"},
        "leaseInfo": {"renewalIntervalInSecs": 30, "durationInSecs": 90}, "metadata": {}}}
    assert registry.post(f"/eureka/apps/{app}", json=record).status == 204


@pytest.mark.parametrize("status", [301, 302, 307, 404, 401, 500, 503])
def test_case_100_an_upstreams_status_is_told(allowed, origin, status):
    origin.status = status
    origin.headers = {"Location": origin.url("/elsewhere")}
    said = detail(allowed.get(proxied(origin)), 502)
    assert f"http://127.0.0.1:{origin.port}/hystrix.stream answers {status}" in said
    assert [path for path, _ in origin.seen] == ["/hystrix.stream"]  # nothing was followed


@pytest.mark.parametrize("content_type", ["text/html", "application/json", "text/event-streams", ""])
def test_only_event_streams_are_passed_on(allowed, origin, content_type):
    origin.content_type = content_type
    origin.show(busy("secret", 5))
    answer = allowed.get(proxied(origin))
    assert "text/event-stream" in detail(answer, 502)
    assert b"rollingCount" not in answer.body


def test_nobody_there(allowed, origin):
    origin.stop()
    said = detail(allowed.get(proxied(origin)), 502)
    assert f"127.0.0.1 port {origin.port}" in said and "whether that process runs" in said
    origin.start()


def test_events_arrive_whole_and_oversized_ones_not_at_all(allowed, origin, read):
    stream = read(allowed, proxied(origin))
    wait_until(lambda: origin.readers, 5, "the reader")
    origin.send("id: 1-1\r\ndata: {\"a\":1}\r\n\r\n")
    for piece in ("da", "ta: {\"b\"", ":2}\n", "\n"):
        origin.send(piece)
    origin.send("data: " + "x" * 600_000 + "\n\n")
    origin.send("data: {\"last\":1}\n\n")
    wait_until(lambda: '"last"' in stream.text, 10, "the last event")
    assert 'id: 1-1\r\ndata: {"a":1}\r\n\r\n' in stream.text
    assert 'data: {"b":2}\n\n' in stream.text
    assert "xxx" not in stream.text


def test_the_last_words_of_a_broken_stream(allowed, origin, read):
    stream = read(allowed, proxied(origin))
    wait_until(lambda: origin.readers, 5, "the reader")
    origin.break_streams()
    wait_until(lambda: stream.ended, 5, "the end")
    last = stream.text.rpartition("event: problem\ndata: ")[2]
    assert "the other side ended the stream" in json.loads(last)["detail"]


def test_a_reader_that_leaves_frees_the_upstream(allowed, origin, read):
    stream = read(allowed, proxied(origin))
    wait_until(lambda: origin.readers, 5, "the reader")
    stream.close()
    wait_until(lambda: not origin.readers, 5, "the upstream to be left")


def test_most_streams_at_once(dashboard, origin, read):
    running = dashboard({"hystrix.dashboard.proxyStreamAllowList": "127.0.0.1",
                         "crema.dashboard.streams-max": 3})
    streams = [read(running, proxied(origin)) for _ in range(3)]
    assert [stream.status for stream in streams] == [200] * 3
    said = detail(running.get(proxied(origin)), 503)
    assert "3 streams are open already" in said and "crema.dashboard.streams-max" in said
    streams[0].close()
    wait_until(lambda: len(origin.readers) == 2, 5, "a place to be free")

    def again():
        stream = read(running, proxied(origin))
        return stream.status == 200
    wait_until(again, 5, "a further stream")


def test_a_slow_reader_loses_events_and_not_the_process(allowed, origin, read):
    """Numbered events that are lost end the stream: the reader comes back for them."""
    slow = Slow(allowed.port, proxied(origin))
    wait_until(lambda: origin.readers, 5, "the reader")
    body = "x" * 100_000
    for number in range(200):
        origin.send(f"id: 1-{number}\ndata: {body}\n\n")
    wait_until(lambda: not origin.readers, 20, "the upstream to be left")
    slow.close()
    assert memory_kb(allowed.child.pid) < 200_000
    assert allowed.get("/actuator/health").status == 200


class Slow:
    """Asks for a stream and reads nothing of it."""

    def __init__(self, port, path):
        self.socket = socket.create_connection(("127.0.0.1", port), 5)
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())

    def close(self):
        self.socket.close()


def memory_kb(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


def test_sigterm_ends_open_streams(allowed, origin, read):
    streams = [read(allowed, proxied(origin)) for _ in range(5)]
    assert all(stream.status == 200 for stream in streams)
    assert allowed.stop() == 0
    wait_until(lambda: all(stream.ended for stream in streams), 5, "the readers to be told")


def test_many_come_and_go(allowed, origin):
    """Readers that leave at any moment, while the upstream breaks off again and again."""
    def visit():
        for _ in range(15):
            try:
                http.get(allowed.url(proxied(origin)), timeout=0.05)
            except OSError:
                pass
    visitors = [threading.Thread(target=visit) for _ in range(6)]
    for visitor in visitors:
        visitor.start()
    while any(visitor.is_alive() for visitor in visitors):
        origin.break_streams()
        visitors[0].join(0.02)
        visitors[-1].join(0.02)
    assert allowed.get("/actuator/health").status == 200
    assert allowed.stop() == 0
