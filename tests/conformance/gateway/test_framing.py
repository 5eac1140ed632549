"""Heads and bodies, both ways: gateway.md 7.3 (T058-T084) and the rules R, F and A behind them."""
import threading

import pytest

from gateway_client import is_problem
from gateway_origin import OK, answer_all, answering
from gateway_wire import chunks

SETTINGS = {"crema.gateway.body-max": 100000}


def post(fields, body=b"", target=b"/up/s"):
    return b"POST " + target + b" HTTP/1.1\r\nHost: g\r\n" + fields + b"\r\n\r\n" + body


# --- requests ---

def test_case_58_a_chunked_request_is_framed_anew(client, origin):
    answer = client.ask(post(b"Transfer-Encoding: chunked", chunks(b"one", b"two", b"three")))
    assert answer.status == 200
    request, = origin.saw(1)
    assert request.framing == "chunked" and request.body == b"onetwothree"


@pytest.mark.parametrize("body", [b"A\r\n0123456789\r\n0\r\n\r\n", b"a;ext=1\r\n0123456789\r\n0;last\r\n\r\n",
                                  b"0a \t;e=\"q;\\\"\"\r\n0123456789\r\n000\r\n\r\n"])
def test_case_59_sizes_in_any_case_and_extensions(client, origin, body):
    assert client.ask(post(b"Transfer-Encoding: CHUNKED", body)).status == 200
    request, = origin.saw(1)
    assert request.body == b"0123456789"
    assert b"ext" not in bytes(origin.peers[0].octets) and b";" not in bytes(origin.peers[0].octets)


@pytest.mark.parametrize("fields, body", [(b"Content-Length: 12", b"hello, world"),
                                          (b"Transfer-Encoding: chunked", chunks(b"hello, ", b"world"))])
def test_case_60_octet_by_octet(client, origin, fields, body):
    client.send_octets(post(fields, body))
    assert client.answer("POST").status == 200
    assert origin.saw(1)[0].body == b"hello, world"


def test_F11_chunk_extensions_are_bounded(client, origin):
    answer = client.ask(post(b"Transfer-Encoding: chunked", b"5;" + b"e" * 300 + b"\r\nhello\r\n0\r\n\r\n"))
    is_problem(answer, 400, "bad_request")
    assert client.ends()
    origin.settle()
    assert origin.octets == b""


def test_F14_trailers_of_a_request_are_read_and_dropped(client, origin):
    body = chunks(b"x", trailers=b"X-Sum: 1\r\nHost: evil\r\nContent-Length: 9\r\n")
    client.send(post(b"Transfer-Encoding: chunked\r\nTrailer: X-Sum", body) + b"GET /up/n HTTP/1.1\r\nHost: g\r\n\r\n")
    assert client.answer("POST").status == client.answer().status == 200
    first, second = origin.saw(2)
    assert first.trailers == [] and first.all("Trailer") == first.all("X-Sum") == []
    assert second.target == "/n"


def test_F14_trailers_are_bounded(client, origin):
    body = chunks(b"x", trailers=b"".join(b"X-%d: %s\r\n" % (i, b"y" * 1000) for i in range(20)))
    is_problem(client.ask(post(b"Transfer-Encoding: chunked", body)), 400, "bad_request")
    assert client.ends()


def head_of(size, fill=b"X-Fill: "):
    """A request head of exactly that many octets, in lines of at most 4000."""
    head = b"GET /up/s HTTP/1.1\r\nHost: g\r\n"
    while size - len(head) - 2 > 5000:
        head += fill + b"y" * (4000 - len(fill) - 2) + b"\r\n"
    head += fill + b"y" * (size - len(head) - len(fill) - 4) + b"\r\n\r\n"
    assert len(head) == size
    return head


def test_case_62_the_head_at_its_limit_and_beyond(client, connect, origin):
    assert client.ask(head_of(32768)).status == 200
    refused = connect()
    is_problem(refused.ask(head_of(32769)), 431, "head_too_large")
    assert refused.ends()
    assert len(origin.requests) == 1


