"""Each worker says what it is and what it holds: those that are listed at first, others as they come.

A run belongs to its results, and uses the workers of its own hosts.yaml only: another project's may be listed at the
same nameserver. A worker whose data or results folder is not the one that took part is refused, as is one
that has results of other settings, before anything is given out.
"""

import os
import socket
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from stormtracks.errors import BadValue
from stormtracks.label import Label
from stormtracks.pyro_cluster.journal.journal import Journal
from stormtracks.pyro_cluster.journal.outcome import Cell
from stormtracks.pyro_cluster.manager.engines.door import Cluster, Peer, PeerLost
from stormtracks.pyro_cluster.manager.holdings import Holdings, listed
from stormtracks.pyro_cluster.manager.owners import owned_years
from stormtracks.pyro_cluster.manager.plan import ManagePlan
from stormtracks.pyro_cluster.manager.recent import Recent
from stormtracks.pyro_cluster.manager.workers import replies
from stormtracks.pyro_cluster.manager.workers.heartbeats import BEAT_TIMEOUT
from stormtracks.pyro_cluster.plain import PLACES

SHOWN_REASON = 2000


class NotBelonging(BadValue):
    """Workers that cannot take part in a run as they are; the message says which, why, and what to do."""


class _Present(NamedTuple):
    """A worker that answered, by the name that it is listed under."""

    name: str
    uri: str
    peer: Peer
    description: Mapping[str, Any]

    @property
    def known_as(self) -> str:
        """See `Worker.known_as`."""
        return _known_as(self.name, self.description)


