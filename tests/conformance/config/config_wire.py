"""What the cases of the config server's reference share: the settings' prefixes and raw requests."""
import http.client
import json
import socket

from harness.http import Answer

V2 = "application/vnd.spring-cloud.config-server.v2+json"
SERVER = "spring.cloud.config.server."
GIT = SERVER + "git."
FORMATS = ("yml", "yaml", "properties", "json")
DUPLICATE = {"foo.yml": "a: 1\na: 2\n", "bar.yml": "a: 1", "a.txt": "text"}


def raw(server, target, method="GET", headers=None):
    """A request whose target goes out exactly as given (text as UTF-8); status 0: closed without an answer."""
    target = target if isinstance(target, bytes) else target.encode()
    head = {"Host": "localhost", "Connection": "close", **(headers or {})}
    lines = b"".join(f"{name}: {value}\r\n".encode() for name, value in head.items())
    with socket.create_connection(("127.0.0.1", server.running.port), timeout=30) as sock:
        try:
            sock.sendall(method.encode() + b" " + target + b" HTTP/1.1\r\n" + lines + b"\r\n")
            response = http.client.HTTPResponse(sock, method=method)
            response.begin()
            return Answer(response.status, response.headers, response.read())
        except (http.client.BadStatusLine, ConnectionError):
            return Answer(0, {}, b"")


def text(server, path, kind="text/plain", **kwargs):
    """The body of a text, whose label must be true."""
    answer = server.get(path, **kwargs)
    assert answer.status == 200, answer
    assert answer.headers["Content-Type"].replace(" ", "").lower() in (kind, f"{kind};charset=utf-8")
    return answer.body.decode()


def flat(server, name="foo-default"):
    """The three flat texts: (YAML, properties, JSON); .yaml is the same as .yml."""
    yaml = text(server, f"/{name}.yml")
    assert text(server, f"/{name}.yaml") == yaml
    return (yaml, text(server, f"/{name}.properties"), text(server, f"/{name}.json", "application/json"))


def source_text(server, path):
    """The first source's object as it stands in the answer, so that the spelling of numbers shows."""
    body = server.get(path).text
    return body.partition('"source":')[2].partition("}")[0] + "}"


def names(environment):
    return [source["name"] for source in environment["propertySources"]]


def values(environment):
    return [source["source"] for source in environment["propertySources"]]


def is_error(answer, status, path):
    """An error of the framework: Spring Boot's fields, in our problem+json."""
    assert answer.status == status, answer
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = json.loads(answer.body)
    assert (body["status"], body["path"]) == (status, path)
    assert body["error"] == {400: "Bad Request", 404: "Not Found", 500: "Internal Server Error"}[status]
    assert body["timestamp"]
    return body
