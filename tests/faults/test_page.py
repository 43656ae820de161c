"""docs/reliability.md and docs/security.md name a test for each fault and attack: there is one of that name."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
TEST = re.compile(r"`(?:tests/)?((?:[a-z_]+/)*test_\w+?)(?:::(test_\w+?))?(_\.\.\.)?`")


def rows(page):
    """The rows of a page's tables with tests in the last column."""
    text = (TESTS.parent / "docs" / page).read_text()
    tables = re.findall(r"^\|[^\n]*\| test \|\n\|[^\n]*\n((?:\|[^\n]*\n)+)", text, re.MULTILINE)
    return [line for table in tables for line in table.splitlines()]


def named():
    """(page, file, test or "", whether that is its beginning only) of each test that a page names."""
    pages = ("reliability.md", "security.md")
    return sorted({(page, *found) for page in pages for row in rows(page) for found in TEST.findall(row)})


@pytest.mark.parametrize(("page", "most"), [("reliability.md", 70), ("security.md", 40)])
def test_each_row_names_a_test(page, most):
    there = rows(page)
    assert len(there) >= most
    silent = [row for row in there if not TEST.search(row.rpartition(" | ")[2]) and not row.endswith("the same |")]
    assert silent == []


@pytest.mark.parametrize(("page", "file", "name", "more"), named(), ids=lambda part: part or "")
def test_a_named_test_is_there(page, file, name, more):
    """A file alone, or the beginning of a test's name in it; a name alone is of a file that its row has named."""
    found = [path for path in (TESTS / f"{file}.py", TESTS / "faults" / f"{file}.py") if path.exists()]
    found = found or list(TESTS.glob(f"**/{file}.py"))
    if found and not name:
        return
    files = found or [path for row in rows(page) if f"`{file}{more}`" in row for path in _files(row)]
    text = "\n".join(path.read_text() for path in files)
    assert f"def {name or file}{'_' if more else '('}" in text, files


def _files(row):
    """The files of tests that a row names."""
    for file, _, _ in TEST.findall(row):
        yield from TESTS.glob(f"**/{file}.py")
