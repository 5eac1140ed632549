"""A scripted back end: it keeps the exact octets that reach it and plays back exact octets.

    def script(peer):                      # one call per connection, on a thread of its own
        request = peer.request()           # None once the gateway ends the connection
        peer.send(b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nhi")

When a script returns, its connection is closed. Without a script every request is answered with OK.
"""
import select
import socket
import threading
import time

from harness.poll import wait_until

from gateway_wire import Ended, Wire, chunks

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
HELLO = {  # the same answer by each framing
    "length": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    "chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks(b"hel", b"lo"),
}


def answer_all(peer, octets=OK):
    while peer.request():
        peer.send(octets)


def answering(octets, keep=True):
    """A script that answers every request with these octets; keep=False: and then closes."""
    def script(peer):
        while peer.request():
            peer.send(octets)
            if not keep:
                return
    return script


class Request:
    """One request as it arrived. `octets` is all of it, head and body, exactly."""

    def __init__(self, head):
        self.head = head
        self.method, self.target, self.version = head.start.split(" ")
        assert self.version == "HTTP/1.1", head.octets
        assert self.head.fields[0][0] == "Host" and len(self.head.all("Host")) == 1, head.octets
        self.framing, self.length = head.framing()
        self.body = b""
        self.trailers = []
        self.octets = head.octets

    def get(self, name):
        return self.head.get(name)

    def all(self, name):
        return self.head.all(name)

    def __repr__(self):
        return f"<{self.octets[:600]!r}>"


class Peer(Wire):
    """One connection from the gateway."""

    def __init__(self, origin, sock, number):
        super().__init__(sock, seconds=20)
        self.origin = origin
        self.number = number  # counts from 0
        self.requests = []
        self.thread = None

    def request_head(self):
        """The next request's head, its body unread; None once the gateway ends the connection."""
        try:
            self._more_of_a_head()
            request = Request(self.head())
        except Ended:
            return None
        request.peer = self
        self.origin.heads.append(request)
        return request

    def _more_of_a_head(self):
        """An idle connection may wait for its next request for as long as the test runs."""
        while not self.kept:
            data = self.receive(time.monotonic() + 3600)
            if not data:
                raise Ended("no more requests")
            self.kept += data

    def body(self, request):
        """Reads the body of a request whose head was read."""
        if request.framing == "chunked":
            request.body, request.trailers = self.chunked()
        elif request.framing == "length":
            request.body = self.take(request.length)
        request.octets = request.head.octets + request.body
        self.requests.append(request)
        self.origin.requests.append(request)
        return request

    def request(self):
        """The next whole request; None once the gateway ends the connection, in its middle too."""
        request = self.request_head()
        try:
            return request and self.body(request)
        except Ended:
            return None

    def wait(self, event):
        """Waits for the test to set the event; False when the test is over."""
        deadline = time.monotonic() + self.seconds
        while not event.wait(0.01):
            if self.origin.closing or time.monotonic() > deadline:
                return False
        return True

    def wait_end(self):
        """Reads on until the gateway ends the connection; True unless that takes too long."""
        self.rest()
        return bool(self.ended)


class Origin:
    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.listener.getsockname()[1]
        self.lock = threading.Lock()
        self._clear()
        threading.Thread(target=self._accept, daemon=True).start()

    def _clear(self):
        self.script = answer_all
        self.closing = False
        self.peers = []
        self.heads = []
        self.requests = []  # complete ones, in the order of their last octets
        self.errors = []

    @property
    def authority(self):
        return f"127.0.0.1:{self.port}"

    @property
    def octets(self):
        """Everything that came, connection after connection."""
        return b"".join(bytes(peer.octets) for peer in self.peers)

    def _accept(self):
        while True:
            try:
                select.select([self.listener], [], [])
                with self.lock:
                    sock, _ = self.listener.accept()
                    peer = Peer(self, sock, len(self.peers))
                    self.peers.append(peer)
                    peer.thread = threading.Thread(target=self._serve, args=(peer, self.script), daemon=True)
                    peer.thread.start()
            except (OSError, ValueError):
                return  # closed

    def _serve(self, peer, script):
        try:
            script(peer)
        except Exception as error:  # whatever a script does wrong fails its test
            if not self.closing:
                self.errors.append(error)
        finally:
            peer.close()
            peer.waiting = True

    # --- for the test ---

    def settle(self):
        """Waits until everything that the gateway has sent was seen; then the records are final."""
        wait_until(self._settled, 5, "the origin to have read everything")

    def _settled(self):
        with self.lock:
            if select.select([self.listener], [], [], 0)[0]:
                return False
            for peer in self.peers:
                with peer.lock:
                    if not peer.waiting or peer.has_input():
                        return False
        return True

    def saw(self, count, seconds=10):
        """Waits until that many whole requests have come; returns them."""
        wait_until(lambda: len(self.requests) >= count, seconds, f"{count} requests at the origin")
        return self.requests

    def saw_heads(self, count, seconds=10):
        wait_until(lambda: len(self.heads) >= count, seconds, f"{count} request heads at the origin")
        return self.heads

    def left(self, peers, seconds=10):
        """Waits until the gateway has ended the connection of every given peer."""
        wait_until(lambda: all(peer.ended or not peer.thread.is_alive() for peer in peers), seconds,
                   "the gateway to end its connection")

    def renew(self):
        """Ends all connections politely: the next one runs the script that is set by then."""
        with self.lock:
            peers = list(self.peers)
        for peer in peers:
            try:
                peer.half_close()
            except OSError:
                pass  # ended already
        for peer in peers:
            peer.thread.join(2)
            if peer.thread.is_alive():
                try:
                    peer.sock.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
                peer.thread.join(5)

    def reset(self):
        """Ends all connections and forgets everything; raises what scripts did wrong."""
        errors, self.closing = self.errors, True
        self.renew()
        self._clear()
        if errors:
            raise errors[0]

    def stop(self):
        """Refuses connections from now on."""
        if self.listener.fileno() >= 0:
            self.listener.shutdown(socket.SHUT_RDWR)
            self.listener.close()
