"""What a run's journal keeps, refuses and survives. Real files, real processes, a real full disk."""

import contextlib
import dataclasses
import resource
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from stormtracks.pyro_cluster.journal import runs
from stormtracks.pyro_cluster.journal.identity import Run, default_name
from stormtracks.pyro_cluster.journal.journal import Journal
from stormtracks.pyro_cluster.journal.lock import AlreadyManaged, JournalRefused
from stormtracks.pyro_cluster.journal.outcome import TaskOutcome
from stormtracks.pyro_cluster.journal.writer import Heard

RUN = Run("r", "vort_track", 2000, 2001, 3, {"threshold": 2e-5}, "127.0.0.1:9090", "1.0.0")
CHECKOUT = Path(__file__).parents[3]


def _process(text, *arguments):
    """Another Python that begins the run RUN and then does `text`."""
    start = """
    import resource, signal, sys, time
    from stormtracks.pyro_cluster.journal.identity import Run
    from stormtracks.pyro_cluster.journal.journal import Journal
    from stormtracks.pyro_cluster.journal.outcome import TaskOutcome
    run = Run("r", "vort_track", 2000, 2001, 3, {"threshold": 2e-5}, "", "1.0.0")
    """
    program = textwrap.dedent(start) + textwrap.dedent(text)
    return subprocess.Popen(
        [sys.executable, "-c", program, *map(str, arguments)], cwd=CHECKOUT, stdout=subprocess.PIPE, text=True
    )


def test_what_is_recorded_is_read(tmp_path):
    journal = Journal(RUN, place=tmp_path)
    journal.record(TaskOutcome(2000, 1, "complete", "w1", "h", 2.0, 1.5, "/r/x.nc", {"tracks": 7, "maxima": 90}))
    journal.record(TaskOutcome(2000, 2, "complete", "w2", "h", 3.0, 2.5, "/r/y.nc", {"tracks": 3, "maxima": 10}))
    journal.record(TaskOutcome(2001, 0, "failure", "w1, w2", error="no such file: /d/2001.nc", attempts=3))
    journal.event("worker w1 joined")
    journal.close("incomplete")
    state = runs.read("r", tmp_path)
    assert state.schedule.get_progress() == "-++\nF--\n"
    assert (state.counts, state.seconds, state.cpu_seconds) == ({"maxima": 100, "tracks": 10}, 5.0, 4.0)
    assert state.problems[0]["error"] == "no such file: /d/2001.nc"
    assert (state.run["state"], state.managed, state.events[0][1]) == ("incomplete", False, "worker w1 joined")


def test_read_while_it_is_written(tmp_path):
    journal = Journal(RUN, place=tmp_path)
    journal.working("w1", 0, 2000, 0)
    journal.working("w1", 1, 2000, 1)
    journal.working("w1", 0)
    until = time.monotonic() + 20
    while runs.read("r", tmp_path).schedule.get_progress_for_year(2000) != "2000: -W-":
        assert time.monotonic() < until
    assert runs.read("r", tmp_path).managed
    journal.close("interrupted")
    assert runs.read("r", tmp_path).schedule.counts()["working"] == 0


def test_the_same_run_is_resumed(tmp_path):
    first = Journal(RUN, place=tmp_path)
    first.record(TaskOutcome(2000, 1, "complete"))
    first.record(TaskOutcome(2000, 2, "failure"))
    first.close("incomplete")
    again = Journal(RUN, place=tmp_path)
    assert again.complete == [(2000, 1)]
    again.close("complete")


def test_years_and_members_may_grow(tmp_path):
    first = Journal(RUN, place=tmp_path)
    first.record(TaskOutcome(2001, 2, "complete"))
    first.close("complete")
    Journal(Run("r", "vort_track", 2001, 2003, 5, RUN.settings, "", "1.0.0"), place=tmp_path).close("incomplete")
    assert runs.read("r", tmp_path).schedule.get_progress() == "--+--\n-----\n-----\n"


def test_what_failed_is_outstanding_when_the_run_is_resumed(tmp_path):
    first = Journal(RUN, place=tmp_path)
    first.record(TaskOutcome(2000, 2, "failure", error="no room"))
    first.close("incomplete")
    assert runs.read("r", tmp_path).schedule.get_progress() == "--F\n---\n"
    Journal(RUN, place=tmp_path).close("interrupted")
    state = runs.read("r", tmp_path)
    assert state.schedule.get_progress() == "---\n---\n" and state.problems == []


