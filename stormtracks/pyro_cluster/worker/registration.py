"""A service's name at the nameserver: registered, checked now and then, and removed at the end."""

import logging

from Pyro4.errors import CommunicationError, NamingError

from stormtracks import address
from stormtracks.pyro_cluster import wire

log = logging.getLogger(__name__)

REGISTERED = "registered"


class Registration:
    """The name of one service; `check` it every few seconds: a nameserver forgets names, the restarted one at once.

    Parameters
    ----------
    name : str
    uri : str
    host, port
        Where the nameserver is.
    """

    def __init__(self, name: str, uri: object, host: str, port: int) -> None:
        self._name = name
        self.uri = str(uri)
        self._host = host
        self._port = port
        self._nameserver: wire.Proxy | None = None
        self.state: str | None = None  # `REGISTERED`, or what is in the way; each change is one line in the log

    @property
    def registered(self) -> bool:
        """Whether the name was there at the last look."""
        return self.state == REGISTERED

    def check(self) -> None:
        """Register where that is needed; what is in the way is logged once.

        Raises
        ------
        wire.WrongKey
            The nameserver answers, but is another cluster's.
        """
        try:
            # Each time, not only where it is missing: the nameserver forgets a name that it does not hear of.
            self._connected().register(self._name, self.uri)
            self._log(REGISTERED)
        except wire.WrongKey as error:
            self._log(str(error))
            raise
        except (CommunicationError, NamingError) as error:
            self._log(str(error))
        except Exception as error:  # a nameserver of another build, or that was broken into, can raise anything
            self._log(f"the nameserver answered {type(error).__name__}: {error}")

    def end(self) -> None:
        """Remove the name, if it is still this service's."""
        try:
            nameserver = self._connected()
            if self._found(nameserver) == self.uri:
                nameserver.remove(self._name)
        except Exception as error:  # as above; and this process ends all the same
            log.info("not unregistered: %s", error)

    def _connected(self) -> wire.Proxy:
        if self._nameserver is None:
            self._nameserver = wire.nameserver(self._host, self._port, wire.PATIENT_SECONDS, wire.PATIENT_SECONDS)
        return self._nameserver

    def _found(self, nameserver: wire.Proxy) -> str | None:
        """The URI that the nameserver has for the name; None: it has none."""
        try:
            return str(nameserver.lookup(self._name))
        except NamingError:
            return None

    def _log(self, state: str) -> None:
        if state == self.state:
            return
        self.state = state
        if self.registered:
            log.info("registered as %s at %s", self._name, address.place(self._host, self._port))
        else:
            log.warning("not registered: %s", state)
