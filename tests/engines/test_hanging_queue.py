"""A login node that does not answer holds up neither the work, nor the end of a run, nor Ctrl-C."""

import signal
import time

import pytest
from processes import wait_for

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
HANGS = 20  # seconds, after which nothing of it is left


@pytest.fixture
def hanging(site):
    """An entry whose queue is asked by a program that hangs; it leaves a file."""
    program = site.folder / "hang"
    program.write_text(f"#!/bin/sh\ntouch {site.folder}/asked\nexec sleep {HANGS}\n")
    program.chmod(0o755)
    return site.entry("q", launch="slurm", python=str(program))


def test_the_run_is_done_by_other_workers_and_ends(site, hanging):
    site.configure(hanging, site.entry("here", launch="local", slots=1))
    with site.serving():
        site.fab("start-workers", "--only", "here")
        site.hold()
        manager = site.manage()
        wait_for((site.folder / "asked").exists, 30, "the look at the queue")
        asked = time.monotonic()
        site.release()
        site.ended(manager)
        assert time.monotonic() - asked < HANGS - 5


def test_ctrl_c_is_not_held_up(site, hanging):
    site.configure(hanging)
    with site.serving():
        manager = site.manage()
        wait_for((site.folder / "asked").exists, 30, "the look at the queue")
        manager.send_signal(signal.SIGINT)
        began = time.monotonic()
        site.ended(manager, status=130)
        assert time.monotonic() - began < 5