class RollCall:
    """The workers of a cluster, asked before they take part.

    Parameters
    ----------
    cluster : engines.door.Cluster
    plan : ManagePlan

    Attributes
    ----------
    on_looked : callable or None
        Called when the results of a worker that comes later were looked for, with the tasks whose results are gone.
    """

    def __init__(self, cluster: Cluster, plan: ManagePlan) -> None:
        self.on_looked: Callable[[list[Cell]], object] | None = None
        self._cluster = cluster
        self._plan = plan
        self._rules = plan.rules()
        self._journal: Journal | None = None
        self._present: dict[str, _Present] = {}
        self._admitted: Recent[str, bool] = Recent()  # by the workers' ids
        self._holdings: Holdings | None = None
        self._looked_at: set[str] = set()  # entries whose results are of no other settings than the run's
        self._owned: dict[str, list[Label]] = {}  # of a chain: by `known_as`, the years of most of its results
        self._lock = threading.Lock()

    def call(self) -> None:
        """Ask all that are listed what they are; who does not answer in time is away."""
        try:
            listed = self._cluster.find()
        except PeerLost:  # the search for workers says so
            return
        self._all(self._meet, listed.items(), self._cluster.call_seconds)

    def folders(self) -> dict[str, str]:
        """Each worker that answered, by `Worker.known_as` -> its results folder."""
        found = {one.known_as: self._places(one.description).get("results", "") for one in self._there()}
        return {name: folder for name, folder in found.items() if folder}

    def claim(self, plan: ManagePlan) -> None:
        """Have each worker say whether the run's results may be written there.

        Raises
        ------
        NotBelonging
            Results of other settings are there, or another run writes such ones now; or a worker writes elsewhere than
            hosts.yaml says.
        """
        self._plan = plan
        self._rules = plan.rules()
        self._refuse({one.name: text for one in self._there() if (text := self._stray(one.known_as, one.description))})
        reasons: dict[str, str] = {}

        def ask(one: _Present) -> None:
            if reason := self._claimed(one.peer, one.description):
                reasons[one.name] = reason

        self._all(ask, [(one,) for one in self._there()])
        self._refuse(reasons)

    def admit(self, journal: Journal) -> None:
        """Compare the workers with those that took part, and look for what is complete; then let others come.

        Raises
        ------
        NotBelonging
            A worker has other data or another results folder than when it took part.
        """
        self._journal = journal
        all_there = self._there()
        differences = {one.name: journal.difference(one.known_as, self._places(one.description)) for one in all_there}
        self._refuse_other_places({name: text for name, text in differences.items() if text})
        self._holdings = Holdings(journal, self._plan)
        self._all(self._examine, [(one.known_as, one.description, one.peer) for one in all_there])
        there = {one.known_as: one for one in all_there}
        self._holdings.look_where_shared({name: one.peer for name, one in there.items()}, self.folders())
        self._holdings.look_here(there)
        if self._plan.redo_away:
            self._holdings.redo(there)
        if len(self._plan.tasks) > 1:
            self._look_for_years(there)
        self._cluster.asked = self._asked

    def unknown(self) -> str:
        """What is complete by the journal but was not looked for, and why, as text; nothing where all was."""
        return self._holdings.unknown() if self._holdings else ""

    def forget(self, cells: Collection[Cell]) -> None:
        """Tasks that are to be done again: nobody needs to say whether their results are there."""
        if self._holdings:
            self._holdings.forget(cells)

    def remarks(self) -> list[str]:
        """What was found that the user should know."""
        return [*self._holdings.remarks, *filter(None, [self.unknown()])] if self._holdings else []

    # One worker

    def _meet(self, name: str, uri: str) -> None:
        try:
            peer = self._cluster.connect(uri, BEAT_TIMEOUT)
            description = replies.checked_description(peer.describe())
        except Exception:  # whatever another program answers: the search for workers tries again, and says so
            return
        with self._lock:
            self._present[name] = _Present(name, uri, peer, description)
            self._cluster.kept[uri] = peer

    def _asked(self, peer: Peer, description: Mapping[str, Any]) -> Mapping[str, Any]:
        """The description of a worker that comes later, with the reason where it may not take part."""
        description = replies.checked_description(description)
        name = _known_as(description.get("worker", ""), description)
        if name in self._owned:  # it begins with those where it did not work on any lately
            description = {**description, "years": [*self._owned[name], *description.get("years", ())]}
        if not self._usable(description) or description.get("id") in self._admitted:
            return description
        reason = self._stray(name, description)
        if not reason:
            reason = self._journal.difference(name, self._places(description)) if self._journal else ""
            reason = self._other_places(name, reason) if reason else self._claimed(peer, description)
        if reason:
            return {**description, "refused": reason[:SHOWN_REASON]}
        gone = self._examine(name, description, peer)
        if self.on_looked:
            self.on_looked(gone)
        return description

    def _there(self) -> list[_Present]:
        ours = self._ours()
        with self._lock:
            present = list(self._present.values())
        return [one for one in present if _is_of(ours, one.known_as, one.description) and self._usable(one.description)]

    def _ours(self) -> Mapping[str, str] | None:
        """The workers of the run's hosts.yaml and the results folder of each; None: all are."""
        return self._plan.workers() if self._plan.workers else None

    def _stray(self, name: str, description: Mapping[str, Any]) -> str:
        """The reason why a worker is not one of this run's hosts.yaml; nothing where it is."""
        ours, file, option = self._ours(), self._plan.hosts_file, self._plan.hosts_option
        if ours is None or description.get("by_hand"):
            return ""
        if name not in ours:
            return f"it is not in {file}; if it is to work for this project, add it there and restart it"
        said = description.get("places")
        folder = str(said.get("results") or "") if isinstance(said, dict) else ""
        if not folder or not ours[name] or os.path.realpath(folder) == os.path.realpath(ours[name]):
            return ""
        return (
            f"it writes results into {folder}, but {file} says {ours[name]}; run fab stop-workers{option}, then fab "
            f"start-workers{option}. If it works for another project, give the worker another name in {file} instead"
        )

    def _usable(self, description: Mapping[str, Any]) -> bool:
        version, tasks = description.get("version"), description.get("tasks")
        known = tasks is None or set(self._plan.tasks) <= set(tasks)
        return known and (version == self._rules.version or self._rules.any_version)

    def _places(self, description: Mapping[str, Any]) -> dict[str, str]:
        """What a worker's results depend on and where they go; nothing for a worker that does not say."""
        said = description.get("places")
        if not isinstance(said, dict):
            return {}
        places = {key: str(said.get(key) or "") for key in PLACES}
        if places["results"] and self._plan.results:
            places["results"] = str(PurePosixPath(places["results"], self._plan.results))
        return places

    def _claimed(self, peer: Peer, description: Mapping[str, Any]) -> str:
        """The reason why a worker's results folder is not for this run; a worker that cannot say has none."""
        entry, extent = description.get("entry"), self._plan.extent
        if entry in self._looked_at:  # a hundred others of the entry need not look at the same results
            extent = extent[0], extent[0], 0
        reasons: list[str | None] = []
        for task in self._plan.tasks:
            reasons.append(self._claimed_of(task, peer, extent))
            if reasons[-1]:
                return reasons[-1]
        if entry and None not in reasons:
            self._looked_at.add(entry)
        return ""

    def _claimed_of(self, task: str, peer: Peer, extent: tuple[Label, Label, int]) -> str | None:
        """The same for one task; None: it did not answer."""
        who = f"pid {os.getpid()} on {socket.gethostname()}"
        try:
            asked = peer.claim_results(task, extent, self._rules.options, who)
            claim = replies.checked_claim(asked)
        except PeerLost:
            return None
        except Exception:  # one of 1.0: its tasks are refused one by one
            if self._plan.results:
                return "it runs a version that does not know --results; run fab deploy"
            return ""
        if conflict := claim.get("conflict"):
            return f"it has results of other settings or data: {conflict}; {self._advice}"
        return claim.get("refused", "")

    @property
    def _advice(self) -> str:
        return f"give the new ones a folder of their own with {self._plan.elsewhere}, or replace all with --overwrite"

    def _examine(self, name: str, description: Mapping[str, Any], peer: Peer) -> list[Cell]:
        """Let a worker take part, and look for what it holds; the tasks whose results are gone."""
        assert self._journal and self._holdings
        with self._lock:
            self._admitted[str(description.get("id"))] = True
            self._journal.belongs(name, self._places(description))
        return self._holdings.look(name, peer)

    def _look_for_years(self, there: Mapping[str, _Present]) -> None:
        """Of which years each worker has most results of the first task, from whatever run."""
        files: dict[str, set[tuple[Label, str]]] = {}

        def ask(one: _Present) -> None:
            try:
                found = listed(one.peer, self._plan.tasks[0], list(self._plan.lines), self._rules.options)
                files[one.known_as] = set(found)
            except Exception:  # one that cannot say has none
                files[one.known_as] = set()

        self._all(ask, [(one,) for one in there.values()])
        self._owned = owned_years(files)

    # Refusals

    def _refuse(self, reasons: Mapping[str, str]) -> None:
        if reasons:
            name = min(reasons)
            more = f" ({len(reasons) - 1} more workers alike)" if len(reasons) > 1 else ""
            raise NotBelonging(f"worker {name}: {reasons[name]}{more}")

    def _refuse_other_places(self, differences: Mapping[str, str]) -> None:
        if differences and self._plan.overwrite and self._journal:
            name = min(differences)
            self._journal.forget(f"before, {differences[name]} of worker {name}")
            return
        self._refuse({name: self._other_places(name, text) for name, text in differences.items()})

    def _other_places(self, name: str, difference: str) -> str:
        return (
            f"when it took part in run {self._plan.name}, {difference}. Start a run of another name, with --run "
            f"{self._another_name}, or correct hosts.yaml and restart the worker, or start this run again with "
            "--overwrite"
        )

    @property
    def _another_name(self) -> str:
        return f"{self._plan.name}-{time.strftime('%Y%m%d')}"

    def _all(
        self, function: Callable[..., object], each: Iterable[Sequence[Any]], seconds: float | None = None
    ) -> None:
        """Call a function for each, all at the same time, and wait for all, at most some seconds."""
        threads = [threading.Thread(target=function, args=tuple(one), daemon=True) for one in each]
        for thread in threads:
            thread.start()
        until = None if seconds is None else time.monotonic() + seconds
        for thread in threads:
            thread.join(None if until is None else max(0.0, until - time.monotonic()))


def _known_as(name: str, description: Mapping[str, Any]) -> str:
    """By what a worker is known; see `Worker.known_as`."""
    return description.get("entry") or name


def _is_of(ours: Mapping[str, str] | None, name: str, description: Mapping[str, Any]) -> bool:
    """Whether a worker is one of a hosts.yaml, or was started by hand and belongs to none."""
    return ours is None or name in ours or bool(description.get("by_hand"))
