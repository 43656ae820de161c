"""What a manager shows while it runs: plain lines, and the live picture."""

import contextlib
import io
import os
import pty
import re
import time

import pytest

from stormtracks.pyro_cluster.manager import display
from stormtracks.pyro_cluster.manager.dispatch.dispatcher import Dispatcher
from stormtracks.pyro_cluster.manager.dispatch.rules import Rules
from stormtracks.pyro_cluster.manager.display import LiveDisplay, PlainDisplay, Progress, picture, write_line
from stormtracks.pyro_cluster.pyro_task import PyroTaskSchedule
from tests.simulated_cluster import ListJournal, SimulatedCluster


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
    # Which slot's thread comes first is the machine's choice.
    assert re.fullmatch(r"  w1 on storm, 2/2: 2000/[01] \S+ s, 2000/[01] \S+ s", lines[3])


def test_how_far_running_tasks_are_is_shown_once_their_worker_says_so(run):
    (worker,) = run.books.assignments.workers.values()
    first, _ = next(iter(worker.running.values()))
    worker.progress = {(first.year, first.ensemble_member): (143, 286), (1999, 9): (1, 1)}
    lines = picture(Progress(run), 24, 100)
    assert lines[2] == "done 0/6, 2/2 slots busy, running tasks 25 % through"
    assert lines[3].count(" (143 of 286)") == 1 and " of 1)" not in lines[3]


def test_the_picture_says_what_is_waited_for(run, monkeypatch):
    waits = "waits for 3 jobs of tc: pending (Priority), expected to start at 18:40"
    monkeypatch.setattr(type(run.keeper), "waits", waits)
    assert picture(Progress(run), 24, 100)[3] == waits
    assert picture(Progress(run), 24, 20)[3] == waits[:20]


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
    shown.update()
    shown.update()
    assert re.fullmatch(r"\d\d:\d\d:\d\d done 0/6, 2/2 slots busy\n", out.getvalue())


def test_the_rate_and_the_time_left(run):
    progress = Progress(run)
    progress.started -= 100
    run.tally.recent.extend([time.monotonic()] * 50)
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
            shown.show("worker w2 joined")
    output = _read(master)
    assert "worker w2 joined" in output and "slots busy" in output and ("\x1b[33m" in output) == colour


def _read(terminal):
    """All that was written to a terminal whose other side is closed."""
    output = b""
    with contextlib.suppress(OSError):
        while piece := os.read(terminal, 10000):
            output += piece
    os.close(terminal)
    return output.decode()


def test_into_a_file_lines_are_plain(run, tmp_path):
    with (tmp_path / "log").open("w") as file:
        assert isinstance(display.display(run, file), PlainDisplay)
