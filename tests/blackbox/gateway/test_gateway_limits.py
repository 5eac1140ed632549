"""Every limit at its last value and passed by one: served, then refused by its own failure, in a problem
that names the rule, the limit and, where one was asked, the instance (gateway.md, Appendices A and B)."""
import socket
import threading

import pytest

from gateway_client import Client, is_problem
from gateway_origin import OK, answering
from gateway_setup import url_route
from gateway_wire import chunks

HEAD, TARGET, FIELD, FIELDS, BODY = 4096, 512, 700, 12, 1000
ANSWER_HEAD, ANSWER_FIELDS = 2048, 10
SETTINGS = {
    "crema.gateway.target-max": TARGET, "crema.gateway.head-max": HEAD, "crema.gateway.field-max": FIELD,
    "crema.gateway.fields-max": FIELDS, "crema.gateway.body-max": BODY,
    "crema.gateway.upstream-head-max": ANSWER_HEAD, "crema.gateway.upstream-fields-max": ANSWER_FIELDS,
    "crema.gateway.head-ms": 300, "crema.gateway.body-ms": 400, "crema.gateway.body-rate": 100,
    "crema.gateway.write-ms": 700, "zuul.host.socket-timeout-millis": 500,
}
START = b"GET /up/s HTTP/1.1\r\nHost: g\r\n"


