"""Numbered cases: a table at the end names each with its result."""
from numbered import listed, order, outcomes


def pytest_terminal_summary(terminalreporter):
    found = outcomes(terminalreporter)
    for reference in sorted({reference for reference, _ in found}):
        promised, later = listed(reference)
        cases = {number: value for (name, number), value in found.items() if name == reference}
        terminalreporter.section(f"{reference}: numbered cases")
        good = 0
        for number in sorted(promised | set(later) | set(cases), key=order):
            words, runs = cases.get(number, (set(), []))
            passed = runs.count("passed")
            good += bool(runs) and passed == len(runs)
            result = ("not run" if not runs else "passed" if passed == len(runs) else "FAILED")
            if number in later and not runs:
                result, words = "later", {later[number]}
            terminalreporter.write_line(f"{number:>4}  {result:<8} {passed:>2}/{len(runs):<2}  "
                                        + ", ".join(sorted(words)))
        terminalreporter.write_line(f"{good} of {len(promised)} cases passed in every form")
