"""Calls as serpent writes them, where what many calls send alike is written once: it is slow at settings of a run."""

import functools
from collections.abc import Sequence

import serpent  # type: ignore[import-untyped]  # it has no types

_HEADER = b"# serpent utf-8 python3.2\n"


class Text:
    """A value that many calls send, as text; it must not change afterwards.

    Parameters
    ----------
    value : object
        Plain, see `plain`.

    Attributes
    ----------
    value : object
    written : str
    """

    __slots__ = ("value", "written")

    def __init__(self, value: object) -> None:
        self.value = value
        self.written = _of(value)


def call(target: str, method: str, arguments: Sequence[object]) -> bytes:
    """The data of a call of an object's method, byte for byte as `PlainSerializer.dumpsCall` makes them.

    Parameters
    ----------
    target, method : str
    arguments : sequence
        Plain values; a `Text` stands for its value.
    """
    texts = ",".join(map(_any, arguments))
    comma = "," if len(arguments) == 1 else ""
    return _HEADER + f"({_short(target)},{_short(method)},({texts}{comma}),{{}})".encode()


def _any(value: object) -> str:
    if type(value) is Text:
        return value.written
    if type(value) is int:
        return str(value)
    return _short(value) if type(value) is str else _of(value)


@functools.lru_cache(maxsize=4096)
def _short(text: str) -> str:
    """A text such as a task's name or the start of a forecast, of which a run has some thousands."""
    return _of(text)


def _of(value: object) -> str:
    return serpent.dumps(value, module_in_classname=True).removeprefix(_HEADER).decode()
