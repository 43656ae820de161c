"""What the journal calls complete, looked for by name in the results folder of the worker that did it."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from stormtracks import label
from stormtracks.errors import StormtracksError
from stormtracks.label import Label
from stormtracks.pyro_cluster.journal.journal import Journal
from stormtracks.pyro_cluster.journal.outcome import Cell, Held
from stormtracks.pyro_cluster.manager.engines.door import Peer, PeerLost
from stormtracks.pyro_cluster.manager.plan import ManagePlan

SHARED_LOOKS = 3
"""Workers with the same results folder that are asked for the results of one that is away."""
SHOWN_WORKERS = 3
MOST_PAGES = 1000
LISTING_SECONDS = 120.0
"""How long a worker may take to say which results it has: the run begins after that."""

Name: TypeAlias = tuple[str, Label, str]
"""Task, year or start, and name of a file."""


class OddListing(StormtracksError):
    """A worker that cannot say which results it has; the message says why."""


class Holdings:
    """The results of a run that are complete from before, as far as they were not looked for yet.

    Parameters
    ----------
    journal : Journal
    plan : ManagePlan

    Attributes
    ----------
    remarks : list of str
        What was not there.
    """

    def __init__(self, journal: Journal, plan: ManagePlan) -> None:
        self.remarks: list[str] = []
        self._journal = journal
        self._plan = plan
        self._options = plan.rules().options
        self._left: dict[str, list[Held]] = defaultdict(list)  # by worker, as it is known (`Worker.known_as`)
        self._reasons: dict[str, str] = {}  # likewise: why it cannot say what it has
        self._lock = threading.Lock()
        self._looking: dict[str, threading.Lock] = defaultdict(threading.Lock)  # likewise
        lines = plan.lines if isinstance(plan.lines, range) else frozenset(plan.lines)
        for held in journal.held:
            if held.file and held.year in lines and held.ensemble_member < plan.members:
                self._left[held.worker].append(held)

    def forget(self, cells: Collection[Cell]) -> None:
        """Tasks that are to be done again: nobody needs to say whether their results are there."""
        with self._lock:
            self._drop(cells)

    def unknown(self) -> str:
        """What was not looked for and why, as text; nothing where all was."""
        with self._lock:
            number = sum(map(len, self._left.values()))
            why = [f"{name} {self._reasons.get(name) or self._away_how(name)}" for name in self._left]
        if not number:
            return ""
        more = f" and {len(why) - SHOWN_WORKERS} more" if len(why) > SHOWN_WORKERS else ""
        are = "results were" if number > 1 else "result was"
        return f"{number:,} {are} not looked for: worker {', '.join(why[:SHOWN_WORKERS])}{more}"

    def look(self, name: str, peer: Peer) -> list[Cell]:
        """Look for what a worker is to have; the tasks whose results are gone, which are outstanding again.

        Of the workers of one entry, which have the same results, one is asked; others where it could not say.
        """
        with self._lock:
            looking = self._looking[name]
        with looking:
            wanted = self._left_of(name)
            there = self._names(name, peer, wanted) if wanted else None
            if there is None:
                return []
            gone = [held.cell for held in wanted if self._name(held) not in there]
            with self._lock:
                self._left.pop(name, None)
                self._again(gone, "not there any more")
            return gone

    def look_where_shared(self, present: Mapping[str, Peer], folders: Mapping[str, str]) -> None:
        """Look for the results of workers that are away with those that have the same results folder.

        Parameters
        ----------
        present : mapping of str to Peer
            By `Worker.known_as`.
        folders : mapping of str to str
            Each worker that is present, likewise -> its results folder.
        """
        for name in self._away(present):
            folder = self._journal.places.get(name, {}).get("results", "")
            sharing = [other for other in present if folder and folders.get(other) == folder]
            for other in sharing[:SHARED_LOOKS]:
                found = self._names(other, present[other], self._left_of(name)) or set()
                self._keep(name, [held for held in self._left_of(name) if self._name(held) not in found])

    def look_here(self, present: Iterable[str]) -> None:
        """Look for the results of workers that are away where `fab collect` brings them, or in their folders here."""
        here: Mapping[str, str] = (self._plan.workers() if self._plan.workers else None) or {}
        for name in self._away(present):
            for folder in filter(None, (str(self._plan.collected or ""), here.get(name))):
                self._keep(name, [held for held in self._left_of(name) if not self._path(folder, held).exists()])

    def redo(self, present: Iterable[str]) -> list[Cell]:
        """Give up the results of workers that are away; their tasks, which are outstanding again."""
        away = self._away(present)
        with self._lock:
            cells = [held.cell for name in away for held in self._left.pop(name)]
            self._again(cells, f"on workers that are away ({', '.join(away[:SHOWN_WORKERS])})")
        return cells

    def _away_how(self, name: str) -> str:
        known = self._plan.workers() if self._plan.workers else None
        return "is away" if known is None or name in known else "is away, and not in hosts.yaml any more"

    def _left_of(self, name: str) -> list[Held]:
        with self._lock:
            return list(self._left.get(name, ()))

    def _keep(self, name: str, left: list[Held]) -> None:
        with self._lock:
            self._left[name] = left
            if not left:
                del self._left[name]

    def _away(self, present: Iterable[str]) -> list[str]:
        with self._lock:
            return sorted(set(self._left) - set(present))

    def _again(self, cells: Sequence[Cell], where: str) -> None:
        if cells:
            self._drop(self._journal.again(cells))
            one = len(cells) == 1
            self.remarks.append(
                f"{len(cells):,} result{'' if one else 's'} that the journal calls complete {'is' if one else 'are'} "
                f"{where}; {'it is' if one else 'they are'} done again"
            )

    def _named(self, held: Held) -> Held:
        """With its task's name, which is not kept where a run has only one."""
        return held if held.task else held._replace(task=self._plan.task)

    def _name(self, held: Held) -> Name:
        return self._named(held).task, held.year, held.file

    def _path(self, results: str, held: Held) -> Path:
        """Where a result lies in a folder for results."""
        task, year, file = self._name(held)
        return Path(results, self._plan.results or "", task, label.name(year), file)

    def _drop(self, cells: Collection[Cell]) -> None:
        for name, held in list(self._left.items()):
            left = [one for one in held if one.cell not in cells]
            if left:
                self._left[name] = left
            else:
                del self._left[name]

    def _names(self, name: str, peer: Peer, wanted: Sequence[Held]) -> set[Name] | None:
        """The files that a worker has of the tasks and years wanted; None where it cannot say."""
        years: dict[str, set[Label]] = defaultdict(set)
        for held in map(self._named, wanted):
            years[held.task].add(held.year)
        try:
            wanted_of = ((task, label.in_order(of)) for task, of in years.items())
            return {(task, *file) for task, of in wanted_of for file in listed(peer, task, of, self._options)}
        except PeerLost:
            return None
        except AttributeError:
            self._reasons[name] = "runs a version that cannot say which results it has"
        except Exception as error:  # another version's answer can be anything
            self._reasons[name] = f"cannot say which results it has ({error})"
        return None


def listed(peer: Peer, task: str, years: list[Label], options: Mapping[str, Any]) -> Iterable[tuple[Label, str]]:
    """(year, name) of the files that a worker has of a task; whatever is wrong with its answer is raised."""
    return _pages(lambda after: peer.list_results(task, years, options, after))


def _pages(ask: Callable[[list[Any] | None], Mapping[str, Any]]) -> Iterable[tuple[Label, str]]:
    after: list[Any] | None = None
    until = time.monotonic() + LISTING_SECONDS
    for _ in range(MOST_PAGES):
        page = ask(after)
        if not isinstance(page, dict):
            raise OddListing("its answer is not a listing")
        if page.get("error"):
            raise OddListing(str(page["error"]))
        for year, files in page["names"]:
            yield from ((year, file) for file in files)
        before, after = after, page["more"]
        if after is None:
            return
        if before is not None and after <= before:
            break
        if time.monotonic() > until:
            raise OddListing(f"its list takes longer than {LISTING_SECONDS:g} s")
    raise OddListing("its list has no end")
