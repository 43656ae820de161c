"""Tables on terminals of any width: each word stays whole as long as all fit, and nothing is cut off."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormtracks.console.terminal import KEPT, CleanConsole, table, widths
from stormtracks.hosts import host_table

WORDS = st.lists(st.text("abc-019.", min_size=1, max_size=9), min_size=1, max_size=4).map(" ".join)
TABLES = st.integers(1, 6).flatmap(
    lambda columns: st.lists(st.lists(WORDS, min_size=columns, max_size=columns), min_size=2, max_size=5)
)


def drawn(rows, width):
    shown = table("", *rows[0])
    for row in rows[1:]:
        shown.add_row(*row)
    stream = io.StringIO()
    CleanConsole(file=stream, width=width).print(shown)
    return stream.getvalue()


@given(TABLES, st.integers(20, 100))
def test_words_stay_whole_where_they_fit_and_nothing_is_lost(rows, width):
    printed = drawn(rows, width)
    assert max(map(len, printed.splitlines())) <= width
    assert sorted("".join(printed.split())) == sorted("".join("".join("".join(row).split()) for row in rows))
    needed = sum(max(len(word) for cell in cells for word in cell.split()) for cells in zip(*rows, strict=True))
    if needed + len(rows[0]) - 1 <= width:
        assert sorted(printed.split()) == sorted(word for row in rows for cell in row for word in cell.split())


@given(TABLES, st.integers(0, 100), st.sampled_from(KEPT))
def test_widths_take_no_more_than_there_is(rows, available, kept):
    columns = list(zip(*rows, strict=True))
    found = widths(columns, available, kept)
    parts = {
        "texts": lambda cells: cells,
        "rows": lambda cells: (*cells[0].split(), *cells[1:]),
        "words": lambda cells: " ".join(cells).split(),
    }
    needed = sum(max(map(len, parts[kept](cells))) for cells in columns)
    assert (found is None) == (needed > available) and (found is None or sum(found) <= available)


def test_a_row_needs_one_line_where_a_smaller_gap_is_enough():
    row = "2005-08-23 00Z", "2005-09-02 12Z", "25.9N 76.5W"
    assert drawn([("from", "to", "genesis"), row], 41).splitlines()[-1] == " ".join(row)


def test_a_heading_is_broken_before_its_rows_are():
    printed = drawn([("members that found it", "storm"), ("51 of 51", "2005236N23285")], 24).splitlines()
    assert printed[-1].split() == ["51", "of", "51", "2005236N23285"] and len(printed) > 2


@pytest.mark.parametrize(("width", "columns"), [(80, ["host", "python", "nameserver"]), (25, ["host", "w1"])])
def test_hosts_stand_side_by_side_where_the_checks_do_not_fit(width, columns):
    rows = [["w1", "3.11.7", "x it does not answer, unfortunately"], ["w2", "3.12.1", "answers"]]
    parts = host_table.fitting(["host", "python", "nameserver"], rows, width)
    assert list(parts[0][0]) == columns
    assert sorted(cell for names, lines in parts for row in (names, *lines) for cell in row).count("answers") == 1
