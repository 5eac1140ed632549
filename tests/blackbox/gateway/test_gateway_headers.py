"""What passes, what is dropped, what is added (gateway.md 7.2, T031-T051, and 1.6, 1.7, 3.3)."""
import pytest

from gateway_client import Client, is_problem
from gateway_origin import answering
from gateway_setup import BASE, url_route

HOP_BY_HOP = (b"Keep-Alive: 5", b"TE: gzip", b"Trailer: X-Sum", b"Proxy-Connection: keep-alive",
              b"Upgrade: x", b"Proxy-Authorization: Basic eA==", b"HTTP2-Settings: AAMAAABk")


@pytest.fixture(scope="module")
def gateway(shared_daemon, shared_origin):
    """With a second route to the same origin, which lets the sensitive headers pass."""
    url = f"http://{shared_origin.authority}"
    return shared_daemon("zuul-gateway", settings={
        **BASE, **url_route("up", url), **url_route("priv", url, sensitiveHeaders=""),
        "zuul.ignored-headers": "X-Ignored, X-Also-Ignored"})


def answer_with(fields):
    return answering(b"HTTP/1.1 200 OK\r\n" + fields + b"\r\nContent-Length: 2\r\n\r\nok")


def test_T031_the_gateways_own_fields(client, origin, gateway):
    client.ask(b"GET /up/1 HTTP/1.1\r\nHost: g:8080\r\n\r\n")
    request, = origin.requests
    assert request.target == "/1"
    assert request.get("X-Forwarded-For") == "127.0.0.1"
    assert request.get("X-Forwarded-Host") == "g:8080"
    assert request.get("X-Forwarded-Port") == "8080"
    assert request.get("X-Forwarded-Proto") == "http"
    assert request.get("X-Forwarded-Prefix") == "/up"


def test_T031_the_default_port(client, origin):
    client.get("/up/1")
    assert origin.requests[0].get("X-Forwarded-Host") == "g"
    assert origin.requests[0].get("X-Forwarded-Port") == "80"


@pytest.mark.parametrize("name", ["X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Proto",
                                  "X-Forwarded-Prefix", "Forwarded", "X-Real-IP"])
def test_T033_an_untrusted_client_claims_nothing(client, origin, name):
    client.get("/up/1", b"%s: 6.6.6.6\r\n" % name.encode())
    assert "6.6.6.6" not in " ".join(origin.requests[0].all(name))


@pytest.mark.parametrize("name", [b"X_Forwarded_For", b"x-forwarded_for", b"X_Real_IP", b"X_Request_Id"])
def test_T048_lookalikes_are_dropped(client, origin, name):
    assert client.get("/up/1", name + b": 6.6.6.6\r\n").status == 200
    assert b"6.6.6.6" not in origin.octets


def test_T038_host_is_the_instances(client, origin):
    client.get("/up/1")
    assert origin.requests[0].get("Host") == origin.authority


def test_T039_sensitive_headers_stay_here(client, origin):
    origin.script = answer_with(b"Set-Cookie: a=1")
    answer = client.get("/up/1", b"Cookie: c=1\r\nAuthorization: Basic eA==\r\n")
    assert answer.all("Set-Cookie") == []
    assert origin.requests[0].all("Cookie") == origin.requests[0].all("Authorization") == []


def test_T040_unless_the_route_says_otherwise(client, origin):
    origin.script = answer_with(b"Set-Cookie: a=1\r\nSet-Cookie: b=2; Expires=Wed, 09 Jun 2027 10:18:14 GMT")
    answer = client.get("/priv/1", b"Cookie: c=1\r\nAuthorization: Basic eA==\r\n")
    assert answer.all("Set-Cookie") == ["a=1", "b=2; Expires=Wed, 09 Jun 2027 10:18:14 GMT"]  # T046
    assert origin.requests[0].get("Cookie") == "c=1"
    assert origin.requests[0].get("Authorization") == "Basic eA=="


def test_T041_ignored_headers_go_neither_way(client, origin):
    origin.script = answer_with(b"x-ignored: 1\r\nX-Kept: 1")
    answer = client.get("/up/1", b"X-IGNORED: 1\r\nx-also-ignored: 1\r\nX-Kept: 2\r\n")
    assert answer.all("X-Ignored") == [] and answer.get("X-Kept") == "1"
    assert origin.requests[0].all("X-Ignored") == origin.requests[0].all("X-Also-Ignored") == []
    assert origin.requests[0].get("X-Kept") == "2"


