"""What a notebook shows of each noun: one line, and HTML that opens below it."""

from html.parser import HTMLParser

import numpy as np
import pytest
import storm_lists
from ensembles import member_result, save_ensemble
from hypothesis import given
from hypothesis import strategies as st

from stormtracks.science import results
from stormtracks.science.consensus import consensus
from stormtracks.science.shown import Shown, card, line_of, preview


class Page(HTMLParser):
    """Texts and tags of a page; a tag that is not closed, or closed twice, is refused."""

    def __init__(self, text):
        super().__init__()
        self.texts, self.tags, self.styles, self.open = [], [], [], []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.styles.append(dict(attrs).get("style", ""))
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


@pytest.fixture(scope="module")
def nouns(tmp_path_factory):
    folder = storm_lists.save_lists(save_ensemble(tmp_path_factory.mktemp("results"), members=3), members=3)
    result = member_result(0)
    header, storms = results.load_list(folder, 2005, 0)
    agreed, listed = consensus(folder, 2005), consensus(folder, 2005, list="tc")
    return [result, result.axis, result.maxima, result.tracks, result.matches, header, storms, agreed, listed]


def test_every_noun_is_one_line_and_a_card_that_names_its_attributes(nouns):
    for noun in nouns:
        assert repr(noun).startswith(f"<{type(noun).__name__}: ") and len(repr(noun)) < 160 and "\n" not in repr(noun)
        page = Page(noun._repr_html_())
        assert page.tags[0] == "details" and "".join(page.texts).startswith(line_of(noun))
        assert len(noun._repr_html_()) < 12000
        shown = [name for name in vars(noun) if name in page.texts]
        assert shown == list(vars(noun))


def test_the_consensus_says_how_many_storms_are_candidates(nouns):
    *_, agreed, listed = nouns
    assert repr(agreed) == "<ConsensusTracks: 2005, 3 members: 4 storms, 1 of them candidates>"
    assert repr(listed) == "<ConsensusStorms: list tc of 2005, 3 members: 4 storms, 1 of them candidates>"


@given(st.text(), st.text(), st.text())
def test_what_is_given_is_escaped(line, cell, note):
    page = Page(card(line, ("a",), [(cell,)], note))
    assert set(page.tags) <= {"details", "summary", "b", "table", "tr", "th", "td", "p"}
    assert page.tags.count("td") == 1


def test_a_card_has_no_colour_of_its_own():
    page = Page(card("Tracks: 2", ("a",), [("b",)], "c"))
    colours = {part for style in page.styles for part in style.split(";") if "color" in part or "background" in part}
    assert colours == {"color:inherit", "background:transparent"}


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (np.array([1.0, 2.5, np.nan, 4.0]), "1, 2.5, nan, ..."),
        (np.array(["A", "B"]), "A, B"),
        (np.zeros(0), ""),
        ({"a": 1, "b": 2}, "a, b"),
        ("x" * 100, "x" * 57 + "..."),
        (member_result(0).axis, "TimeAxis: 80 times, 2005-08-01T00 to 2005-08-20T18, every..."),
    ],
)
def test_a_preview_is_short(value, shown):
    assert preview(value) == shown


def test_a_noun_without_attributes_is_its_line_alone():
    class Empty(Shown):
        def __repr__(self):
            return "<Empty: nothing>"

    assert "<td" not in Empty()._repr_html_()
