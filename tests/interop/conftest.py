"""What the tests of this folder share: the records of the numbered cases, and a report at the end."""
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "conformance" / "registry"))

TOLD = []


@pytest.fixture(scope="session")
def tell():
    """tell(line): what was done, for the report."""
    return TOLD.append


def pytest_terminal_summary(terminalreporter):
    if TOLD:
        terminalreporter.section("what the originals did")
    for line in TOLD:
        terminalreporter.write_line(line)
