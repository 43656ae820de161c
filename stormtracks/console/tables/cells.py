"""Texts in the columns of a terminal: how many they take, where they are broken, how they are aligned."""

import textwrap
import unicodedata


def columns_of(text: str) -> int:
    """Columns of a terminal that a text takes: East Asian characters take two, marks above others none.

    Examples
    --------
    >>> from stormtracks.console.tables.cells import columns_of
    >>> columns_of("KATRINA"), columns_of("台风")
    (7, 4)
    """
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(one) else 2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text
    )


def longest_word(text: str) -> int:
    """Columns of the longest word."""
    return max(map(columns_of, text.split()), default=0)


def broken(text: str, width: int) -> list[str]:
    """A text in lines of a width, broken between words only.

    Examples
    --------
    >>> from stormtracks.console.tables.cells import broken
    >>> broken("members that found it", 12)
    ['members that', 'found it']
    """
    if columns_of(text) <= width:
        return [text]
    return textwrap.wrap(text, max(width, 1), break_long_words=False, break_on_hyphens=False) or [""]


def aligned(text: str, width: int, right: bool) -> str:
    """A text with spaces behind it, or before it, so that it takes a width."""
    space = " " * (width - columns_of(text))
    return space + text if right else text + space
