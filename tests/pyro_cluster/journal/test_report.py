"""The table at the end of a run, and its state: lines for `inv status`, and plain values."""

import json
import os
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormtracks.pyro_cluster.journal import report, runs
from stormtracks.pyro_cluster.journal.identity import Run
from stormtracks.pyro_cluster.journal.journal import Journal
from stormtracks.pyro_cluster.journal.outcome import TaskOutcome
from tests.processes import wait_for


@pytest.fixture
def state(tmp_path):
    """What is known of a run that is over: two complete, three failed alike, one outstanding."""
    journal = Journal(Run("r", "vort_track", 2000, 2001, 3), place=tmp_path)
    for member in range(2):
        counts = {"tracks": 600, "maxima": 70000}
        journal.record(TaskOutcome(2000, member, "complete", "w1", "h", 100.0, 90.0, "x.nc", counts))
    for member in range(3):
        error = f"no file /data/2001/member_{member}.nc"
        journal.record(TaskOutcome(2001, member, "failure", "w1, w2", "h", error=error, attempts=3))
    journal.close("incomplete")
    return runs.read("r", tmp_path)


class Done:
    done, skipped, seconds, cpu_seconds = 2, 1, 200.0, 180.0


def test_the_table_at_the_end(state):
    assert report.summary(state, 100.0, Done) == [
        "  tasks        6",
        "  complete     2 (1 already had a result)",
        "  failure      3",
        "  outstanding  1",
        "  found        maxima: 70,000.0 per task",
        "               tracks: 600.0 per task",
        "  wall time    2 min",
        "  speed-up     2.0 times one slot (3 min of work, 3 min of CPU)",
        "  3 x failure: no file /data/2001/member_0.nc (2001/0, 2001/1, 2001/2; on w1, w2)",
    ]


def test_what_the_counts_mean_is_told_by_who_knows_it(state):
    lines = report.summary(state, tell=lambda step, line: [f"{step.counts['tracks']} in {step.complete}", line])
    assert lines[4:6] == ["  found        1200 in 2", "               year"]


@given(st.dictionaries(st.tuples(st.integers(0, 3), st.integers(0, 4)), st.integers(0, 9), min_size=1))
def test_means_and_maxima_are_over_the_members_of_each_line(storms):
    with tempfile.TemporaryDirectory() as place:
        journal = Journal(Run("r", "vort_track", 2000, 2003, 5), place=Path(place))
        for (year, member), number in storms.items():
            journal.record(TaskOutcome(2000 + year, member, "complete", counts={"storms": number}))
        journal.close("incomplete")
        (step,) = runs.read("r", Path(place)).steps
    lines = [[number for (of, _), number in storms.items() if of == year] for year in {year for year, _ in storms}]
    assert step.counts["storms"] == sum(map(sum, lines)) and step.most["storms"] == sum(map(max, lines))
    assert step.means["storms"] == pytest.approx(sum(sum(line) / len(line) for line in lines))


def test_a_run_that_is_paused_says_why_until_it_resumes(tmp_path):
    journal = Journal(Run("r", "vort_track", 2000, 2001, 3), place=tmp_path)
    why = "every worker fails, w1 with: OSError: [Errno 28] No space left on device"
    for paused in (why, None):
        journal.paused(paused)
        wait_for(lambda paused=paused: runs.paused(runs.read("r", tmp_path).run) == bool(paused), what="the journal")
        head = report.status(runs.read("r", tmp_path))[0]
        assert "; managed by pid " in head and head.endswith(f"; paused: {why}") == bool(paused)
    journal.close("incomplete")


def test_many_failures_are_few_lines():
    found = [
        {
            "year": 2000,
            "member": m,
            "status": "failure",
            "error": "x" * (1 + m % 20),
            "worker": f"w{m % 7}",
            "attempts": 3,
        }
        for m in range(400)
    ]
    lines = report.problems(found)
    assert len(lines) == report.SHOWN_PROBLEMS + 1 and lines[-1] == "and 8 more kinds of failure"
    assert "20 x failure: x (2000/0, 2000/20, 2000/40, 2000/60, 2000/80, 2000/100 and 14 more; on " in lines[0]


def test_the_status_of_a_run_that_is_over(state):
    lines = report.status(state)
    assert lines[0] == "run r: vort_track 2000-2001, 3 members; incomplete, not managed now"
    assert lines[1:3] == ["2000: ++-", "2001: FFF"]


def test_the_status_of_a_run_under_way_and_of_one_whose_manager_died(tmp_path):
    journal = Journal(Run("r", "vort_track", 2000, 2001, 3), place=tmp_path)
    journal.working("w1", 0, 2000, 2)
    until = time.monotonic() + 20
    while not (state := runs.read("r", tmp_path)).working:
        assert time.monotonic() < until
    lines = report.status(state)
    assert f"managed by pid {os.getpid()} on" in lines[0] and lines[1] == "2000: --W"
    assert lines[3].startswith("  w1/0: 2000 member 2 for ")
    dead = runs.RunState(**{**vars(state), "managed": False})
    assert "its manager is gone" in report.status(dead)[0]
    journal.close("complete")


def test_the_status_as_json(state):
    plain = json.loads(json.dumps(report.as_json(state)))
    assert plain["counts"]["failure"] == 3 and plain["grid"] == {"2000": "++-", "2001": "FFF"}
    assert plain["totals"]["tracks"] == 1200 and plain["managed"] is False


def test_the_table_of_a_chain_has_a_part_for_each_step_and_its_failures_name_theirs(tmp_path):
    steps = ("vort_track", "field_collection", "classify")
    journal = Journal(Run("r", ",".join(steps), 2000, 2000, 3), place=tmp_path)
    for member in range(3):
        counts = {"tracks": 600 + member}
        journal.record(TaskOutcome(2000, member, "complete", "w1", seconds=50.0, counts=counts, task="vort_track"))
    journal.record(TaskOutcome(2000, 0, "complete", "w1", seconds=20.0, task="field_collection"))
    journal.record(TaskOutcome(2000, 1, "failure", "w1", error="no room", task="field_collection"))
    journal.working("w1", 0, 2000, 2)
    wait_for(lambda: runs.read("r", tmp_path).working, what="the journal")
    state = runs.read("r", tmp_path)
    lines = report.status(state)
    assert any(line.startswith("  w1/0: 2000 member 2 field_collection for ") for line in lines)
    assert lines[-9:] == [
        "  tasks        9",
        "  complete     4",
        "  failure      1",
        "  outstanding  3",
        "  1 vort_track        3 complete",
        "    tracks: 601.0 per task",
        "  2 field_collection  1 complete, 1 working, 1 failure",
        "  3 classify          3 outstanding",
        "  1 x failure of field_collection: no room (2000/1; on w1)",
    ]
    assert (state.seconds, [step.seconds for step in state.steps]) == (170.0, [150.0, 20.0, 0.0])
    plain = json.loads(json.dumps(report.as_json(state)))
    assert [(step["task"], step["statuses"]["complete"]) for step in plain["steps"]] == [
        ("vort_track", 3),
        ("field_collection", 1),
        ("classify", 0),
    ]
    journal.close("interrupted")
