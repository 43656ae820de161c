"""Reads what serpent writes: texts, numbers, True, False and None in lists, tuples, sets and dicts, and nothing else.

serpent itself reads with `ast.literal_eval`, which compiles first: half a kilobyte of memory for each byte of brackets,
all threads of the process held meanwhile, and as deep into the C stack as the sender likes. Here a message costs what
it holds, whatever it is.
"""

import ast
import re
from collections.abc import Callable, Hashable
from typing import Any

from stormtracks.pyro_cluster.plain import DEPTH
from stormtracks.pyro_cluster.wire import quick_literals

DEEPEST = DEPTH + 8
"""Levels in a message: those of a plain value, and those of the call or the exception around it."""
_LARGEST_KEY = 2**60  # greater numbers can be chosen so that a dict becomes slow
_ESCAPE = r"\\(?:[\\'\"nrt]|x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8})"
# Each quantifier is possessive: what does not fit is refused in one go, without a search for another way to read it.
_TOKEN = re.compile(
    rf"""(?P<text>'(?:[^'\\\n]++|{_ESCAPE})*+'|"(?:[^"\\\n]++|{_ESCAPE})*+")"""
    r"|(?P<float>-?[0-9]++(?:\.[0-9]++(?:e[+-]?[0-9]++)?|e[+-]?[0-9]++))"
    r"|(?P<int>-?(?:0|[1-9][0-9]*+))"
    r"|(?P<word>True|False|None)"
    r"|(?P<open>[\[({])|(?P<close>[\])}])|(?P<comma>,)|(?P<colon>:)"
)
_HEADER = re.compile(r"#[^\n]*+\n")
_WORDS = {"True": True, "False": False, "None": None}
_ENDS = {"[": "]", "(": ")", "{": "}"}


class Unreadable(ValueError):
    """A message that is not what serpent writes of plain values."""


def read(data: bytes | bytearray | memoryview, made_of: Callable[[dict, bool], Any]) -> Any:
    """The value of a message.

    Parameters
    ----------
    data : bytes
    made_of : callable
        ``made_of(dict, outermost)`` -> what stands in the place of a dict that has the key ``__class__``.

    Raises
    ------
    Unreadable
    """
    try:
        text = bytes(data).decode()
    except UnicodeDecodeError as error:
        raise Unreadable(f"it is not UTF-8 ({error})") from None
    header = _HEADER.match(text)
    if header:
        text = text[header.end() :]
    value = quick_literals.read(text)
    return _read(text, made_of) if value is quick_literals.UNREAD else value


def _read(text: str, made_of: Callable[[dict, bool], Any]) -> Any:
    position = 0
    level = _Level("")
    above: list[_Level] = []  # the levels that are not closed yet, the outermost first
    wanted = True  # whether a value comes next, rather than what follows one
    token = _TOKEN.match
    while position < len(text):
        found = token(text, position)
        if found is None:
            raise Unreadable(f"{text[position : position + 20]!r} is not a plain value")
        position = found.end()
        kind = found.lastgroup
        if kind in _VALUES:
            _expect(wanted, found)
            level.items.append(_VALUES[kind](found[0]))
            wanted = False
        elif kind == "open":
            _expect(wanted, found)
            if len(above) > DEEPEST:
                raise Unreadable(f"it is nested deeper than {DEEPEST} levels")
            above.append(level)
            level = _Level(found[0])
        elif kind == "close":
            _expect(bool(above) and not (wanted and level.items and level.last == ":"), found)
            value = level.closed(found[0])
            level = above.pop()
            if type(value) is dict and "__class__" in value:
                value = made_of(value, not above)
            level.items.append(value)
            wanted = False
        else:
            _expect(not wanted and bool(above), found)
            level.separated(found[0])
            wanted = True
    if above or len(level.items) != 1:
        raise Unreadable("it ends too early")
    return level.items[0]


class _Level:
    """What is between two brackets, as far as it is read."""

    __slots__ = ("items", "last", "opened", "pairs")

    def __init__(self, opened: str) -> None:
        self.opened = opened
        self.items: list[Any] = []
        self.last = ""  # the last separator
        self.pairs = False  # a dict rather than a set

    def separated(self, separator: str) -> None:
        """A separator has come after a value."""
        if separator == ":":
            self.pairs = self.pairs or len(self.items) == 1
            if not (self.pairs and self.opened == "{" and len(self.items) % 2):
                raise Unreadable("a colon outside a dict")
        elif self.pairs and len(self.items) % 2:
            raise Unreadable("a key without a value")
        self.last = separator

    def closed(self, bracket: str) -> Any:
        """The value that a closing bracket completes."""
        items = self.items
        if bracket != _ENDS[self.opened]:
            raise Unreadable(f"{self.opened!r} is closed by {bracket!r}")
        if self.opened == "[":
            return items
        if self.opened == "(":
            if len(items) == 1 and not self.last:
                raise Unreadable("a value in round brackets")
            return tuple(items)
        if items and not self.pairs:
            return {_hashable(item) for item in items}
        if len(items) % 2:
            raise Unreadable("a key without a value")
        keys = iter(items)
        return {_hashable(key): value for key, value in zip(keys, keys, strict=True)}


def _expect(right: bool, found: re.Match) -> None:
    if not right:
        raise Unreadable(f"{found[0][:20]!r} in the wrong place")


def _hashable(value: Any) -> Hashable:
    if type(value) is str or value is None or (isinstance(value, int) and abs(value) < _LARGEST_KEY):
        return value
    raise Unreadable(f"{value!r:.40} as a key")


def _text(token: str) -> str:
    if "\\" not in token:
        return token[1:-1]
    text = ast.literal_eval(token)  # one text, whose escapes are known to be right
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Unreadable("a text with half a character (a lone surrogate)") from None
    return text


def _int(token: str) -> int:
    if len(token) > 100:
        raise Unreadable("a number of more than 100 digits")
    return int(token)


_VALUES: dict[str | None, Callable[[str], Any]] = {
    "text": _text,
    "float": float,
    "int": _int,
    "word": _WORDS.__getitem__,
}
