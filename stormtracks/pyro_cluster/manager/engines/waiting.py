"""A peer that waits for its tasks, as one that does not: each wait is in a thread."""

import threading
from collections.abc import Mapping
from typing import Any

from stormtracks.label import Label
from stormtracks.pyro_cluster.manager.engines.door import Patient, Told

_HERE = threading.local()  # in such a thread: its peer, and the task that is begun there next


class Waiting:
    """Makes a `door.Prompt` of a peer.

    Parameters
    ----------
    peer : Patient
    name : str
        Of its threads.
    """

    def __init__(self, peer: Patient, name: str) -> None:
        self._peer = peer
        self._name = name

    def begin(self, year: Label, ensemble_member: int, task: str, options: Mapping[str, Any], told: Told) -> None:
        """Have a task done; RuntimeError where there are no more threads.

        From within what is told of the task before it is done in the same thread.
        """
        work = (year, ensemble_member, task, options), told
        if getattr(_HERE, "peer", None) is self:
            _HERE.next = work
        else:
            threading.Thread(target=self._work, args=work, name=self._name, daemon=True).start()

    def cut(self) -> None:
        """End the wait."""
        self._peer.cut()

    def close(self) -> None:
        """Close its connection."""
        self._peer.close()

    def _work(self, about: tuple[Label, int, str, Mapping[str, Any]], told: Told) -> None:
        _HERE.peer = self
        work: Any = (about, told)
        while work is not None:
            about, told = work
            _HERE.next = None
            reply = caught = None
            try:
                reply = self._peer.do_work(*about)
            except BaseException as error:
                caught = error
            told(reply, caught)
            work = _HERE.next
