"""Two answers to one request, compared by what they say (decision C3): JSON by value with the order of the
keys of a source and the spelling of numbers, texts by byte, the names of multi-document sources without the
work tree's place, statuses always."""
import http.client
import json
import re

NOT_THERE = "(not there)"
JSON = re.compile(r"application/(.*\+)?json$")
# Spring's name has its work tree in it, and loses a bracket; ours has the path in the repository.
PLACE = re.compile(r"Config resource 'file \[([^\]']*)\]?' via location '([^']*)'")


class Number(str):
    """As it was spelled."""

    def __repr__(self):
        return str(self)


class Side:
    """One of the two servers, on one connection for as long as it keeps it open."""

    def __init__(self, port, root):
        self.root = root  # which paths in what it says begin with
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def ask(self, request):
        for last in (False, True):
            try:
                self.connection.putrequest(request.method, request.path, skip_accept_encoding=True)
                for name, value in request.headers.items():
                    self.connection.putheader(name, value)
                if request.method in ("PUT", "POST", "PATCH"):
                    self.connection.putheader("Content-Length", "0")
                self.connection.endheaders()
                answer = self.connection.getresponse()
                return said(request, answer, answer.read(), self.root)
            except (http.client.HTTPException, OSError):
                self.connection.close()  # it had closed an idle connection, or this one
                if last:
                    raise

    def close(self):
        self.connection.close()


def said(request, answer, body, root):
    """What is compared of an answer: a dictionary of plain values."""
    kind = (answer.headers["Content-Type"] or "").split(";")[0].strip()
    compared = {"status": answer.status}
    if answer.headers["Allow"]:
        compared["allow"] = sorted(word.strip() for word in answer.headers["Allow"].split(","))
    if answer.headers["Content-Disposition"]:
        compared["disposition"] = answer.headers["Content-Disposition"]
    if answer.status >= 400:
        compared["page"], compared["error"] = page_of(kind, body)
    elif request.method != "HEAD":
        compared["type"] = kind
        compared["body"] = body_of(request, kind, body, root)
    return compared


def page_of(kind, body):
    """Whose error page it is, and what it says that both say."""
    if not body:
        return "none", None
    try:
        page = json.loads(body)
        return "problem" if "title" in page else "Boot", {key: page.get(key) for key in ("status", "error", "path")}
    except ValueError:
        return ("html" if body[:1] == b"<" else kind), None


def body_of(request, kind, body, root):
    text = body.decode(errors="surrogateescape")
    if JSON.match(kind) and '"propertySources"' in text:
        return read(text, root)
    return text


def read(text, root):
    """An environment: its sources by number, with the order of their keys."""
    try:
        found = json.loads(text, parse_int=Number, parse_float=Number, parse_constant=Number)
    except ValueError as error:
        return f"unreadable: {error}: {text[:300]}"
    for source in found["propertySources"]:
        source["name"] = PLACE.sub(lambda part: placed(part, root), source["name"])
        source["order"] = list(source["source"])
    return found


def placed(part, root):
    path, location = part.group(1), part.group(2)
    if path.startswith(f"{root}/"):
        path = path[len(root) + 1:].partition("/")[2]
    return f"Config resource 'file [{path}]' via location '{location.replace('file:///', 'file:/')}'"


def differences(theirs, ours, where=""):
    """[(where, theirs, ours)] of two plain values; of two statuses only these."""
    if not where and theirs["status"] != ours["status"]:
        return [("status", theirs["status"], ours["status"])]
    if isinstance(theirs, dict) and isinstance(ours, dict):
        return [found for key in dict.fromkeys([*theirs, *ours]) for found in
                differences(theirs.get(key, NOT_THERE), ours.get(key, NOT_THERE), f"{where}.{key}".strip("."))]
    if isinstance(theirs, list) and isinstance(ours, list) and len(theirs) == len(ours):
        return [found for index, pair in enumerate(zip(theirs, ours))
                for found in differences(*pair, f"{where}[{index}]")]
    return [] if theirs == ours and type(theirs) is type(ours) else [(where, theirs, ours)]
