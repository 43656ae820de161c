"""Who waits at the gate, and in which order they get their turn. Pure: nothing is read from or sent to them here.

A turn costs processor time (the keys of TLS), so under an attack it is what is short. It is shared among hosts: whose
strangers have cost least lately comes first, and members have come from some hosts before.
"""

import ipaddress
import socket
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

STRANGERS = 512
"""Connections at a time that have not proved to be members."""
SILENT_SECONDS = 3.0
"""Time until the first byte comes."""
STRANGER_SECONDS = 10.0
"""Time for the TLS handshake; a line of 1 kB/s needs three of them."""
FORGET_SECONDS = 1.0
"""In this time half of what a host's strangers have cost is forgotten."""
MEMBERS_COUNT = 0.02
"""A host that members have come from may cost fifty times as much as another before it is behind it."""
MOST_HOSTS = 4096

Address = tuple[Any, ...]
"""A peer as `socket.accept` names it: host, port, and for IPv6 more."""


class Stranger:
    """One connection that has not proved to be a member's."""

    def __init__(self, sock: socket.socket, peer: Address, until: float) -> None:
        self.sock = sock
        self.peer = peer
        self.host = host_of(peer)
        self.until = until
        self.heard = False


class Strangers:
    """The strangers, the one that was silent for longest first.

    Parameters
    ----------
    clock : callable
        Seconds that never go back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._waiting: OrderedDict[Stranger, None] = OrderedDict()
        self._crowds: Counter[str] = Counter()  # host -> its strangers
        self._cost: dict[str, float] = {}  # host -> seconds that its strangers cost lately
        self._members_hosts: OrderedDict[str, None] = OrderedDict()  # the latest last
        self._forgotten = clock()
        self._looked = clock()

    def __len__(self) -> int:
        return len(self._waiting)

    def __iter__(self) -> Iterator[Stranger]:
        return iter(list(self._waiting))

    def __contains__(self, stranger: object) -> bool:
        return stranger in self._waiting

    def add(self, sock: socket.socket, peer: Address) -> Stranger:
        """One more."""
        stranger = Stranger(sock, peer, self._clock() + SILENT_SECONDS)
        self._waiting[stranger] = None
        self._crowds[stranger.host] += 1
        return stranger

    def remove(self, stranger: Stranger) -> None:
        """It is refused, or let in."""
        if stranger in self._waiting:
            del self._waiting[stranger]
            self._crowds[stranger.host] -= 1
            if not self._crowds[stranger.host]:
                del self._crowds[stranger.host]

    def in_turn(self, ready: Iterable[Stranger]) -> list[Stranger]:
        """Those that have sent something, in the order in which they are attended to."""
        return sorted(ready, key=lambda stranger: self._behind(stranger.host))

    def attended(self, stranger: Stranger, seconds: float) -> None:
        """It was heard, and cost so much of the processor's time."""
        if not stranger.heard:
            stranger.heard = True
            stranger.until += STRANGER_SECONDS - SILENT_SECONDS
        if stranger in self._waiting:
            self._waiting.move_to_end(stranger)
        self._cost[stranger.host] = self._cost.get(stranger.host, 0.0) + seconds
        self._forget()

    def proved(self, stranger: Stranger) -> None:
        """It is a member: its host is one that members come from."""
        self._members_hosts[stranger.host] = None
        self._members_hosts.move_to_end(stranger.host)
        if len(self._members_hosts) > MOST_HOSTS:
            self._members_hosts.popitem(last=False)

    def late(self) -> list[Stranger]:
        """Those whose time is over; there is a look at all of them ten times a second only."""
        now = self._clock()
        if now - self._looked < 0.1:
            return []
        self._looked = now
        return [stranger for stranger in self._waiting if stranger.until < now]

    def to_displace(self) -> Stranger | None:
        """Who has to make room: of the host with the most strangers the longest silent; a crowd displaces its own."""
        crowd = max(self._crowds, key=lambda host: (self._crowds[host], host not in self._members_hosts), default=None)
        return next((stranger for stranger in self._waiting if stranger.host == crowd), None)

    def _behind(self, host: str) -> float:
        return self._cost.get(host, 0.0) * (MEMBERS_COUNT if host in self._members_hosts else 1.0)

    def _forget(self) -> None:
        if self._clock() - self._forgotten > FORGET_SECONDS:
            self._forgotten = self._clock()
            most = sorted(self._cost.items(), key=lambda one: -one[1])[:MOST_HOSTS]
            self._cost = {host: cost / 2 for host, cost in most if cost > 1e-4}


def host_of(peer: Address) -> str:
    """What counts as one host: an IPv4 address; of IPv6 the network, in which a host has as many as it likes."""
    text = str(peer[0]).partition("%")[0]
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return text
    if found.version == 4 or found.is_loopback or found.is_link_local:
        return text
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network(f"{text}/64", strict=False))