def test_R18_one_field_at_its_limit_and_beyond(client, connect):
    line = b"GET /up/s HTTP/1.1\r\nHost: g\r\nX: %s\r\n\r\n"
    assert client.ask(line % (b"y" * (8192 - 3))).status == 200
    is_problem(connect().ask(line % (b"y" * (8192 - 2))), 431, "head_too_large")


def test_R18_an_endless_field_is_refused_before_it_ends(client, origin):
    client.send(b"GET /up/s HTTP/1.1\r\nHost: g\r\nX: " + b"y" * 20000)
    is_problem(client.answer(), 431, "head_too_large")
    assert client.ends()
    assert origin.octets == b""


def test_case_63_the_target_at_its_limit_and_beyond(client, connect, origin):
    assert client.get("/up/" + "x" * (8192 - 4)).status == 200
    assert len(origin.requests[0].target) == 8192 - 3
    is_problem(connect().get("/up/" + "x" * (8192 - 3)), 414, "uri_too_long")
    is_problem(connect().get("/up/" + "x" * 30000), 414, "uri_too_long")


def test_case_64_a_hundred_fields_and_one_more(client, connect):
    assert client.get("/up/s", b"".join(b"X-%d: 1\r\n" % i for i in range(99))).status == 200
    is_problem(connect().get("/up/s", b"".join(b"X-%d: 1\r\n" % i for i in range(100))), 431, "head_too_large")


def test_case_65_there_must_be_a_host(client):
    is_problem(client.ask(b"GET /up/s HTTP/1.1\r\n\r\n"), 400, "bad_request")
    assert client.ends()


def test_case_66_http_1_0(client, origin):
    origin.script = answering(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks(b"hel", b"lo"))
    answer = client.ask(b"GET /up/s HTTP/1.0\r\n\r\n")
    assert answer.status == 200 and answer.framing == "close" and answer.body == b"hello"
    assert answer.get("Connection") == "close" and answer.get("Transfer-Encoding") is None
    assert client.ends() and origin.requests[0].version == "HTTP/1.1"


