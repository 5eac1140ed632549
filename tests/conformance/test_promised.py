"""What the suites promise: each numbered case that a cases.txt lists has a test of its number."""
import re

import pytest

from numbered import FOLDER, listed


@pytest.mark.parametrize("reference", [found.parent.name for found in FOLDER.glob("*/cases.txt")])
def test_every_listed_case_has_a_test(reference):
    promised, later = listed(reference)
    written = {int(number) for source in (FOLDER / reference).glob("test_*.py")
               for number in re.findall(r"^def test_case_(\d+)_\w+", source.read_text(), re.M)}
    assert promised, "an empty list"
    assert written == promised, f"listed only {promised - written}, written only {written - promised}"
    assert not promised & set(later)
