"""What is shown of a run: the grid in the room there is, lines, the live picture, the table at the end, the status."""

import contextlib
import io
import json
import os
import pty
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormtracks.pyro_cluster.journal import report, runs
from stormtracks.pyro_cluster.journal.grid import counted, grid
from stormtracks.pyro_cluster.journal.journal import Journal, Run, TaskOutcome
from stormtracks.pyro_cluster.manager import display
from stormtracks.pyro_cluster.manager.dispatch import Dispatcher, Rules
from stormtracks.pyro_cluster.manager.display import LiveDisplay, PlainDisplay, Progress, picture, write_line
from stormtracks.pyro_cluster.pyro_task import STATUSES, PyroTaskSchedule
from tests.simulated_cluster import ListJournal, SimulatedCluster


def _schedule(years=3, members=4, **statuses):
    schedule = PyroTaskSchedule(2000, 1999 + years, members)
    for status, cells in statuses.items():
        for year, member in cells:
            schedule.get_task(year, member).status = status
    return schedule


def test_a_small_grid_is_shown_whole():
    schedule = _schedule(complete=[(2000, 0)], working=[(2000, 1)], failure=[(2001, 3)], timeout=[(2002, 0)])
    assert grid(schedule) == ["2000: +W--", "2001: ---F", "2002: T---"]


def test_too_many_members_for_a_line_are_counted():
    schedule = _schedule(1, 200, complete=[(2000, m) for m in range(150)], failure=[(2000, 199)])
    assert grid(schedule, width=80) == ["2000: 150+ 49- 1F"]


def test_years_that_are_all_alike_share_a_line():
    done = [(year, member) for year in range(2000, 2050) for member in range(80)]
    schedule = _schedule(150, 80, complete=done, working=[(2050, 0)])
    assert grid(schedule, height=5) == ["2000-2049: 4,000+", "2050: W" + 79 * "-", "2051-2149: 7,920-"]


CELLS = st.lists(st.tuples(st.integers(2000, 2149), st.integers(0, 79), st.sampled_from(list(STATUSES))), max_size=80)


@given(CELLS, st.integers(1, 60), st.integers(60, 120))
def test_every_grid_fits_and_counts_every_task(cells, height, width):
    schedule = PyroTaskSchedule(2000, 2149, 80)
    for year, member, status in cells:
        schedule.get_task(year, member).status = status
    lines = grid(schedule, height, width)
    assert len(lines) <= height and all(len(line) <= width for line in lines)
    assert sum(_tasks_of(line) for line in lines) == len(schedule)


def _tasks_of(line):
    signs = line.partition(": ")[2]
    if re.fullmatch(r"[-+WFT]{80}", signs):
        return 80
    return sum(int(number.replace(",", "")) for number in re.findall(r"([\d,]+)[-+WFT]", signs))


def test_signs_are_counted():
    assert counted("++-WFT+") == "3+ 1W 1- 1F 1T"


@pytest.fixture
def run():
    """A dispatcher over 2 x 3 tasks, with one worker whose tasks last until the test ends."""
    cluster = SimulatedCluster()
    cluster.add("w1", lambda peer, year, member: peer.gone.wait(60), slots=2, host="storm")
    made = Dispatcher(PyroTaskSchedule(2000, 2001, 3), cluster, ListJournal(), Rules("1"), lambda line: None)
    made.start()
    while made.schedule.counts()["working"] < 2:
        time.sleep(0.01)
    yield made
    made.stop("over")


def test_the_picture_has_grid_figures_and_workers(run):
    lines = picture(Progress(run), 24, 100)
    assert lines[:3] == ["2000: WW-", "2001: ---", "done 0/6, 2/2 slots busy"]
    assert re.fullmatch(r"  w1 on storm, 2/2: 2000/0 \S+ s, 2000/1 \S+ s", lines[3])


@pytest.mark.parametrize("height", [3, 6, 10])
def test_the_picture_fits_a_low_terminal(run, height):
    lines = picture(Progress(run), height, 30)
    assert len(lines) <= max(4, height) and all(len(line) <= 30 for line in lines)


def test_plain_lines_come_when_enough_has_changed(run, monkeypatch):
    out = io.StringIO()
    shown = PlainDisplay(run, out)
    shown.update()
    assert out.getvalue() == ""
    monkeypatch.setattr(display, "PLAIN_SECONDS", 0)
    shown.update(), shown.update()
    assert re.fullmatch(r"\d\d:\d\d:\d\d done 0/6, 2/2 slots busy\n", out.getvalue())


def test_the_rate_and_the_time_left(run):
    progress = Progress(run)
    progress.started -= 100
    run.recent.extend([time.monotonic()] * 50)
    assert re.search(r"done 0/6, 30\.0 tasks/min, 12 s left", progress.line())


def test_a_stream_that_is_gone_stops_nothing(run):
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as gone:
        write_line(gone, "nobody reads this")
        os.dup2(os.open(os.devnull, os.O_WRONLY), gone.fileno())


@pytest.mark.parametrize("colour", [True, False])
def test_the_live_picture_on_a_terminal(run, monkeypatch, colour):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    if not colour:
        monkeypatch.setenv("NO_COLOR", "1")
    master, slave = pty.openpty()
    with os.fdopen(slave, "w") as terminal:
        shown = display.display(run, terminal)
        assert isinstance(shown, LiveDisplay)
        with shown:
            shown.update()
            shown.show("worker w2 came")
    said = _read(master)
    assert "worker w2 came" in said and "slots busy" in said and ("\x1b[33m" in said) == colour


def _read(terminal):
    """All that was written to a terminal whose other side is closed."""
    said = b""
    with contextlib.suppress(OSError):
        while piece := os.read(terminal, 10000):
            said += piece
    os.close(terminal)
    return said.decode()


def test_into_a_file_lines_are_plain(run, tmp_path):
    with (tmp_path / "log").open("w") as file:
        assert isinstance(display.display(run, file), PlainDisplay)


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
        "  maxima       140,000",
        "  tracks       1,200",
        "  wall time    2 min",
        "  speed-up     2.0 over one slot (3 min of work, 3 min of CPU)",
        "  3 x failure: no file /data/2001/member_0.nc (2001/0, 2001/1, 2001/2; on w1, w2)",
    ]


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
