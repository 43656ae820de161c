"""What a worker says is checked before it is believed: it may be broken into, of another build, or out of order.

Each check returns plain values of the types that the rest of the manager relies on, and drops what it does not know.
"""

from collections.abc import Callable, Mapping
from typing import Any, cast

from stormtracks import label
from stormtracks.errors import StormtracksError
from stormtracks.label import Label
from stormtracks.pyro_cluster import bounds
from stormtracks.pyro_cluster.plain import Reply
from stormtracks.pyro_cluster.pyro_task import PyroTask

MOST_ODD = 3
"""So many odd replies of a worker set it aside."""
LONGEST_SECONDS = 1e9
_MOST_TASKS = 1_000
_MOST_YEARS = 10_000

Check = Callable[[Any], Any]
"""Given a value, returns it; raises `OddReply` with what is wrong, to be said after the value's name."""


class OddReply(StormtracksError):
    """What a worker replied cannot be what a worker replies."""


def checked(reply: object, task: PyroTask) -> Reply:
    """The reply to a task, of the types and sizes that a reply has.

    Parameters
    ----------
    reply : object
        Whatever came over the wire.
    task : PyroTask
        What was asked for.

    Returns
    -------
    Reply
        Keys that are not there stay away, but for ``status``; unknown ones are dropped.

    Raises
    ------
    OddReply
        Nothing else is raised, whatever comes.
    """
    found = _fields(reply, _REPLY, "the reply")
    if "status" not in found:
        raise OddReply("the reply makes no sense: it has no status")
    about = (found.get("year", task.year), found.get("ensemble_member", task.ensemble_member))
    if about != (task.year, task.ensemble_member):
        raise OddReply(f"the worker replied about another task, {about[0]} member {about[1]}")
    if found.get("task", task.task) != task.task:
        raise OddReply(f"the worker replied about another task, {found['task']}")
    return cast(Reply, found)


def checked_description(description: object) -> dict[str, Any]:
    """What a worker says of itself when it is met; raises `OddReply`."""
    return _fields(description, _DESCRIPTION, "its description")


def checked_claim(claim: object) -> dict[str, Any]:
    """What a worker says to a run that wants to write there; raises `OddReply`."""
    return _fields(claim, dict.fromkeys(("refused", "conflict"), _text(bounds.CHARACTERS["error"])), "its answer")


def checked_state(state: object, worker_id: str) -> dict[str, Any]:
    """What a worker answers to a heartbeat; raises `OddReply`."""
    found = _fields(state, _STATE, "its answer to a heartbeat")
    if found.get("id", worker_id) != worker_id:
        raise OddReply("its answer to a heartbeat is that of another worker")
    return found


def _fields(value: object, checks: Mapping[str, Check], what: str) -> dict[str, Any]:
    if type(value) is not dict:
        raise OddReply(f"{what} makes no sense: it is {_kind(value)}")
    made = {}
    for name, check in checks.items():
        if name in value:
            try:
                made[name] = check(value[name])
            except OddReply as error:
                raise OddReply(f"{what} makes no sense: '{name}' is {error}") from None
    return made


def _kind(value: object) -> str:
    if isinstance(value, Exception):
        return f"an exception ({value!s:.200})"
    return {list: "a list", tuple: "a list", dict: "a dict", str: "text", type(None): "nothing"}.get(
        type(value), f"{type(value).__name__}"[:40]
    )


def _text(most: int, or_none: bool = False) -> Check:
    def check(value: Any) -> str | None:
        if type(value) is str and len(value) <= most and value.isascii():  # as nearly all are
            return value
        if value is None and or_none:
            return None
        if type(value) is not str:
            raise OddReply(f"{_kind(value)}, not text")
        if len(value) > most:
            raise OddReply(f"a text of {len(value):,} characters, more than {most:,}")
        try:
            value.encode()
        except UnicodeEncodeError:
            raise OddReply("a text with half a character") from None
        return value

    return check


def _or_none(check: Check) -> Check:
    return lambda value: None if value is None else check(value)


def _flag(value: Any) -> bool:
    if type(value) is not bool:
        raise OddReply(f"{_kind(value)}, not True or False")
    return value


def _whole(least: int, most: int) -> Check:
    def check(value: Any) -> int:
        if type(value) is not int:
            raise OddReply(f"{_kind(value)}, not a whole number")
        if not least <= value <= most:
            raise OddReply(f"{_shown(value)}, not {least} to {most}")
        return value

    return check


def _seconds(value: Any) -> float:
    if type(value) not in (int, float) or not 0 <= value <= LONGEST_SECONDS:
        raise OddReply(f"{_shown(value)}, not a number of seconds")
    return float(value)


def _shown(value: object) -> str:
    # A whole number of thousands of digits has no text.
    return f"{value!r:.30}" if type(value) is not int or abs(value) < 2**64 else "a huge number"