def test_years_outside_the_present_range_are_kept_but_not_counted(tmp_path):
    first = Journal(RUN, place=tmp_path)
    first.record(TaskOutcome(2000, 2, "complete", seconds=5.0, counts={"tracks": 3}))
    first.close("incomplete")
    Journal(Run("r", "vort_track", 2001, 2001, 3, RUN.settings, "", "1.0.0"), place=tmp_path).close("incomplete")
    assert (runs.read("r", tmp_path).counts, runs.read("r", tmp_path).seconds) == ({}, 0.0)
    Journal(RUN, place=tmp_path).close("incomplete")
    assert runs.read("r", tmp_path).counts == {"tracks": 3}


def test_other_settings_are_refused_or_the_run_is_started_over(tmp_path):
    first = Journal(RUN, place=tmp_path)
    first.record(TaskOutcome(2001, 2, "complete"))
    first.close("complete")
    other = Run("r", "vort_track", 2000, 2001, 3, {"threshold": 3e-5, "min_points": 4})
    message = r"min_points = its default \(now 4\), threshold = 2e-05 \(now 3e-05\); choose another name with --run"
    with pytest.raises(JournalRefused, match=message):
        Journal(other, place=tmp_path)
    anew = Journal(other, overwrite=True, place=tmp_path)
    assert anew.complete == [] and "started again from the beginning: before, it had other settings" in anew.remarks[0]
    anew.close("incomplete")


def test_a_journal_with_the_old_names_of_settings_is_resumed_with_the_new_ones(tmp_path):
    first = Journal(RUN, place=tmp_path)
    first.record(TaskOutcome(2001, 2, "complete"))
    first.close("incomplete")
    new = Run("r", "vort_track", 2000, 2001, 3, {"threshold_s1": 2e-5}, renamed={"threshold": "threshold_s1"})
    again = Journal(new, place=tmp_path)
    assert again.complete == [(2001, 2)]
    again.close("complete")
    assert runs.read("r", tmp_path).run["settings"] == {"threshold_s1": 2e-5}


def test_another_task_is_refused(tmp_path):
    Journal(RUN, place=tmp_path).close("complete")
    with pytest.raises(JournalRefused, match="was started with the task vort_track, not other"):
        Journal(Run("r", "other", 2000, 2001, 3), place=tmp_path)


def test_another_version_is_said(tmp_path):
    Journal(RUN, place=tmp_path).close("complete")
    newer = Journal(Run("r", "vort_track", 2000, 2001, 3, RUN.settings, "", "1.1.0"), place=tmp_path)
    assert newer.remarks == ["started with stormtracks 1.0.0, resumed with 1.1.0"]
    newer.close("complete")


@pytest.mark.slow
def test_a_second_manager_is_refused(tmp_path):
    journal = Journal(RUN, place=tmp_path)
    with pytest.raises(AlreadyManaged, match=r"run r is already managed by pid \d+ on .+ since 20"):
        Journal(RUN, place=tmp_path)
    journal.close("complete")
    Journal(RUN, place=tmp_path).close("complete")


def test_what_was_committed_survives_kill_9(tmp_path):
    process = _process(
        """
        journal = Journal(run, place=sys.argv[1])
        for member in range(3):
            journal.record(TaskOutcome(2000, member, "complete"))
            time.sleep(0.2)
            print(member, flush=True)
        time.sleep(60)
        """,
        tmp_path,
    )
    assert [process.stdout.readline() for _ in range(3)] == ["0\n", "1\n", "2\n"]
    process.kill()
    process.communicate()
    state = runs.read("r", tmp_path)
    assert (state.managed, state.run["state"]) == (False, "running")
    assert state.schedule.get_progress_for_year(2000) == "2000: +++"
    again = Journal(RUN, place=tmp_path)  # the kernel freed the lock
    assert sorted(again.complete) == [(2000, 0), (2000, 1), (2000, 2)]
    again.close("incomplete")


