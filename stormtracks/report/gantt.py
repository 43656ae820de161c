"""Attempts of a run -> a chart of what each slot did and does, its table, and what went wrong, newest first."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stormtracks.pyro_cluster.journal.attempts import Attempt
from stormtracks.pyro_cluster.journal.runs import WorkingSlot
from stormtracks.readable import duration
from stormtracks.report.fragments.shown import shown, without_folders
from stormtracks.report.fragments.table_html import html_table

STATES = ("complete", "failure", "timeout", "outstanding")
"""What the numbers in a chart mean; an attempt that is to be repeated leaves its task outstanding."""
SHOWN_FAILURES = 20
SHOWN_SLOTS = 400


@dataclass(frozen=True)
class Chart:
    """What slots did and do.

    Attributes
    ----------
    attempts : sequence of Attempt
        Oldest first.
    working : sequence of WorkingSlot
        What is being done now.
    now : float
        Seconds since 1970.
    """

    attempts: Sequence[Attempt]
    working: Sequence[WorkingSlot] = ()
    now: float = 0.0

    @property
    def version(self) -> list[float]:
        """What changes when an attempt has ended: how many there are, and the end of the latest."""
        return [len(self.attempts), self.attempts[-1].ended if self.attempts else 0.0]

    def lanes(self) -> dict[tuple[str, int], str]:
        """Worker and slot -> what its lane is called, in order."""
        known = {(one.worker, slot) for one, slot in zip(self.attempts, self._slots(), strict=True)}
        known |= {(one["worker"], one["slot"]) for one in self.working}
        return {lane: f"{lane[0]}/{lane[1]}" for lane in sorted(known)}

    def packed(self) -> dict[str, Any]:
        """The attempts as columns of plain values for the page: lane, begin and length in seconds, state, name.

        Begins are seconds after ``origin``, which is seconds since 1970.
        """
        lanes = {lane: number for number, lane in enumerate(self.lanes())}
        origin = min((one.began for one in self.attempts), default=self.now)
        slots = self._slots()
        return {
            "origin": origin,
            "lanes": list(self.lanes().values()),
            "lane": [lanes[one.worker, slot] for one, slot in zip(self.attempts, slots, strict=True)],
            "begin": [round(one.began - origin, 2) for one in self.attempts],
            "seconds": [round(max(one.ended - one.began, 0.0), 2) for one in self.attempts],
            "state": [_state(one) for one in self.attempts],
            "name": [_name(one) for one in self.attempts],
            "error": {n: without_folders(one.error) for n, one in enumerate(self.attempts) if one.error},
        }

    def under_way(self) -> list[list[Any]]:
        """Of each task that is being done: its lane's name, since when, what it is."""
        return [
            [f"{one['worker']}/{one['slot']}", one["since"], _cell(one["year"], one["member"])] for one in self.working
        ]

    def html(self) -> str:
        """Shares of reading and computing, what went wrong lately, and the chart as a table."""
        return f"{_shares(self.attempts)}{self._failures()}{self._table()}"

    def _slots(self) -> list[int]:
        """The slot of each attempt; where a journal of before has none, the first that was free then."""
        free: dict[str, list[float]] = {}
        found = [one.slot if one.slot is not None else -1 for one in self.attempts]
        unknown = [number for number, slot in enumerate(found) if slot < 0]
        for number in sorted(unknown, key=lambda number: self.attempts[number].began):
            one = self.attempts[number]
            ends = free.setdefault(one.worker, [])
            slot = next((place for place, end in enumerate(ends) if end <= one.began + 0.01), len(ends))
            ends[slot : slot + 1] = [one.ended]
            found[number] = slot
        return found

    def _failures(self) -> str:
        wrong = [one for one in reversed(self.attempts) if one.error][:SHOWN_FAILURES]
        if not wrong:
            return '<p class="note">No attempt has failed lately.</p>'
        items = "".join(
            f"<li><time>{_clock(one.ended)}</time> {shown(_name(one))} on {shown(one.worker)}, "
            f'{_ENDED.get(one.status, "failed")}: <span class="reason">{shown(one.error or "")}</span></li>'
            for one in wrong
        )
        return f'<h4>Latest failures</h4><ol class="happened">{items}</ol>'

    def _table(self) -> str:
        columns = ("Slot", "Complete", "Not complete", "Busy (%)", "Now")
        table = html_table(columns, list(self._rows()), "What each slot did")
        return f"<details><summary>The chart as a table</summary>{table}</details>"

    def _rows(self) -> Iterator[tuple[object, ...]]:
        """Of each slot: how many attempts, which share of the time since its first, what it does now."""
        now = {(one["worker"], one["slot"]): one for one in self.working}
        of_lane: dict[tuple[str, int], list[Attempt]] = {lane: [] for lane in self.lanes()}
        for one, slot in zip(self.attempts, self._slots(), strict=True):
            of_lane[one.worker, slot].append(one)
        for (lane, done), name in list(zip(of_lane.items(), self.lanes().values(), strict=True))[:SHOWN_SLOTS]:
            present = now.get(lane)
            busy = sum(one.ended - one.began for one in done) + (self.now - present["since"] if present else 0.0)
            first = min([*(one.began for one in done), *([present["since"]] if present else [])])
            until = self.now if present or self.working else max(one.ended for one in done)
            complete = sum(one.status == "complete" for one in done)
            doing = ""
            if present:
                doing = (
                    f"{_cell(present['year'], present['member'])} for {duration(max(self.now - present['since'], 0))}"
                )
            share = max(0, min(100, round(100 * busy / max(until - first, 1e-6))))  # a worker's clock may be ahead
            yield name, complete, len(done) - complete, share, doing or "idle"


