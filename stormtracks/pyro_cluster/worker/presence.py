"""Where a worker listens, and its name at the nameserver: both follow the host's address, which may change (DHCP)."""

import contextlib
import logging
import os
from collections.abc import Callable

from stormtracks import address
from stormtracks.pyro_cluster import pidfile, wire
from stormtracks.pyro_cluster.service import listening
from stormtracks.pyro_cluster.worker.daemon import PyroWorker
from stormtracks.pyro_cluster.worker.registration import Registration

log = logging.getLogger(__name__)


class Presence:
    """A worker's door and name; a context manager. `check` it now and then.

    Parameters
    ----------
    worker : PyroWorker
    opened : callable
        ``opened(host) -> Daemon`` that listens on this address.
    host : str
        The address of this host that it begins with.
    nameserver : (str, int)
    file : PidFile
        Where its address is told to others on this host.
    """

    def __init__(
        self,
        worker: PyroWorker,
        opened: Callable[[str], wire.Daemon],
        host: str,
        nameserver: tuple[str, int],
        file: pidfile.PidFile,
    ) -> None:
        self._worker = worker
        self._opened = opened
        self._host = host
        self._address = host  # what the host's name means, if it is one
        self._nameserver = nameserver
        self._file = file
        self._told = ""  # the address in the ready file
        self._gone = False  # whether the address was gone at the last look
        self._door = contextlib.ExitStack()
        self._registration: Registration

    def __enter__(self) -> "Presence":
        self._listen()
        return self

    def __exit__(self, *_: object) -> None:
        self._door.close()

    def check(self) -> None:
        """Listen on another address where this host has lost this one; register where that is needed.

        Raises
        ------
        wire.WrongKey
            The nameserver is another cluster's. Only at first: later one may be there for a while.
        """
        if not address.is_here(self._address):
            self._move()
        elif self._gone:
            log.info("%s is an address of this host again", self._address)
            self._gone = False
        try:
            self._registration.check()
        except wire.WrongKey:
            if not self._told:
                raise
        self._tell()

    def end(self) -> None:
        """Remove the name; calls are still answered."""
        self._registration.end()

    def _listen(self) -> None:
        daemon = self._door.enter_context(listening(self._opened(self._host)))
        self._address = daemon.address
        # With the worker's id, so that an address of an earlier start leads nowhere.
        uri = daemon.register(self._worker, f"worker-{self._worker.id}", force=True)
        self._registration = Registration(wire.PREFIX + self._worker.name, uri, *self._nameserver)

    def _move(self) -> None:
        found = self._towards_nameserver()
        if found is None:
            if not self._gone:
                log.warning("%s is gone from this host, and no other address leads to the nameserver", self._address)
            self._gone = True
            return
        log.warning("%s is gone from this host: listening on %s instead", self._address, found)
        self._gone = False
        self._host = found
        self._door.close()  # tasks that were called there run on; what they return is a result all the same
        self._listen()

    def _towards_nameserver(self) -> str | None:
        """The address of this host by which others reach it now."""
        host = self._nameserver[0]
        with contextlib.suppress(OSError):
            found = address.towards(host)
            if address.is_here(found) and address.is_loopback(found) <= address.is_loopback(host):
                return found
        return None

    def _tell(self) -> None:
        uri = self._registration.uri
        if self._registration.registered and uri != self._told:
            self._told = uri
            self._file.ready(uri, self._worker.ping()["slots"])
            log.info("worker %s ready: pid %d, %s", self._worker.name, os.getpid(), uri)
