"""JSON that proves itself: what a program reads back later is what it wrote, whole and of this format, or is refused.

The text is one JSON object, for people and programs to read. Its member ``proof`` has the kind and format, and the
length and hash of the rest.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from stormtracks.errors import StormtracksError

PROOF = "proof"


class Unproven(StormtracksError):
    """A text that is not, or no longer, what was written; the message says in which respect."""


def sealed(kind: str, value: Mapping[str, Any], indent: int | None = None) -> str:
    """The text of a mapping of plain values.

    Parameters
    ----------
    kind : str
        What it is and in which format, such as ``download note 2``.
    value : mapping
        Without a key ``proof``.
    indent : int, optional
        For people who read it.

    Examples
    --------
    >>> from stormtracks import sealed
    >>> text = sealed.sealed("list 1", {"files": 3})
    >>> sealed.opened("list 1", text)
    {'files': 3}
    >>> sealed.opened("list 1", text.replace("3", "4", 1))
    Traceback (most recent call last):
        ...
    stormtracks.sealed.Unproven: is damaged
    """
    return json.dumps({**value, PROOF: _proof(kind, value)}, indent=indent)


def opened(kind: str, text: str) -> dict[str, Any]:
    """The mapping of a text.

    Raises
    ------
    Unproven
        It is empty, cut, changed, of another kind or another format.
    """
    if not text.strip("\0"):
        raise Unproven("has zeros only" if text else "is empty")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise Unproven("is cut or damaged") from None
    if not isinstance(value, dict) or not isinstance(value.get(PROOF), dict):
        raise Unproven("is of another format, or damaged")
    proof = value.pop(PROOF)
    if proof != _proof(kind, value):
        same = proof.get("kind") == kind
        raise Unproven("is damaged" if same else "is of another format, or damaged")
    return value


def _proof(kind: str, value: Mapping[str, Any]) -> dict[str, Any]:
    data = json.dumps(value, sort_keys=True).encode()
    return {"kind": kind, "length": len(data), "blake2b": hashlib.blake2b(data, digest_size=16).hexdigest()}
