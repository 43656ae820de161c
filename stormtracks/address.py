"""Addresses of services, as HOST:PORT is written and read."""

import argparse
import errno
import ipaddress
import socket

from stormtracks.errors import BadValue


def parse(text: str) -> tuple[str, int]:
    """Host and port of ``HOST:PORT``; an IPv6 address stands in brackets.

    Raises
    ------
    BadValue
        Text of another form, or a port outside 1-65535.

    Examples
    --------
    >>> from stormtracks.address import parse
    >>> parse("[::1]:9090")
    ('::1', 9090)
    """
    host, _, port = text.rpartition(":")
    if not host or not (port.isascii() and port.isdigit()) or not 0 < int(port) < 65536:
        raise BadValue(f"{text!r} is not HOST:PORT; write it like localhost:9090")
    return host.strip("[]"), int(port)


def argument(text: str) -> tuple[str, int]:
    """The same for argparse, which shows a message only if it is an error of its own."""
    try:
        return parse(text)
    except BadValue as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def place(host: str, port: int | str) -> str:
    """``HOST:PORT``, with an IPv6 address in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def is_loopback(host: str) -> bool:
    """Whether an address is only reached from this machine.

    Raises
    ------
    OSError
        There is no host of that name.
    """
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return all(ipaddress.ip_address(str(one[4][0]).partition("%")[0]).is_loopback for one in found)


def towards(host: str) -> str:
    """The address of this machine that packets to a host come from; nothing is sent.

    Raises
    ------
    OSError
        There is no host of that name, or no way to it.
    """
    found = socket.getaddrinfo(host, 9, type=socket.SOCK_DGRAM)
    family, kind, protocol, _, where = min(found, key=lambda one: one[0] != socket.AF_INET)
    with socket.socket(family, kind, protocol) as probe:
        probe.connect(where)
        return probe.getsockname()[0]


def is_here(host: str) -> bool:
    """Whether this machine has an address, or one of those of a name; true also where that cannot be told."""
    try:
        found = socket.getaddrinfo(host, 0, type=socket.SOCK_DGRAM)
    except OSError:
        return True
    return any(_is_ours(family, where) for family, *_, where in found)


def _is_ours(family: int, where: tuple) -> bool:
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind(where)
    except OSError as error:
        return error.errno != errno.EADDRNOTAVAIL
    return True