def test_a_full_disk_is_said_and_what_waited_is_written_when_there_is_room(tmp_path, monkeypatch):
    monkeypatch.setattr("stormtracks.pyro_cluster.journal.writer.RETRY_SECONDS", 0.05)
    messages = []
    journal = Journal(RUN, place=tmp_path, heard=Heard(messages.append))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    full = journal.path.with_suffix(".sqlite-wal").stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (full, before[1]))
    try:
        journal.record(TaskOutcome(2000, 0, "complete"))
        _wait(lambda: messages)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    _wait(lambda: len(messages) == 2)
    assert "the journal cannot be written: " in messages[0] and messages[1] is None
    journal.close("incomplete")
    assert journal.lost is None and runs.read("r", tmp_path).schedule.get_progress_for_year(2000) == "2000: +--"


def test_a_disk_that_stays_full_is_said_at_the_end(tmp_path):
    process = _process(
        """
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        journal = Journal(run, place=sys.argv[1])
        full = journal.path.with_suffix(".sqlite-wal").stat().st_size
        resource.setrlimit(resource.RLIMIT_FSIZE, (full, full))
        journal.record(TaskOutcome(2000, 0, "complete"))
        journal.close("incomplete")
        print(journal.lost)
        """,
        tmp_path,
    )
    assert "could not be written to the journal" in process.communicate()[0]
    Journal(RUN, place=tmp_path).close("incomplete")  # and the journal is whole


def _wait(until, seconds=20):
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.parametrize("content", [b"SQLite format 3\0" + b"rubbish" * 1000, b"not a database at all" * 100])
def test_a_damaged_journal_is_refused(tmp_path, content):
    (tmp_path / "r.sqlite").write_bytes(content)
    with pytest.raises(JournalRefused, match=r"is damaged: .*; move it away .* and run the same command again"):
        Journal(RUN, place=tmp_path)


def test_a_journal_damaged_in_the_middle_is_refused(tmp_path):
    journal = Journal(RUN, place=tmp_path)
    for member in range(2000):
        journal.record(TaskOutcome(2000, member, "complete", path="/r/x.nc"))
    journal.close("complete")
    content = bytearray((tmp_path / "r.sqlite").read_bytes())
    content[8192:40960] = b"\xff" * (40960 - 8192)
    (tmp_path / "r.sqlite").write_bytes(content)
    with pytest.raises(JournalRefused, match="is damaged"):
        Journal(RUN, place=tmp_path)
    with pytest.raises(JournalRefused, match="damaged"):  # and the lock was let go
        Journal(RUN, place=tmp_path)


def test_another_programs_database_is_refused(tmp_path):
    with sqlite3.connect(tmp_path / "r.sqlite") as db:
        db.execute("CREATE TABLE things (name TEXT)")
    with pytest.raises(JournalRefused, match="is not a journal of this version of stormtracks"):
        Journal(RUN, place=tmp_path)


@pytest.mark.parametrize("name", ["", "../r", "a b", ".hidden", "-x", "a/b", "x" * 101])
def test_a_name_that_could_leave_the_folder_is_refused(name):
    with pytest.raises(JournalRefused, match="cannot be the name of a run; choose"):
        Run(name, "vort_track", 2000, 2001, 3)


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(JournalRefused, match=r"the journal cannot be written in .*STORMTRACKS_HOME"):
        Journal(RUN, place=tmp_path / "file" / "runs")


def test_an_unknown_run_is_refused_with_those_there_are(tmp_path):
    with pytest.raises(JournalRefused, match=r"there is no run yet in .*; start one with 'inv manage'"):
        runs.read(place=tmp_path)
    Journal(RUN, place=tmp_path).close("complete")
    with pytest.raises(JournalRefused, match=r"there is no run s in .*; choose one of: r"):
        runs.read("s", tmp_path)
    assert runs.read(place=tmp_path).run["name"] == "r"


def test_names_are_made_from_task_and_years():
    assert default_name("vort_track", 2000, 2012) == "vort_track_2000-2012"


def test_the_kernel_signal_for_large_files_is_ignored_by_python():
    assert signal.getsignal(signal.SIGXFSZ) is signal.SIG_IGN  # the tests of full disks rest on it


def test_a_run_whose_results_have_another_folder_is_refused(tmp_path):
    Journal(dataclasses.replace(RUN, results="motion"), place=tmp_path).close("complete")
    with pytest.raises(JournalRefused, match=r"with --results 'motion', now not given; choose another name with --run"):
        Journal(RUN, place=tmp_path)


