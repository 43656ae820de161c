"""Tables at any width, as CSV and as JSON: what identifies a row stays whole, what is left out is said."""

import csv
import io
import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stormtracks.console.tables import Column, Form, PartOf, Place, PlusMinus, Table, show
from stormtracks.console.tables.cells import columns_of
from stormtracks.console.tables.drawing import draw
from stormtracks.errors import BadValue

WORDS = st.lists(st.text("abc-019.", min_size=1, max_size=9), min_size=1, max_size=4).map(" ".join)
COLUMNS = st.builds(
    Column, key=WORDS, unit=st.sampled_from(["", "km"]), worth=st.integers(1, 9), identifies=st.booleans(),
    prose=st.booleans(),
)  # fmt: skip


@st.composite
def tables(draw_one):
    columns = draw_one(st.lists(COLUMNS, min_size=2, max_size=7, unique_by=lambda one: one.key))
    row = st.tuples(*(st.one_of(WORDS, st.none()) if not one.identifies else WORDS for one in columns))
    return Table(draw_one(WORDS), tuple(columns), tuple(draw_one(st.lists(row, min_size=1, max_size=4))))


@given(tables(), st.integers(1, 120))
@settings(max_examples=50)
def test_what_identifies_a_row_is_never_broken_and_else_no_line_is_too_long(table, width):
    lines = [line.text for line in draw(table, width)]
    heads = [number for number, column in enumerate(table.columns) if column.identifies]
    marked = [[row[number] for number in heads] for row in table.texts()]
    assert all(any(text in line for line in lines) for row in marked for text in row)
    texts = [table.title, *table.headings, "(left out here: columns)", *sum(table.texts(), ())]
    words = [columns_of(word) + 4 for text in texts for word in text.split()]
    side_by_side = [sum(columns_of(table.headings[n] + row[n]) + 3 for n in heads) for row in table.texts()]
    assert all(columns_of(line) <= max(width, *words, *side_by_side) for line in lines)


@given(tables(), st.integers(30, 120))
@settings(max_examples=50)
def test_each_column_is_shown_or_said_to_be_left_out(table, width):
    said = " ".join(line.text for line in draw(table, width))
    assert all(word in said for heading in table.headings for word in heading.split())
    assert "left out" not in " ".join(line.text for line in draw(table))


def storms(**options):
    columns = (
        Column("sid", "storm", identifies=True),
        Column("from", worth=1),
        Column("genesis", worth=2),
        Column("held", "members"),
        Column("peak", "peak", "1e-5 s-1", ".1f", worth=8),
    )
    row = "2005236N23285", "2005-08-23 18", Place(23.0, -75.0), PartOf(7, 8), PlusMinus(33.3, 1.2)
    unknown = "2005281N26303", None, None, PartOf(0, 8), None
    return Table("Storms", columns, (row, unknown), **options)


@pytest.mark.parametrize(
    ("width", "left"),
    [(80, ""), (55, "from"), (40, "from, genesis"), (30, "from, genesis, members")],
)
def test_columns_go_in_the_order_of_their_worth(width, left):
    said = " ".join(line.text for line in draw(storms(), width)).partition("(left out here: ")[2]
    assert said.partition(";")[0].split() == left.split()


def test_a_column_without_a_value_goes_first():
    columns = Column("sid", identifies=True), Column("name", worth=9), Column("share", worth=1)
    shown = [line.text for line in draw(Table("", columns, (("C2005-127", "", 0.5), ("C2005-128", None, 1.0))), 19)]
    assert shown[0].split() == ["sid", "share"]


def test_records_where_not_even_one_column_fits_beside_the_identifier():
    lines = [line.text for line in draw(storms(), 18)]
    assert lines[:4] == ["Storms", "storm 2005236N23285", "  peak (1e-5 s-1)", "    33.3 ± 1.2"]


def test_csv_has_a_number_for_each_part_and_nothing_for_what_is_not_known(capsys):
    show(storms(), Form(csv=True))
    first, second = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert first == {
        "sid": "2005236N23285", "from": "2005-08-23 18", "genesis_lat": "23.0", "genesis_lon": "-75.0", "held": "7",
        "held_of": "8", "peak": "33.3", "peak_std": "1.2",
    }  # fmt: skip
    assert (second["from"], second["genesis_lat"], second["peak_std"]) == ("", "", "")


def test_json_is_one_document_in_which_nothing_is_not_a_number(capsys):
    table = Table("", (Column("far"), Column("name")), ((math.nan, "ALPHA"), (0.5, None), (math.inf, "")))
    show(table, Form(json=True))
    found = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)
    assert found == [{"far": None, "name": "ALPHA"}, {"far": 0.5, "name": None}, {"far": None, "name": ""}]


def test_a_document_of_its_own_stands_in_for_the_rows(capsys):
    show(storms(), Form(json=True), {"rows": (1, math.nan)})
    assert json.loads(capsys.readouterr().out) == {"rows": [1, None]}


def test_csv_and_json_at_once_are_refused():
    with pytest.raises(BadValue, match="choose one"):
        Form(csv=True, json=True)


def test_a_pipe_gets_all_columns_on_one_line_each(capsys):
    columns = tuple(Column(f"column_{number}") for number in range(40))
    show(Table("", columns, (tuple(range(40)),)))
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_texts_from_elsewhere_do_not_steer_the_terminal(capsys):
    table = Table("\x1b[2J", (Column("name"),), (("a\nb\x1b]0;x",),), legend="\x1b[1m")
    for form in (Form(), Form(csv=True), Form(json=True)):
        show(table, form)
        assert "\x1b" not in capsys.readouterr().out


def test_east_asian_names_are_aligned():
    table = Table("", (Column("name", identifies=True), Column("kt")), (("台风", 50), ("KATRINA", 150)))
    shown = [line.text for line in draw(table, 40)]
    assert {columns_of(line) for line in shown} == {12}
