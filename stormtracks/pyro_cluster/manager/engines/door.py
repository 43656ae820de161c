"""The door between the manager and whatever runs its workers: a `Cluster` finds them, a `Peer` asks one of them.

Everything above knows these two only. Descriptions, replies and states are the plain dicts of `plain`, and are checked
before they are believed; names of results and claims are asked for as a worker of ours answers them.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, Protocol, runtime_checkable

from stormtracks.errors import StormtracksError
from stormtracks.label import Label


class Unreachable(StormtracksError):
    """What the workers are found through cannot be reached; the message says what and why."""


class PeerLost(StormtracksError):
    """A peer cannot be reached, or not any more.

    Attributes
    ----------
    silent : bool
        It does not answer (rather than: the connection was ended or refused, so that its process is gone).
    ours : bool
        This process could not connect for a reason of its own: nothing is known about the peer.
    """

    def __init__(self, message: str, silent: bool = False, ours: bool = False) -> None:
        super().__init__(message)
        self.silent = silent
        self.ours = ours


Told = Callable[[Any, BaseException | None], object]
"""Given a worker's reply, or None and what came instead of one."""


class Peer(Protocol):
    """One connection to a worker; each question raises `PeerLost` where no answer comes.

    The questions are those that `PyroWorker` answers, with the same arguments and answers. That it can have a task done
    makes it a `Prompt` or, where a thread must wait for that, a `Patient`.
    """

    def describe(self) -> Mapping[str, Any]: ...
    def ping(self) -> object: ...
    def end_task(self, year: Label, ensemble_member: int, task: str, why: str) -> bool: ...
    def list_results(
        self, task: str, years: list[Label], options: Mapping[str, Any], after: list[Any] | None
    ) -> Mapping[str, Any]: ...
    def claim_results(
        self, task: str, extent: Sequence[Label], options: Mapping[str, Any], who: str
    ) -> Mapping[str, Any]: ...
    def ended(self, seconds: float) -> bool:
        """Wait until the connection is ended by the other side or by `cut`, at most some seconds; whether it is."""

    def cut(self) -> None:
        """End a call or a wait that another thread is in."""

    def close(self) -> None: ...


@runtime_checkable
class Prompt(Protocol):
    """Has tasks done, one at a time, and waits for none."""

    def begin(self, year: Label, ensemble_member: int, task: str, options: Mapping[str, Any], told: Told) -> None:
        """Have a task done as by `PyroWorker.do_work`: it returns at once, and `told` is called once, later.

        It is called from any thread, and does not wait there. Options are the same object for all calls of a task, and
        never change.
        """

    def cut(self) -> None:
        """End the task that is under way: `told` is called with a `PeerLost`."""

    def close(self) -> None:
        """Close the connection; `told` need not be called any more."""


@runtime_checkable
class Pulsing(Protocol):
    """Is asked for signs of life without a thread that waits for them.

    Whoever is told something is told in a thread that all share, and must not wait there. Once it is watched, it can be
    asked for nothing else.
    """

    def watch(self, ended: Callable[[], object]) -> None:
        """Have `ended` called, once, when the connection is ended, also by `cut`, while it is not asked."""

    def ask(self, question: Literal["ping", "describe"], told: Told) -> None:
        """Have `told` called once with what the method of `Peer` returns, or with what it raises."""

    def later(self, seconds: float, what: Callable[[], object]) -> None:
        """Have something done in that thread after so long, unless the manager leaves before."""

    def cut(self) -> None: ...
    def close(self) -> None: ...


@runtime_checkable
class Patient(Protocol):
    """Has tasks done, one at a time, in a call that waits; see `waiting.Waiting`."""

    def do_work(
        self, year: Label, ensemble_member: int, task: str, options: Mapping[str, Any]
    ) -> Mapping[str, Any]: ...
    def cut(self) -> None: ...
    def close(self) -> None: ...


class Cluster(Protocol):
    """Who is listed, and how they are reached.

    Attributes
    ----------
    called : str
        What lists them, for messages such as "nameserver lost".
    loss : str
        What that means for the tasks under way.
    update : str
        What brings this version of the code to a worker that has another.
    remarks : list of str
        What people should know of it when a run begins.
    where : str
        Where that is: what follows "no worker for 60 s".
    parting : str
        What becomes of running tasks when the run is interrupted.
    cure : str
        What to do where there is no worker.
    call_seconds : float
        How long those that are listed at first may take to describe themselves.
    kept : dict of str to Peer
        By URI: connections that are open already, for the next who connects there.
    asked : callable or None
        Given a peer and its description as it came, returns what `Peer.describe` does.
    """

    called: str
    loss: str
    update: str
    remarks: list[str]
    where: str
    parting: str
    cure: str
    call_seconds: float
    kept: dict[str, Any]
    asked: Callable[[Any, Mapping[str, Any]], Mapping[str, Any]] | None

    def join(self) -> None:
        """Reach what lists the workers, before anything is begun; a `StormtracksError` where that is impossible."""

    def find(self) -> Mapping[str, str]:
        """The listed workers, {name: uri}; `PeerLost` where what lists them does not answer now."""

    def connect(self, uri: str, timeout: float | None = None) -> Peer:
        """A peer; `timeout`: seconds that its answers may take. `PeerLost` where it cannot be reached."""

    def leave(self) -> None:
        """Let go of all; nothing of this process stays there. It may be called twice."""
