"""Reads most messages in a fifth of the time that `literals` takes, as JSON; the others are left to it.

Where no text of a message has an escape or a double quote, the single quotes tell what is text and what is not, and
what is not becomes JSON by a few replacements. Nothing is refused here: whatever is unusual is `UNREAD`.
"""

import json
import re
from typing import Any, Final

from stormtracks.pyro_cluster.plain import DEPTH

UNREAD: Final = object()
"""In the place of a message that `literals` is to read, or to refuse."""
_USUAL = re.compile(r"(?:[][{}(),:'.e+0-9-]++|True|False|None)*+")
_LONG_NUMBER = re.compile(r"(?<![0-9])[0-9]{40}")
# A tuple becomes a dict of two keys that no text can be, since none has these characters.
_OPENED, _CLOSED = '"', "\\"


def read(text: str) -> Any:
    """What `literals` would read in a message without its header; or `UNREAD`."""
    if '"' in text or "\\" in text or "__class__" in text:
        return UNREAD
    parts = text.split("'")
    outside = "'".join(parts[::2])
    openings = outside.count("[") + outside.count("{") + outside.count("(")
    if openings > DEPTH or not _USUAL.fullmatch(outside) or _LONG_NUMBER.search(outside):
        return UNREAD
    has_tuples = "(" in outside or ")" in outside
    parts[::2] = _as_json(outside, has_tuples).split("'")
    whole = '"'.join(parts)
    try:
        value, end = (_WITH_TUPLES if has_tuples else _WITHOUT).raw_decode(whole)
    except ValueError:
        return UNREAD
    return value if end == len(whole) else UNREAD


def _as_json(outside: str, has_tuples: bool) -> str:
    """What is outside of texts, as JSON has it."""
    if has_tuples:
        outside = outside.replace("(", '{"\\"":[').replace(")", '],"\\\\":0}')
    return outside.replace("None", "null").replace("True", "true").replace("False", "false")


def _restored(found: dict[str, Any]) -> Any:
    """A dict of the JSON: a dict, or what stands for a tuple."""
    if _OPENED not in found and _CLOSED not in found:
        return found
    # One with a single value has a comma, which JSON has not: this is no tuple, or its brackets do not fit.
    if found.keys() != {_OPENED, _CLOSED} or len(found[_OPENED]) == 1:
        raise ValueError("not what serpent writes")
    return tuple(found[_OPENED])


_WITH_TUPLES, _WITHOUT = json.JSONDecoder(object_hook=_restored), json.JSONDecoder()
