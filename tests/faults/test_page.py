"""docs/reliability.md names a test for each fault: there is one of that name."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
PAGE = (TESTS.parent / "docs" / "reliability.md").read_text()
NAMED = sorted(set(re.findall(r"`((?:[a-z_]+/)*test_\w+)(?:::(test_\w+?))?(?:_\.\.\.)?`", PAGE)))


def test_the_page_names_tests():
    assert len(NAMED) > 30


@pytest.mark.parametrize(("file", "name"), NAMED, ids=lambda part: part or "")
def test_a_named_test_is_there(file, name):
    """A file alone, or the beginning of a test's name in it; without a folder it is one of this folder."""
    found = [path for path in (TESTS / f"{file}.py", TESTS / "faults" / f"{file}.py") if path.exists()]
    found = found or list(TESTS.glob(f"**/{file}.py"))
    text = "\n".join(path.read_text() for path in found or (TESTS / "faults").glob("test_*.py"))
    assert f"def {name or file.rpartition('/')[2]}" in text or (found and not name)
