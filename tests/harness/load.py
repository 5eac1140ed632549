"""A load of orders that keeps account: what was sent, and what was answered and fully read.

Each sender has two files of its own. The order's name goes into `sent` before the request leaves,
and into `answered` after a 200 was read to its end, before the next request is sent. A connection
that breaks is made anew; an order whose answer did not come is never sent again.
"""
import http.client
import json

from .pace import Senders


class Load(Senders):
    """`senders` threads that together send `rate` orders a second until stop()."""

    def __init__(self, port, folder, rate, senders=8, timeout=3):
        super().__init__(rate, senders)
        self.port = port
        self.folder = folder
        self.timeout = timeout
        folder.mkdir(parents=True, exist_ok=True)

    def sent(self):
        return self._names("sent")

    def answered(self):
        return self._names("answered")

    def _names(self, kind):
        return [name for file in self.folder.glob(f"*.{kind}") for name in file.read_text().split()]

    def send(self, number, pace):
        connection = None
        count = 0
        with open(self.folder / f"{number}.sent", "a", encoding="ascii") as sent, \
                open(self.folder / f"{number}.answered", "a", encoding="ascii") as answered:
            while pace.turn():
                count += 1
                name = f"load-{number}-{count}"
                print(name, file=sent, flush=True)
                try:
                    if connection is None:
                        connection = http.client.HTTPConnection("127.0.0.1", self.port,
                                                                timeout=self.timeout)
                    if self._order(connection, name):
                        print(name, file=answered, flush=True)
                except (OSError, http.client.HTTPException):
                    connection.close()
                    connection = None
        if connection:
            connection.close()

    @staticmethod
    def _order(connection, name):
        body = json.dumps({"orderName": name, "userId": "load"})
        connection.request("POST", "/api/v1/order", body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        text = response.read()
        return response.status == 200 and json.loads(text)["resultVO"]["orderName"] == name
