"""A client that sends exactly the octets it is told to and reads answers by their framing alone."""
import json
import socket

from gateway_wire import Wire


class Answer:
    """One complete answer. framing: "none", "length", "chunked" or "close"."""

    def __init__(self, head, interims):
        self.head = head
        self.interims = interims
        version, _, rest = head.start.partition(" ")
        code, _, self.reason = rest.partition(" ")
        assert version == "HTTP/1.1" and len(code) == 3 and code.isdigit(), head.octets
        self.status = int(code)
        self.framing = "none"
        self.length = None  # what Content-Length says
        self.body = b""
        self.trailers = []

    def get(self, name):
        return self.head.get(name)

    def all(self, name):
        return self.head.all(name)

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"<{self.head.octets!r} {self.body[:300]!r}>"


class Client(Wire):
    def __init__(self, port, seconds=10, receive_buffer=None):
        sock = socket.socket()
        if receive_buffer:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        sock.settimeout(seconds)
        sock.connect(("127.0.0.1", port))
        super().__init__(sock, seconds)

    def answer_head(self, method="GET"):
        """The final answer's head, with the interim ones before it; its body is not read yet."""
        interims = []
        while True:
            answer = Answer(self.head(), interims)
            if answer.status >= 200:
                break
            assert answer.get("Content-Length") is None and answer.get("Transfer-Encoding") is None
            interims.append(answer)
        framing, answer.length = answer.head.framing()
        if method != "HEAD" and answer.status not in (204, 304):
            answer.framing = framing or "close"
        return answer

    def answer(self, method="GET"):
        """One whole answer to a request of that method."""
        answer = self.answer_head(method)
        if answer.framing == "length":
            answer.body = self.take(answer.length)
        elif answer.framing == "chunked":
            answer.body, answer.trailers = self.chunked()
        elif answer.framing == "close":
            answer.body = self.rest()
        return answer

    def ask(self, octets, method=None):
        """Sends one request and reads its answer."""
        self.send(octets)
        return self.answer(method or octets.split(b" ", 1)[0].decode("latin-1"))

    def get(self, target, fields=b""):
        return self.ask(b"GET %s HTTP/1.1\r\nHost: g\r\n%s\r\n" % (target.encode("latin-1"), fields))

    def ends(self):
        """Waits for the other side's end; nothing else may come before it. "end" or "reset"."""
        more = self.rest()
        assert more == b"", f"more came: {more!r}"
        return self.ended


def is_problem(answer, status, failure=None):
    """Insists on the gateway's own answer in both notations: RFC 9457 and Boot's error fields."""
    assert answer.status == status, answer
    assert answer.get("Content-Type") == "application/problem+json", answer
    assert answer.get("X-Gateway-Failure"), answer
    body = answer.json
    assert body["status"] == status and body["title"] == body["error"] == answer.reason, answer
    assert body["detail"] and body["message"], answer
    assert {"type", "instance", "timestamp", "path", "requestId"} <= set(body), answer
    assert answer.get("X-Request-Id") == body["requestId"], answer
    if failure:
        assert answer.get("X-Gateway-Failure") == failure == body["failure"], answer
    return body
