"""What a description, or the names of files, say of the forecast that a file is of: its start and its lead."""

import re
from typing import NamedTuple

from stormtracks import label
from stormtracks.errors import BadValue

_PARTS = {"Y": r"\d{4}", "m": r"0[1-9]|1[0-2]", "d": r"0[1-9]|[12]\d|3[01]", "H": r"[01]\d|2[0-3]", "M": r"[0-5]\d"}
_DIRECTIVE = re.compile(r"%(.)")
_WHOLE = r"\d{4}-?\d{2}-?\d{2}(?:[T_]?\d{2}(?::?\d{2})?)?Z?"
"""A start as `label.of` reads it."""


class Stated(NamedTuple):
    """What is said beside a file: label of the start and hours of lead; None for what is not."""

    start: str | None = None
    lead: float | None = None


def group(form: str | None, seen: set[str]) -> str:
    """The regular expression of ``{start}`` or of ``{start:%Y%m%d%H}``, whose form is given.

    Parameters
    ----------
    form : str or None
        With the directives ``%Y %m %d %H %M``; None: a date and an hour, with or without what is between them.
    seen : set of str
        Groups that the expression has already; a part that comes again must be the same.

    Raises
    ------
    BadValue
        Another directive.
    """
    if form is None:
        return _once("start", _WHOLE, seen)
    pieces, end = [], 0
    for found in _DIRECTIVE.finditer(form):
        if found[1] not in _PARTS:
            raise BadValue(f"'files': {{start:{form}}} may contain %Y, %m, %d, %H and %M, not %{found[1]}")
        pieces += [re.escape(form[end : found.start()]), _once(f"start_{found[1]}", _PARTS[found[1]], seen)]
        end = found.end()
    return "".join(pieces) + re.escape(form[end:])


def of_name(found: re.Match[str]) -> Stated:
    """What a name says that fits a pattern; see `dataset.pattern`.

    Raises
    ------
    BadValue
        There is no such date.
    """
    said = found.groupdict()
    lead = None if said.get("lead") is None else float(said["lead"])
    if said.get("start"):
        return Stated(str(label.of(said["start"])), lead)
    if not all(said.get(f"start_{part}") for part in "Ymd"):
        return Stated(None, lead)
    clock = (said.get("start_H") or "00") + (said.get("start_M") or "")
    return Stated(str(label.of(f"{said['start_Y']}-{said['start_m']}-{said['start_d']}T{clock}")), lead)


def refuse_part(template: str, seen: set[str]) -> None:
    """Refuse a template whose starts have no year, month or day.

    Raises
    ------
    BadValue
        One of them is lacking.
    """
    parts = {name.removeprefix("start_") for name in seen if name.startswith("start_")}
    if parts and not {"Y", "m", "d"} <= parts:
        lacking = ", ".join(f"%{part}" for part in "Ymd" if part not in parts)
        raise BadValue(f"'files': {{start}} of {template!r} has no {lacking}; write it as {{start:%Y%m%d%H}}")


def _once(name: str, pattern: str, seen: set[str]) -> str:
    if name in seen:
        return f"(?P={name})"
    seen.add(name)
    return f"(?P<{name}>{pattern})"
