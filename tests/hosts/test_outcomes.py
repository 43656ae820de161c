"""All hosts at once, some at a time; a bad one never stops the others."""

import threading
import time
from pathlib import Path

import pytest

from stormtracks.config import Cluster, Nameserver, WorkerHost
from stormtracks.hosts import readiness, workers
from stormtracks.hosts.links import HostFault
from stormtracks.hosts.outcomes import HostOutcome, everywhere, line_writer

NAMES = ("a", "bad", "broken", "d", "e")


@pytest.fixture
def cluster():
    return Cluster(Nameserver(), tuple(WorkerHost(name, launch="local") for name in NAMES), Path("r"), Path("h"))


def job(link, worker):
    if worker.name == "bad":
        raise HostFault("it is off")
    if worker.name == "broken":
        raise RuntimeError("a fault of ours")
    return HostOutcome(worker.name, True, "done")


def test_every_host_has_an_outcome_in_the_order_of_the_file(cluster, capsys):
    found = everywhere(cluster, job, None, show=line_writer(cluster))
    assert [(one.host, one.ok) for one in found] == [(n, n not in ("bad", "broken")) for n in NAMES]
    assert sorted(capsys.readouterr().out.splitlines()) == [
        "a      ok     done",
        "bad    FAILED it is off",
        "broken FAILED a bug in stormtracks: RuntimeError: a fault of ours",
        "d      ok     done",
        "e      ok     done",
    ]


@pytest.mark.parametrize("at_once", [1, 2])
def test_at_most_so_many_at_a_time(cluster, at_once):
    inside, most, lock = set(), [], threading.Lock()

    def counting(link, worker):
        with lock:
            inside.add(worker.name)
            most.append(len(inside))
        time.sleep(0.02)
        inside.discard(worker.name)
        return HostOutcome(worker.name, True, "")

    everywhere(cluster, counting, None, at_once)
    assert len(most) == len(NAMES)
    assert max(most) <= at_once


def test_all_at_once_where_that_is_allowed(cluster):
    meeting = threading.Barrier(len(NAMES))

    def together(link, worker):
        meeting.wait(20)
        return HostOutcome(worker.name, True, "")

    assert all(one.ok for one in everywhere(cluster, together, None, len(NAMES)))


@pytest.mark.parametrize(
    ("there", "text", "fault"),
    [
        (100.5, "same", None),
        (98.0, "-2 s", None),
        (3701.0, "+3,600 s", "differs by +3,600 s from this machine: set the host's clock"),
        (-3500.0, "-3,600 s", "differs by -3,600 s from this machine: set the host's clock"),
    ],
)
def test_a_clock_is_compared_with_what_asking_took(there, text, fault):
    found = readiness._clock(there, 100.0, 101.0)
    assert found["text"] == text
    assert (found["fault"] or "").startswith(fault or "")
    assert (found["fault"] is None) == (fault is None)


FOUND = {"text": "there", "fault": None}


def outcome(**findings):
    faults = "\n".join(f"{name}: {one['fault']}" for name, one in findings.items() if one["fault"])
    return HostOutcome("w1", not faults, faults or "ready\nnote: data: guessed", findings)


def test_what_is_right_is_counted_and_what_is_to_do_has_a_line_each():
    good = outcome(data=FOUND, key=FOUND, worker={"text": "-", "fault": None})
    assert readiness.told(good).text == "2 things are right\nnote: data: guessed"
    bad = outcome(data={"text": "none", "fault": "it is not there: put it there"}, key=FOUND)
    assert readiness.told(bad).text == "1 thing is right, 1 to do:\ndata: it is not there: put it there"
    away = HostOutcome("w2", False, "refuses SSH: start its sshd")
    assert readiness.told(away) is away
    assert readiness.wide_table([good, bad, away], ["data"]).texts() == [
        ("w1", "ok", "there"), ("w1", "ok", "x none"), ("w2", "x", "")
    ]  # fmt: skip
    assert [row["to_do"] for row in readiness.long_table([bad, away]).plain()] == [
        "it is not there: put it there", None, "refuses SSH: start its sshd"
    ]  # fmt: skip
    assert [(one["ready"], len(one["to_do"])) for one in readiness.document([good, bad, away])] == [
        (True, 0), (False, 1), (False, 1)
    ]  # fmt: skip


@pytest.mark.parametrize("says", [5, ["x"], {"working": 5}, {"working": [{"year": 1}]}, {"working": [{"since": "x"}]}])
def test_a_worker_that_describes_itself_oddly_costs_its_own_line_only(says):
    facts = {"state": "running", "pid": 1, "seconds": 1.0, "memory_mb": 1.0, "says": says}
    row = workers._row(HostOutcome("a", True, "running", facts), time.time())
    assert row[0] == "a" and "makes no sense; check that host" in row[1] and len(row) == 7
