"""Whether each host could work, as a table, and what to do about each fault."""

import time

from stormtracks.hosts import asking
from stormtracks.hosts.asking import ask, request
from stormtracks.hosts.outcomes import HostOutcome

COLUMNS = (
    "python",
    "packages",
    "code",
    "data",
    "best tracks",
    "results",
    "scratch",
    "clock",
    "binds",
    "key",
    "nameserver",
    "worker",
)
CLOCK_SECONDS = 60.0
"""Time stamps in logs and results would mislead; nothing else depends on the clock."""


def job(cluster):
    """A job that looks whether a host could work."""
    fingerprint = asking.fingerprint()

    def look(link, worker):
        asked = time.time()
        answer = ask(link, worker, "check", request(cluster, worker, fingerprint=fingerprint), 120.0)
        findings = answer["findings"] | {"clock": _clock(answer["time"], asked, time.time())}
        faults = [f"{name}: {finding['fault']}" for name, finding in findings.items() if finding["fault"]]
        return HostOutcome(worker.name, not faults, "\n".join(faults) or "ready", findings)

    return look


def table_rows(outcomes):
    """Rows of texts: host, SSH, then `COLUMNS`; "x" before what is at fault."""
    return [[o.host, "ok" if o.facts else "x", *(_cell(o.facts.get(name)) for name in COLUMNS)] for o in outcomes]


def _cell(finding):
    if finding is None:
        return ""
    return f"x {finding['text']}" if finding["fault"] else finding["text"]


def _clock(there, asked, answered):
    """The host's time was read between asking and answering; what lies outside of that is a difference."""
    early, late = there - answered, there - asked
    offset = 0.0 if early <= 0 <= late else min(early, late, key=abs)
    text = "same" if abs(offset) < 0.5 else f"{offset:+,.0f} s"
    fault = None if abs(offset) < CLOCK_SECONDS else f"{offset:+,.0f} s from ours: set it (timedatectl set-ntp true)"
    return {"text": text, "fault": fault}
