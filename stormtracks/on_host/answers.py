"""The answers of the actions, typed for both sides: a line of JSON behind a mark, perhaps with a stream after it.

A refusal is an answer too, and so is a bug.
"""

import json
import sys
import traceback
from typing import Any, Literal, NotRequired, TypedDict

from stormtracks.label import Label
from stormtracks.pyro_cluster.plain import Description

MARK = b"\x1estormtracks "
"""No login message has it: what a login shell's start-up files print before it is not part of an answer."""


class Refused(TypedDict):
    """Any action: it cannot be done; the message says what to do."""

    error: str


class Bug(TypedDict):
    """Any action: an unexpected error."""

    bug: str  # kind and message
    traceback: str


class Worker(TypedDict):
    """A worker that runs; `uri` and `slots` are None until it is registered at the nameserver."""

    pid: int
    uri: str | None
    slots: int | None


class Running(Worker):
    """start: it ran already, perhaps with other options than it would be started with now."""

    state: Literal["running"]
    changed: list[str]


class Started(Worker):
    """start: it is registered."""

    state: Literal["started"]


class KeyWanted(TypedDict):
    """start: nothing was done, the cluster's key has to be brought first."""

    state: Literal["key"]


class StartFailed(TypedDict):
    """start: it ended or was ended; `log` has the last lines of the file `path`."""

    state: Literal["failed"]
    reason: str
    log: list[str]
    path: str


StartAnswer = Running | Started | KeyWanted | StartFailed


class Nothing(TypedDict):
    """stop: there was nothing to stop."""

    state: Literal["not running"]


class Stopped(TypedDict):
    """stop: how those processes ended, or which of them nothing can end."""

    state: Literal["stopped", "still there"]
    how: Literal["gracefully", "at once", "by KILL"]
    pids: list[int]
    left: list[int]
    orphans: bool  # the worker itself had ended before


StopAnswer = Nothing | Stopped


class Absent(TypedDict):
    """look: no worker runs; `left_over` are processes of one that ended."""

    state: Literal["not running"]
    left_over: list[int]


class TaskNow(TypedDict):
    """look: of what a worker says of a task that runs, the part that is shown; workers of 1.0 say it too."""

    year: Label
    since: float
    progress: NotRequired[list[Any]]
    stalled: NotRequired[str]


class Says(TypedDict, total=False):
    """look: of what a worker says of itself, the part that is relied on; or why it says nothing."""

    error: str
    working: list[TaskNow]
    stopping: bool
    notices: list[str]


class Present(Worker):
    """look: what the kernel knows of a worker, and what it says of itself once it is registered."""

    state: Literal["running"]
    seconds: float
    memory_mb: float  # 10^6 bytes
    processes: int
    says: NotRequired[Description | Refused]  # as `Says`


LookAnswer = Absent | Present


class Finding(TypedDict):
    """check: what was found in one respect, and what is wrong with it and what to do, or None."""

    text: str
    fault: str | None
    traceback: NotRequired[str]  # the fault is a bug of ours
    years: NotRequired[dict[str, int]]  # of the data: year -> members
    starts: NotRequired[dict[str, int]]  # of the data: start of a forecast -> members
    notes: NotRequired[list[str]]  # what a task would remark, or refuse, of some of the data


class CheckAnswer(TypedDict):
    """check: a finding for each respect, and the host's clock in seconds since 1970."""

    findings: dict[str, Finding]
    time: float


class KeyAnswer(TypedDict):
    """key: what was done with the cluster's key."""

    state: Literal["kept", "copied", "replaced"]
    fingerprint: str
    path: str


class LogAnswer(TypedDict):
    """log: the last lines of a worker's log."""

    path: str
    lines: list[str]


class OutboxAnswer(TypedDict):
    """outbox: the results below a folder, name -> bytes."""

    folder: str
    results: dict[str, int]


