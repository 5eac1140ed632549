"""Requests that carry a token each, at a steady rate; an answer must bear the token of its own request."""
import threading
import time

from gateway_client import Client
from gateway_wire import Ended, Silent


def token_origin(peer):
    """A script of the origin: the target's last word comes back, as a header and as the body."""
    while request := peer.request():
        token = request.target.rsplit("/", 1)[-1].encode()
        peer.send(b"HTTP/1.1 200 OK\r\nX-Token: %s\r\nContent-Length: %d\r\n\r\n%s" % (token, len(token), token))


class TokenLoad:
    """with TokenLoad(port, rate=1000) as load: ...   `senders` connections; each makes itself anew when
    an answer was its last. A refused connection ends its sender: then nothing was sent.

    failures: what was sent and not answered by 200 with its token. sent, answered: how many.
    """

    def __init__(self, port, rate, senders=20, path="/up/"):
        self.port = port
        self.path = path
        self.pause = senders / rate
        self.stopping = threading.Event()
        self.failures = []
        self.sent = self.answered = 0
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self._run, args=(number,)) for number in range(senders)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        for thread in self.threads:
            thread.join()

    def wait_refused(self):
        """Until every sender was refused."""
        for thread in self.threads:
            thread.join(30)
            assert not thread.is_alive(), "connections are still taken"

    def _run(self, number):
        client, count, due = None, 0, time.monotonic()
        while not self.stopping.wait(max(0, due - time.monotonic())):
            due = max(due + self.pause, time.monotonic() - 1)
            if client is None:
                try:
                    client = Client(self.port)
                except OSError:
                    return
            count += 1
            if not self._ask(client, f"{number}-{count}"):
                client.close()
                client = None
        if client:
            client.close()

    def _ask(self, client, token):
        """False when the connection is not to be used again."""
        client.octets.clear()
        try:
            answer = client.get(self.path + token)
        except (Ended, Silent, OSError) as error:
            self._note(f"{token}: {error!r}")
            return False
        good = (answer.status, answer.get("X-Token"), answer.body) == (200, token, token.encode())
        self._note(None if good else f"{token}: {answer!r}")
        return answer.get("Connection") != "close"

    def _note(self, failure):
        with self.lock:
            self.sent += 1
            self.answered += failure is None
            if failure:
                self.failures.append(failure)
