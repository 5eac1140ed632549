"""A steady load over kept connections that notes every request that was not answered with 200."""
import http.client
import itertools
import threading
import time


class Steady:
    """`senders` connections that together send `rate` requests a second, until the block ends.

    Each sender alternates over `requests`: (method, path, body or None). Nothing is sent twice: what
    fails, fails.
    """

    def __init__(self, port, requests, rate=300, senders=6):
        self.port = port
        self.requests = requests
        self.pause = senders / rate
        self.stopping = threading.Event()
        self.lock = threading.Lock()
        self.failures = []  # (seconds since the start, what was asked, what came)
        self.answered = 0
        self.by_status = {}
        self.threads = [threading.Thread(target=self._send, args=(number,)) for number in range(senders)]
        self.began = time.monotonic()

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        for thread in self.threads:
            thread.join()

    def _send(self, number):
        connection = None
        due = time.monotonic() + self.pause * number / len(self.threads)
        for method, path, body in itertools.cycle(self.requests):
            if self.stopping.wait(max(0, due - time.monotonic())):
                break
            due = max(due + self.pause, time.monotonic() - 1)
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
