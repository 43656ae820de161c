"""The nameserver: workers leave their addresses here, and the manager finds them. It answers members only."""

import argparse
import errno
import sys
import threading

import Pyro4
from Pyro4 import constants, naming
from Pyro4.errors import CommunicationError, NamingError, PyroError

from stormtracks import address
from stormtracks.errors import StormtracksError
from stormtracks.pyro_cluster import pidfile, secret, wire
from stormtracks.pyro_cluster.service import listening, log_to, stop_on_signals
from stormtracks.terminal_text import clean

CONNECTIONS = 4096
ALIVE_SECONDS = 2.0


@Pyro4.expose
class NameServer(naming.NameServer):
    """Pyro's nameserver, kept in memory, where a name cannot be taken from a service that is alive."""

    def register(self, name: str, uri: object, safe: bool = False, metadata: object = None) -> None:
        """Put an address under a name.

        Raises
        ------
        NamingError
            The name belongs to another address, and a member answers there.
        """
        uri = str(uri)
        while True:
            held = self._held(name)
            if held is not None and held != uri and _answers(held):
                raise NamingError(
                    f"the name {name} is in use by {held}, which answers; choose another name, or stop that service"
                )
            with self.lock:
                if self._held(name) == held:  # no other registration came in between
                    return super().register(name, uri, safe=False, metadata=metadata)

    def _held(self, name: str) -> str | None:
        return self.storage[name][0] if name in self.storage else None


def main(argv: list[str] | None = None) -> int:
    """Run a nameserver in the foreground until Ctrl-C or SIGTERM."""
    options = _parser().parse_args(argv)
    log_to(None)
    try:
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
            ended.wait()


def _daemon(host: str, port: int) -> wire.Daemon:
    secret.ensure()
    daemon = wire.Daemon(host, port, CONNECTIONS)
    nameserver = NameServer()
    daemon.register(nameserver, constants.NAMESERVER_NAME)
    nameserver.register(constants.NAMESERVER_NAME, daemon.uriFor(nameserver))
    return daemon


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