def test_case_67_http_1_0_that_stays(client):
    for _ in range(2):
        answer = client.ask(b"GET /up/s HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        assert answer.framing == "length" and answer.get("Connection") == "keep-alive"


def test_P10_http_1_0_gets_no_interim_answers(client, origin):
    origin.script = answering(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK)
    assert client.ask(b"GET /up/s HTTP/1.0\r\n\r\n").interims == []


@pytest.mark.parametrize("version, status", [(b"HTTP/2.0", 505), (b"HTTP/9.9", 505), (b"HTTP/0.9", 505),
                                             (b"http/1.1", 400), (b"HTTP/1", 400), (b"HTTX/1.1", 400)])
def test_case_68_other_versions(client, version, status):
    is_problem(client.ask(b"GET /up/s " + version + b"\r\nHost: g\r\n\r\n"), status)
    assert client.ends()


def test_R5_a_later_minor_version_is_1_1(client):
    assert client.ask(b"GET /up/s HTTP/1.9\r\nHost: g\r\n\r\n").status == 200


def test_R6_no_http_0_9(client, origin):
    is_problem(client.ask(b"GET /up/s\r\n\r\n"), 400)
    assert client.ends() and origin.octets == b""


@pytest.mark.parametrize("line", [b"TRACE /up/s", b"CONNECT a:1"])
def test_case_69_methods_that_a_gateway_does_not_serve(client, origin, line):
    answer = client.ask(line + b" HTTP/1.1\r\nHost: a:1\r\n\r\n")
    is_problem(answer, 405, "method_not_allowed")
    assert "GET" in answer.get("Allow") and origin.octets == b""


@pytest.mark.parametrize("method", ["BREW", "get", "PROPFIND", "M-SEARCH"])
def test_case_70_unknown_methods_are_forwarded_as_spelled(client, origin, method):
    assert client.ask(method.encode() + b" /up/s HTTP/1.1\r\nHost: g\r\n\r\n").status == 200
    assert origin.requests[0].method == method


def test_R3_an_absurd_method(client):
    is_problem(client.ask(b"X" * 40 + b" /up/s HTTP/1.1\r\nHost: g\r\n\r\n"), 501, "not_implemented")


def test_case_71_an_empty_line_in_front(client, connect):
    assert client.ask(b"\r\nGET /up/s HTTP/1.1\r\nHost: g\r\n\r\n", "GET").status == 200
    is_problem(connect().ask(b"\r\n\r\nGET /up/s HTTP/1.1\r\nHost: g\r\n\r\n", "GET"), 400)


def test_case_72_a_tls_hello(client, origin):
    client.send(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(40))
    is_problem(client.answer(), 400)
    assert client.ends() and origin.octets == b""


@pytest.mark.parametrize("line", [b" X: folded", b"X : y", b"X: a\x01b", b"X: a\x7fb"])
def test_R9_to_R14_malformed_fields(client, origin, line):
    is_problem(client.ask(b"GET /up/s HTTP/1.1\r\nHost: g\r\n" + line + b"\r\n\r\n"), 400, "bad_request")
    assert client.ends() and origin.octets == b""


def test_R12_octets_above_127_pass_verbatim(client, origin):
    client.get("/up/s", b"X: \x85caf\xe9\xa0\r\n")
    assert b"X: \x85caf\xe9\xa0\r\n" in origin.octets


def test_a_body_over_the_limit(client, connect, origin):
    is_problem(client.ask(post(b"Content-Length: 100001")), 413, "body_too_large")
    assert origin.octets == b""
    client = connect()
    client.send(post(b"Transfer-Encoding: chunked") + (b"%x\r\n" % 60000 + b"y" * 60000 + b"\r\n") * 2)
    is_problem(client.answer("POST"), 413, "body_too_large")
    client.ends()
    origin.left(list(origin.peers))
    assert origin.requests == []


@pytest.mark.parametrize("size", [0, 1, 100000])
def test_a_body_at_the_limit(client, origin, size):
    assert client.ask(post(b"Content-Length: %d" % size, b"y" * size)).status == 200
    request, = origin.saw(1)
    assert (request.framing, request.length) == ("length", size) and request.body == b"y" * size


# --- answers ---

def test_case_73_head_keeps_its_length(client, origin):
    def script(peer):
        while request := peer.request():
            peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n" if request.method == "HEAD" else OK)

    origin.script = script
    answer = client.ask(b"HEAD /up/s HTTP/1.1\r\nHost: g\r\n\r\n")
    assert answer.length == 10 and answer.body == b""
    assert client.get("/up/n").body == b"ok"


@pytest.mark.parametrize("status", [b"204 No Content", b"304 Not Modified"])
def test_case_74_answers_without_a_body(client, origin, status):
    origin.script = answering(b"HTTP/1.1 " + status + b"\r\nETag: \"1\"\r\n\r\n")
    for _ in range(2):
        answer = client.get("/up/s")
        assert answer.status == int(status[:3]) and answer.get("ETag") == '"1"'
        assert answer.get("Transfer-Encoding") is None
    assert len(origin.peers) == 1, "a clean answer's connection is used again"


def test_A1_304_keeps_its_length_as_metadata(client, origin):
    origin.script = answering(b"HTTP/1.1 304 Not Modified\r\nContent-Length: 10\r\n\r\n")
    assert client.get("/up/s").length == 10


def test_case_75_a_body_that_ends_with_the_connection(client, origin):
    origin.script = answering(b"HTTP/1.1 200 OK\r\n\r\nhello", keep=False)
    for _ in range(2):
        answer = client.get("/up/s")
        assert answer.framing == "chunked" and answer.body == b"hello"


@pytest.mark.parametrize("framed", [b"Content-Length: 10\r\n\r\nhello", b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello",
                                    b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n"])
def test_case_76_a_truncated_answer_is_visible(client, origin, framed):
    origin.script = answering(b"HTTP/1.1 200 OK\r\n" + framed, keep=False)
    client.send(b"GET /up/s HTTP/1.1\r\nHost: g\r\n\r\n")
    answer = client.answer_head()
    rest = client.rest()
    assert answer.framing != "close" and client.ended
    assert not rest.endswith(b"0\r\n\r\n") and len(rest) < 11, "it looks whole"


def test_A5_a_reset_in_a_body_that_ends_with_the_connection(client, origin):
    half = threading.Event()

    def script(peer):
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\n\r\nhello")
        if peer.wait(half):
            peer.reset()

    origin.script = script
    client.send(b"GET /up/s HTTP/1.1\r\nHost: g\r\n\r\n")
    assert client.answer_head().framing == "chunked" and client.chunk() == b"hello"
    half.set()
    assert client.rest() == b"" and client.ended


@pytest.mark.parametrize("broken", [b"5\nhello\r\n0\r\n\r\n", b"5\r\nhelloXX0\r\n\r\n", b"0x5\r\nhello\r\n0\r\n\r\n"])
def test_F11_malformed_chunks_in_an_answer(client, origin, broken):
    origin.script = answering(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + broken)
    is_problem(client.get("/up/s"), 502, "upstream_bad_response")
    origin.left([origin.peers[0]])


def test_F11_malformed_chunks_behind_good_ones(client, origin):
    """The answer has begun: what is missing must show."""
    go = threading.Event()

    def script(peer):
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
        if peer.wait(go):
            peer.send(b"0x5\r\nworld\r\n0\r\n\r\n")
            peer.wait_end()

    origin.script = script
    client.send(b"GET /up/s HTTP/1.1\r\nHost: g\r\n\r\n")
    assert client.answer_head().framing == "chunked" and client.chunk() == b"hello"
    go.set()
    assert client.rest() == b"" and client.ended


def test_case_77_both_framings_in_an_answer(client, origin):
    origin.script = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"
                              + chunks(b"hello"))
    answer = client.get("/up/s")
    assert answer.framing == "chunked" and answer.body == b"hello"
    origin.left([origin.peers[0]])


@pytest.mark.parametrize("coding", [b"gzip, chunked", b"identity", b"chunked, chunked", b"xchunked"])
def test_A2_other_codings_in_an_answer(client, origin, coding):
    origin.script = answering(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: " + coding + b"\r\n\r\n" + chunks(b"x"))
    is_problem(client.get("/up/s"), 502, "upstream_bad_response")


def test_A3_equal_lengths_collapse(client, origin):
    origin.script = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok")
    answer = client.get("/up/s")
    assert answer.all("Content-Length") == ["2"] and answer.body == b"ok"


def test_case_79_a_folded_field_in_an_answer(client, origin):
    origin.script = answering(b"HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 2\r\n\r\nok")
    answer = client.get("/up/s")
    assert answer.status == 502 or answer.get("X") == "a b"


def test_A11_a_blank_before_the_colon_of_an_answer(client, origin):
    origin.script = answering(b"HTTP/1.1 200 OK\r\nX : a\r\nContent-Length: 2\r\n\r\nok")
    answer = client.get("/up/s")
    assert answer.get("X") == "a" and b"X: a\r\n" in answer.head.octets


@pytest.mark.parametrize("line", [b"HTTP/1.1 200\r\n", b"HTTP/1.1 200 \r\n", b"HTTP/1.1 299 Odd: \xe9\r\n"])
def test_A9_status_lines_that_are_right(client, origin, line):
    origin.script = answering(line + b"Content-Length: 2\r\n\r\nok")
    assert client.get("/up/s").status == int(line[9:12])


@pytest.mark.parametrize("line", [b"HTTP/1.1 20 OK", b"HTTP/1.1 2000 OK", b"HTTP/1.1 099 No", b"HTTP/2.0 200 OK",
                                  b"HTTP/1.1  200 OK", b"ICY 200 OK", b"hello", b"", b"HTTP/1.1 2\x0000 OK",
                                  b"HTTP/1.1 200 a\x01b"])
def test_A9_status_lines_that_are_wrong(client, origin, line):
    origin.script = answering(line + b"\r\nContent-Length: 2\r\n\r\nok")
    is_problem(client.get("/up/s"), 502, "upstream_bad_response")


def test_case_80_interim_answers_in_order(client, origin):
    origin.script = answering(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
                              b"HTTP/1.1 103 Early Hints\r\nLink: </b>\r\n\r\n" + OK)
    answer = client.get("/up/s")
    assert [interim.get("Link") for interim in answer.interims] == ["</a>", "</b>"]
    assert answer.body == b"ok"


def test_A6_100_only_for_whom_waits_for_it(client, origin):
    origin.script = answering(b"HTTP/1.1 100 Continue\r\n\r\n" + OK)
    answer = client.get("/up/s")
    assert answer.interims == [] and answer.status == 200


def test_case_81_a_switch_that_nobody_asked_for(client, origin):
    origin.script = answering(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n")
    is_problem(client.get("/up/s"), 502, "upstream_bad_response")


def test_case_82_two_answers_to_one_request(client, origin):
    origin.script = answering(OK + b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")
    for number in range(3):
        assert client.get("/up/s").body == b"ok"
        origin.left([origin.peers[number]])


def test_A8_octets_on_an_idle_connection(client, origin):
    late = threading.Event()

    def script(peer):
        peer.request()
        peer.send(OK)
        if peer.wait(late):
            peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")
            answer_all(peer)

    origin.script = script
    assert client.get("/up/s").body == b"ok"
    late.set()
    origin.left([origin.peers[0]])
    assert client.get("/up/s").body == b"ok"


@pytest.mark.parametrize("fields", [b"".join(b"X-%d: %s\r\n" % (i, b"y" * 1000) for i in range(64)),
                                    b"X: " + b"y" * 65536 + b"\r\n", b"X: 1\r\n" * 300])
def test_case_83_an_answer_with_too_large_a_head(client, origin, fields):
    origin.script = answering(b"HTTP/1.1 200 OK\r\n" + fields + b"Content-Length: 2\r\n\r\nok")
    is_problem(client.get("/up/s"), 502, "upstream_bad_response")


def test_case_84_trailers_for_whom_takes_them(client, origin):
    body = chunks(b"hello", trailers=b"X-Sum: 9\r\nContent-Length: 3\r\nSet-Cookie: a=1\r\n")
    origin.script = answering(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body)
    answer = client.get("/up/s", b"TE: trailers\r\nConnection: TE\r\n")
    assert answer.body == b"hello" and answer.trailers == [("X-Sum", "9")]
    assert client.get("/up/s").trailers == []
    assert all(request.all("TE") == [] for request in origin.requests)


def test_case_100_each_event_arrives_while_the_next_is_held_back(client, origin):
    go = [threading.Event() for _ in range(5)]

    def script(peer):
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        for number, event in enumerate(go):
            if not peer.wait(event):
                return
            peer.send(b"8\r\ndata:%d\n\n\r\n" % number)
        peer.send(b"0\r\n\r\n")
        peer.wait_end()

    origin.script = script
    client.send(b"GET /up/s HTTP/1.1\r\nHost: g\r\n\r\n")
    assert client.answer_head().framing == "chunked"
    for number, event in enumerate(go):
        event.set()
        assert client.chunk() == b"data:%d\n\n" % number
    assert client.chunk() == b"" and client.trailers() == []


def test_A12_encoded_bodies_pass_untouched(client, origin):
    body = bytes(range(256))
    origin.script = answering(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nVary: Accept-Encoding\r\n"
                              b"ETag: \"x\"\r\nContent-Length: 256\r\n\r\n" + body)
    answer = client.get("/up/s")
    assert answer.body == body and answer.get("Content-Encoding") == "gzip"
    assert answer.get("Vary") == "Accept-Encoding" and answer.get("ETag") == '"x"'
    assert origin.requests[0].all("Accept-Encoding") == []
