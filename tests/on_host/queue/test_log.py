"""What jobs write, each line behind its job."""

import json
import os
import subprocess
import sys

from fab import ROOT
from processes import wait_for

from stormtracks.on_host.answers import MARK
from stormtracks.on_host.queue import log


def folder(home):
    place = home / "queues" / "big"
    place.mkdir(parents=True, mode=0o700)
    return place


def test_the_last_lines_of_each_job(home, request_of):
    place = folder(home)
    for number, job in enumerate(("7_1", "7_2")):
        (place / f"{job}.log").write_text("one\ntwo\nthree\n")
        os.utime(place / f"{job}.log", (number, number))
    assert log.run(request_of(lines=2))["lines"] == ["7_1  two", "7_1  three", "7_2  two", "7_2  three"]


def test_nothing_yet(home, request_of):
    assert log.run(request_of(lines=2))["lines"] == []


def test_jobs_that_begin_meanwhile_are_followed_from_their_start(home, request_of):
    place = folder(home)
    (place / "7_1.log").write_text("old\n")
    with subprocess.Popen(
        [sys.executable, "-m", "stormtracks.on_host", "queue.log"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
    ) as process:
        process.stdin.write(json.dumps(request_of(lines=5, follow=True)).encode() + b"\n")
        process.stdin.flush()
        first = process.stdout.readline()
        assert first.startswith(MARK) and json.loads(first.partition(MARK)[2])["lines"] == ["7_1  old"]
        (place / "7_2.log").write_text("new")
        with (place / "7_1.log").open("a") as file:
            file.write("more\n")
        assert process.stdout.readline() == b"7_1  more\n"
        with (place / "7_2.log").open("a") as file:
            file.write("er\n")
        assert process.stdout.readline() == b"7_2  newer\n"
        process.stdin.close()  # the asker has gone
        wait_for(lambda: process.poll() == 0)
