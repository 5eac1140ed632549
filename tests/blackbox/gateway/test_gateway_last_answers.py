"""The last answer of a connection: whole, and its end with it."""
import itertools
import select
import time

import pytest

from gateway_origin import HELLO, answering

ANSWERS = {
    **HELLO,
    "none": b"HTTP/1.1 204 No Content\r\n\r\n",
}
REQUESTS = {
    "close": b"GET /up/a HTTP/1.1\r\nHost: g\r\nConnection: close\r\n\r\n",
    "old": b"GET /up/a HTTP/1.0\r\n\r\n",
    "refused": b"GET /nowhere HTTP/1.0\r\n\r\n",
}
TIMES = 100
LARGE = 3_000_000


def first_event(client):
    """What the kernel tells of the client's socket when anything comes."""
    poll = select.poll()
    poll.register(client.sock, select.POLLIN | select.POLLRDHUP)
    (_, event), = poll.poll(10_000)
    return event


@pytest.mark.parametrize("request_kind, answer_kind", [
    *itertools.product(("close", "old"), ANSWERS), ("refused", "none")])
def test_the_end_comes_in_the_same_segment(connect, origin, request_kind, answer_kind):
    """One segment instead of two; a client that looks for the end after the answer finds it at once."""
    origin.script = answering(ANSWERS[answer_kind])
    for _ in range(TIMES):
        client = connect()
        client.send(REQUESTS[request_kind])
        assert first_event(client) & select.POLLRDHUP
        answer = client.rest()
        assert answer.startswith(b"HTTP/1.1 404" if request_kind == "refused" else b"HTTP/1.1 20"), answer
        assert answer_kind == "none" or b"hel" in answer
        client.close()


@pytest.mark.parametrize("behind", [b"", b"GET /up/b HTTP/1.1\r\n"], ids=["clean", "more behind"])
def test_a_large_last_answer_is_whole_and_at_once(connect, origin, behind):
    """Its last, small segment waits for nothing, whether the client is still sending or not."""
    body = bytes(range(256)) * (LARGE // 256) + b"the end"
    origin.script = answering(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    took = []
    for _ in range(10):
        client = connect()
        client.send(REQUESTS["close"] + behind)
        assert client.until(b"\r\n\r\n").startswith(b"HTTP/1.1 200 ")
        began = time.monotonic()
        assert client.rest() == body
        took.append(time.monotonic() - began)
        client.close()
    assert min(took) < 0.19, "a segment was held back for the 200 ms of MSG_MORE"
