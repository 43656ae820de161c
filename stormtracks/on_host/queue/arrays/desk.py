"""An entry at its queue: looks at its jobs, submits more, cancels; each thing once, whatever was interrupted before."""

import contextlib
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from stormtracks.on_host.queue.arrays import bookkeeping, command, ledger, refusals, script
from stormtracks.on_host.queue.arrays.bookkeeping import Bookkeeper
from stormtracks.on_host.queue.arrays.command import NoAnswer, QueueFault
from stormtracks.on_host.queue.arrays.ledger import Array, Ledger, Saver
from stormtracks.queues.job import Job, Wanted
from stormtracks.queues.known import SYSTEMS
from stormtracks.queues.system import OddAnswer, System

SUBMIT_SECONDS = 60.0
"""That the submitting command may take."""


class Desk:
    """One entry's arrays, while no other process of ours is at them; from `opened`.

    Parameters
    ----------
    request : mapping
        The entry of hosts.yaml.
    known : Ledger
    save : Saver

    Attributes
    ----------
    books : Bookkeeper
        Keeps the ledger up to what the queue lists.
    """

    def __init__(self, request: Mapping[str, Any], known: Ledger, save: Saver) -> None:
        self.request = request
        self.ledger = known
        self.save = save
        self.entry: str = request["name"]
        self.system: System = SYSTEMS[request["launch"]]
        self.folder: Path = ledger.output_folder(self.entry)
        self.books = Bookkeeper(known, self.folder)

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
        return self.books.there

    @property
    def unsettled(self) -> bool:
        """Whether there may be jobs that the queue does not list yet."""
        return self.ledger.attempt is not None or any(map(self.books.is_new, self.ledger.arrays))

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
        searching = self.ledger.attempt or self.books.doubt
        if not searching and not self.ledger.arrays:
            return self._kept()
        arrays = [one.id for one in self.ledger.arrays]
        listing = self.system.mine() if searching else self.system.listing(arrays)
        found, unknown = self.listed(listing)
        self.books.note([job for job in found if job.mark == self.ledger.mark], unknown)
        self.save()
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

    def listed(self, words: Sequence[str]) -> tuple[list[Job], bool]:
        """The jobs in the answer to a listing, whosever they are; whether the queue says that it knows none of them."""
        ran = command.run(self.system, words)
        unknown = refusals.knows_no_more(ran)
        if ran.status != 0 and not unknown:
            raise refusals.refused(words[0], ran)
        return self.system.jobs_in(ran.output, ran.errors), unknown

    def _refuse_unsettled(self) -> None:
        if self.ledger.attempt is None:
            return
        age = time.time() - self.ledger.attempt.at
        raise NoAnswer(
            f"a submission of {age:.0f} s ago was interrupted, and the queue does not list its jobs yet: run this "
            f"again in {max(1, math.ceil(bookkeeping.SETTLED_SECONDS - age))} s, so that nothing is submitted twice"
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
