"""The cluster as dispatch sees it: who is listed, and what can be asked of a worker, over the wire."""

from Pyro4.errors import CommunicationError, PyroError, SerializeError

from stormtracks.pyro_cluster import wire
from stormtracks.pyro_cluster.manager.discovery import PeerLost
from stormtracks.pyro_cluster.secret import SecretError


class Cluster:
    """The workers that are registered at a nameserver.

    Parameters
    ----------
    host, port
        Where the nameserver is.
    """

    def __init__(self, host, port):
        self.address = host, port
        self._nameserver = None

    def join(self):
        """Connect to the nameserver.

        Raises
        ------
        wire.NoNameserver, wire.WrongKey, wire.NotOurs
        secret.SecretError
        """
        if self._nameserver is None:
            self._nameserver = wire.nameserver(*self.address, timeout=wire.CONNECT_SECONDS)

    def find(self):
        """The listed workers, {name: uri}; `PeerLost` where the nameserver does not answer."""
        try:
            self.join()
            listed = self._nameserver.list(prefix=wire.PREFIX)
        except (PyroError, SecretError, OSError) as error:
            self.leave()
            raise _lost(error) from error
        return {name.removeprefix(wire.PREFIX): uri for name, uri in listed.items()}

    def connect(self, uri, timeout=None):
        """A `Peer` on a connection of its own; `timeout`: seconds that its answers may take."""
        try:
            return Peer(wire.proxy(uri, timeout))
        except (PyroError, SecretError, OSError) as error:
            raise _lost(error) from error

    def leave(self):
        """Let go of the nameserver."""
        if self._nameserver is not None:
            self._nameserver._pyroRelease()
            self._nameserver = None


class Peer:
    """One connection to a worker. What ends it is raised as `PeerLost`, what the worker raised as itself."""

    def __init__(self, proxy):
        self._proxy = proxy

    def describe(self):
        """What the worker says of itself, a dict."""
        return self._call("describe")

    def ping(self):
        """A sign of life."""
        return self._call("ping")

    def do_work(self, year, ensemble_member, task, options):
        """Have a task done; the worker's reply, a dict."""
        return self._call("do_work", year, ensemble_member, task, options)

    def cut(self):
        """End a call that another thread is waiting in."""
        wire.cut(self._proxy)

    def close(self):
        """Close the connection."""
        self._proxy._pyroRelease()

    def fileno(self):
        """The descriptor of the connection, or None where there is none now."""
        connection = self._proxy._pyroConnection
        return None if connection is None else connection.sock.fileno()

    def _call(self, method, *arguments):
        try:
            return getattr(self._proxy, method)(*arguments)
        except (
            SerializeError
        ):  # for Pyro a kind of lost connection, but it is about what was said, not about who is there
            raise
        except (CommunicationError, OSError) as error:
            raise _lost(error) from error


def _lost(error):
    """The loss that an error means; silent unless the other side, or its kernel, said that there is nobody."""
    if isinstance(error, wire.WireError):
        silent = isinstance(error, wire.Unreachable) and not isinstance(error.__cause__, ConnectionError)
        return PeerLost(str(error), silent)
    if isinstance(error, (wire.TimeoutError, TimeoutError)):
        return PeerLost("no answer in time", silent=True)
    return PeerLost("its connection ended" if isinstance(error, (CommunicationError, OSError)) else str(error))
