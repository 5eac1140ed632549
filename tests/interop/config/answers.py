"""Two answers to one request, compared by what they say (decision C3): JSON by value with the order of the
keys of a source and the spelling of numbers, texts by byte, the names of multi-document sources without the
work tree's place, statuses always."""
import json
import re

JSON = re.compile(r"application/(.*\+)?json$")
# Spring's name has its work tree in it, and loses a bracket; ours has the path in the repository.
PLACE = re.compile(r"Config resource 'file \[([^\]']*)\]?' via location '([^']*)'")


class Number(str):
    """As it was spelled."""

    def __repr__(self):
        return str(self)


def said(root, request, answer, body):
    """What is compared of an answer: a dictionary of plain values. root: which paths in it begin with."""
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