def head_of(size):
    head = START
    while size - len(head) > FIELD + 20:
        head += b"X: " + b"y" * (FIELD - 50) + b"\r\n"
    head += b"X: " + b"y" * ((size - len(head) - 7) // 2) + b"\r\n"
    return head + b"X: " + b"y" * (size - len(head) - 7) + b"\r\n\r\n"


def chunked(body):
    return b"POST /up/s HTTP/1.1\r\nHost: g\r\nTransfer-Encoding: chunked\r\n\r\n" + body


def sized(size):
    return b"POST /up/s HTTP/1.1\r\nHost: g\r\nContent-Length: %d\r\n\r\n" % size + bytes(size)


def extended(*sizes):
    """A body whose chunks carry that many octets of extensions each."""
    return chunked(b"".join(b"1;" + b"e" * size + b"\r\nx\r\n" for size in sizes) + b"0\r\n\r\n")


def trailed(size):
    return chunked(chunks(b"x", trailers=b"X: " + b"y" * (size - 7) + b"\r\n"))


# name: (a request for each size, the limit, status, failure, rule)
REQUESTS = {
    "target": (lambda size: b"GET /up/" + b"x" * (size - 4) + b" HTTP/1.1\r\nHost: g\r\n\r\n", TARGET,
               414, "uri_too_long", "crema.gateway.target-max"),
    "head": (head_of, HEAD, 431, "head_too_large", "crema.gateway.head-max"),
    "field": (lambda size: START + b"X: " + b"y" * (size - 3) + b"\r\n\r\n", FIELD,
              431, "head_too_large", "crema.gateway.field-max"),
    "fields": (lambda count: START + b"X: 1\r\n" * (count - 1) + b"\r\n", FIELDS,
               431, "head_too_large", "crema.gateway.fields-max"),
    "method": (lambda size: b"M" * size + b" /up/s HTTP/1.1\r\nHost: g\r\n\r\n", 32,
               501, "not_implemented", "RFC 9112 3"),
    "body": (sized, BODY, 413, "body_too_large", "crema.gateway.body-max"),
    "chunked body": (lambda size: chunked(chunks(b"y" * (size - 1), b"z")), BODY,
                     413, "body_too_large", "crema.gateway.body-max"),
    "digits of a chunk's size": (lambda count: chunked(b"1".rjust(count, b"0") + b"\r\nx\r\n0\r\n\r\n"), 15,
                                 400, "bad_request", "RFC 9112 7.1"),
    "extension": (extended, 256, 400, "bad_request", "RFC 9112 7.1.1"),
    "extensions": (lambda size: extended(*[128] * 127, size - 127 * 128), 16384, 400, "bad_request", "RFC 9112 7.1.1"),
    "trailers": (trailed, 8192, 400, "bad_request", "RFC 9112 7.1.2"),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_limit_of_a_request(connect, origin, name):
    make, limit, status, failure, rule = REQUESTS[name]
    good, bad = connect(), connect()
    assert good.ask(make(limit)).status == 200
    good.close()
    origin.renew()
    answer = bad.ask(make(limit + 1))
    body = is_problem(answer, status, failure)
    assert (body["rule"], body["limit"]) == (rule, limit)
    if name == "chunked body":
        assert bad.get("/up/s").status == 200, "it was read to its end"
    else:
        assert bad.ends(), "what follows cannot be told from what was refused"
    assert len(origin.requests) == (2 if name == "chunked body" else 1)


def answer_of(size):
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"
    return head + b"X: " + b"y" * (size - len(head) - 7) + b"\r\n\r\nok"


ANSWERS = {
    "head": (answer_of, ANSWER_HEAD, "crema.gateway.upstream-head-max"),
    "fields": (lambda count: b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n" + b"X: 1\r\n" * (count - 1) + b"\r\nok",
               ANSWER_FIELDS, "crema.gateway.upstream-fields-max"),
    "interim answers": (lambda count: b"HTTP/1.1 103 Early Hints\r\n\r\n" * count + OK, 16, "RFC 9110 15.2"),
    "digits of a chunk's size": (lambda count: b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                 + b"2".rjust(count, b"0") + b"\r\nok\r\n0\r\n\r\n", 15, "RFC 9112 7.1"),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_limit_of_an_answer(client, origin, name):
    make, limit, rule = ANSWERS[name]
    origin.script = answering(make(limit))
    assert client.get("/up/s").body == b"ok"
    origin.renew()
    origin.script = answering(make(limit + 1))
    answer = client.get("/up/s")
    body = is_problem(answer, 502, "upstream_bad_response")
    assert (body["rule"], body["limit"], body["upstream"]) == (rule, limit, origin.authority)
    assert origin.authority in body["detail"]
    origin.script = answering(OK)
    assert client.get("/up/s").status == 200, "the client's connection may go on"


@pytest.mark.parametrize("octets, rule", [(START, "crema.gateway.head-ms"), (sized(BODY)[:-1], "crema.gateway.body-ms")])
def test_time_limit_of_a_client(client, octets, rule):
    client.send(octets)
    body = is_problem(client.answer("POST"), 408, "client_timeout")
    assert (body["rule"], body["limit"]) == (rule, SETTINGS[rule]) and client.ends()


def test_the_least_rate_of_a_body(client):
    """It never stops, but comes at half of the rate."""
    client.send(b"POST /up/s HTTP/1.1\r\nHost: g\r\nContent-Length: 1000\r\n\r\n")
    pause = threading.Event()
    while not client.has_input():
        client.send(b"x")
        pause.wait(0.02)
    body = is_problem(client.answer("POST"), 408, "client_timeout")
    assert (body["rule"], body["limit"]) == ("crema.gateway.body-rate", 100)


def test_time_limit_of_an_answer(client, origin):
    origin.script = lambda peer: peer.request() and peer.wait_end()
    body = is_problem(client.get("/up/s"), 504, "upstream_read_timeout")
    assert (body["rule"], body["limit"]) == ("zuul.host.socket-timeout-millis", 500)
    assert body["upstream"] == origin.authority and body["service"] == "up"


def test_time_limit_of_connecting(start):
    """A listener whose queue is full answers no SYN."""
    full = socket.socket()
    full.bind(("127.0.0.1", 0))
    full.listen(0)
    waiting = []
    for _ in range(2):
        waiting.append(socket.socket())
        waiting[-1].setblocking(False)
        waiting[-1].connect_ex(full.getsockname())
    authority = f"127.0.0.1:{full.getsockname()[1]}"
    gateway = start({**url_route("up", f"http://{authority}"), "zuul.host.connect-timeout-millis": 300,
                     "zuul.routes.s": "/s/**", "s.ribbon.listOfServers": authority, "s.ribbon.ConnectTimeout": 200})
    for path, rule, limit in (("/up/1", "zuul.host.connect-timeout-millis", 300), ("/s/1", "ribbon.ConnectTimeout", 200)):
        body = is_problem(gateway.ask(path), 504, "upstream_connect_timeout")
        assert (body["rule"], body["limit"], body["upstream"]) == (rule, limit, authority)
    for sock in (*waiting, full):
        sock.close()


def test_an_instance_that_does_not_take_a_body(start, back):
    back.script = lambda peer: peer.request_head() and peer.wait(threading.Event())
    gateway = start({**url_route("up", f"http://{back.authority}"), "crema.gateway.write-ms": 400})
    client = Client(gateway.port)
    client.send(b"POST /up/s HTTP/1.1\r\nHost: g\r\nContent-Length: 1000000000\r\n\r\n")
    while not client.has_input():
        client.push(bytes(65536))
    body = is_problem(client.answer("POST"), 504, "upstream_read_timeout")
    assert (body["rule"], body["limit"], body["upstream"]) == ("crema.gateway.write-ms", 400, back.authority)
    client.close()


def test_one_request_in_work_too_many(start, back):
    back.script = lambda peer: peer.request() and peer.wait_end()
    gateway = start({**url_route("up", f"http://{back.authority}"), "zuul.semaphore.max-semaphores": 2})
    clients = [Client(gateway.port) for _ in range(2)]
    for client in clients:
        client.send(START + b"\r\n")
    back.saw(2)
    body = is_problem(gateway.ask("/up/s"), 503, "semaphore_full")
    assert (body["rule"], body["limit"], body["service"]) == ("zuul.semaphore.max-semaphores", 2, "up")
    for client in clients:
        client.close()
