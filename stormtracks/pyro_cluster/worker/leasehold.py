"""Which runs write through a guest: for as long as their managers say so, since there is no connection to watch."""

import contextlib
import threading
import time
from collections.abc import Iterator

from stormtracks.pyro_cluster.worker.writers import RENEW_SECONDS, Kind, Writers

LEASE_SECONDS = 60.0
"""A manager that has said nothing for so long is gone."""


class Lease:
    """Stands for a manager's connection: open until it is heard of no more."""

    def __init__(self) -> None:
        self.until = time.monotonic() + LEASE_SECONDS
        self.sock = self  # as `Writers` asks of a connection

    def fileno(self) -> int:
        """A descriptor that is open, as far as anybody can tell; or one that is not."""
        return 0 if time.monotonic() < self.until else -1


class Leaseholds:
    """The runs that write here, each with its manager's lease."""

    def __init__(self) -> None:
        self._writers = Writers()
        self._leases: dict[str, Lease] = {}  # by manager
        self._lock = threading.Lock()
        self._renewing: threading.Thread | None = None

    def enter(self, kind: Kind, run: str, who: str, manager: str) -> str:
        """Note that a run writes; the reason where it may not. See `Writers.enter`."""
        reason = self._writers.enter(kind, run, who, self._lease(manager))
        self._show()
        return reason

    @contextlib.contextmanager
    def task(self, kind: Kind, run: str, manager: str) -> Iterator[str]:
        """A task of a run is under way; yields the reason where it may not be."""
        reason = self._writers.begin(kind, run, self._lease(manager))
        self._show()
        try:
            yield reason
        finally:
            if not reason:
                self._writers.end(kind)
            self.renew(manager)

    def renew(self, manager: str) -> None:
        """A manager was heard of."""
        self._lease(manager)

    def leave(self, manager: str) -> None:
        """A manager has said that it leaves."""
        with self._lock:
            if lease := self._leases.pop(manager, None):
                lease.until = 0.0
        self._writers.renew()

    def _lease(self, manager: str) -> Lease:
        with self._lock:
            self._leases = {name: lease for name, lease in self._leases.items() if lease.fileno() == 0}
            lease = self._leases.setdefault(manager, Lease())
            lease.until = time.monotonic() + LEASE_SECONDS
            return lease

    def _show(self) -> None:
        """Have the workers of other hosts see who writes, for as long as somebody does."""
        with self._lock:
            if self._renewing is None:
                self._renewing = threading.Thread(target=self._work, name="renews leases", daemon=True)
                self._renewing.start()

    def _work(self) -> None:
        while True:
            time.sleep(RENEW_SECONDS / 2)
            self._writers.renew()
            with self._lock:
                if not self._writers.any():
                    self._renewing = None
                    return
