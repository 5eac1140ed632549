"""A small HTTP client with a deadline on every call."""
import http.client
import json as jsonlib
from urllib.parse import urlsplit


class Answer:
    """One complete answer: status, headers (case-insensitive), body bytes."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def text(self):
        return self.body.decode()

    @property
    def json(self):
        return jsonlib.loads(self.body)

    def __repr__(self):
        return f"<{self.status} {self.body[:300]!r}>"


def call(method, url, body=None, headers=None, json=None, timeout=5):
    """Sends one request on a connection of its own and reads the whole answer.

    json: a value to send as application/json. Raises OSError where nobody answers.
    """
    parts = urlsplit(url)
    sent = dict(headers or {})
    if json is not None:
        body = jsonlib.dumps(json, separators=(",", ":"))
        sent.setdefault("Content-Type", "application/json")
    if isinstance(body, str):
        body = body.encode()
    connection = http.client.HTTPConnection(parts.hostname, parts.port or 80, timeout=timeout)
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(method, target, body=body, headers=sent)
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())
    except http.client.HTTPException as error:
        raise OSError(f"{method} {url}: {error!r}") from error
    finally:
        connection.close()


def get(url, **kwargs):
    return call("GET", url, **kwargs)


def post(url, **kwargs):
    return call("POST", url, **kwargs)


def put(url, **kwargs):
    return call("PUT", url, **kwargs)


def delete(url, **kwargs):
    return call("DELETE", url, **kwargs)
