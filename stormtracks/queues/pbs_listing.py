"""What PBS's ``qstat -f`` writes: its blocks, and what they mean.

Its JSON is not asked for: some versions write numbers with leading zeros and backslashes that no reader takes, or the
first of several jobs alone (openpbs issues 1255, 2541, 2672).
"""

import calendar
import re
import time
from collections.abc import Iterator, Mapping

from stormtracks.queues import length, ranges
from stormtracks.queues.job import Job, JobState

MARK = "STORMTRACKS_MARK"
"""The variable that carries a job's mark."""
ID = re.compile(r"(\d+)(\[(\d*)\])?(\.[\w.-]+)?", re.ASCII)
"""123.server of a job, 123[].server of an array, 123[4].server of one of it."""
SUSPENDED = ("S", "U")
"""By PBS, and because somebody works at the node."""
_STATES: dict[str, JobState] = {
    **dict.fromkeys((*"QHWTM", *SUSPENDED), "pending"),
    **dict.fromkeys("RB", "running"),
    "E": "ending",
    **dict.fromkeys("FXC", "ended"),
}
_TERMINATED = "91"
"""Substate of a job that was ended by `qdel`, by its queue or to make room, whatever its exit status."""
_TO_BLAME = range(-28, -23)
"""Exit statuses of a job that took more CPU or memory than it had asked for. Others below 0 are PBS's own reasons, such
as -29: its time was over."""
_BY_SIGNAL = (256 + 15, 128 + 15)

Block = Mapping[str, str]


def blocks(output: str) -> dict[str, Block]:
    """The attributes of each job, by the id that stands above them; folded lines are joined."""
    found: dict[str, dict[str, str]] = {}
    name, block = "", None
    for line in output.split("\n"):  # not splitlines, which knows eight more ends
        if line.startswith("Job Id:"):
            name, block = "", found.setdefault(line.partition(":")[2].strip(), {})
        elif block is not None and line.startswith("\t") and name:
            block[name] += line[1:]
        elif block is not None and line.startswith(" ") and " = " in line:
            name, _, value = line.strip().partition(" = ")
            block[name] = value
    return dict(found)


def jobs(found: Mapping[str, Block]) -> Iterator[Job]:
    """The jobs in blocks. Of an array, what waits is often not listed job by job, but as ranges."""
    listed = {}
    for text, block in found.items():
        match = ID.fullmatch(text)
        if match and match[3] != "":
            parent = found.get(f"{match[1]}[]{match[4] or ''}", {})
            listed[f"{match[1]}_{match[3]}" if match[3] else match[1]] = _job(match, block, parent)
    yield from listed.values()
    arrays = {job.array for job in listed.values()}
    for text, block in found.items():
        match = ID.fullmatch(text)
        if match and match[3] == "":
            for index in _waiting(block, f"{match[1]}[]" in arrays):
                if f"{match[1]}_{index}" not in listed:
                    yield _one_of(match[1], index, block)


def end(block: Block) -> float | None:
    """When a job's allocation ends, in s since 1970: PBS says when it began and how long it may last."""
    start, lasts = _seconds(block.get("stime", "")), length.seconds(block.get("Resource_List.walltime", ""))
    return start + lasts if start is not None and lasts is not None else None


def _job(match: re.Match[str], block: Block, parent: Block) -> Job:
    word = block.get("job_state", "")
    state = _STATES.get(word, "running")
    start = "estimated.start_time" if state == "pending" else "stime"
    return Job(
        id=f"{match[1]}_{match[3]}" if match[3] else match[1],
        array=f"{match[1]}[]" if match[3] else match[1],
        state=state,
        word=word,
        reason=block.get("comment", ""),
        start=_seconds(block.get(start, "")),
        end=_seconds(block.get("obittime", "")) if state == "ended" else end(block),
        host="" if state == "pending" else block.get("exec_host", "").partition("/")[0],
        mark=_mark(block) or _mark(parent),
        by_queue=word in SUSPENDED or (state == "ended" and _by_queue(block)),
    )


def _one_of(array: str, index: int, parent: Block) -> Job:
    """A job of an array that is known by its index alone."""
    word = parent.get("job_state", "")
    state: JobState = "ended" if _STATES.get(word) == "ended" else "pending"
    return Job(
        id=f"{array}_{index}",
        array=f"{array}[]",
        state=state,
        word=word if state == "ended" else "Q",
        reason=parent.get("comment", ""),
        start=_seconds(parent.get("estimated.start_time", "")),
        mark=_mark(parent),
        by_queue=state == "ended" and _by_queue(parent),
    )


def _waiting(array: Block, some_listed: bool) -> Iterator[int]:
    """The indices of an array that wait; all of them, where none of its jobs is listed and no one says which do."""
    text = array.get("array_indices_remaining", "")
    if not text and not some_listed:
        text = array.get("array_indices_submitted", "")
    try:
        yield from ranges.indices(text)
    except ValueError:  # "-": none
        return


def _mark(block: Block) -> str:
    found = re.search(rf"(?:^|,){MARK}=([^,]*)", block.get("Variable_List", ""))
    return found[1].strip() if found else ""


def _by_queue(block: Block) -> bool:
    status = block.get("Exit_status", "")
    if not re.fullmatch(r"-?\d+", status, re.ASCII):
        return True  # it never ran
    code = int(status)
    return block.get("substate") == _TERMINATED or code in _BY_SIGNAL or (code < 0 and code not in _TO_BLAME)


def _seconds(text: str) -> float | None:
    """A time of PBS, written for UTC because TZ says so to its commands; s since 1970."""
    if text.isdecimal():
        return float(text) or None
    try:
        return float(calendar.timegm(time.strptime(text, "%a %b %d %H:%M:%S %Y")))
    except ValueError:
        return None
