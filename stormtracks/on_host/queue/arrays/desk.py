"""An entry at its queue: looks at its jobs, submits more, cancels; each thing once, whatever was interrupted before."""

import contextlib
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from stormtracks.on_host.queue.arrays import command, ledger, outputs, refusals, script
from stormtracks.on_host.queue.arrays.command import NoAnswer, QueueFault
from stormtracks.on_host.queue.arrays.ledger import Array, Ledger, Saver
from stormtracks.queues.job import Job, Wanted
from stormtracks.queues.known import SYSTEMS
from stormtracks.queues.system import OddAnswer, System

SUBMIT_SECONDS = 60.0
"""That the submitting command may take."""
SETTLED_SECONDS = 60.0
"""After a submission that was interrupted: what was taken is listed by then."""
DOUBT_SECONDS = 3600.0
"""After that nothing is looked for any more: an overloaded controller works off its requests minutes later at most."""
MISSING_SECONDS = 20.0
"""A job that is no longer listed may be listed again: queues that are busy answer with less than there is."""
QUICK_SECONDS = 60.0
"""A job that the queue itself ended sooner had no time to register."""


class Desk:
    """One entry's arrays, while no other process of ours is at them; from `opened`.

    Parameters
    ----------
    request : mapping
        The entry of hosts.yaml.
    known : Ledger
    save : Saver
    """

    def __init__(self, request: Mapping[str, Any], known: Ledger, save: Saver) -> None:
        self.request = request
        self.ledger = known
        self.save = save
        self.entry: str = request["name"]
        self.system: System = SYSTEMS[request["launch"]]
        self.folder: Path = ledger.output_folder(self.entry)

    @property
    def slots(self) -> int:
        """CPUs of one job."""
        return self.request.get("slots") or 1

    @property
    def most(self) -> int:
        """Jobs that there may be at a time."""
        return self.request.get("jobs") or 1

    @property
    def there(self) -> int:
        """Jobs that are pending or running, those that were submitted a moment ago among them."""
        new = sum(one.jobs for one in self.ledger.arrays if self._is_new(one))
        return new + len(self.ledger.listed("pending", "running"))

    @property
    def unsettled(self) -> bool:
        """Whether there may be jobs that the queue does not list yet."""
        return self.ledger.attempt is not None or any(map(self._is_new, self.ledger.arrays))

    def wanted(self, jobs: int, mark: str | None = None, time: str | None = None) -> Wanted:
        """An array as the entry describes it."""
        get = self.request.get
        return Wanted(
            name=self.entry,
            mark=mark or self.ledger.mark,
            jobs=jobs,
            slots=self.slots,
            time=time or get("time"),
            memory_mb=get("memory_limit_mb"),
            partition=get("partition"),
            account=get("account"),
            options=tuple(get("options") or ()),
            output=str(self.folder),
            shell=script.shell(),
        )

    def look(self) -> list[Job]:
        """Ask the queue once, where there may be jobs; what is found is in the ledger, and returned."""
        searching = self.ledger.attempt or self._doubt
        if not searching and not self.ledger.arrays:
            return self._kept()
        arrays = [one.id for one in self.ledger.arrays]
        listing = self.system.mine() if searching else self.system.listing(arrays)
        found, unknown = self.listed(listing)
        self._note([job for job in found if job.mark == self.ledger.mark], unknown)
        return self._kept()

    def submit(self, jobs: int) -> Array:
        """Submit an array; that is written down before, so that its jobs are found also if this process is killed.

        Raises
        ------
        QueueFault
            The queue refuses, or what an earlier attempt has done is not known yet.
        """
        self._refuse_unsettled()
        wanted = self.wanted(jobs)
        attempt = Array("", jobs, time.time(), ledger.asked(self.request), str(self.request.get("version", "")))
        self.ledger.attempt = attempt
        self.save()
        text = script.text("queue.pilot", self.request, self.system.head(wanted), wanted.shell)
        array = self._submitted(self.system.submit(wanted), text)
        if not any(one.id == array for one in self.ledger.arrays):
            self.ledger.arrays.append(replace(attempt, id=array))
        self.ledger.attempt = None
        self.save()
        return self.ledger.arrays[-1]

    def end(self, ids: Sequence[str], signal: str | None = None) -> None:
        """Cancel jobs, or send their workers a signal; jobs that have ended meanwhile are no fault."""
        words = self.system.ending(ids, signal)
        ran = command.run(self.system, words)
        if ran.status != 0 and not refusals.knows_no_more(ran):
            raise refusals.refused(words[0], ran)

    def changed(self) -> list[str]:
        """Keys of hosts.yaml that jobs which are pending or running were submitted with otherwise than now."""
        now = ledger.asked(self.request)
        there = [one for one in self.ledger.arrays if one.ended is None]
        names = {key for one in there for key in now if one.asked.get(key) not in (None, now[key])}
        return sorted("code version" if name == "version" else name for name in names)

    @property
    def is_another_s(self) -> bool:
        """Whether all jobs that are there look for another nameserver, so that none of them is to come to this one."""
        now = ledger.asked(self.request)["nameserver"]
        there = [one.asked.get("nameserver") for one in self.ledger.arrays if one.ended is None]
        return bool(there) and all(asked not in (None, now) for asked in there)

    def output_of(self, job: Job) -> Path:
        """The file with what a job writes."""
        return outputs.path_of(self.folder, job.id)

    def registered(self, job: Job) -> bool:
        """Whether a job's worker has ever registered."""
        if job.id not in self.ledger.registered and outputs.has_registered(self.output_of(job)):
            self.ledger.registered.append(job.id)
        return job.id in self.ledger.registered

    def listed(self, words: Sequence[str]) -> tuple[list[Job], bool]:
        """The jobs in the answer to a listing, whosever they are; whether the queue says that it knows none of them."""
        ran = command.run(self.system, words)
        unknown = refusals.knows_no_more(ran)
        if ran.status != 0 and not unknown:
            raise refusals.refused(words[0], ran)
        return self.system.jobs_in(ran.output, ran.errors), unknown

    def _note(self, found: list[Job], unknown: bool) -> None:
        """Bring the ledger up to what is listed."""
        self._adopt(found)
        past = set(self.ledger.past) - {one.id for one in self.ledger.arrays}
        found = [job for job in found if job.array not in past]
        before, registered = self.ledger.jobs, set(self.ledger.registered)
        rests = {job.array: job for job in found if self._is_rest(job)}
        found = [job for job in found if job.id not in rests]
        now = {job.id: job for job in found} | {job.id: job for job in self._gone(found, rests, unknown)}
        ended = [job for job in now.values() if job.state == "ended" and not _was_ended(before.get(job.id))]
        self.ledger.jobs = {**before, **now, **{job.id: _ended_now(job) for job in ended}}
        for job in sorted(ended, key=lambda one: one.end or 0.0):
            self._judge(self.ledger.jobs[job.id])
        # A worker that registered long ago does not excuse those that fail now.
        if {job.id for job in self.ledger.listed("running", "ended") if self.registered(job)} - registered:
            self.ledger.strikes = []
        self._note_halt([job.id for job in ended if is_cancelled(job)])
        self._close_arrays()
        self.ledger.forget_old({job.id for job in found})
        alive = self.ledger.listed("pending", "running", "ending")
        outputs.sweep(self.folder, [self.output_of(job) for job in alive])
        self.save()

    def _note_halt(self, cancelled: list[str]) -> None:
        """Note that somebody has cancelled all that there was: they do not want it back."""
        if self.there or self.ledger.listed("ending"):
            self.ledger.halted = []
        elif cancelled:
            self.ledger.halted = cancelled

    def _is_rest(self, job: Job) -> bool:
        """Whether this stands for the tasks of its array that are not listed: they were cancelled one by one."""
        tasks = (one for one in self.ledger.jobs.values() if one.array == job.array)
        return job.id == job.array and job.state == "ended" and any(one.id != job.id for one in tasks)

    def _gone(self, found: list[Job], rests: Mapping[str, Job], unknown: bool) -> list[Job]:
        """Jobs that were there and have ended unseen: the queue says so, or has not listed them for some time."""
        listed = {job.id for job in found}
        lost = [job for job in self.ledger.listed("pending", "running", "ending") if job.id not in listed]
        since = self.ledger.missing
        cancelled = [replace(rests[job.array], id=job.id) for job in lost if job.array in rests]
        lost = [job for job in lost if job.array not in rests]
        self.ledger.missing = {job.id: since.get(job.id, time.time()) for job in lost}
        return cancelled + [
            replace(job, state="ended", word="gone", reason="", end=time.time())
            for job in lost
            if unknown or time.time() - self.ledger.missing[job.id] >= MISSING_SECONDS
        ]

    def _adopt(self, found: list[Job]) -> None:
        """Take over the jobs of a submission whose answer was lost."""
        searched = self.ledger.attempt or self._doubt
        if searched is None:
            return
        known = {*(one.id for one in self.ledger.arrays), *self.ledger.past}
        for array in sorted({job.array for job in found} - known):
            self.ledger.arrays.append(replace(searched, id=array))
            self.ledger.attempt = self.ledger.doubt = None
        if self.ledger.attempt and time.time() - self.ledger.attempt.at > SETTLED_SECONDS:
            self.ledger.attempt, self.ledger.doubt = None, self.ledger.attempt

    @property
    def _doubt(self) -> Array | None:
        """A submission that was given up, as long as it may be taken still."""
        doubt = self.ledger.doubt
        return doubt if doubt and time.time() - doubt.at < DOUBT_SECONDS else None

    def _judge(self, job: Job) -> None:
        """Count jobs that came to nothing: where none ever becomes a worker, more of them would not either."""
        seconds = (job.end or 0.0) - job.start if job.start is not None else 0.0
        if not self.registered(job) and not (job.by_queue and seconds < QUICK_SECONDS):
            self.ledger.strikes.append(job.id)

    def _close_arrays(self) -> None:
        alive = {job.array for job in self.ledger.listed("pending", "running", "ending")}
        for one in self.ledger.arrays:
            one.ended = None if one.id in alive or self._is_new(one) else one.ended or time.time()

    def _is_new(self, array: Array) -> bool:
        """Whether an array may not be listed yet."""
        seen = any(job.array == array.id for job in self.ledger.jobs.values())
        return not seen and time.time() - array.at < SETTLED_SECONDS

    def _refuse_unsettled(self) -> None:
        if self.ledger.attempt is None:
            return
        age = time.time() - self.ledger.attempt.at
        raise NoAnswer(
            f"a submission of {age:.0f} s ago was interrupted, and the queue does not list its jobs yet: run this "
            f"again in {max(1, math.ceil(SETTLED_SECONDS - age))} s, so that nothing is submitted twice"
        )

    def _submitted(self, words: Sequence[str], text: str) -> str:
        """The array that the queue took; where its answer is lost, what it lists is the answer."""
        try:
            ran = command.run(self.system, words, text, SUBMIT_SECONDS)
            if ran.status != 0:
                raise refusals.refused(words[0], ran)
            return self.system.array_of(ran.output)
        except (NoAnswer, OddAnswer) as lost:
            if self.ledger.attempt:  # the command may have taken a minute itself
                self.ledger.attempt.at = time.time()
            with contextlib.suppress(QueueFault, OddAnswer):
                self.look()
            if self.ledger.attempt is None and self.ledger.arrays:
                return self.ledger.arrays[-1].id
            raise lost
        except QueueFault:
            self.ledger.attempt = None
            self.save()
            raise

    def _kept(self) -> list[Job]:
        return list(self.ledger.jobs.values())


@contextlib.contextmanager
def opened(request: Mapping[str, Any]) -> Iterator[Desk]:
    """The desk of the entry that a request describes.

    Raises
    ------
    ledger.LedgerDamaged, ledger.LedgerTaken
    """
    with ledger.opened(request["name"]) as (known, save):
        yield Desk(request, known, save)


def is_cancelled(job: Job) -> bool:
    """Whether somebody has cancelled a job; PBS does not tell this from what it does itself."""
    return job.state == "ended" and job.word.startswith("CANCELLED")


def _was_ended(job: Job | None) -> bool:
    return job is not None and job.state == "ended"


def _ended_now(job: Job) -> Job:
    return job if job.end is not None else replace(job, end=time.time())
