"""What may cross the wire: dict, list, str, int, float, bool and None, and nothing else; and the dicts that do."""

import dataclasses
import datetime
import os
from collections.abc import Callable, Mapping
from typing import Any, Literal, NotRequired, TypedDict

from stormtracks.label import Label

DEPTH = 32
GIVEN_BACK = "given back: the worker is stopping"
STOPPING = ("the worker is stopping", "the worker was stopped", GIVEN_BACK)
"""What the reason of a busy worker begins with where it is busy for good."""


class Options(TypedDict, total=False):
    """How a manager wants its tasks to be done; the same for every task of a run."""

    settings: dict[str, Any] | None
    overwrite: bool
    timeout: float | None  # seconds that one task may take
    run: str  # the run's name
    results: str  # a folder below the worker's results folder


class Order(TypedDict):
    """One task as a worker hands it to the process of a slot."""

    year: Label
    ensemble_member: int
    task: str
    setup: dict[str, Any]  # where the host's inputs and results are, the settings, whether to overwrite
    conflict: NotRequired[
        tuple[Label, Label, int]
    ]  # first and last year or start, members: only look what is in the way there


class SlotReply(TypedDict, total=False):
    """What became of an order; one of the first four keys says how it ended."""

    returned: dict[str, Any]  # what the task returned
    error: str
    timeout: str
    busy: str  # why the order was not begun
    final: bool  # beside `error`: the same attempt would fail the same way
    needs: str  # beside `error`: the task whose result this one needs and did not find
    lacks_data: bool  # beside `error`: there are no data here for the year, though elsewhere there may be
    traceback: str | None
    cpu_seconds: float
    code_version: str  # of the slot's process
    logged: list[str]  # warnings of our code during the task, for the worker's log
    must_be_replaced: str  # why the slot's process is not to be given another order


class Reply(TypedDict):
    """What `PyroWorker.do_work` replies. A busy worker has not begun the task."""

    status: Literal["complete", "failure", "timeout", "busy"]
    year: Label
    ensemble_member: int
    task: str
    host: str
    worker: str
    seconds: float
    cpu_seconds: float
    path: str | None  # of the result, on the worker's host
    counts: dict[str, float]
    skipped: bool  # an earlier result of the same settings and inputs was there
    error: str | None
    traceback: str | None
    final: NotRequired[bool]  # a failure that would come again: not worth another attempt
    needs: NotRequired[str]  # a failure for want of this task's result, which is not on the worker's host
    lacks_data: NotRequired[bool]  # a failure for want of the year's data, which are not on the worker's host
    member_label: NotRequired[str]  # the data's own name of the member
    matches: NotRequired[list[dict[str, Any]]]
    misses: NotRequired[list[dict[str, Any]]]
    remarks: NotRequired[list[str]]  # what was guessed, left out or found missing
    recipe: NotRequired[str]  # a hash of what the result must have in common with others to be taken together
    digest: NotRequired[str]  # SHA-256 of the result's file
    code_version: NotRequired[str]  # that did the task, as its process found it when it started
    read_seconds: NotRequired[float]  # of `seconds`, how long it read its input


class Working(TypedDict):
    """What one slot is doing."""

    slot: int
    year: Label
    ensemble_member: int
    task: str
    since: float  # seconds since 1970
    progress: NotRequired[list[int]]  # times done, times in all, as its task said last
    stalled: NotRequired[str]  # why it seems to make none


class State(TypedDict):
    """What `PyroWorker.ping` replies."""

    worker: str
    id: str  # made at random when the worker started
    host: str
    pid: int
    slots: int  # that can be given tasks
    busy: int  # slots that work
    stopping: bool
    fault: NotRequired[str]  # why it can do nothing until it is started again
    notices: NotRequired[list[str]]  # what people should know now: slots that get nowhere, a lack of memory
    data_seen: NotRequired[int]  # another number than before: `data_years` has changed
    seconds_left: NotRequired[float]  # until its allocation ends
    progress: NotRequired[list[list[Any]]]  # of running tasks: year, ensemble_member, times done, times in all


