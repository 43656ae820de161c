"""Text from elsewhere, as it may go to a terminal."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormtracks.terminal_text import clean, clean_line

ANY = st.text(st.characters(codec=None, exclude_categories=()))
STEERS = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Unicode's categories of controls, formats (bidirectional and zero-width ones), surrogates and other line ends."""


@given(ANY)
def test_nothing_that_steers_a_terminal_is_left(text):
    assert not STEERS & {
        unicodedata.category(character) for character in clean(text).replace("\n", "").replace("\t", "")
    }
    assert not STEERS & {unicodedata.category(character) for character in clean_line(text)}


@given(ANY)
def test_what_is_clean_can_be_encoded_and_stays_as_it_is(text):
    assert clean(text).encode().decode() == clean(clean(text))
    assert clean_line(clean_line(text)) == clean_line(text)


@given(st.text(st.characters(exclude_categories=("C", "Zl", "Zp"), include_characters="\n\t")))
def test_what_can_be_seen_is_not_altered(text):
    assert clean(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]52;c;cm0K\x07", "\\x1b]52;c;cm0K\\x07"),
        ("\x9b2J", "\\x9b2J"),
        ("50 %\rdone", "50 %\\rdone"),
        ("\udcff", "\\udcff"),
        ("\u2066a\u2069 \ufeff\u200b\u2028", "\\u2066a\\u2069 \\ufeff\\u200b\\u2028"),
        ("Réunion 東京 \u00a0 ✓", "Réunion 東京 \u00a0 ✓"),
    ],
)
def test_controls_are_spelled_out(text, shown):
    assert clean(text) == shown


def test_a_line_stays_one_line():
    assert clean_line("a\n\tb") == "a\\n\\tb"


def test_errors_are_taken_as_they_are_shown():
    assert clean(ValueError("no \x07")) == "no \\x07"
