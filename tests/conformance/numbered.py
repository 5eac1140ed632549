"""Which numbered cases there are, and what became of those that ran."""
import re
from collections import defaultdict
from pathlib import Path

CASE = re.compile(r"([\w-]+)/[\w-]+\.py::test_case_(\d+)_(\w+)")
FOLDER = Path(__file__).parent


def listed(reference):
    """What a folder's cases.txt says: numbers that are promised, and {number: why it comes later}."""
    promised, later = set(), {}
    source = FOLDER / reference / "cases.txt"
    for line in source.read_text().splitlines() if source.exists() else ():
        numbers, _, reason = line.partition(" ")
        first, _, last = numbers.partition("-")
        for number in range(int(first), int(last or first) + 1):
            if reason:
                later[number] = reason
            else:
                promised.add(number)
    return promised, later


def outcomes(terminalreporter):
    """{(reference, number): ({words}, [outcome of each run])}"""
    found = defaultdict(lambda: (set(), []))
    for outcome in ("passed", "failed", "error", "skipped"):
        for report in terminalreporter.stats.get(outcome, ()):
            match = CASE.search(report.nodeid)
            if not match or (outcome == "passed" and report.when != "call"):
                continue
            words, runs = found[match.group(1), int(match.group(2))]
            words.add(match.group(3).replace("_", " "))
            runs.append(outcome)
    return found
