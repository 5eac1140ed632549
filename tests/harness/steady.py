"""A steady load over kept connections that notes every request that was not answered with 200."""
import http.client
import itertools
import time

from .pace import Senders


class Steady(Senders):
    """`senders` connections that together send `rate` requests a second, until the block ends.

    Each sender alternates over `requests`: (method, path, body or None). Nothing is sent twice: what
    fails, fails.
    """

    def __init__(self, port, requests, rate=300, senders=6):
        super().__init__(rate, senders)
        self.port = port
        self.requests = requests
        self.failures = []  # (seconds since the start, what was asked, what came)
        self.answered = 0
        self.by_status = {}

    def send(self, _number, pace):
        connection = None
        turns = itertools.cycle(self.requests)
        while pace.turn():
            method, path, body = next(turns)
            try:
                if connection is None:
                    connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
                headers = {"Content-Type": "application/json"} if body else {}
                connection.request(method, path, body, headers)
                response = connection.getresponse()
                text = response.read()
                self._note(f"{method} {path}", response.status, text)
            except (OSError, http.client.HTTPException) as error:
                self._note(f"{method} {path}", type(error).__name__, str(error).encode())
                connection.close()
                connection = None
        if connection:
            connection.close()

    def _note(self, asked, status, text):
        with self.lock:
            self.answered += status == 200
            self.by_status[status] = self.by_status.get(status, 0) + 1
            if status != 200:
                self.failures.append((round(time.monotonic() - self.began, 3), asked, status,
                                      text[:300]))
