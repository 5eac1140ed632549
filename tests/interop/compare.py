"""Two answers to one request, compared by what they say: status, headers, JSON and XML as trees."""
import gzip
import http.client
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
NOT_THERE = "(not there)"


class Side:
    """One of the two servers, on one connection for as long as it keeps it open."""

    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=15)

    def ask(self, request, mount):
        for last in (False, True):
            try:
                self.connection.putrequest(request.method, mount + request.path, skip_accept_encoding=True)
                for name, value in request.headers.items():
                    self.connection.putheader(name, value)
                if request.body is not None or request.method in ("PUT", "POST", "PATCH"):
                    self.connection.putheader("Content-Length", str(len(request.body or b"")))
                self.connection.endheaders(request.body)
                answer = self.connection.getresponse()
                return Said(request.method, answer.status, answer.headers, answer.read())
            except (http.client.HTTPException, OSError):
                self.connection.close()  # it had closed an idle connection, or this one
                if last:
                    raise

    def close(self):
        self.connection.close()


class Said:
    """What is compared of an answer: a dictionary of plain values."""

    def __init__(self, method, status, headers, body):
        encoding = headers["Content-Encoding"]
        read_body = read(gzip.decompress(body) if encoding == "gzip" else body)
        self.compared = {"status": status}
        if headers["Allow"]:
            self.compared["allow"] = sorted(word.strip() for word in headers["Allow"].split(","))
        self.page = page_of(status, read_body)
        if self.page:
            self.compared["page"] = self.page
        elif body:
            kind = (headers["Content-Type"] or "").split(";")[0].strip()
            self.compared.update(encoding=encoding, type=kind, body=read_body)
        elif method != "HEAD":
            self.compared.update(length=headers["Content-Length"], body="")


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


def differences(theirs, ours, where=""):
    """[(where, theirs, ours)] of two plain values; of two statuses only these."""
    if not where and theirs["status"] != ours["status"]:
        return [("status", theirs["status"], ours["status"])]
    name = where.rsplit(".", 1)[-1].split("[")[0]
    if isinstance(theirs, dict) and isinstance(ours, dict):
        return [found for key in sorted({*theirs, *ours}) for found in
                differences(theirs.get(key, NOT_THERE), ours.get(key, NOT_THERE), f"{where}.{key}".strip("."))]
    if isinstance(theirs, list) and isinstance(ours, list) and len(theirs) == len(ours):
        return [found for index, pair in enumerate(zip(theirs, ours))
                for found in differences(*pair, f"{where}[{index}]")]
    if theirs == ours and type(theirs) is type(ours):
        return []
    return [] if is_masked(name, where, theirs, ours) else [(where, theirs, ours)]


def is_masked(name, where, theirs, ours):
    if name == "text":  # of XML
        name = where.split(".")[-2].split("[")[0]
    if name not in MASKED or type(theirs) is not type(ours):
        return False
    if name == "versions__delta":
        return not {theirs, ours} & {"1", "-1"}  # those of whole registries and of VIPs
    return is_of_this_run(theirs) and is_of_this_run(ours)
