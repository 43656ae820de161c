"""Whether each host could work, in short or as a table, and what to do about each fault."""

import time
from collections.abc import Iterable
from dataclasses import replace

from stormtracks.config import Cluster, WorkerHost
from stormtracks.hosts import cluster_key
from stormtracks.hosts.asking import BugOnHost, ask, request
from stormtracks.hosts.links import Link
from stormtracks.hosts.outcomes import Errand, HostOutcome
from stormtracks.on_host.answers import CheckAnswer, Finding
from stormtracks.table import Column, Table

COLUMNS = (
    "python",
    "packages",
    "code",
    "kernel",
    "data",
    "best tracks",
    "same storms",
    "results",
    "scratch",
    "clock",
    "binds",
    "key",
    "nameserver",
    "worker",
)
NOT_ASKED = "", "-"
"""What is found where nothing was to be asked."""
CLOCK_SECONDS = 60.0
"""Time stamps in logs and results would mislead; nothing else depends on the clock."""


def errand(cluster: Cluster) -> Errand:
    """An errand that looks whether a host could work."""
    fingerprint = cluster_key.fingerprint()

    def look(link: Link, worker: WorkerHost) -> HostOutcome:
        asked = time.time()
        answer: CheckAnswer = ask(link, worker, "check", request(cluster, worker, fingerprint=fingerprint), 120.0)
        return outcome(worker, answer, asked)

    return look


def outcome(worker: WorkerHost, answer: CheckAnswer, asked: float) -> HostOutcome:
    """What was found on a host, with its clock compared; `asked`: when the question was sent, in s since 1970."""
    findings = answer["findings"] | {"clock": _clock(answer["time"], asked, time.time())}
    faults = [f"{name}: {finding['fault']}" for name, finding in findings.items() if finding["fault"]]
    bugs = [BugOnHost(worker, f["fault"] or "", f["traceback"]) for f in findings.values() if "traceback" in f]
    notes = [f"note: {name}: {note}" for name, found in findings.items() for note in found.get("notes", ())]
    text = "\n".join([*(faults or ["ready"]), *notes])
    return HostOutcome(worker.name, not faults, text, findings, bugs[0] if bugs else None)


def told(outcome: HostOutcome) -> HostOutcome:
    """An outcome in short: how many things are right, in one line, and a line for each thing to do."""
    if not outcome.facts:
        return outcome
    right = sum(not finding["fault"] and finding["text"] not in NOT_ASKED for finding in outcome.facts.values())
    faults = [finding for finding in outcome.facts.values() if finding["fault"]]
    said = "1 thing is right" if right == 1 else f"{right} things are right"
    if not faults:
        return replace(outcome, text="\n".join([said, *outcome.text.splitlines()[1:]]))
    return replace(outcome, text=f"{said}, {len(faults)} to do:\n{outcome.text}")


def wide_table(outcomes: Iterable[HostOutcome], columns: Iterable[str] = COLUMNS) -> Table:
    """All that was found, a line for each host: "x" before what is at fault, "-" where nothing was to be asked."""
    names = tuple(columns)
    heads = Column("host", identifies=True), Column("ssh", "SSH"), *map(Column, names)
    rows = ((o.host, _reached(o), *(_cell(o.facts.get(name)) for name in names)) for o in outcomes)
    return Table("", heads, tuple(rows))


def long_table(outcomes: Iterable[HostOutcome]) -> Table:
    """All that was found, a line for each thing of each host."""
    heads = Column("host", identifies=True), Column("what", identifies=True), Column("found"), Column("to_do")
    rows = [(o.host, name, found["text"], found["fault"]) for o in outcomes for name, found in o.facts.items()]
    rows += [(o.host, "SSH", "", o.text) for o in outcomes if not o.facts and not o.ok]
    return Table("", heads, tuple(rows))


def document(outcomes: Iterable[HostOutcome]) -> list[dict[str, object]]:
    """The same as plain values: of each host whether it is ready, what was found and what is to be done."""
    shown = "text", "fault", "notes", "years", "starts"
    return [
        {
            "host": o.host,
            "ready": o.ok,
            "to_do": [f["fault"] for f in o.facts.values() if f["fault"]] or ([] if o.ok else [o.text]),
            "findings": {name: {key: f[key] for key in shown if key in f} for name, f in o.facts.items()},
        }
        for o in outcomes
    ]


def notes_of_ready(outcomes: Iterable[HostOutcome]) -> list[str]:
    """The notes of hosts that are ready, a line each; those of the others are shown with their faults.

    Where nothing was asked of a host, why is such a note.
    """
    ready = [outcome for outcome in outcomes if outcome.ok]
    lines = [(o, line) for o in ready for line in o.text.splitlines()]
    return [f"{o.host} {line}" for o, line in lines if line.startswith("note: ") or not o.facts]


def _reached(outcome: HostOutcome) -> str:
    if outcome.facts:
        return "ok"
    return "-" if outcome.ok else "x"


def _cell(finding: Finding | None) -> str:
    if finding is None:
        return ""
    return f"x {finding['text']}" if finding["fault"] else finding["text"]


def _clock(there: float, asked: float, answered: float) -> Finding:
    """The host's time was read between asking and answering; what lies outside of that is a difference."""
    early = there - answered
    late = there - asked
    offset = 0.0 if early <= 0 <= late else min(early, late, key=abs)
    text = "same" if abs(offset) < 0.5 else f"{offset:+,.0f} s"
    wrong = f"differs by {offset:+,.0f} s from this machine: set the host's clock (timedatectl set-ntp true)"
    fault = None if abs(offset) < CLOCK_SECONDS else wrong
    return {"text": text, "fault": fault}
