"""Two answers to one request, compared by what they say: status, headers, JSON and XML as trees."""
import gzip
import json
import time
import xml.etree.ElementTree as xml

# What is not compared, all of it. A time is masked where it is of this run; 0 and a client's own stay.
MASKED = {
    "lastUpdatedTimestamp": "when the server heard of it last",
    "lastDirtyTimestamp": "the server's clock where the client named no time",
    "registrationTimestamp": "the server's clock",
    "lastRenewalTimestamp": "the server's clock, and the lease's duration ahead of it",
    "evictionTimestamp": "the server's clock",
    "serviceUpTimestamp": "the server's clock",
    "versions__delta": "counts the documents there and the changes here; only in a delta",
    "generalStats": "of /status: memory and uptime of a process",
    "instanceInfo": "of /status: the server's own record",
}
RUN_MS = 900_000


def said(request, answer, body):
    """What is compared of an answer: a dictionary of plain values."""
    encoding, allow = answer.headers["Content-Encoding"], answer.headers["Allow"]
    read_body = read(gzip.decompress(body) if encoding == "gzip" else body)
    compared = {"status": answer.status}
    if allow:
        compared["allow"] = sorted(word.strip() for word in allow.split(","))
    page = page_of(answer.status, read_body)
    if page:
        compared["page"] = page
    elif body:
        kind = (answer.headers["Content-Type"] or "").split(";")[0].strip()
        compared.update(encoding=encoding, type=kind, body=read_body)
    elif request.method != "HEAD":
        compared.update(length=answer.headers["Content-Length"], body="")
    return compared


def page_of(status, body):
    """Which of the pages that frameworks add to an error this is; None for the protocol's own bodies."""
    members = set(body) if isinstance(body, dict) else set()
    if status >= 400 and ("title" in members or {"timestamp", "path"} <= members or "Map" in members):
        return "problem" if "title" in members else "Boot"
    return "none" if status >= 400 and not body else None


def read(body):
    """A body as nested plain values, whatever it is."""
    try:
        if body[:1] in b"{[" and body:
            return masked(json.loads(body))
        if body[:1] == b"<":
            root = xml.fromstring(body)
            return masked({root.tag: tree(root)})
    except (ValueError, xml.ParseError) as error:
        return f"unreadable: {error}: {body[:200]!r}"
    return body.decode(errors="replace")


def tree(element):
    """An element as a dictionary: attributes, text, and the children by their names in lists."""
    found = {f"@{name}": value for name, value in element.attrib.items()}
    for child in element:
        found.setdefault(child.tag, []).append(tree(child))
    if len(element) == 0:
        found["text"] = element.text or ""
    return found


def masked(value, name=None):
    """A copy without what is masked; lists of applications and of instances by their names, as there
    they have the order of a hash map."""
    if isinstance(value, dict):
        if name in ("generalStats", "instanceInfo"):
            return "masked"
        return {key: masked(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        inner = [masked(item, name) for item in value]
        if name in ("application", "instance"):
            return {naming(item, name): item for item in inner}
        return inner
    return value


def naming(item, kind):
    """What an application or instance is called, in a list of them in JSON or XML."""
    keys = ("name",) if kind == "application" else ("instanceId", "hostName")
    name = next(item[key] for key in keys if key in item)
    return f"[{name[0]['text'] if isinstance(name, list) else name}]"


def is_of_this_run(text):
    try:
        return abs(int(text) - time.time() * 1000) < RUN_MS
    except (TypeError, ValueError):
        return False


def is_masked(where, theirs, ours):
    name = where.rsplit(".", 1)[-1].split("[")[0]
    if name == "text":  # of XML
        name = where.split(".")[-2].split("[")[0]
    if name not in MASKED or type(theirs) is not type(ours):
        return False
    if name == "versions__delta":
        return not {theirs, ours} & {"1", "-1"}  # those of whole registries and of VIPs
    return is_of_this_run(theirs) and is_of_this_run(ours)