def chart(attempts: Sequence[Attempt], working: Sequence[WorkingSlot] = (), now: float | None = None) -> Chart:
    """A chart of some attempts, as of now.

    Parameters
    ----------
    attempts : sequence of Attempt
    working : sequence of WorkingSlot
    now : float, optional
        Seconds since 1970; none: this moment.
    """
    return Chart(attempts, working, time.time() if now is None else now)


_ENDED = {"timeout": "timed out", "outstanding": "to be done again"}


def _state(one: Attempt) -> int:
    return STATES.index(one.status) if one.status in STATES else STATES.index("failure")


def _name(one: Attempt) -> str:
    return f"{_cell(one.year, one.member)}{f' {one.task}' if one.task else ''}"


def _cell(year: object, member: int) -> str:
    return f"{year} member {member}"


def _clock(seconds: float) -> str:
    return time.strftime("%H:%M:%S UTC", time.gmtime(seconds))


def _shares(attempts: Sequence[Attempt]) -> str:
    """Which share of the time of complete tasks was reading, and which was on a CPU; by task."""
    spent: dict[str, list[float]] = {}
    for one in attempts:
        if one.status == "complete" and one.read_seconds is not None:
            of = spent.setdefault(one.task, [0.0, 0.0, 0.0])
            for place, value in enumerate((one.ended - one.began, one.read_seconds, one.cpu_seconds or 0.0)):
                of[place] += value
    items = "".join(_share(task, *of) for task, of in spent.items() if of[0] > 0)
    return f'<ul class="shares">{items}</ul>' if items else ""


def _share(task: str, wall: float, read: float, cpu: float) -> str:
    reading, on_cpu = min(100, round(100 * read / wall)), min(100, round(100 * cpu / wall))
    text = f"{task}: {reading} % reading, {100 - reading} % computing and waiting; {on_cpu} % of the time on a CPU"
    bar = f'<meter min="0" max="100" value="{reading}" aria-label="{shown(task)}: share of reading"></meter>'
    return f"<li>{bar} {shown(text)}</li>"


def news(of: Chart) -> Mapping[str, Any]:
    """What the page is told every few seconds; the attempts themselves only where `version` is another."""
    return {"version": of.version, "now": of.now, "working": of.under_way(), "html": of.html()}
