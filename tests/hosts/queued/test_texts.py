"""What comes from a queue is text from elsewhere: of the shape that it should have, and harmless on a terminal."""

import pytest

from stormtracks.console import tables
from stormtracks.console.tables import Column, Table
from stormtracks.hosts import outcomes, workers
from stormtracks.hosts.outcomes import HostOutcome
from stormtracks.hosts.queued import look, wording
from stormtracks.hosts.shape import misfit
from stormtracks.on_host.answers import SHAPES

EVIL = "\x1b[2J\x1b]0;title\x07\u202e"
JOB = {
    "id": "7_1",
    "array": "7",
    "state": "running",
    "word": "RUNNING",
    "reason": "",
    "start": 100.0,
    "end": 3700.0,
    "host": "n1",
    "by_queue": False,
    "registered": True,
}
ANSWER = {"wanted": True, "jobs": [JOB], "output": {}, "versions": ["1"]}


def rows(*jobs, says=None, now=220.0, output=None):
    answer = {**ANSWER, "jobs": [{**JOB, **job} for job in jobs], "output": output or {}}
    found = look.table_rows(HostOutcome("big", True, "", look.Jobs("big", answer, says or {}, now)))
    return [list(row) for row in Table("", workers.COLUMNS, tuple(found)).texts()]


@pytest.mark.parametrize(
    "odd",
    [
        {"state": "asleep"},
        {"id": 7},
        {"start": "soon"},
        {"start": float("nan")},
        {"reason": None},
        {"registered": "yes"},
        {"end": 1e300},
    ],
)
def test_a_job_of_another_shape_is_refused(odd):
    assert misfit(ANSWER, SHAPES["queue.jobs"]) is None
    assert misfit({**ANSWER, "jobs": [{**JOB, **odd}]}, SHAPES["queue.jobs"])


def test_nothing_steers_the_terminal(capsys):
    odd = {"host": EVIL, "word": EVIL, "reason": EVIL}
    states = ({**odd, "id": f"7_{n}", "state": state} for n, state in enumerate(("running", "pending", "ended")))
    found = rows(*states, output={"7_2": [EVIL]})
    tables.show(Table("", tuple(map(Column, "abcdefg")), tuple(map(tuple, found))))
    outcomes.write_line(HostOutcome("big", True, wording.summary([{**JOB, "state": "pending", "reason": EVIL}])))
    written = capsys.readouterr().out
    assert "\x1b" not in written and "\u202e" not in written and "\\x1b[2J" in written


def test_a_worker_is_shown_with_what_it_says():
    says = {"busy": 1, "slots": 2, "done": 3, "failed": 0, "stopping": False}
    task = {"slot": 0, "year": 2005, "ensemble_member": 3, "task": "vort_track", "since": 100.0}
    assert rows({}, says={"7_1": {**says, "working": [task]}}) == [
        ["big-7_1", "on n1, 2 min", "1/2", "", "3", "0", "2005/3 for 2 min"]
    ]


def test_a_worker_that_describes_itself_oddly_costs_its_own_line():
    assert "makes no sense" in rows({}, {"id": "7_2"}, says={"7_1": {"working": 5}, "7_2": {"working": []}})[0][1]


def test_jobs_that_wait_are_one_line():
    found = rows(*({"id": f"7_{n}", "state": "pending", "reason": "Priority", "start": None} for n in range(50)))
    assert found == [["big", "50 pending (Priority)", "", "", "", "", ""]]


def test_jobs_that_cannot_start_are_told_from_those_that_wait():
    (row,) = rows({"state": "pending", "word": "PENDING", "reason": "PartitionTimeLimit", "start": None})
    assert row[-1].startswith("1 job(s) cannot start (PartitionTimeLimit): correct what that names")


def test_a_worker_that_has_not_registered():
    assert rows({"registered": False}, now=130.0)[0][-1] == "running, not registered yet"
    assert rows({}, now=130.0)[0][-1] == "running, no longer registered"
    assert rows({"state": "ending", "word": "COMPLETING"}, now=130.0)[0][-1] == "completing"
    assert "not registered at the nameserver: see fab logs" in rows({"registered": False}, now=220.0)[0][-1]


def test_jobs_that_ended_lately_and_how():
    ended = {"state": "ended", "word": "TIMEOUT", "end": 160.0}
    found = rows(ended, {**ended, "id": "7_2", "registered": False}, output={"7_2": ["no python"]})
    assert found[0][:2] == ["big-7_1", "timeout 60 s ago"]
    assert found[1][-1] == "ended before its worker registered: no python"
    assert rows({**ended, "host": ""}) == rows({**ended, "end": -9999.0})  # never ran; long ago


def test_why_a_job_ended_is_told_until_a_later_one_becomes_a_worker():
    ended = {"state": "ended", "word": "FAILED", "end": 160.0, "registered": False}
    output = {"7_1": ["no python"]}
    assert rows(ended, {"id": "8_1", "start": 150.0}, output=output)[1][-1].endswith("no python")
    assert rows(ended, {"id": "8_1", "start": 170.0, "registered": False}, output=output)[1][-1].endswith("no python")
    assert rows(ended, {"id": "8_1", "start": 170.0}, output=output)[1] == ["big-7_1", "failed 60 s ago", *[""] * 5]
