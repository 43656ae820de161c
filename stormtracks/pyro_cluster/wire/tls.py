"""The TLS side of the secret: a peer that shows its certificate, and holds its key, is a member of the cluster."""

import functools
import os
import ssl
from dataclasses import dataclass, field

from stormtracks.pyro_cluster import secret


@dataclass(frozen=True)
class Membership:
    """The TLS side of a secret: contexts in which its certificate is the only one trusted, and this side's own."""

    certificate: bytes = field(repr=False)
    server: ssl.SSLContext
    client: ssl.SSLContext

    def holds(self, sock: ssl.SSLSocket) -> bool:
        """Whether the peer of a finished handshake showed this very certificate."""
        return sock.getpeercert(binary_form=True) == self.certificate


def membership(path: str | os.PathLike | None = None) -> Membership:
    """The contexts of a secret, read again when its file has changed.

    Raises
    ------
    secret.SecretError
    """
    path, found = secret.looked_at(path)  # not opened again for each connection
    return _membership(str(path), (found.st_ino, found.st_mtime_ns))


@functools.lru_cache(maxsize=8)
def _membership(path: str, _version: tuple[int, int]) -> Membership:
    certificate = secret.certificate(path)
    server, client = (_context(kind, path, certificate) for kind in (ssl.PROTOCOL_TLS_SERVER, ssl.PROTOCOL_TLS_CLIENT))
    server.num_tickets = 0  # no resumption: every connection proves itself anew, and there is no early data to replay
    return Membership(certificate, server, client)


def _context(kind: int, path: str, certificate: bytes) -> ssl.SSLContext:
    context = ssl.SSLContext(kind)  # unlike create_default_context it trusts no authority of the system
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False  # what counts is whether the peer is a member, not what its host is called
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_cert_chain(path)
    context.load_verify_locations(cadata=certificate)
    return context
