"""The nameserver: workers leave their addresses here, and the manager finds them. It answers members only."""

import argparse
import contextlib
import errno
import sys
import threading

import Pyro4
from Pyro4 import constants
from Pyro4.errors import CommunicationError, NamingError, PyroError

from stormtracks import address, private
from stormtracks.errors import StormtracksError
from stormtracks.pyro_cluster import pidfile, secret, wire
from stormtracks.pyro_cluster.leases import Leases
from stormtracks.pyro_cluster.service import listening, log_to, stop_on_signals, turn_log
from stormtracks.terminal_text import clean, clean_line

CONNECTIONS = 4096
ALIVE_SECONDS = 2.0
LOG_SECONDS = 60.0
"""How often it is looked whether the log has become long."""
NAME_CHARACTERS = 128
URI_CHARACTERS = 256


@Pyro4.expose
class NameServer:
    """Where services are, by their names: in memory, and a name is not taken from a service that is alive.

    A service registers again every few seconds; a name not heard of for ten minutes is gone. The answers are plain
    values of bounded size.
    """

    def __init__(self, leases: Leases | None = None) -> None:
        self._leases = Leases(wire.MOST_NAMES) if leases is None else leases

    def register(self, name: str, uri: object, safe: bool = False, metadata: object = None) -> None:
        """Put an address under a name, or say that it is still there. `safe`, `metadata`: as of 1.0, without effect.

        Raises
        ------
        NamingError
            The name belongs to another address, and a member answers there; there are too many names; or it is no name.
        """
        name, uri = _name(name), _uri(uri)
        while True:
            held = self._leases.holder(name)
            if held is not None and held != uri and _answers(held):
                raise NamingError(
                    f"the name {name} is in use by {held}, which answers; choose another name, or stop that service"
                )
            try:
                if self._leases.take(name, uri, instead_of=held):  # no other registration came in between
                    return
            except OverflowError as error:
                raise NamingError(f"{name} is not registered: {error}; stop services that are not needed") from None

    def lookup(self, name: str) -> str:
        """The address under a name; NamingError where there is none."""
        uri = self._leases.holder(_name(name))
        if uri is None:
            raise NamingError(f"unknown name: {name}")
        return uri

    def remove(self, name: str) -> int:
        """Forget a name; how many were removed, 0 or 1."""
        return int(self._leases.drop(_name(name)))

    def list(self, prefix: str = "", after: str = "") -> dict[str, str]:
        """A page of names with their addresses: the first ones, in order, that begin with `prefix` and follow `after`.

        A page of `wire.PAGE_NAMES` names may be followed by another one.
        """
        return self._leases.page(prefix and _name(prefix), after and _name(after), wire.PAGE_NAMES)

    def ping(self) -> None:
        """A sign of life."""


def main(argv: list[str] | None = None) -> int:
    """Run a nameserver in the foreground until Ctrl-C or SIGTERM."""
    options = _parser().parse_args(argv)
    log_to(None)
    try:
        private.state()
        with pidfile.PidFile(pidfile.nameserver_path()) as file:
            _serve(options, file)
    except (StormtracksError, OSError) as error:
        print(f"nameserver: {clean(_explained(error, options))}", file=sys.stderr)
        return 1
    print("nameserver stopped", flush=True)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="pyro_nameserver", description=__doc__)
    parser.add_argument("--host", default="localhost", help="address of this machine to listen on [%(default)s]")
    parser.add_argument("--port", type=int, default=9090, help="port to listen on; 0: any free port [%(default)s]")
    parser.add_argument("--named-in", metavar="FILE", help="the hosts.yaml that names them, for messages")
    return parser


def _serve(options: argparse.Namespace, file: pidfile.PidFile) -> None:
    ended = threading.Event()
    with _daemon(options.host, options.port) as daemon, listening(daemon):
        file.ready(daemon.locationStr)
        print(f"nameserver at {daemon.locationStr}, key {secret.fingerprint()}; Ctrl-C stops it", flush=True)
        with stop_on_signals(lambda at_once: ended.set()):
            while not ended.wait(LOG_SECONDS):
                turn_log(file.path.with_suffix(".log"))


def _daemon(host: str, port: int) -> wire.Daemon:
    secret.ensure()
    daemon = wire.Daemon(host, port, CONNECTIONS, connections_of_one=CONNECTIONS // 2)
    daemon.register(NameServer(), constants.NAMESERVER_NAME)
    return daemon


def _name(text: object) -> str:
    """A name, or the beginning of one: short, and nothing in it that would not be seen."""
    if isinstance(text, str) and 0 < len(text) <= NAME_CHARACTERS and text.isascii() and text.isprintable():
        return text
    raise NamingError(f"{clean_line(text)!s:.60} is not a name; use 1 to {NAME_CHARACTERS} printable ASCII characters")


def _uri(uri: object) -> str:
    """An address as Pyro writes it."""
    text = str(uri)
    if len(text) <= URI_CHARACTERS and text.isascii() and text.isprintable():
        with contextlib.suppress(PyroError, ValueError):  # ValueError: a port that is no number
            if Pyro4.URI(text).protocol == "PYRO":
                return text
    raise NamingError(f"{clean_line(text):.60} is not an address; expected PYRO:OBJECT@HOST:PORT")


def _answers(uri: str) -> bool:
    """Whether a member answers at an address."""
    try:
        with wire.proxy(uri, ALIVE_SECONDS, ALIVE_SECONDS):
            return True
    except PyroError:
        return False


def _explained(error: Exception, options: argparse.Namespace) -> str:
    """The message for an error that kept the nameserver from starting."""
    if not isinstance(error, OSError):
        return str(error)
    place = address.place(options.host, options.port)
    another = f"in {options.named_in} (nameserver: port)" if options.named_in else "with --port"
    if error.errno != errno.EADDRINUSE:
        return f"cannot listen on {place}: {error.strerror or error}; check the address and the port"
    try:
        with wire.nameserver(options.host, options.port):
            holder = "a nameserver with the same key is running there; use it, or stop it with `inv stop-nameserver`"
    except wire.WrongKey:
        holder = f"a nameserver of another cluster (another key) uses it; choose another port {another}"
    except CommunicationError:
        holder = f"another program uses it; choose another port {another}"
    return f"port {options.port} of {options.host} is taken: {holder}"


if __name__ == "__main__":
    sys.exit(main())
