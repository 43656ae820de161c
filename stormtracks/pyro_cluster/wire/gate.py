"""The door of a daemon: strangers wait outside, in one loop, until they have proved to be members.

Pyro's own server gives a thread to whoever connects, so that forty silent connections end its service and one silent
TLS connection freezes it. Here a connection is only an entry in a table until its mutual TLS handshake is done; after
that it gets a thread. The loop never waits for a single peer and survives every exception.
"""

import contextlib
import errno
import logging
import resource
import selectors
import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from Pyro4 import socketutil
from Pyro4.socketserver.threadpoolserver import ClientConnectionJob

from stormtracks import address
from stormtracks.pyro_cluster.wire.strangers import STRANGERS, Address, Stranger, Strangers, host_of

log = logging.getLogger(__name__)

HELLO_SECONDS = 5.0
"""Time for a member's greeting, which is Pyro's own handshake."""
MUTE_SECONDS = 5.0
"""Members ask something as soon as they are greeted; where there is no room, one that has not for so long makes it."""
ACCEPTED = 256
"""Accepted in one turn, which costs little: who is still in the kernel's queue cannot be preferred."""
BUDGET_SECONDS = 0.02
"""Spent on strangers in one turn; those who are left get theirs in the next ones."""
TURN_SECONDS = 0.5
STRANGERS_TURN_SECONDS = 0.1
REPORT_SECONDS = 10.0
SILENCE_MS = 20_000
"""Time after which a member that does not acknowledge is gone."""


