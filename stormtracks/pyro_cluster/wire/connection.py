"""A connection of a proxy, on which an answer as a whole must come in time, not only each of its bytes."""

import time

from Pyro4 import errors, socketutil


class Connection(socketutil.SocketConnection):
    """Pyro's connection, where a peer that sends a byte now and then does not keep its caller waiting for ever."""

    def recv(self, size: int) -> bytes:
        """So many bytes, within the socket's time limit for all of them together."""
        limit = self.sock.gettimeout()
        if limit is None:
            return super().recv(size)
        until = time.monotonic() + limit
        read = bytearray()
        try:
            while len(read) < size:
                self.sock.settimeout(max(until - time.monotonic(), 0.001))
                part = self.sock.recv(size - len(read))
                if not part:
                    raise errors.ConnectionClosedError("receiving: not enough data")
                read += part
        except TimeoutError:
            raise errors.TimeoutError("receiving: timeout") from None
        except OSError as error:
            raise errors.ConnectionClosedError(f"receiving: connection lost: {error}") from error
        finally:
            if self.sock.fileno() >= 0:
                self.sock.settimeout(limit)
        return bytes(read)
