"""What the suites promise: each numbered case that a cases.txt lists has a test of its number."""
import pytest

from numbered import FOLDER, listed, written


@pytest.mark.parametrize("reference", [found.parent.name for found in FOLDER.glob("*/cases.txt")])
def test_every_listed_case_has_a_test(reference):
    promised, later = listed(reference)
    tested = written(reference)
    assert promised, "an empty list"
    assert tested == promised, f"listed only {promised - tested}, written only {tested - promised}"
    assert not promised & set(later)
