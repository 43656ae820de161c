"""How much a reply may hold: the worker shortens an honest one to this, and the manager believes none that has more."""

import json
from collections.abc import Mapping
from typing import Any

REPLY_BYTES = 2**18 - 8192
"""Of all of it, as it goes over the wire; the rest of a message's 256 kB is for what is around it."""
CHARACTERS = {
    "error": 4_000,
    "traceback": 16_000,
    "path": 4_096,
    **dict.fromkeys(("task", "host", "worker", "member_label", "recipe", "digest", "code_version", "needs"), 300),
}
"""Of each text of a reply."""
COUNTS = 200
COUNT_CHARACTERS = 100
LARGEST_COUNT = 2**53
"""Numbers up to here are exact as floats, and their sums over a million tasks can be kept."""
REMARKS = 200
REMARK_CHARACTERS = 1_000
STORMS = 2_000
"""Matches, and misses, of one task; a year has some 150 storms."""
STORM_FIELDS = 50
NOTICES = 20
NOTICE_CHARACTERS = 1_000
"""Of what a worker wants people to know now."""
SLOTS = 512
"""Of one worker."""
NAME_CHARACTERS = 64
"""Of the name of a worker, or of an entry of hosts.yaml."""
_CUT = " [shortened]"
_FIRST_TO_GO = ("matches", "misses", "traceback", "remarks", "counts")
_SHORT = 300
_FEW = 40
_SMALL_BYTES = 32_000  # as JSON; the wire's form of the oddest values is less than eight times as long


def shortened(reply: Mapping[str, Any]) -> dict[str, Any]:
    """A worker's reply without what is too much in it; what was left out is remarked.

    The result itself has all of it.
    """
    made = dict(reply)
    if _is_short(made):
        return made
    left_out: list[str] = []
    for name, most in CHARACTERS.items():
        if isinstance(text := made.get(name), str) and len(text) > most:
            made[name] = _ends(text, most) if name == "traceback" else text[: most - len(_CUT)] + _CUT
    made["counts"] = _counts(made.get("counts"), left_out)
    for name in ("matches", "misses"):
        if isinstance(made.get(name), list) and len(made[name]) > STORMS:
            left_out.append(f"{len(made[name]) - STORMS:,} of {len(made[name]):,} {name}")
            made[name] = made[name][:STORMS]
    if isinstance(made.get("remarks"), list):
        made["remarks"] = [str(text)[:REMARK_CHARACTERS] for text in made["remarks"][: REMARKS - 1]]
    if not is_small(made):
        _drop(made, left_out)
    if left_out:
        remark = f"left out of the reply: {', '.join(left_out)}"
        made["remarks"] = [*(made.get("remarks") or []), remark[:REMARK_CHARACTERS]]
    return made


def is_small(reply: Mapping[str, Any]) -> bool:
    """Whether a reply fits into a message."""
    text = json.dumps(reply)
    if len(text) <= _SMALL_BYTES:
        return True
    # JSON escapes more than the wire does, but for quotes; and the wire writes a dict for what is not a number.
    return len(text) + text.count("'") + 32 * text.count("NaN") <= REPLY_BYTES


def _is_short(reply: Mapping[str, Any]) -> bool:
    """Whether one can see at once that nothing is too much: a few short values without any inside."""
    if len(reply) > _FEW or reply.get("counts") != {}:
        return False
    for name, value in reply.items():
        kind = type(value)
        if kind is str:
            short = len(value) <= _SHORT
        elif kind is int:
            short = abs(value) <= LARGEST_COUNT
        else:
            short = not value or kind is float or kind is bool
        if not short or type(name) is not str or len(name) > _SHORT:
            return False
    return True


def _drop(reply: dict[str, Any], left_out: list[str]) -> None:
    """Leave out, one after the other, what is not needed, until the reply fits."""
    known = {
        *CHARACTERS,
        "status",
        "year",
        "ensemble_member",
        "seconds",
        "cpu_seconds",
        "read_seconds",
        "skipped",
        "final",
    }
    unknown = [name for name in reply if name not in known and name not in _FIRST_TO_GO]
    for name in (*unknown, *_FIRST_TO_GO):
        if is_small(reply):
            return
        if reply.get(name):
            left_out.append(str(name)[:100])
            reply[name] = type(reply[name])() if isinstance(reply[name], (list, dict)) else None
            if name in unknown:
                del reply[name]


def _counts(counts: object, left_out: list[str]) -> dict[str, Any]:
    """Those counts that are numbers to add up."""
    if not isinstance(counts, Mapping):
        return {}
    good = {name: value for name, value in counts.items() if is_count(name, value)}
    kept = dict(list(good.items())[:COUNTS])
    if len(kept) < len(counts):
        left_out.append(f"{len(counts) - len(kept):,} counts")
    return kept


def is_count(name: object, value: object) -> bool:
    """Whether this can be a count: a short name, and a finite number that is not too large to be added up."""
    if not isinstance(name, str) or len(name) > COUNT_CHARACTERS or isinstance(value, bool):
        return False
    return isinstance(value, (int, float)) and abs(value) <= LARGEST_COUNT  # which is False of what is no number


def _ends(text: str, most: int) -> str:
    """The beginning and the end of a text: of a traceback, where it began and what was raised."""
    half = (most - len(_CUT) - 2) // 2
    return f"{text[:half]}\n{_CUT.strip()}\n{text[-half:]}"[:most]
