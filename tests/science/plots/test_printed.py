import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormtracks.errors import BadValue
from stormtracks.science.plots import Print
from stormtracks.science.plots.printed import lacking, lines, text_width


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"width_mm": 50}, "60 to 400 mm, not 50"),
        ({"dpi": 5000}, "30 to 1200 dots"),
        ({"projection": "mercater"}, "did you mean 'mercator'"),
    ],
)
def test_what_cannot_be_printed_is_refused(how, message):
    with pytest.raises(BadValue, match=message):
        Print(**how)


@pytest.mark.parametrize("width", [60, 89, 183, 400])
def test_type_is_never_smaller_than_journals_take(width):
    printed = Print(width_mm=width)
    assert min(printed.title_pt, printed.label_pt, printed.tick_pt) >= 5.0


def test_a_title_asked_for_replaces_the_figures_own_also_with_nothing():
    assert Print().titled("own") == "own" and Print(title="mine").titled("own") == "mine"
    assert Print(title="").titled("own") == ""


def test_a_title_is_no_longer_than_a_page_takes():
    assert Print(title="x" * 500).title and Print(title=None)
    with pytest.raises(BadValue, match="at most 500 characters, not 501; shorten it"):
        Print(title="x" * 501)


@given(st.text(max_size=60), st.floats(0.8, 5.0))
def test_any_text_is_broken_into_lines_that_fit(text, width):
    broken = lines(text, 8.0, width)
    assert all(text_width(line, 8.0) <= width for line in broken)
    assert len(broken) >= len([own for own in text.splitlines() if own.strip(" \t")])
    visible = [one for one in text if not one.isspace() and one.isprintable()]
    assert [one for line in broken for one in line if not one.isspace() and one.isprintable()] == visible


def test_a_title_may_have_lines_of_its_own_and_dollars_are_no_formula():
    assert lines("one\ntwo", 8.0, 5.0) == ["one", "two"]
    assert text_width("$\\frac{1}$", 8.0) > text_width("frac", 8.0)


def test_what_the_font_lacks_is_known():
    assert lacking("Énergie, Ωμέγα, Тайфун 台风 x") == "台风"


@given(st.lists(st.text("abcdefgh", min_size=1, max_size=8), min_size=1, max_size=20), st.floats(0.8, 5.0))
def test_lines_keep_all_words_in_order_and_are_no_wider_than_asked(words, width):
    broken = lines(" ".join(words), 8.0, width)
    assert " ".join(broken).split() == words
    assert all(text_width(line, 8.0) <= width for line in broken)


def test_lines_are_about_equally_long():
    first, second = lines("Katrina (2005236N23285), 23-31 Aug 2005, found in 8 of 8 members", 8.0, 3.4)
    assert abs(len(first) - len(second)) < 20
