"""A service's name at the nameserver: put there, looked after, and taken away at the end."""

import logging

from Pyro4.errors import CommunicationError, NamingError

from stormtracks.pyro_cluster import wire

log = logging.getLogger(__name__)


class Registration:
    """The name of one service; `check` it now and then, for a nameserver that was started again has forgotten it.

    Parameters
    ----------
    name : str
    uri : str
    host, port
        Where the nameserver is.
    """

    def __init__(self, name, uri, host, port):
        self._name, self.uri, self._address = name, str(uri), (host, port)
        self._nameserver = None
        self.state = None  # what was last said of it, so that each change is one line in the log

    @property
    def registered(self):
        return self.state == "registered"

    def check(self):
        """Register where that is needed; what is in the way is logged once.

        Raises
        ------
        wire.WrongKey
            The nameserver answers, but is another cluster's.
        """
        try:
            if self._found() != self.uri:
                self._nameserver.register(self._name, self.uri, metadata=[wire.METADATA])
            self._say("registered")
        except wire.WrongKey as error:
            self._say(str(error))
            raise
        except (CommunicationError, NamingError) as error:
            self._say(str(error))

    def end(self):
        """Take the name away, if it is still this service's."""
        try:
            if self._found() == self.uri:
                self._nameserver.remove(self._name)
        except (CommunicationError, NamingError) as error:
            log.info("not unregistered: %s", error)

    def _found(self):
        """The URI that the nameserver has for the name; None: it has none."""
        if self._nameserver is None:
            self._nameserver = wire.nameserver(*self._address, timeout=wire.CONNECT_SECONDS)
        try:
            return str(self._nameserver.lookup(self._name))
        except NamingError:
            return None

    def _say(self, state):
        if state != self.state:
            self.state = state
            if self.registered:
                log.info("registered as %s at %s:%s", self._name, *self._address)
            else:
                log.warning("not registered: %s", state)
