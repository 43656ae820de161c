"""Why there is no connection: what failed, told apart, with what to do."""

import builtins
import errno
import os
import resource
import socket
import ssl

from Pyro4.errors import CommunicationError, ProtocolError, PyroError, TimeoutError  # noqa: A004 - Pyro's, not Python's

from stormtracks.errors import StormtracksError
from stormtracks.pyro_cluster import secret as secrets


class WireError(StormtracksError, CommunicationError):
    """No connection; the message says with whom, why, and what to do. Each kind below is one of these."""


class Unreachable(WireError):
    """Nothing answers there: the host is off or cut off, the port closed, the name unknown."""


class WrongKey(WireError):
    """A service answers that has another secret."""


class NotOurs(WireError):
    """A program answers that is not a service of this system."""


class OutOfFiles(WireError):
    """This process has as many files open as it may: that says nothing about the other side."""


class NoNameserver(WireError):
    """There is no nameserver at that address."""


class SilentInTls(builtins.TimeoutError):
    """The kernel there accepted the connection, but no answer to the first packets comes."""


def explained(error: BaseException, place: str, timeout: float, secret: str | os.PathLike | None) -> WireError | None:
    """A WireError that tells what a failed connection means; None where it says so itself or is no such failure."""
    if isinstance(error, WireError) or not isinstance(error, (OSError, PyroError)):
        return None
    if _is_out_of_files(error):
        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        return OutOfFiles(f"too many open files: this process may have {soft:,}; allow more with `ulimit -n`")
    text = str(error)
    hung_up = text.startswith("sending: connection lost: ")  # on our certificate; its alert was lost on the way
    if isinstance(error, ssl.SSLCertVerificationError) or "ALERT" in text.upper() or hung_up:
        path = secret or secrets.secret_path()
        return WrongKey(f"wrong key: {place} has another key than {path}; run fab push-key, then restart that process")
    if isinstance(error, (ssl.SSLError, ProtocolError)):
        return NotOurs(
            f"{place} does not answer as stormtracks does: another program is listening there; check host and port in "
            "hosts.yaml"
        )
    return Unreachable(f"cannot connect to {place}: {why(error, timeout)}")


def _is_out_of_files(error: BaseException) -> bool:
    if isinstance(
        error, socket.gaierror
    ):  # the resolver needs files too, and says otherwise that there is no such name
        try:
            os.close(os.open(os.devnull, os.O_RDONLY))
        except OSError as lack:
            error = lack
    return isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE)


def why(error: BaseException | None, timeout: float) -> str:
    """The cause of a failed connection in a few words."""
    if isinstance(error, SilentInTls):
        return (
            f"no answer within {timeout:g} s, although connections are accepted: the process hangs, or large packets "
            "may be lost on the way: check the MTU"
        )
    if isinstance(error, (socket.timeout, TimeoutError)):  # Python's and Pyro's
        return f"no answer within {timeout:g} s"
    if isinstance(error, ConnectionRefusedError):
        return "nothing listens there"
    if isinstance(error, socket.gaierror):
        return "the host name is unknown"
    return getattr(error, "strerror", None) or str(error)
