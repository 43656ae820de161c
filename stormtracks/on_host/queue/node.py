"""On a node: look whether a worker could work there, and be reached there. It is what the job of `queue.probe` runs."""

import contextlib
import socket
import time
from collections.abc import Mapping
from typing import Any

from stormtracks.on_host import bind, check
from stormtracks.on_host.answers import QueueSeen, reply

LISTEN_SECONDS = 20.0
_MOST_BYTES = 64


def run(request: Mapping[str, Any]) -> None:
    """Write what was found, with a port of this node; then wait there for the operator's machine, but not long."""
    print(f"looking at the node {socket.gethostname()}", flush=True)  # so that it can be seen that output arrives
    found = check.run(request)
    bound = bind.address(request)
    family = socket.getaddrinfo(bound, 0, type=socket.SOCK_STREAM)[0][0]
    with socket.create_server((bound, 0), family=family) as server:
        reply(QueueSeen(check=found, host=socket.gethostname(), address=bound, port=server.getsockname()[1]))
        _wait(server, request["token"].encode())


def _wait(server: socket.socket, token: bytes) -> None:
    """Answer who brings the token with the same; others are no concern of ours."""
    until = time.monotonic() + LISTEN_SECONDS
    while (left := until - time.monotonic()) > 0:
        server.settimeout(left)
        with contextlib.suppress(OSError):
            caller, _ = server.accept()
            with caller:
                caller.settimeout(2.0)
                if caller.recv(_MOST_BYTES) == token:
                    caller.sendall(token)
                    return