class OfData(TypedDict, total=False):
    """What a worker says of its data."""

    data_seen: int
    data_years: list[Label] | None
    data_tasks: list[str]


class Description(State):
    """What `PyroWorker.describe` replies."""

    done: int
    failed: int
    version: str
    tasks: list[str]
    python: str
    working: list[Working]
    years: list[Label]  # that a slot worked on last
    data_years: NotRequired[list[Label] | None]  # that the worker has data for; none: not known
    data_tasks: NotRequired[list[str]]  # which read these data; none: all
    about: NotRequired[dict[str, str]]  # what its tasks say of themselves, such as kernel: compiled or numpy
    places: NotRequired[dict[str, str]]  # what its results depend on and where they go, by the keys of `PLACES`
    by_hand: NotRequired[bool]  # started otherwise than by `fab start-workers`: it belongs to no hosts.yaml
    entry: NotRequired[str]  # the entry of hosts.yaml that it is one of several workers of
    allocation_seconds: NotRequired[float]  # that were left of its allocation when it started


PLACES = ("data", "dataset", "best_tracks", "results")
"""What belongs to a run of a worker, as text; empty where the worker has none."""


class Listing(TypedDict):
    """Names of files in a results folder, without those that begin with a dot."""

    names: list[list[Any]]  # [year, [name, ...]]
    more: list[Any] | None  # where the next page begins: [year, the last name]; None: there is none
    error: NotRequired[str]  # why nothing can be listed


class Claim(TypedDict):
    """What a worker says to a run that wants to write into its results folder."""

    refused: str  # why it may not; empty: it may
    conflict: str  # which result of other settings is in its way, and in what it differs; empty: none


_AS_IT_IS = (bool, int, float, str, type(None))


def plain(value: object, _depth: int = 0) -> Any:
    """The value made of built-in types only, so that it arrives as what it was.

    NumPy scalars become numbers, arrays, tuples and sets lists, paths and times text, dataclasses dicts. NumPy is not
    imported: its values are known by their methods.

    Raises
    ------
    TypeError
        A value that has no plain form (the message names its type), or one nested deeper than `DEPTH`.
    """
    if type(value) in _AS_IT_IS:
        return _text(value) if type(value) is str else value
    if _depth > DEPTH:
        raise TypeError(f"nested deeper than {DEPTH} levels: this cannot be sent")
    if isinstance(value, Mapping):
        return {_key(key): plain(item, _depth + 1) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item, _depth + 1) for item in value]
    return _converted(value, _depth + 1)


def _converted(value: object, depth: int) -> Any:
    for kind, convert in _CONVERSIONS:
        if isinstance(value, kind):
            return convert(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name), depth) for field in dataclasses.fields(value)}
    for method in ("tolist", "item"):  # arrays of any shape, then scalars; a masked value becomes None
        if hasattr(value, method) and not isinstance(value, type):
            return plain(getattr(value, method)(), depth)
    name = f"{type(value).__module__}.{type(value).__qualname__}"
    raise TypeError(f"a value of type {name} cannot be sent: {value!r:.100}")


def _key(key: object) -> Any:
    key = plain(key)
    if isinstance(key, (dict, list)):
        raise TypeError(f"a key must be text or a number to be sent, not {key!r:.100}")
    return key


def _text(value: str) -> str:
    """Text without lone surrogates (a file name that is not UTF-8 has them), which no wire takes."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode(errors="backslashreplace").decode()
    return value


# In this order: an IntEnum is an int, NumPy's float64 a float, a datetime a date.
_CONVERSIONS: tuple[tuple[type | tuple[type, ...], Callable[[Any], Any]], ...] = (
    (int, int),
    (float, float),
    (str, lambda value: _text(str.__str__(value))),
    ((bytes, bytearray), lambda value: bytes(value).decode(errors="backslashreplace")),
    (os.PathLike, lambda value: _text(os.fsdecode(value))),
    ((datetime.date, datetime.time), lambda value: value.isoformat()),
    (datetime.timedelta, datetime.timedelta.total_seconds),
)