def _status(value: Any) -> str:
    if value not in ("complete", "failure", "timeout", "busy") or type(value) is not str:
        raise OddReply(f"the unknown status {_shown(value) if type(value) in (str, int, float) else _kind(value)}")
    return value


def _counts(value: Any) -> dict[str, float]:
    if value is None:
        return {}
    if type(value) is not dict:
        raise OddReply(f"{_kind(value)}, not a dict")
    if len(value) > bounds.COUNTS:
        raise OddReply(f"{len(value):,} counts, more than {bounds.COUNTS}")
    name_of = _text(bounds.COUNT_CHARACTERS)
    for name, number in value.items():
        name_of(name)
        if type(number) not in (int, float) or not abs(number) <= bounds.LARGEST_COUNT:  # which NaN is not
            raise OddReply(f"a dict with {_shown(number) if type(number) in (int, float, str) else _kind(number)}")
    return value


def _list_of(check: Check, most: int) -> Check:
    def checked_list(value: Any) -> list[Any]:
        if value is None:
            return []
        if type(value) is not list:
            raise OddReply(f"{_kind(value)}, not a list")
        if len(value) > most:
            raise OddReply(f"a list of {len(value):,}, more than {most:,}")
        return [check(item) for item in value]

    return checked_list


def _storm(value: Any) -> dict[str, Any]:
    if type(value) is not dict or len(value) > bounds.STORM_FIELDS:
        raise OddReply(f"a list with {_kind(value)}")
    text = _text(bounds.REMARK_CHARACTERS)
    for name, field in value.items():
        text(name)
        if type(field) is str:
            text(field)
        elif type(field) not in (int, float, bool, type(None)):
            raise OddReply(f"a list of dicts with {_kind(field)}")
    return value


_TEXTS = {name: _text(most, or_none=True) for name, most in bounds.CHARACTERS.items()}
_NAME = _text(300)
_NUMBER = _whole(-(2**31), 2**31)


def _year(value: Any) -> Label:
    """A year, or the start of a forecast as it is written."""
    if label.is_written_start(value):
        return value
    if type(value) is str:
        raise OddReply(f"{_kind(value)}, not a whole number or the start of a forecast")
    return _NUMBER(value)


_REPLY: dict[str, Check] = {
    "status": _status,
    "year": _year,
    "ensemble_member": _whole(0, 2**31),
    **_TEXTS,
    "seconds": _seconds,
    "cpu_seconds": _seconds,
    "read_seconds": _seconds,
    "counts": _counts,
    "skipped": _flag,
    "final": _flag,
    "lacks_data": _flag,
    "remarks": _list_of(_text(bounds.REMARK_CHARACTERS), bounds.REMARKS),
    "matches": _list_of(_storm, bounds.STORMS),
    "misses": _list_of(_storm, bounds.STORMS),
}
"""Each key of a reply -> what it must be; another key that a worker is to reply belongs here."""


def _progress(value: Any) -> list[Any]:
    """Of a task: year, ensemble member, times done, times in all."""
    if type(value) is not list or len(value) != 4:
        raise OddReply(f"{_kind(value)}, not a list of four")
    year, *numbers = value
    return [_year(year), *map(_whole(0, 2**31), numbers)]


_STATE: dict[str, Check] = {
    **dict.fromkeys(("worker", "id", "host"), _NAME),
    "pid": _whole(0, 2**32),
    "slots": _whole(0, bounds.SLOTS),
    "busy": _whole(0, bounds.SLOTS),
    "stopping": _flag,
    "data_seen": _whole(0, 2**62),
    "fault": _text(bounds.NOTICE_CHARACTERS),
    "notices": _list_of(_text(bounds.NOTICE_CHARACTERS), bounds.NOTICES),
    "seconds_left": _seconds,
    "progress": _list_of(_progress, bounds.SLOTS),
}


def _places(value: Any) -> dict[str, str]:
    if type(value) is not dict or len(value) > 20:
        raise OddReply(f"{_kind(value)}, not a few places")
    path = _text(bounds.CHARACTERS["path"])
    return {_NAME(name): path(place) for name, place in value.items()}


def _about(value: Any) -> dict[str, str]:
    if type(value) is not dict or len(value) > 20:
        raise OddReply(f"{_kind(value)}, not a few texts")
    return {_NAME(name): _NAME(text) for name, text in value.items()}


_DESCRIPTION: dict[str, Check] = {
    **_STATE,
    "version": _NAME,
    "tasks": _or_none(_list_of(_NAME, _MOST_TASKS)),
    "years": _list_of(_year, _MOST_YEARS),
    "data_years": _or_none(_list_of(_year, _MOST_YEARS)),
    "data_tasks": _or_none(_list_of(_NAME, _MOST_TASKS)),
    "about": _about,
    "places": _places,
    "by_hand": _flag,
    "entry": _text(bounds.NAME_CHARACTERS),
    "allocation_seconds": _seconds,
    "refused": _text(bounds.CHARACTERS["error"]),  # the manager's own word: why it may not take part
}