def keep_alive(sock: socket.socket, silence_ms: int = SILENCE_MS) -> None:
    """Let the kernel notice a peer whose host is gone, also while data is unsent (keepalive alone does not)."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    third = max(silence_ms // 3000, 1)  # s: an idle time and two probes
    for option, value in (
        ("TCP_KEEPIDLE", third),
        ("TCP_KEEPINTVL", third),
        ("TCP_KEEPCNT", 2),
        ("TCP_USER_TIMEOUT", silence_ms),
    ):
        if hasattr(socket, option):
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)


class Gate:
    """A transport server for Pyro's Daemon; what Daemon calls has the names that Daemon uses."""

    def __init__(self) -> None:
        self.sock: socket.socket | None = None
        self.locationStr = ""
        self.shutting_down = False
        self._selector = selectors.DefaultSelector()
        self._strangers = Strangers()
        self._members: dict[ssl.SSLSocket, _Connection] = {}
        self._hosts: Counter[str] = Counter()  # of the members
        self._lock = threading.Lock()  # for the members: their threads remove themselves
        self._refusals = _Refusals()

    def init(self, daemon: Any, host: str, port: int, unixsocket: None = None) -> None:
        """Listen, for a daemon that says whom it lets in and how many; called by Daemon's constructor."""
        self._daemon = daemon
        self._membership = daemon.membership
        self._size = daemon.connections
        self._size_of_one = daemon.connections_of_one
        allow_files(self._size + STRANGERS + 64)
        family, _, _, _, where = _where_to_listen(host, port)
        self.sock = socket.create_server(where[:2], family=family, backlog=1024)
        self.sock.setblocking(False)
        self.locationStr = address.place(host, self.sock.getsockname()[1])
        self._wake, self._woken = socket.socketpair()  # `shutdown` ends the loop's waiting through it
        self._selector.register(self.sock, selectors.EVENT_READ)
        self._selector.register(self._woken, selectors.EVENT_READ)

    @property
    def sockets(self) -> list[socket.socket | None]:
        """What Pyro's Daemon shows of it."""
        return [self.sock]

    def loop(self, loopCondition: Callable[[], bool] = lambda: True) -> None:  # noqa: N803 - Pyro's name
        """Serve until `shutdown`; no exception ends this."""
        while not self.shutting_down and loopCondition():
            try:
                self._turn()
            except Exception:
                if self.shutting_down:
                    break
                log.exception("unexpected error while connections were accepted; the service continues")
                time.sleep(0.05)  # should it come again at once, the log and the processor are spared
        for stranger in self._strangers:
            self._refuse(stranger, "the end")

    def shutdown(self) -> None:
        """End the loop and every connection."""
        self.shutting_down = True
        with contextlib.suppress(OSError):
            self._wake.send(b"!")
        self.close()

    def close(self) -> None:
        """Stop listening and cut every connection."""
        self.shutting_down = True
        with self._lock:
            members = list(self._members)
        for sock in members:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(sock, socket.SHUT_RDWR)  # not SSLSocket's: a thread may be reading
        if self.sock is not None:
            self.sock.close()

    def settle(self, seconds: float) -> bool:
        """Wait until the replies of the calls in progress are sent; False when that takes longer."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with self._lock:
                if not any(connection.in_call for connection in self._members.values()):
                    return True
            time.sleep(0.01)
        return False

    def _turn(self) -> None:
        began = time.monotonic()
        ready = []
        for key, _ in self._selector.select(STRANGERS_TURN_SECONDS if len(self._strangers) else TURN_SECONDS):
            if key.fileobj is self.sock:
                self._accept(self.sock)
            elif isinstance(key.data, Stranger):
                ready.append(key.data)
        for stranger in self._strangers.in_turn(ready):
            if stranger in self._strangers:  # else it was refused earlier in this turn
                self._attend(stranger)
            if time.monotonic() - began > BUDGET_SECONDS:
                break
        for stranger in self._strangers.late():
            self._refuse(stranger, "no handshake in time")
        self._refusals.report(time.monotonic())

    def _accept(self, listening: socket.socket) -> None:
        for _ in range(ACCEPTED):
            try:
                sock, peer = listening.accept()
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS):
                    self._make_room("no more files")
                    time.sleep(0.01)  # the connection that could not be accepted is still there: not at full speed
                return
            if len(self._strangers) >= STRANGERS:
                self._make_room("too many strangers")
            sock.setblocking(False)
            self._selector.register(sock, selectors.EVENT_READ, self._strangers.add(sock, peer))

    def _attend(self, stranger: Stranger) -> None:
        """Give a stranger its turn: the next step of its handshake."""
        began = time.monotonic()
        try:
            sock = self._secured(stranger)
            sock.do_handshake()
        except ssl.SSLWantReadError:
            self._selector.modify(stranger.sock, selectors.EVENT_READ, stranger)
        except ssl.SSLWantWriteError:
            self._selector.modify(stranger.sock, selectors.EVENT_WRITE, stranger)
        except (OSError, ValueError) as error:  # ssl raises ValueError where the peer is gone before it began
            self._refuse(stranger, error)
        else:
            self._admit(stranger, sock)
        finally:
            self._strangers.attended(stranger, time.monotonic() - began)

    def _secured(self, stranger: Stranger) -> ssl.SSLSocket:
        """Its TLS, which begins once the first byte is there: who sends none costs nothing but a descriptor."""
        if isinstance(stranger.sock, ssl.SSLSocket):
            return stranger.sock
        keep_alive(stranger.sock)
        self._selector.unregister(stranger.sock)  # its place is taken by another object
        server = self._membership.server
        sock = server.wrap_socket(stranger.sock, server_side=True, do_handshake_on_connect=False)
        stranger.sock = sock
        self._selector.register(sock, selectors.EVENT_READ, stranger)
        return sock

    def _admit(self, stranger: Stranger, sock: ssl.SSLSocket) -> None:
        if not self._membership.holds(sock):
            self._refuse(stranger, "another key")
            return
        self._strangers.proved(stranger)
        one_host = self._hosts[stranger.host] >= self._size_of_one
        full = one_host or len(self._members) >= self._size
        if full and not self._cut_a_mute_one(stranger.host if one_host else None):
            limit = f"{self._size_of_one} connections of one host" if one_host else f"{self._size} connections"
            self._refuse(stranger, f"the limit of {limit} is reached")
        else:
            self._selector.unregister(sock)
            self._strangers.remove(stranger)
            connection = _Connection(sock)
            connection.host = stranger.host
            with self._lock:
                self._members[sock] = connection
                self._hosts[stranger.host] += 1
            name = f"member {stranger.peer[0]}"
            threading.Thread(target=self._serve, args=(connection, stranger.peer), daemon=True, name=name).start()

    def _serve(self, connection: "_Connection", peer: Address) -> None:
        """A member's thread: Pyro's greeting within a time, then its calls for as long as it likes."""
        try:
            # The handshake's socket was non-blocking; this makes it a blocking one, which Pyro's calls need.
            connection.setTimeout(HELLO_SECONDS)
            _Job(connection, peer, self._daemon)()
        except Exception:
            log.exception("an unexpected error ended the connection of %s", peer[0])
        finally:
            with self._lock:
                self._members.pop(connection.sock, None)
                self._hosts -= Counter([host_of(peer)])  # what is 0 goes
            connection.close()

    def _cut_a_mute_one(self, host: str | None = None) -> bool:
        """End the connection, of one host or of any, that has asked nothing for longest; whether there was one."""
        before = time.monotonic() - MUTE_SECONDS
        with self._lock:
            mute = [one for one in self._members.values() if not one.asked and one.since < before]
            mute = [one for one in mute if host in (None, one.host)]
            if not mute:
                return False
            longest = min(mute, key=lambda one: one.since)
            longest.asked = True  # so that it is not chosen again; its own thread removes it
        with contextlib.suppress(OSError):
            socket.socket.shutdown(longest.sock, socket.SHUT_RDWR)
        return True

    def _make_room(self, reason: str) -> None:
        stranger = self._strangers.to_displace()
        if stranger:
            self._refuse(stranger, reason)

    def _refuse(self, stranger: Stranger, reason: object) -> None:
        self._strangers.remove(stranger)
        with contextlib.suppress(KeyError, ValueError):
            self._selector.unregister(stranger.sock)
        stranger.sock.close()
        self._refusals.add(stranger.peer, reason)


class _Job(ClientConnectionJob):
    """Pyro's way of serving one connection, given the connection instead of a socket."""

    def __init__(self, connection: "_Connection", peer: Address, daemon: Any) -> None:
        self.csock = connection  # Pyro's constructor would make one of its own
        self.caddr = peer
        self.daemon = daemon


