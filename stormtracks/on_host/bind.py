"""The address that a worker here listens on."""

import ipaddress
import os
import socket


def address(request) -> str:
    """What hosts.yaml says, else where SSH reached this host, else where this host stands towards the nameserver."""
    if request.get("bind"):
        return request["bind"]
    connection = os.environ.get("SSH_CONNECTION", "").split()  # client address and port, then ours
    if len(connection) == 4 and not request.get("local"):
        return connection[2]
    return towards(request["nameserver"]["host"])


def towards(host) -> str:
    """The address of this machine that packets to a host come from; nothing is sent."""
    found = socket.getaddrinfo(host, 9, type=socket.SOCK_DGRAM)
    family, kind, protocol, _, where = min(found, key=lambda one: one[0] != socket.AF_INET)
    with socket.socket(family, kind, protocol) as probe:
        probe.connect(where)
        return probe.getsockname()[0]


def is_loopback(address) -> bool:
    """Whether only this machine can reach an address."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"