def test_T042_fields_that_connection_lists(client, origin):
    origin.script = answer_with(b"Connection: X-Back\r\nX-Back: 1\r\nX-Kept: 1")
    answer = client.get("/up/1", b"Connection: X-Foo, ,x-bar\r\nX-Foo: 1\r\nX-Bar: 1\r\nX-Kept: 1\r\n")
    for name in ("X-Foo", "X-Bar", "Connection"):
        assert origin.requests[0].all(name) == []
    assert origin.requests[0].get("X-Kept") == answer.get("X-Kept") == "1"
    assert answer.all("X-Back") == answer.all("Connection") == []


@pytest.mark.parametrize("field", HOP_BY_HOP, ids=lambda field: field.split(b":")[0].decode())
def test_T044_hop_by_hop_fields(client, origin, field):
    origin.script = answer_with(field.replace(b"Authorization", b"Authenticate"))
    name = field.split(b":")[0].decode()
    answer = client.get("/up/1", field + b"\r\n")
    assert answer.status == 200
    assert origin.requests[0].all(name) == []
    assert answer.all(name) == answer.all(name.replace("Authorization", "Authenticate")) == []


def test_T047_repeated_fields_keep_their_order(client, origin):
    origin.script = answer_with(b"X-M: 1\r\nX-N: n\r\nx-m: 2")
    answer = client.get("/up/1", b"X-M: b\r\nX-N: n\r\nX-m: a\r\n")
    assert origin.requests[0].all("X-M") == ["b", "a"] and answer.all("X-M") == ["1", "2"]


def test_P8_unknown_fields_pass_as_spelled(client, origin):
    origin.script = answer_with(b"x-OdD: \xe9;q=\"a, b\"")
    answer = client.get("/up/1", b"x-OdD:  a\t b  \r\nX-Empty:\r\n")
    assert b"x-OdD: a\t b\r\n" in origin.octets and origin.requests[0].get("X-Empty") == ""
    assert b"x-OdD: \xe9;q=\"a, b\"\r\n" in answer.head.octets


def test_T049_via(client, origin):
    client.get("/up/1", b"Via: 1.1 other\r\n")
    values = origin.requests[0].all("Via")
    assert values[0] == "1.1 other" and values[1].startswith("1.1 ") and len(values) == 2


def test_P4_a_request_that_goes_in_a_circle(client, origin):
    client.get("/up/1")
    own = origin.requests[0].get("Via")
    is_problem(client.get("/up/1", f"Via: 1.1 other, {own}\r\n".encode()), 508, "loop")
    assert len(origin.requests) == 1


def test_T050_max_forwards(client, origin):
    answer = client.ask(b"OPTIONS /up/1 HTTP/1.1\r\nHost: g\r\nMax-Forwards: 0\r\n\r\n")
    assert answer.status in (200, 204) and origin.octets == b""
    client.ask(b"OPTIONS /up/1 HTTP/1.1\r\nHost: g\r\nMax-Forwards: 3\r\n\r\n")
    assert origin.requests[0].get("Max-Forwards") == "2"


def test_T028_options_for_the_server(client, origin):
    answer = client.ask(b"OPTIONS * HTTP/1.1\r\nHost: g\r\n\r\n")
    assert answer.status in (200, 204) and origin.octets == b""
    assert client.get("/up/1").status == 200


@pytest.mark.parametrize("sent, kept", [(None, False), ("abc-123_X.y~", True), ("x" * 500, False), ("a b", False),
                                        ("a\"b", False)])
def test_T051_request_ids(client, origin, sent, kept):
    answer = client.get("/up/1", b"X-Request-Id: %s\r\n" % sent.encode() if sent else b"")
    given = origin.requests[0].get("X-Request-Id")
    assert given and answer.get("X-Request-Id") == given
    assert (given == sent) is kept


def test_T051_ids_are_unlike_each_other(client, origin):
    for _ in range(20):
        client.get("/up/1")
    assert len({request.get("X-Request-Id") for request in origin.requests}) == 20


TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = f"traceparent: 00-{TRACE}-b7ad6b7169203331-01\r\n"


def test_T052_a_trace_goes_on(client, origin):
    client.get("/up/1", (PARENT + "tracestate: a=1\r\n").encode())
    request, = origin.requests
    version, trace, span, flags = request.get("traceparent").split("-")
    assert (version, trace, flags) == ("00", TRACE, "01") and span != "b7ad6b7169203331"
    assert request.get("tracestate") == "a=1"


@pytest.mark.parametrize("sent", ["", PARENT.replace("00-", "ff-"), PARENT * 2])
def test_T052_a_trace_begins(client, origin, sent):
    client.get("/up/1", (sent + "tracestate: a=1\r\n").encode())
    request, = origin.requests
    version, trace, span, _ = request.get("traceparent").split("-")
    assert version == "00" and len(trace) == 32 and len(span) == 16 and trace != TRACE
    assert request.get("tracestate") is None


def test_b3_passes_and_names_the_trace(client, origin):
    client.get("/up/1", b"X-B3-TraceId: 463ac35c9f6413ad\r\nX-B3-SpanId: a2fb4a1d1a96d312\r\n")
    request, = origin.requests
    assert request.get("X-B3-TraceId") == "463ac35c9f6413ad" and request.get("X-B3-SpanId") == "a2fb4a1d1a96d312"
    assert request.get("traceparent").startswith("00-0000000000000000463ac35c9f6413ad-")


def test_tracing_as_configured(start, back):
    url = f"http://{back.authority}"
    plain = start({**url_route("up", url), "crema.gateway.trace": "false"})
    plain.ask("/up/1", PARENT.encode())
    both = start({**url_route("up", url), "crema.gateway.trace-b3": "true", "crema.gateway.trace-sampled-every": 1})
    both.ask("/up/1")
    first, second = back.requests
    assert first.get("traceparent") in PARENT
    assert second.get("traceparent") == f"00-{second.get('X-B3-TraceId')}-{second.get('X-B3-SpanId')}-01"
    assert second.get("X-B3-Sampled") == "1"


@pytest.mark.parametrize("name", ["Server", "X-Application-Context"])
def test_zuul_drops_these_from_answers(client, origin, name):
    origin.script = answer_with(f"{name}: x".encode())
    assert client.get("/up/1").all(name) == []


# --- other settings ---

def test_T032_T034_T035_a_trusted_proxy_is_believed(start, back):
    gateway = start({**url_route("up", f"http://{back.authority}"), "crema.gateway.trusted-proxies": "127.0.0.0/8"})
    client = Client(gateway.port)
    client.ask(b"GET /up/1 HTTP/1.1\r\nHost: g:8080\r\nX-Forwarded-For: 11.2.3.4\r\nX-Forwarded-Proto: https\r\n"
               b"X-Forwarded-Host: shop.example\r\nX-Forwarded-Prefix: /shop/\r\n\r\n")
    client.ask(b"GET /up/1 HTTP/1.1\r\nHost: g:8080\r\nX-Forwarded-For: 127.0.0.10\r\nX-Forwarded-Port: 456\r\n\r\n")
    client.close()
    first, second = back.requests
    assert first.get("X-Forwarded-For") == "11.2.3.4, 127.0.0.1"
    assert first.get("X-Forwarded-Proto") == "https,http" and first.get("X-Forwarded-Port") == "443,8080"
    assert first.get("X-Forwarded-Host") == "shop.example,g:8080"
    assert first.get("X-Forwarded-Prefix") == "/shop/up"
    assert second.get("X-Forwarded-For") == "127.0.0.10, 127.0.0.1", "no substring counts as the address"
    assert second.get("X-Forwarded-Port") == "456,8080"


def test_T036_no_proxy_headers(start, back):
    gateway = start({**url_route("up", f"http://{back.authority}"), "zuul.add-proxy-headers": "false"})
    gateway.ask("/up/1")
    assert not [name for name, _ in back.requests[0].head.fields if name.lower().startswith("x-forwarded")]


def test_T037_the_clients_host(start, back):
    gateway = start({**url_route("up", f"http://{back.authority}"), "zuul.add-host-header": "true"})
    gateway.ask("/up/1")
    assert back.requests[0].get("Host") == "g"