class _Connection(socketutil.SocketConnection):
    """A member's connection; idle ones may stay, so the time limit of the greeting ends with the greeting."""

    greeted = False
    asked = False  # anything, after the greeting
    host = ""
    in_call = False  # from the first byte of a call until its reply is sent

    def __init__(self, sock: ssl.SSLSocket) -> None:
        super().__init__(sock)
        self.since = time.monotonic()

    def recv(self, size: int) -> bytes:
        data = super().recv(size)
        self.in_call = True
        self.asked = self.asked or self.greeted
        return data

    def send(self, data: bytes) -> None:
        super().send(data)
        self.in_call = False
        if not self.greeted:
            self.greeted = True
            self.sock.settimeout(None)


class _Refusals:
    """Counts refused connections and logs them now and then: an attack must not fill the disk with its own report."""

    def __init__(self) -> None:
        self._count = 0
        self._last = ""
        self._reported = 0.0  # monotonic

    def add(self, peer: Address, reason: object) -> None:
        self._count += 1
        self._last = f"{peer[0]} ({getattr(reason, 'reason', None) or reason})"

    def report(self, now: float) -> None:
        if self._count and now - self._reported >= REPORT_SECONDS:
            log.warning("%d connection(s) refused, the last from %s", self._count, self._last)
            self._count = 0
            self._reported = now


def _where_to_listen(host: str, port: int) -> tuple[Any, ...]:
    """The address of a host; IPv4 first, so that `localhost` is 127.0.0.1 for everybody."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    return sorted(found, key=lambda one: one[0] != socket.AF_INET)[0]


def allow_files(number: int) -> None:
    """Let this process have so many files open, as far as the system lets it choose."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = number if hard == resource.RLIM_INFINITY else min(number, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
