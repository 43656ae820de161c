"""Whatever is asked for, and cut off anywhere: no job is orphaned, none is submitted twice, stopping leaves none."""

import contextlib
import types

import pytest
from broken_queue import line
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from stormtracks.on_host.queue import cancel, jobs, keep, submit
from stormtracks.on_host.queue.arrays import bookkeeping, command, desk, ledger
from stormtracks.on_host.queue.arrays.command import NoAnswer, Ran

MOST = 3
ACTIONS = {"submit": submit, "keep": keep, "cancel": cancel, "jobs": jobs}
FAULTS = ("killed before", "killed after", "silent before", "silent after", "refused")


class Killed(BaseException):
    """The process is gone."""


class Queue:
    """A queue in this process, which does what its commands are told, or not, or does it and does not say so."""

    def __init__(self, lag):
        self.lag = lag  # s from submitting to being listed
        self.listed_from = {}
        self.now = 1_000_000.0
        self.jobs = {}  # id -> (state, mark)
        self.arrays = 0
        self.fault = None  # (command from now on, what happens)

    def run(self, system, words, given="", seconds=0.0):
        self.now += 1.0
        fault = self._fault()
        if fault == "refused":
            return Ran(1, "", f"{words[0]}: error: something is not right")
        self._raise(fault, "before")
        answer = getattr(self, words[0])(words)
        self._raise(fault, "after")
        return Ran(0, answer, "")

    def alive(self):
        return {job for job, (state, _) in self.jobs.items() if state in ("PENDING", "RUNNING")}

    def sbatch(self, words):
        self.arrays += 1
        count = next(
            int(word.partition("-")[2]) for word in (w.removeprefix("--array=") for w in words) if word[:2] == "1-"
        )
        mark = next(word.partition("=")[2] for word in words if word.startswith("--comment="))
        self.jobs |= {f"{self.arrays}_{n + 1}": ("PENDING", mark) for n in range(count)}
        self.listed_from[str(self.arrays)] = self.now + self.lag
        return f"{self.arrays}\n"

    def squeue(self, words):
        asked = next((word.partition("=")[2].split(",") for word in words if word.startswith("--jobs=")), None)
        listed = [array for array, since in self.listed_from.items() if since <= self.now]
        shown = {
            job: of for job, of in self.jobs.items() if job.partition("_")[0] in (set(asked or listed) & set(listed))
        }
        return "".join(line(mark, job, state, end=str(int(self.now))) for job, (state, mark) in shown.items())

    def scancel(self, words):
        for job in words[1:]:
            if job in self.alive():
                self.jobs[job] = ("CANCELLED", self.jobs[job][1])
        return ""

    def change(self, number, state):
        """Let the queue do something with one of its jobs."""
        if alive := sorted(self.alive()):
            job = alive[number % len(alive)]
            self.jobs[job] = (state, self.jobs[job][1])

    def _fault(self):
        if self.fault is None:
            return None
        left, fault = self.fault
        self.fault = (left - 1, fault) if left else None
        return None if left else fault

    def _raise(self, fault, when):
        if fault == f"killed {when}":
            raise Killed
        if fault == f"silent {when}":
            raise NoAnswer("sbatch did not answer within 60 s")


ask = st.tuples(
    st.sampled_from([*ACTIONS]), st.none() | st.tuples(st.integers(0, 3), st.sampled_from(FAULTS)), st.integers(0, 9)
)
happen = st.tuples(st.sampled_from(["RUNNING", "PREEMPTED", "FAILED", "TIMEOUT"]), st.integers(0, 5))
passes = st.sampled_from([5.0, 40.0, 400.0])


@pytest.mark.slow
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(ask | happen | passes, max_size=9), st.sampled_from([0.0, 30.0]))
@example([("submit", (1, "killed after"), 0), ("keep", None, 9), ("jobs", None, 0)], 30.0)
@example([("submit", (0, "silent after"), 0), ("submit", None, 0), ("cancel", (1, "killed before"), 0)], 30.0)
@example([("submit", None, 0), ("cancel", None, 0)], 30.0)
def test_every_job_is_known_and_there_are_never_too_many(request_of, home, monkeypatch, steps, lag):
    queue = Queue(lag)
    clock = types.SimpleNamespace(
        time=lambda: queue.now, monotonic=lambda: queue.now, sleep=lambda s: setattr(queue, "now", queue.now + s)
    )
    for module in (bookkeeping, desk, ledger, keep, cancel):
        monkeypatch.setattr(module, "time", clock)
    monkeypatch.setattr(command, "run", queue.run)
    with contextlib.suppress(FileNotFoundError):
        (home / "queues" / "big.json").unlink()
    request = request_of(jobs=MOST, slots=1, now=True, patience=1, outstanding=9)
    for step in steps:
        do(queue, request, step)
        assert len(queue.alive()) <= MOST
    queue.fault = None
    queue.now += 100.0  # what was interrupted is settled
    listed = {job["id"] for job in jobs.run(request)["jobs"] if job["state"] != "ended"}
    assert listed == queue.alive()
    assert cancel.run(request)["left"] == []
    assert queue.alive() == set()
    assert keep.run(request)["submitted"] == 0


def do(queue, request, step):
    """Ask for something, let the queue do something, or let time pass."""
    match step:
        case ("cancel", None, _):
            assert cancel.run(request)["left"] == []
            assert queue.alive() == set()
        case (str(action), fault, int(outstanding)):
            queue.fault = fault
            with contextlib.suppress(Killed, command.QueueFault):
                ACTIONS[action].run({**request, "outstanding": outstanding})
            queue.fault = None
        case (str(state), int(number)):
            queue.change(number, state)
        case float(seconds):
            queue.now += seconds
