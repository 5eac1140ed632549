"""The same requests to an original and to ours: each difference is a deviation that the documentation names.

A suite has its own plan of requests, what it compares of an answer, and a list of deviations.
"""
import http.client
from collections import Counter
from dataclasses import dataclass

from .stack import ROOT

COMPATIBILITY = ROOT / "docs" / "compatibility.md"
NOT_THERE = "(not there)"
TOLD_MAX = 40           # differences without a name
VALUE_CHARACTERS = 300  # of each value in them


class Side:
    """One of the two servers, on one connection for as long as it keeps it open.

    said(request, answer, body): what is compared of an answer, a dictionary of plain values with "status".
    """

    def __init__(self, port, said):
        self.said = said
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def ask(self, request, mount=""):
        """request: method, path (behind the mount), headers, body (bytes or None)."""
        for last in (False, True):
            try:
                self.connection.putrequest(request.method, mount + request.path, skip_accept_encoding=True)
                for name, value in request.headers.items():
                    self.connection.putheader(name, value)
                if request.body is not None or request.method in ("PUT", "POST", "PATCH"):
                    self.connection.putheader("Content-Length", str(len(request.body or b"")))
                self.connection.endheaders(request.body)
                answer = self.connection.getresponse()
                return self.said(request, answer, answer.read())
            except (http.client.HTTPException, OSError):
                self.connection.close()  # it had closed an idle connection, or this one
                if last:
                    raise

    def close(self):
        self.connection.close()


@dataclass(frozen=True)
class Case:
    """One difference between two answers."""
    scenario: object  # .name: of the one that the request belongs to
    request: object   # .about: the line of the documentation because of which it is made, or ""
    theirs: dict      # what is compared of each answer
    ours: dict
    where: str        # in that: status, type, body.instance.port, ...
    there: object
    here: object

    def __str__(self):
        return (f"{self.scenario.name}: {self.request}\n    {self.where}: "
                f"Spring's {self.there!r:.{VALUE_CHARACTERS}}, ours {self.here!r:.{VALUE_CHARACTERS}}")


@dataclass(frozen=True)
class Deviation:
    line: str       # how it begins in docs/compatibility.md
    holds: object = None  # function(case): is this difference that deviation?

    def explains(self, case):
        if self.holds is None:  # the request was made for it
            return bool(case.request.about) and self.line.startswith(case.request.about)
        return self.holds(case)

    def is_documented(self):
        """By one line of a table, in its column of the original."""
        lines = COMPATIBILITY.read_text().splitlines()
        return sum(line.startswith(f"| {self.line}") for line in lines) == 1


class Differential:
    """Compares answer by answer. is_masked(where, theirs, ours): may these two differ at any time?"""

    def __init__(self, deviations, is_masked=lambda where, theirs, ours: False):
        self.deviations = deviations
        self.is_masked = is_masked
        self.seen, self.unnamed = Counter(), []     # seen: how often each deviation, by its line
        self.asked = self.equal = 0

    def ask(self, sides, scenario, request, mount=""):
        """sides: the original and ours."""
        theirs, ours = (side.ask(request, mount) for side in sides)
        found = differences(theirs, ours, self.is_masked)
        self.asked += 1
        self.equal += not found
        for difference in found:
            case = Case(scenario, request, theirs, ours, *difference)
            named = next((deviation for deviation in self.deviations if deviation.explains(case)), None)
            if named:
                self.seen[named.line] += 1
            else:
                self.unnamed.append(case)

    def report(self, tell, name):
        for line, times in self.seen.most_common():
            tell(f"{name}: {times:>4} times: {line}")

    def check(self):
        """Each difference has a name, and each name a difference."""
        assert not self.unnamed, (f"{len(self.unnamed)} differences without a name:\n"
                                  + "\n".join(str(case) for case in self.unnamed[:TOLD_MAX]))
        gone = [deviation.line for deviation in self.deviations if not self.seen[deviation.line]]
        assert not gone, f"deviations that no longer occur: {gone}"


def differences(theirs, ours, is_masked, where=""):
    """[(where, theirs, ours)] of two plain values; of two statuses only these."""
    if not where and theirs["status"] != ours["status"]:
        return [("status", theirs["status"], ours["status"])]
    if isinstance(theirs, dict) and isinstance(ours, dict):
        return [found for key in dict.fromkeys([*theirs, *ours]) for found in
                differences(theirs.get(key, NOT_THERE), ours.get(key, NOT_THERE), is_masked,
                            f"{where}.{key}".strip("."))]
    if isinstance(theirs, list) and isinstance(ours, list) and len(theirs) == len(ours):
        return [found for index, pair in enumerate(zip(theirs, ours))
                for found in differences(*pair, is_masked, f"{where}[{index}]")]
    same = theirs == ours and type(theirs) is type(ours)
    return [] if same or is_masked(where, theirs, ours) else [(where, theirs, ours)]
