"""The workers of an entry's jobs, as the nameserver and they themselves know them. Asked from this machine."""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from stormtracks import address
from stormtracks.config import Nameserver
from stormtracks.errors import StormtracksError
from stormtracks.hosts.errors import HostFault
from stormtracks.queues.job import worker_name

ANSWER_SECONDS = 5.0
AT_ONCE = 16


def uris(nameserver: Nameserver, entry: str, jobs: Iterable[str]) -> dict[str, str]:
    """Job -> address of its worker, of those that are registered.

    Raises
    ------
    HostFault
        The nameserver does not answer.
    """
    from Pyro4.errors import PyroError

    from stormtracks.pyro_cluster import wire  # Pyro4 takes 0.1 s to load, which `fab --list` need not pay

    wanted = {wire.PREFIX + worker_name(entry, job): job for job in jobs}
    try:
        with wire.nameserver(nameserver.host, nameserver.port) as connected:
            listed = wire.listed(connected, address.place(nameserver.host, nameserver.port), wire.PREFIX + entry)
    except (wire.WireError, wire.CommunicationError, PyroError) as error:
        raise HostFault(str(error)) from error
    return {job: listed[registered] for registered, job in wanted.items() if registered in listed}


def descriptions(found: Mapping[str, str]) -> dict[str, Any]:
    """What each worker (job -> address) says of itself, or {"error": why it says nothing}."""
    with ThreadPoolExecutor(AT_ONCE, "describe") as pool:
        return dict(zip(found, pool.map(_described, found.values()), strict=True))


def fault(uri: str) -> str:
    """What keeps a worker from answering the manager, which runs here; "" when it answers."""
    return str(_described(uri).get("error", ""))


def _described(uri: str) -> Any:
    from Pyro4.errors import PyroError

    from stormtracks.pyro_cluster import wire

    try:
        with wire.proxy(uri, ANSWER_SECONDS, wire.PATIENT_SECONDS) as worker:
            return worker.describe()
    except (wire.CommunicationError, PyroError, StormtracksError, ValueError) as error:  # ValueError: no address at all
        return {"error": f"this machine cannot reach it: {error}"}
