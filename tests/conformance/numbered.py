"""Which numbered cases there are, and what became of those that ran.

A test bears its numbers in its name, test_case_34_in_words or test_case_74_S47_in_words, or, one of
many vectors that are all sent alike, in the name of its parameter: test_vector_is_refused[S24-a].
"""
import re
from collections import defaultdict
from pathlib import Path

CASE = re.compile(r"([\w-]+)/[\w-]+\.py::test_case_((?:S?\d+_)+)(\w+)")
VECTOR = re.compile(r"([\w-]+)/[\w-]+\.py::test_(vector_\w+)\[(?:\w+-)?(S\d+)")
NUMBER = re.compile(r"(S?)(\d+)")
FOLDER = Path(__file__).parent


def order(number):
    """Sorts "9" before "10", and all of those before "S01"."""
    letter, digits = NUMBER.fullmatch(number).groups()
    return letter, int(digits)


def plain(number):
    """As it is listed: "7" for "07", but "S07"."""
    return number.lstrip("0") or number


def span(numbers):
    """All numbers of "58-104", "S01-S50" or "7"."""
    first, _, last = numbers.partition("-")
    letter, digits = NUMBER.fullmatch(first).groups()
    end = NUMBER.fullmatch(last or first).group(2)
    return [plain(f"{letter}{number:02}") for number in range(int(digits), int(end) + 1)]


def listed(reference):
    """What a folder's cases.txt says: numbers that are promised, and {number: why it comes later}."""
    promised, later = set(), {}
    source = FOLDER / reference / "cases.txt"
    for line in source.read_text().splitlines() if source.exists() else ():
        numbers, _, reason = line.partition(" ")
        for number in span(numbers):
            if reason:
                later[number] = reason
            else:
                promised.add(number)
    return promised, later


def written(reference):
    """The numbers that tests and vectors bear."""
    found = set()
    for source in (FOLDER / reference).glob("*.py"):
        text = source.read_text()
        for numbers in re.findall(r"^def test_case_((?:S?\d+_)+)", text, re.M):
            found.update(map(plain, numbers[:-1].split("_")))
        found.update(re.findall(r"\b(?:Vector|several)\(\"(S\d+)", text))
    return found


def named(nodeid):
    """(reference, [numbers], words) of a test, or None."""
    if match := CASE.search(nodeid):
        return match.group(1), [plain(number) for number in match.group(2)[:-1].split("_")], match.group(3)
    if match := VECTOR.search(nodeid):
        return match.group(1), [match.group(3)], match.group(2)
    return None


def outcomes(terminalreporter):
    """{(reference, number): ({words}, [outcome of each run])}"""
    found = defaultdict(lambda: (set(), []))
    for outcome in ("passed", "failed", "error", "skipped"):
        for report in terminalreporter.stats.get(outcome, ()):
            case = named(report.nodeid)
            if not case or (outcome == "passed" and report.when != "call"):
                continue
            for number in case[1]:
                words, runs = found[case[0], number]
                words.add(case[2].replace("_", " "))
                runs.append(outcome)
    return found
