"""Requests that carry a token each, at a steady rate; an answer must bear the token of its own request."""
from harness.pace import Senders

from gateway_client import Client
from gateway_wire import Ended, Silent


def token_origin(peer):
    """A script of the origin: the target's last word comes back, as a header and as the body."""
    while request := peer.request():
        token = request.target.rsplit("/", 1)[-1].encode()
        peer.send(b"HTTP/1.1 200 OK\r\nX-Token: %s\r\nContent-Length: %d\r\n\r\n%s" % (token, len(token), token))


class TokenLoad(Senders):
    """with TokenLoad(port, rate=1000) as load: ...   `senders` connections; each makes itself anew when
    an answer was its last. A refused connection ends its sender: then nothing was sent.

    failures: what was sent and not answered by 200 with its token. sent, answered: how many.
    """

    def __init__(self, port, rate, senders=20, path="/up/"):
        super().__init__(rate, senders)
        self.port = port
        self.path = path
        self.failures = []
        self.sent = self.answered = 0

    def wait_refused(self):
        """Until every sender was refused."""
        for thread in self.threads:
            thread.join(30)
            assert not thread.is_alive(), "connections are still taken"

    def send(self, number, pace):
        client, count = None, 0
        while pace.turn():
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
