"""The address that a worker here listens on."""

import contextlib
import os
import socket
from collections.abc import Iterator, Mapping
from typing import Any

from stormtracks import address as addresses
from stormtracks.address import is_loopback
from stormtracks.errors import StormtracksError


class NoAddress(StormtracksError):
    """A name of hosts.yaml that this host does not know."""


def address(request: Mapping[str, Any]) -> str:
    """What hosts.yaml says, else where SSH reached this host, else the side of this host that faces the nameserver.

    A job of a queue (its request has an `entry`) may have the SSH_CONNECTION of the login node that it was sent from.
    """
    if request.get("bind"):
        return request["bind"]
    connection = os.environ.get("SSH_CONNECTION", "").split()  # client address and port, then ours
    if len(connection) == 4 and not request.get("local") and not request.get("entry"):
        return connection[2]
    return towards(request["nameserver"]["host"])


def towards(host: str) -> str:
    """The address of this machine that packets to a host come from; nothing is sent.

    Raises
    ------
    NoAddress
    """
    with _named(host):
        return addresses.towards(host)


def is_out_of_reach(bound: str, nameserver: str) -> bool:
    """Whether only this machine reaches an address, although the nameserver is on another one.

    Raises
    ------
    NoAddress
    """
    with _named(bound):
        only_here = is_loopback(bound)
    with _named(nameserver):
        return only_here and not is_loopback(nameserver)


@contextlib.contextmanager
def _named(host: str) -> Iterator[None]:
    try:
        yield
    except socket.gaierror as error:
        raise NoAddress(
            f"this host cannot resolve the name {host!r} ({error.strerror}): write another name or an IP address for "
            "'nameserver' or 'bind' in hosts.yaml"
        ) from error