def test_a_worker_that_took_part_is_known_again(tmp_path):
    journal = Journal(RUN, place=tmp_path)
    journal.belongs("w", {"data": "/data", "results": "/results"})
    journal.close("incomplete")
    again = Journal(RUN, place=tmp_path)
    assert again.difference("w", {"data": "/data", "results": "/results"}) == ""
    assert again.difference("w", {"data": "/mnt", "results": ""}) == (
        "'data' was /data, now /mnt, 'results' was /results, now none"
    )
    assert again.difference("new", {"data": "/mnt"}) == ""
    again.close("incomplete")


CHAIN = "vort_track,field_collection,classify"
STEPS = CHAIN.split(",")


def _chain(folder, **run):
    return Journal(Run("chain", CHAIN, 2000, 2001, 3, **run), place=folder)


def _done(journal, year, member, steps, worker="w1"):
    for task in STEPS[:steps]:
        path = f"/r/{task}/{year}/member_{member:03d}.nc"
        journal.record(TaskOutcome(year, member, "complete", worker, path=path, counts={"tracks": 2}, task=task))


def test_a_chain_has_a_row_for_each_step_and_is_resumed_where_each_member_was(tmp_path):
    journal = _chain(tmp_path)
    for member in range(3):
        _done(journal, 2000, member, member + 1)
    journal.record(TaskOutcome(2000, 0, "failure", "w1", error="no room", task="field_collection"))
    journal.working("w1", 0, 2001, 1)
    until = time.monotonic() + 10
    while not runs.read("chain", tmp_path).working and time.monotonic() < until:
        time.sleep(0.01)
    state = runs.read("chain", tmp_path)
    assert state.schedule.get_progress() == "F2+\n-W-\n" and state.tasks == tuple(STEPS)
    assert [step.statuses["complete"] for step in state.steps] == [3, 2, 1] and state.counts == {"tracks": 6}
    assert [(one["member"], one["task"]) for one in state.problems] == [(0, "field_collection")]
    assert [one.task for one in runs.kept("chain", tmp_path) if one.member == 1] == ["field_collection", "vort_track"]
    journal.close("interrupted")
    again = _chain(tmp_path)
    assert sorted(again.complete) == sorted((2000, m, task) for m in range(3) for task in STEPS[: m + 1])
    assert {held.file for held in again.held if held.ensemble_member == 2} == {"member_002.nc"}
    again.close("interrupted")


def test_a_step_that_is_done_again_takes_those_that_follow_with_it(tmp_path):
    journal = _chain(tmp_path)
    _done(journal, 2000, 0, 3)
    _done(journal, 2000, 1, 3)
    again = journal.again([(2000, 0, "field_collection")])
    journal.close("interrupted")
    assert again == {(2000, 0, "field_collection"), (2000, 0, "classify")}
    assert runs.read("chain", tmp_path).schedule.get_progress_for_year(2000) == "2000: 1+-"


def test_a_run_of_one_task_and_a_chain_are_not_the_same_run(tmp_path):
    alone = Journal(Run("chain", "vort_track", 2000, 2001, 3), place=tmp_path)
    alone.record(TaskOutcome(2000, 0, "complete"))
    alone.close("interrupted")
    with pytest.raises(JournalRefused, match=f"started with the task vort_track, not {CHAIN}"):
        _chain(tmp_path)
    chain = Journal(Run("chain", CHAIN, 2000, 2001, 3), overwrite=True, place=tmp_path)
    _done(chain, 2000, 0, 3)
    chain.close("interrupted")
    assert runs.read("chain", tmp_path).schedule.get_progress_for_year(2000) == "2000: +--"
    back = Journal(Run("chain", "vort_track", 2000, 2001, 3), overwrite=True, place=tmp_path)
    back.record(TaskOutcome(2000, 1, "complete"))
    back.close("interrupted")
    assert runs.read("chain", tmp_path).schedule.get_progress_for_year(2000) == "2000: -+-"


def test_a_row_of_a_chain_whose_task_is_damaged_is_named_and_done_again(tmp_path):
    journal = _chain(tmp_path)
    _done(journal, 2000, 0, 2)
    journal.close("interrupted")
    with contextlib.closing(sqlite3.connect(journal.path)) as db:
        db.execute("UPDATE tasks SET task = 'classifx' WHERE task = 'field_collection'")
        db.commit()
    state = runs.read("chain", tmp_path)
    assert "1 row of" in state.faults[0] and state.schedule.get_progress_for_year(2000) == "2000: 1--"
    again = _chain(tmp_path)
    assert again.complete == [(2000, 0, "vort_track")]
    again.close("interrupted")
