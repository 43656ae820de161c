"""Text from elsewhere as it may go to a terminal: what would steer the terminal, or hide from the reader, is spelled.

A name, an error or a line of a log may come from another machine or out of a file. On a terminal, escape sequences
would move the cursor, clear the screen or fill the clipboard, and bidirectional controls would reorder what is read.
"""

import logging
import unicodedata
import warnings

_LAYOUT = "\n\t"
_FORMAT = warnings.formatwarning


def clean(text: object) -> str:
    r"""A text in which only line feeds, tabs and what can be seen remain; everything else is spelled out.

    Spelled out are the controls of terminals (C0 but line feed and tab, DEL, C1), bidirectional and zero-width
    controls, other line ends, lone surrogates and what this Unicode does not know. The outcome can be encoded in UTF-8.

    Examples
    --------
    >>> from stormtracks.terminal_text import clean
    >>> clean("\x1b[2Jall is \u202ewell")
    '\\x1b[2Jall is \\u202ewell'
    """
    shown = str(text)
    if shown.isprintable():  # nearly all of them
        return shown
    return "".join(character if _visible(character) else _spelled(character) for character in shown)


def clean_line(text: object) -> str:
    r"""The same for a text that must stay one line, such as a name: line feeds and tabs are spelled out too.

    Examples
    --------
    >>> from stormtracks.terminal_text import clean_line
    >>> clean_line("w1\nall tasks are complete")
    'w1\\nall tasks are complete'
    """
    return "".join(_spelled(character) if character in _LAYOUT else character for character in clean(text))


class CleanFormatter(logging.Formatter):
    """Lines of a log in which nothing from elsewhere can steer the terminal that shows them."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as text, perhaps with a traceback in more lines."""
        return clean(super().format(record))


def clean_warnings() -> None:
    """Clean what libraries, and logs that are not set up, write to standard error from now on: it may quote a file."""
    warnings.formatwarning = lambda *about: clean(_FORMAT(*about))
    if logging.lastResort:
        logging.lastResort.setFormatter(CleanFormatter())


def _visible(character: str) -> bool:
    return character.isprintable() or character in _LAYOUT or unicodedata.category(character) == "Zs"


def _spelled(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
