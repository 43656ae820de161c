"""The page of figures: its first table has what its blocks have, each block says which command made it."""

import re

import pytest

from benchmarks import all as every
from benchmarks import page
from benchmarks.first_table import ROWS
from benchmarks.page import Figure, Row
from benchmarks.surroundings import table

SHOWN = "code:     abc\n\n" + table(("case", "ratio", "old"), [("2 degrees", "1.18", "2"), ("1 degree, x", "0.97", "")])
MADE = f"Words.\n\n<!-- made by python -m benchmarks.one --cases a -->\n```\n{SHOWN}\n```\n\nMore.\n"
FIRST = f"{page.FIRST}\n{page.LAST}\n{MADE}"


def the_page():
    return page.PAGE.read_text()


def test_the_first_table_is_of_the_blocks():
    assert page.with_first_table(the_page(), ROWS) == the_page()


def test_every_block_of_figures_names_its_command():
    fences = re.findall(r"^```\n.*?^```\n", the_page(), re.DOTALL | re.MULTILINE)
    assert len(page.blocks(the_page())) == len(fences) > 15


def test_every_command_is_a_benchmark_with_these_options(capsys):
    for command, _ in page.blocks(the_page()):
        name = every._name(command)
        text = (page.CHECKOUT / "benchmarks" / f"{name}.py").read_text()
        assert "\ndef main(" in text
        for option in re.findall(r"--[a-z-]+", command.partition(name)[2]):
            assert f'"{option}"' in text, command


def test_every_figure_of_the_first_table_is_of_a_block():
    names = {every._name(command) for command, _ in page.blocks(the_page())}
    assert {figure.name for row in ROWS for figure in row.figures} <= names


@pytest.mark.parametrize(
    ("row", "column", "found"),
    [("2 deg", "ratio", "1.18"), ("1 degree", "old", ""), ("3", "ratio", None), ("2", "new", None)],
)
def test_a_cell_is_found_by_row_and_column(row, column, found):
    assert page.cell(SHOWN, row, column) == found


def test_what_a_command_printed_takes_the_place_of_what_it_printed_before():
    text = MADE + MADE.replace("benchmarks.one ", "benchmarks.other ")
    new = page.with_shown(text, "python -m benchmarks.one --cases a", "1\n\\2\n")
    assert new == text.replace(SHOWN, "1\n\\2", 1)


def test_figures_stand_in_the_sentence_of_their_row():
    row = Row("speed", "1.3", "**{0}**, {1}", (Figure("one", "2 deg", "ratio"), Figure("one", pattern="no such")))
    made = page.with_first_table(FIRST, [row])
    assert "| speed | 1.3 | **1.18**, ? | `inv bench one` |" in made
    assert page.with_first_table(made, [row]) == made


@pytest.mark.parametrize(
    ("command", "needed"),
    [("python -m benchmarks.grids FILE", "FILE"), ("python -m benchmarks.peers --parts trackers", "")],
)
def test_a_command_that_needs_something_is_known(command, needed):
    assert page.needs(command) == needed


def test_all_runs_each_command_once_and_names_those_that_it_cannot(capsys):
    chosen = every.chosen(the_page())
    assert len(chosen) == len(set(chosen)) and not any(map(page.needs, chosen))
    assert "not run, since it needs FILE: python -m benchmarks.grids FILE" in capsys.readouterr().out


def test_a_command_that_fails_leaves_its_block(tmp_path, monkeypatch, capfd):
    place = tmp_path / "performance.md"
    place.write_text(FIRST)
    monkeypatch.setattr(page, "PAGE", place)
    with pytest.raises(SystemExit, match="1"):
        every.main([])
    assert place.read_text() == FIRST and "failed, its block is as it was" in capfd.readouterr().out