class BytecodeAnswer(TypedDict):
    """bytecode: whether every module could be compiled."""

    whole: bool


class KernelAnswer(TypedDict):
    """kernel: why the kernel could not be compiled; empty: it is there."""

    fault: str


class Compared(TypedDict):
    """receive, look: the code folder, and which files of it differ or are there no more."""

    folder: str
    differ: list[str]
    gone: list[str]


class Environment(TypedDict):
    """environment: what became of it."""

    environment: str


class QueueJob(TypedDict):
    """queue: a job as its queue lists it, see `queues.job.Job`; `registered`: its worker has been at the nameserver."""

    id: str
    array: str
    state: Literal["pending", "running", "ending", "ended"]
    word: str
    reason: str
    start: float | None
    end: float | None
    host: str
    by_queue: bool
    registered: bool


class QueueAnswer(TypedDict):
    """queue.jobs: the jobs of an entry, those that ended lately among them.

    `wanted`: from start-workers to stop-workers. `output`: what jobs wrote last that ended without ever registering.
    """

    wanted: bool
    jobs: list[QueueJob]
    output: dict[str, list[str]]
    versions: list[str]  # of the code of jobs that are pending or running


class QueueKept(QueueAnswer):
    """queue.keep: so many jobs were submitted, not yet among the others; what was done, in lines for people.

    `refused`: why the queue takes no more now. `broken`: why nothing is submitted before somebody has seen to it. Both
    are empty where they do not apply.
    """

    submitted: int
    lines: list[str]
    refused: str
    broken: str


class QueueStarted(QueueAnswer):
    """queue.submit: the new `array` (empty: no job was lacking); what older jobs were submitted with otherwise."""

    state: Literal["submitted", "running"]
    array: str
    submitted: int
    changed: list[str]


SubmitAnswer = QueueStarted | KeyWanted


class QueueStopped(TypedDict):
    """queue.cancel: ids of what waited, of what ended in order, of what was cancelled; `left` is still there."""

    pending: list[str]
    ended: list[str]
    cancelled: list[str]
    left: list[QueueJob]


class QueueSeen(TypedDict):
    """queue.node: what a job found on its node, and where it listens for the operator's machine."""

    check: CheckAnswer
    host: str
    address: str
    port: int


class QueueNode(TypedDict):
    """queue.probe: whether the queue takes a job, and what one found on a node; `pending`: it did not start in time."""

    queue: Finding
    node: NotRequired[Finding]
    seen: NotRequired[QueueSeen]
    pending: NotRequired[QueueJob]


class _PresentOfAnyVersion(Worker):
    state: Literal["running"]
    seconds: float
    memory_mb: float
    processes: int
    says: NotRequired[Says]


class _Offered(TypedDict):
    folder: str
    results: dict[str, Any]  # each is looked at where it is compared


SHAPES: dict[str, Any] = {
    "start": KeyWanted | StartFailed | Started | Running,
    "stop": StopAnswer,
    "look": Absent | _PresentOfAnyVersion,
    "check": CheckAnswer,
    "key": KeyAnswer,
    "log": LogAnswer,
    "outbox": _Offered,
    "bytecode": BytecodeAnswer,
    "kernel": KernelAnswer,
    "queue.submit": SubmitAnswer,
    "queue.jobs": QueueAnswer,
    "queue.keep": QueueKept,
    "queue.cancel": QueueStopped,
    "queue.probe": QueueNode,
    "queue.log": LogAnswer,
}
"""Action -> what its answer must look like before it is believed."""


def reply(answer: Any) -> None:
    """Write an answer; what an action streams (a log, files) follows its first answer."""
    sys.stdout.buffer.write(MARK + json.dumps(answer).encode() + b"\n")
    sys.stdout.buffer.flush()


def bug(error: Exception) -> Bug:
    """The answer that says that this error is a bug."""
    return {"bug": f"{type(error).__name__}: {error}", "traceback": traceback.format_exc()}
