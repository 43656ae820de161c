"""Finds workers as they come, go and come back. A listing counts only once the worker answers."""

import functools
import logging
import math
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from stormtracks.pyro_cluster.journal.report import kind
from stormtracks.pyro_cluster.manager.alike import Alike
from stormtracks.pyro_cluster.manager.dispatch.errands import Errands
from stormtracks.pyro_cluster.manager.engines.door import Cluster, Peer, PeerLost
from stormtracks.pyro_cluster.manager.workers import replies
from stormtracks.pyro_cluster.manager.workers.worker import Worker

FIND_SECONDS = 2.5
"""How often it is asked who is there."""
LONGEST_PAUSE = 30.0
"""Seconds between tries of a worker that does not answer, when it has not for long; the first pause is one."""


MEETING = 256
"""Workers that are met at a time: with thousands at once none would answer in time."""


@dataclass(eq=False)
class _Listing:
    """One address that was listed, and what came of it."""

    name: str
    uri: str
    state: Literal["resting", "connecting", "connected", "refused"] = "resting"
    pause: float = 0.0
    again: float = 0.0  # monotonic


class Discovery:
    """Looks for workers and hands over those that answer and may come in.

    Parameters
    ----------
    cluster : Cluster
    refusal : callable
        Given a worker's description, says why it may not come in, or None.
    came : callable
        Given a `Worker` and the peer that answered, from a thread of its own.
    log : callable
        Given a line about what happened.
    timeout : float
        Seconds that a worker's answer may take.
    bug : callable, optional
        Given where and what, when something else fails than an answer; none: it is logged.
    """

    def __init__(
        self,
        cluster: Cluster,
        refusal: Callable[[Mapping[str, Any]], str | None],
        came: Callable[[Worker, Peer], object],
        log: Callable[[str], object],
        timeout: float = 2.5,
        bug: Callable[[str, BaseException], object] | None = None,
    ) -> None:
        self._cluster = cluster
        self._refusal = refusal
        self._came = came
        self._log = log
        self._alike = Alike(log, time.monotonic)  # a queue may leave thousands of names
        self._timeout = timeout
        self._bug = bug or _logged
        self._meetings = Errands(in_all=MEETING)
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._listings: dict[str, _Listing] = {}  # by URI
        self._uris: dict[str, str] = {}  # the URI that each name had last
        self._lister_lost = False

    def start(self) -> None:
        """Look now, and again every `FIND_SECONDS`."""
        threading.Thread(target=self._work, name="discovery", daemon=True).start()

    def stop(self) -> None:
        """Look no more."""
        self._stopped.set()
        self._alike.say_more(everything=True)

    def lost(self, uri: str) -> None:
        """A worker that was handed over is lost: it may come back."""
        with self._lock:
            listing = self._listings.get(uri)
            if listing:
                self._rest(listing)
                # One that has its name may be itself, at another address, refused while this one was connected.
                for other in self._listings.values():
                    if other.name == listing.name and other.state == "refused":
                        self._rest(other)

    @property
    def refuses(self) -> bool:
        """Whether a worker that is listed is not used."""
        with self._lock:
            return any(listing.state == "refused" for listing in self._listings.values())

    def look(self) -> None:
        """Ask once who is listed, and try those workers."""
        self._alike.say_more()
        try:
            listed = self._cluster.find()
        except PeerLost as error:
            if not self._lister_lost and not self._stopped.is_set():
                called = self._cluster.called
                what = f"the {called} cannot be asked" if error.ours else f"{called} lost"
                self._log(f"{what}: {error}; {self._cluster.loss}")
            self._lister_lost = True
            return
        if self._lister_lost:
            self._log(f"{self._cluster.called} is back")
        self._lister_lost = False
        with self._lock:
            for uri in self._listings.keys() - set(listed.values()):
                # A worker that is connected stays: it may live longer than its entry there.
                if self._listings[uri].state in ("resting", "refused"):
                    del self._listings[uri]
            for name in self._uris.keys() - listed.keys():  # workers of a queue come under new names for ever
                if self._uris[name] not in self._listings:
                    del self._uris[name]
            due = [self._due(name, uri) for name, uri in listed.items()]
        for listing in filter(None, due):
            try:
                self._meetings.add(listing, functools.partial(self._meet, listing), f"meet {listing.name}")
            except RuntimeError as error:  # no more threads
                self._no_answer(listing, f"the manager cannot start a thread for it ({error})")

    def _work(self) -> None:
        """The thread: it goes on looking, whatever one look ends with."""
        while True:
            try:
                self.look()
            except BaseException as error:
                self._bug("the search for workers", error)
            if self._stopped.wait(FIND_SECONDS):
                return

    def _due(self, name: str, uri: str) -> _Listing | None:
        """The listing if it is to be tried now, else None."""
        before = self._listings.get(self._uris.get(name, ""))
        if before and before.uri != uri and before.state == "connected":
            self._log(
                f"the name {name} now belongs to another worker, at {_place(uri)}; the first worker is used as long as "
                "it answers"
            )
        self._uris[name] = uri
        listing = self._listings.setdefault(uri, _Listing(name, uri))
        if listing.state != "resting" or time.monotonic() < listing.again:
            return None
        listing.state = "connecting"
        return listing

    def _meet(self, listing: _Listing) -> None:
        """The thread in which a worker is met: whatever ends it, the worker is tried again later."""
        try:
            self._try(listing)
        except BaseException as error:
            self._bug(f"the meeting with {listing.name}", error)
            with self._lock:
                self._rest(listing)

    def _try(self, listing: _Listing) -> None:
        peer = None
        try:
            peer = self._cluster.connect(listing.uri, self._timeout)
            asked_at = time.monotonic()
            description = replies.checked_description(peer.describe())
            worker = _worker(listing, description, asked_at)
            refusal = self._refusal(description)
        except (PeerLost, replies.OddReply) as error:
            self._no_answer(listing, str(error), peer)
            return
        except Exception as error:  # another program's answer can be anything: it is not a worker of ours
            self._no_answer(listing, f"{type(error).__name__}: {error}", peer)
            return
        listing.state = "refused" if refusal else "connected"
        if refusal:
            line = f"worker {listing.name} at {_place(listing.uri)} is not used: {refusal}"
            self._alike.say(("refused", kind(refusal)), line)
            peer.close()
        elif not self._stopped.is_set():
            self._came(worker, peer)

    def _no_answer(self, listing: _Listing, error: str, peer: Peer | None = None) -> None:
        if peer is not None:
            peer.close()
        with self._lock:
            first = not listing.pause
            self._rest(listing)
        if first and not self._stopped.is_set():
            line = f"worker {listing.name} is listed but does not answer: {error}; it will be tried again"
            self._alike.say(("no answer", kind(error)), line)

    def _rest(self, listing: _Listing) -> None:
        listing.again = time.monotonic() + listing.pause  # the first pause is 0: at the next look
        listing.pause = min(max(1.0, 2 * listing.pause), LONGEST_PAUSE)
        listing.state = "resting"


def _logged(where: str, error: BaseException) -> None:
    logging.getLogger(__name__).error("a bug in %s", where, exc_info=error)


def _worker(listing: _Listing, description: Mapping[str, Any], asked_at: float) -> Worker:
    """A worker from its description: ``years`` it worked on last, ``data_years`` it has data for (none: any)."""
    with_data, readers = description.get("data_years"), description.get("data_tasks")
    left = description.get("seconds_left", math.inf)
    return Worker(
        id=description.get("id") or listing.uri,
        name=listing.name,
        host=description.get("host", ""),
        uri=listing.uri,
        entry=description.get("entry", ""),
        ends=asked_at + left,
        whole=max(left, description.get("allocation_seconds", 0.0)),
        folder=str((description.get("places") or {}).get("results") or ""),
        slots=max(1, description.get("slots", 1)),
        years=None if with_data is None else frozenset(with_data),
        readers=None if readers is None else frozenset(readers),
        data_seen=description.get("data_seen", 0),
        warm=dict.fromkeys(description.get("years", ()), True),
    )


def _place(uri: str) -> str:
    return uri.rpartition("@")[2]
