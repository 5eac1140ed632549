"""Clients and an origin that behave and misbehave at random, and account for every answer.

Each request carries a token: as its X-Request-Id, which every answer repeats, the gateway's own too, and
in its path /up/KIND/SIZE/TOKEN, of which the origin makes the body. What comes is RIGHT, or a failure
that shows; anything else is wrong. A request of the kind "good" must be answered rightly.

Each thread draws from its own generator, so a seed repeats the mix, if not the interleaving.
"""
import hashlib
import random
import socket
import struct
import threading
import time

from harness.poll import wait_until

from gateway_client import Client
from gateway_wire import Ended, Silent, Wire, chunks

SIZES = (0, 1, 10, 300, 5000, 70000, 300000)
REPLAYED = 60000  # octets of a request that the gateway keeps for that
SEGMENT = 20000   # octets that arrive together
FAULTS = ("cut", "reset", "garbage", "longer", "silent", "stall")


def body_of(token, size):
    return (token * (size // len(token) + 1))[:size]


def split(draw, octets, most=5):
    """The octets in some pieces."""
    cuts = sorted(draw.randrange(len(octets) + 1) for _ in range(draw.randrange(most)))
    return [octets[a:b] for a, b in zip([0, *cuts], [*cuts, len(octets)]) if b > a]


def close(sock, abruptly):
    if abruptly and sock.fileno() >= 0:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


# --- the origin ---

class Origin:
    def __init__(self, seed):
        self.seed = seed
        self.count = 0
        self.stopping = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.authority = f"127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self):
        self.stopping.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def _accept(self):
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            self.count += 1
            draw = random.Random(f"{self.seed} origin {self.count}")
            threading.Thread(target=self._serve, args=(sock, draw), daemon=True).start()

    def _serve(self, sock, draw):
        wire = Wire(sock, seconds=20)
        wire.record = False
        try:
            while self._answer(wire, draw) and draw.random() < 0.98:
                pass
        except (Ended, Silent, OSError):
            pass
        sock.close()  # while it is idle, or just as it is used again; never before an answer has left

    def _answer(self, wire, draw):
        """One request; False when the connection ends with it."""
        head = wire.head()
        method, target, _ = head.start.split(" ")
        _, kind, size, token = target.split("/")
        if head.get("Expect") and draw.random() < 0.7:
            wire.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        framing, length = head.framing()
        body = wire.chunked()[0] if framing == "chunked" else wire.take(length or 0)
        self.stopping.wait(draw.choice((0, 0, 0, 0.002, 0.05)))
        answer, ends = make_answer(draw, method, token.encode(), int(size), hashlib.md5(body).hexdigest())
        if kind != "good":
            return self._misbehave(wire, draw, kind, answer)
        return wire.send_each(split(draw, answer)) and not ends

    def _misbehave(self, wire, draw, kind, answer):
        if kind == "garbage":
            wire.send(draw.choice((b"\0\1\2", b"nonsense\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n", answer[9:])))
        elif kind == "longer" and len(answer) < SEGMENT:
            return wire.send(answer + draw.choice((b"x", answer)))  # and goes on as if nothing had been
        elif kind in ("cut", "reset", "longer"):
            wire.send(answer[:draw.randrange(len(answer))])
        elif kind == "stall":
            wire.send(answer[:draw.randrange(len(answer))])
            wire.rest()
        if kind == "reset":
            wire.reset()
        return False


def make_answer(draw, method, token, size, digest):
    """The octets of a right answer, and whether it ends with its connection."""
    fields = b"X-Token: %s\r\nX-Sum: %s\r\n" % (token, digest.encode())
    body = body_of(token, size)
    before = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" if draw.random() < 0.1 else b""
    if method == "HEAD":
        return before + b"HTTP/1.1 200 OK\r\n%sContent-Length: %d\r\n\r\n" % (fields, size), False
    if not size and draw.random() < 0.5:
        return before + b"HTTP/1.1 204 No Content\r\n" + fields + b"\r\n", False
    if draw.random() < 0.5:
        return before + b"HTTP/1.1 200 OK\r\n%sContent-Length: %d\r\n\r\n" % (fields, size) + body, False
    coded = chunks(*split(draw, body, 20), trailers=b"X-T: 1\r\n")
    ends = draw.random() < 0.1
    return (before + b"HTTP/1.1 200 OK\r\n" + fields + (b"Connection: close\r\n" if ends else b"")
            + b"Transfer-Encoding: chunked\r\n\r\n" + coded), ends


# --- the clients ---

class Pulse:
    """Notices when the whole machine stands still, as one in a cloud may for seconds."""

    BEAT_S = 0.1
    LATE_S = 1

    def __init__(self):
        self.lock = threading.Lock()
        self.beats = 0
        self.late = []  # (when it went on, how long nothing ran)
        self.ending = threading.Event()
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        before = time.monotonic()
        while not self.ending.wait(self.BEAT_S):
            now = time.monotonic()
            with self.lock:
                self.beats += 1
                if now - before > self.BEAT_S + self.LATE_S:
                    self.late.append((now, now - before))
            before = now

    def stood_still(self, since):
        """Was there a time in which nothing ran, from then until two beats from now?"""
        seen = self.beats
        wait_until(lambda: self.beats >= seen + 2, 60, "the pulse", every=self.BEAT_S)
        with self.lock:
            return any(went_on > since for went_on, _ in self.late)


class Account:
    """What all clients saw."""

    def __init__(self):
        self.lock = threading.Lock()
        self.pulse = Pulse()
        self.counts = {}
        self.wrong = []

    def note(self, what):
        with self.lock:
            self.counts[what] = self.counts.get(what, 0) + 1

    def blame(self, request, text):
        with self.lock:
            self.wrong.append(f"{request.token}: {text}")

    def blame_if_running(self, request, text):
        """For what a time limit does to a good request when the machine stands still."""
        if self.pulse.stood_still(request.began):
            self.note("late with the machine")
        else:
            self.blame(request, text)

    @property
    def answered(self):
        return self.counts.get("right", 0)


class Request:
    def __init__(self, draw, token, kind):
        self.token = token
        self.kind = kind
        self.began = time.monotonic()
        self.method = draw.choice((b"GET", b"GET", b"GET", b"HEAD", b"POST", b"POST", b"PUT", b"DELETE"))
        self.size = draw.choice(SIZES)
        self.body = body_of(token[::-1], draw.choice(SIZES)) if self.method in (b"POST", b"PUT") else b""
        self.expects = bool(self.body) and draw.random() < 0.1
        fields = b"Host: g\r\nX-Request-Id: %s\r\n" % token
        self.payload = self.body
        if self.body and draw.random() < 0.5:
            fields += b"Transfer-Encoding: chunked\r\n"
            self.payload = chunks(*split(draw, self.body, 20))
        elif self.body:
            fields += b"Content-Length: %d\r\n" % len(self.body)
        if self.expects:
            fields += b"Expect: 100-continue\r\n"
        self.head = b"%s /up/%s/%d/%s HTTP/1.1\r\n%s\r\n" % (self.method, kind.encode(), self.size, token, fields)

    def is_right(self, answer):
        if answer.status not in (200, 204) or answer.get("X-Token") != self.token.decode():
            return False
        if answer.get("X-Sum") != hashlib.md5(self.body).hexdigest():
            return False
        return answer.body == (b"" if self.method == b"HEAD" else body_of(self.token, self.size))

    def may_fail(self, answer):
        """By a failure that the gateway names and that this request may meet: not if it can be sent again
        on another connection when the one that it was sent on had just ended."""
        if self.kind == "good" and self.method != b"POST" and len(self.body) < REPLAYED:
            return False
        return answer.status in (502, 504) and answer.get("X-Gateway-Failure") is not None


class Soaker:
    """One client after another, until the end."""

    def __init__(self, port, seed, name, account):
        self.port = port
        self.name = name
        self.draw = random.Random(f"{seed} client {name}")
        self.account = account
        self.count = 0

    def run(self, end):
        while time.monotonic() < end and not self.account.wrong:
            client = Client(self.port, seconds=30)
            client.record = False
            try:
                self._connection(client)
            except OSError:
                self.account.note("broken")
            close(client.sock, self.draw.random() < 0.3)

    def _request(self, kind="good"):
        self.count += 1
        return Request(self.draw, b"%s.%d." % (self.name.encode(), self.count), kind)

    def _connection(self, client):
        for _ in range(self.draw.randrange(1, 30)):
            chance = self.draw.random()
            if chance < 0.1:
                self._break_off(client)
                return
            if chance < 0.25:
                going = self._pipeline(client)
            else:
                going = self._ask(client, self._request("good" if chance < 0.8 else self.draw.choice(FAULTS)))
            if not going:
                return

    def _ask(self, client, request):
        """False when the connection is over."""
        if request.expects:
            client.send(request.head)
        else:
            client.send_each(split(self.draw, request.head + request.payload))
        return self._read(client, request)

    def _read(self, client, request):
        try:
            if request.expects and not self._continued(client, request):
                return False
            answer = client.answer(request.method.decode())
        except Ended as error:
            if request.kind == "good":
                self.account.blame_if_running(request, f"no whole answer to {request.head!r}: {error}")
            self.account.note("cut")
            return False
        except Silent as error:
            self.account.blame_if_running(request, f"{error!r}")
            return False
        except AssertionError as error:
            self.account.blame(request, f"{error!r}")
            return False
        return self._judge(request, answer)

    def _continued(self, client, request):
        """Reads up to 100 Continue and sends the body; False when the answer was final."""
        while True:
            head = client.head()
            status = int(head.start.split(" ")[1])
            if status == 100:
                return client.send(request.payload) or True
            if status >= 200:
                if request.kind == "good" and request.method != b"POST" and len(request.body) < REPLAYED:
                    blame = self.account.blame_if_running if status == 504 else self.account.blame
                    blame(request, f"refused: {head.octets!r}")
                self.account.note("refused")
                return False

    def _judge(self, request, answer):
        if answer.get("X-Request-Id") != request.token.decode():
            self.account.blame(request, f"somebody else's answer: {answer!r}")
        elif request.is_right(answer):
            self.account.note("right")
        elif request.may_fail(answer):
            self.account.note(answer.get("X-Gateway-Failure"))
        else:
            blame = self.account.blame_if_running if answer.status == 504 else self.account.blame
            blame(request, f"{request.head!r}: wrong answer {answer!r}")
        return answer.get("Connection") != "close"

    def _pipeline(self, client):
        requests = [self._request() for _ in range(self.draw.randrange(2, 6))]
        for request in requests:
            request.__init__(self.draw, request.token, "good")
            while request.expects:
                request.__init__(self.draw, request.token, "good")
        octets = b"".join(request.head + request.payload for request in requests)
        sender = threading.Thread(target=client.send_each, args=(split(self.draw, octets),))
        sender.start()
        going = True
        for request in requests:
            going = going and self._read(client, request)
        sender.join()
        return going

    def _break_off(self, client):
        """A part of a request, or of its answer; then the connection is closed, or nothing more sent."""
        request = self._request(self.draw.choice(("good", *FAULTS)))
        octets = request.head + request.payload
        client.send(octets[:self.draw.randrange(len(octets))] if self.draw.random() < 0.6 else octets)
        if self.draw.random() < 0.3:
            client.half_close()
        if self.draw.random() < 0.5:
            client.seconds = 0.05
            try:
                client.take(self.draw.choice((1, 100, 10000)))
            except (Ended, Silent):
                pass
        self.account.note("broken off")
