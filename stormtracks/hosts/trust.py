"""Show the host keys that are not known yet, and add those that are agreed to, to the user's known_hosts."""

import socket
import sys
from collections.abc import Callable

import fabric
import paramiko

from stormtracks.config import Cluster, WorkerHost
from stormtracks.hosts import host_keys
from stormtracks.hosts.links import CONNECT_SECONDS, HostFault, connection, explained
from stormtracks.terminal_text import clean


def trust(cluster: Cluster, config: fabric.Config, agreed: Callable[[str], bool]) -> bool:
    """Show the host keys that are not known yet, and add those that are agreed to, to the user's known_hosts.

    Parameters
    ----------
    agreed : callable
        ``agreed(text) -> bool``: shows the text and returns whether to trust.

    Returns
    -------
    bool
        Whether every host is known now.
    """
    known = [_trust_one(worker, config, agreed) for worker in cluster.workers if not worker.local]
    return all(known)


def _trust_one(worker: WorkerHost, config: fabric.Config, agreed: Callable[[str], bool]) -> bool:
    """Walk the way to a host from here: a host that is jumped through comes first, it carries the next connection."""
    hops: list[fabric.Connection] = []
    hop = connection(worker, config)
    while hasattr(hop, "gateway"):
        hops.insert(0, hop)
        hop = hop.gateway
    try:
        results = [_trust_hop(worker, hop, agreed) for hop in hops]
    except HostFault as fault:
        sys.stdout.write(f"{worker.name}: {clean(fault)}\n")
        return False
    finally:
        for hop in reversed(hops):
            hop.close()
    return all(results)


def _trust_hop(worker: WorkerHost, hop: fabric.Connection, agreed: Callable[[str], bool]) -> bool:
    offered = _offered(hop)
    known = host_keys.known(hop)
    name = host_keys.key_name(hop)
    shown = f"{offered.get_name()} {host_keys.fingerprint(offered)}"
    if known.get(offered.get_name()) == offered:
        sys.stdout.write(f"{worker.name}: {name} is known, {shown}\n")
        return True
    if known:
        sys.stdout.write(
            f"{worker.name}: {name} answers with {shown}, which is NOT the key in known_hosts. Only if you "
            f"know the reason, run ssh-keygen -R '{name}', then fab trust-hosts again\n"
        )
        return False
    if not agreed(f"{worker.name}: {name} has the host key\n  {shown}\ntrust it?"):
        return False
    host_keys.trust(hop, offered)
    return True


def _offered(hop: fabric.Connection) -> paramiko.PKey:
    """The key that a host shows, before anything is sent to it; the hosts on the way to it are verified."""
    if hop.gateway is not None and not isinstance(hop.gateway, str):
        host_keys.verify(hop.gateway)
    transport = None
    try:
        sock = hop.open_gateway() if hop.gateway else socket.create_connection((hop.host, hop.port), CONNECT_SECONDS)
        transport = paramiko.Transport(sock)
        known = list(host_keys.known(hop))
        if known:
            options = transport.get_security_options()
            options.key_types = sorted(options.key_types, key=lambda kind: kind not in known)
        transport.start_client(timeout=CONNECT_SECONDS)
        return transport.get_remote_server_key()
    except Exception as error:  # whatever sockets, gateways and paramiko raise
        raise explained(error, hop) from error
    finally:
        if transport:
            transport.close()
