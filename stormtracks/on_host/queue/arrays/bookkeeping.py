"""What a listing of the queue means for an entry's ledger: what has come, ended, or came to nothing. Asks no queue."""

import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from stormtracks.on_host.queue.arrays import outputs
from stormtracks.on_host.queue.arrays.ledger import Array, Ledger
from stormtracks.queues.job import Job

SETTLED_SECONDS = 60.0
"""After a submission that was interrupted: what was taken is listed by then."""
DOUBT_SECONDS = 3600.0
"""After that nothing is looked for any more: an overloaded controller works off its requests minutes later at most."""
MISSING_SECONDS = 20.0
"""A job that is no longer listed may be listed again: queues that are busy answer with less than there is."""
QUICK_SECONDS = 60.0
"""A job that the queue itself ended sooner had no time to register."""


class Bookkeeper:
    """Keeps an entry's ledger.

    Parameters
    ----------
    known : Ledger
    folder : Path
        With what the jobs write.
    """

    def __init__(self, known: Ledger, folder: Path) -> None:
        self.ledger = known
        self.folder = folder

    @property
    def there(self) -> int:
        """Jobs that are pending or running, those that were submitted a moment ago among them."""
        new = sum(one.jobs for one in self.ledger.arrays if self.is_new(one))
        return new + len(self.ledger.listed("pending", "running"))

    @property
    def doubt(self) -> Array | None:
        """A submission that was given up, as long as it may be taken still."""
        doubt = self.ledger.doubt
        return doubt if doubt and time.time() - doubt.at < DOUBT_SECONDS else None

    def is_new(self, array: Array) -> bool:
        """Whether an array may not be listed yet."""
        seen = any(job.array == array.id for job in self.ledger.jobs.values())
        return not seen and time.time() - array.at < SETTLED_SECONDS

    def output_of(self, job: Job) -> Path:
        """The file with what a job writes."""
        return outputs.path_of(self.folder, job.id)

    def registered(self, job: Job) -> bool:
        """Whether a job's worker has ever registered."""
        if job.id not in self.ledger.registered and outputs.has_registered(self.output_of(job)):
            self.ledger.registered.append(job.id)
        return job.id in self.ledger.registered

    def note(self, found: list[Job], unknown: bool) -> None:
        """Bring the ledger up to what is listed.

        Parameters
        ----------
        found : list of Job
            The entry's jobs in the listing.
        unknown : bool
            Whether the queue says that it knows none of those that it was asked for.
        """
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
        searched = self.ledger.attempt or self.doubt
        if searched is None:
            return
        known = {*(one.id for one in self.ledger.arrays), *self.ledger.past}
        for array in sorted({job.array for job in found} - known):
            self.ledger.arrays.append(replace(searched, id=array))
            self.ledger.attempt = self.ledger.doubt = None
        if self.ledger.attempt and time.time() - self.ledger.attempt.at > SETTLED_SECONDS:
            self.ledger.attempt, self.ledger.doubt = None, self.ledger.attempt

    def _judge(self, job: Job) -> None:
        """Count jobs that came to nothing: where none ever becomes a worker, more of them would not either."""
        seconds = (job.end or 0.0) - job.start if job.start is not None else 0.0
        if not self.registered(job) and not (job.by_queue and seconds < QUICK_SECONDS):
            self.ledger.strikes.append(job.id)

    def _close_arrays(self) -> None:
        alive = {job.array for job in self.ledger.listed("pending", "running", "ending")}
        for one in self.ledger.arrays:
            one.ended = None if one.id in alive or self.is_new(one) else one.ended or time.time()


def is_cancelled(job: Job) -> bool:
    """Whether somebody has cancelled a job; PBS does not tell this from what it does itself."""
    return job.state == "ended" and job.word.startswith("CANCELLED")


def _was_ended(job: Job | None) -> bool:
    return job is not None and job.state == "ended"


def _ended_now(job: Job) -> Job:
    return job if job.end is not None else replace(job, end=time.time())
