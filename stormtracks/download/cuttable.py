"""Connections that another thread can cut: what waits for their next byte then ends, headers and all."""

import contextlib
import socket
import weakref
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool


class Cuttable(HTTPAdapter):
    """The connections of one session, which `cut` ends.

    The time limit of requests is for each byte: a server that sends its headers, or the lengths of chunks, a byte at a
    time keeps it waiting for ever.
    """

    def __init__(self) -> None:
        self.sockets: weakref.WeakSet[socket.socket] = weakref.WeakSet()
        super().__init__()

    def serve(self, session: requests.Session) -> None:
        """Make the connections of a session."""
        for scheme in ("http://", "https://"):
            session.mount(scheme, self)

    def cut(self) -> None:
        """End every connection, from any thread."""
        for sock in list(self.sockets):
            with contextlib.suppress(OSError):  # it has ended already
                socket.socket.shutdown(sock, socket.SHUT_RDWR)  # not SSLSocket's: a thread may be reading

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        """What requests calls for its pool of connections."""
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = self._pools()

    def proxy_manager_for(self, *arguments: Any, **options: Any) -> Any:
        """The same for connections through a proxy."""
        manager = super().proxy_manager_for(*arguments, **options)
        manager.pool_classes_by_scheme = self._pools()
        return manager

    def _pools(self) -> dict[str, type[HTTPConnectionPool]]:
        sockets = self.sockets

        class Plain(HTTPConnection):
            def connect(self) -> None:
                super().connect()
                sockets.add(self.sock)

        class Encrypted(HTTPSConnection):
            def connect(self) -> None:
                super().connect()
                sockets.add(self.sock)

        http = type("Pool", (HTTPConnectionPool,), {"ConnectionCls": Plain})
        https = type("EncryptedPool", (HTTPSConnectionPool,), {"ConnectionCls": Encrypted})
        return {"http": http, "https": https}
