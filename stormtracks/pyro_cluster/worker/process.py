"""A worker as a process of its host: its arguments, log, pid file, name at the nameserver, and its end."""

import argparse
import contextlib
import json
import logging
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from stormtracks import address, disk, private
from stormtracks.errors import StormtracksError
from stormtracks.paths import expand
from stormtracks.pyro_cluster import pidfile, secret, wire
from stormtracks.pyro_cluster.service import log_to, stop_on_signals, turn_log
from stormtracks.pyro_cluster.worker import places
from stormtracks.pyro_cluster.worker.daemon import PyroWorker
from stormtracks.pyro_cluster.worker.options import parser
from stormtracks.pyro_cluster.worker.orders import SETUP
from stormtracks.pyro_cluster.worker.places import Refused
from stormtracks.pyro_cluster.worker.presence import Presence
from stormtracks.pyro_cluster.worker.slots.memory_guard import MemoryLimits
from stormtracks.pyro_cluster.worker.tenure import Tenure

log = logging.getLogger(__name__)

CHECK_SECONDS = 2.0


def main(argv: Sequence[str] | None = None) -> int:
    """Run a worker until it is asked to stop: by SIGTERM (after tasks or --grace), a second one or SIGQUIT (now)."""
    options = parser(__doc__).parse_args(argv)
    log_to(options.log)
    try:
        setup = _setup(options)
        _check_key(options.host)
        private.state()
        with pidfile.PidFile(pidfile.worker_path(options.name)) as file:
            _work(options, setup, file)
    except (StormtracksError, OSError) as error:
        log.error("worker %s: %s", options.name, error)
        return 1
    log.info("worker %s ended", options.name)
    return 0


def _work(options: argparse.Namespace, setup: dict[str, Any], file: pidfile.PidFile) -> None:
    worker = PyroWorker(
        options.name,
        setup,
        options.slots,
        options.tasks,
        options.memory_limit,
        options.code_version,
        tasks_per_slot=options.tasks_per_slot,
        memory=MemoryLimits(options.memory_pause / 100, options.memory_end / 100),
        tenure=Tenure(options.until, options.idle_exit, options.grace),
        entry=options.entry or "",
    )
    worker.adopt()
    threading.Thread(target=_sweep, args=(setup,), name="sweep", daemon=True).start()
    presence = Presence(worker, lambda host: _daemon(options, host), options.host, options.nameserver, file)
    with worker, stop_on_signals(worker.stop), presence:
        while not worker.stopping:
            presence.check()
            turn_log(options.log or file.path.with_suffix(".log"))
            worker.notice_silence()
            worker.leave_in_time()
            worker.wait(CHECK_SECONDS)
        worker.tell_managers()
        presence.end()  # first the name, then the tasks: the manager is not to come while the last ones run
        worker.finish()


def _sweep(setup: Mapping[str, Any]) -> None:
    """Remove what processes of this host that were killed, perhaps by a power cut, left half written."""
    for key, pattern in (("results", "*/*"), ("scratch", "passes/*")):
        with contextlib.suppress(OSError):
            folders = Path(setup[key]).glob(pattern) if setup.get(key) else ()
            removed = [path for folder in folders for path in disk.sweep(folder)]
            if removed:
                log.info("removed %d file(s) that killed processes left half written in %s", len(removed), setup[key])


def _daemon(options: argparse.Namespace, host: str) -> wire.Daemon:
    try:
        # A manager has one connection per slot and one for the heartbeat; several managers may be there at once.
        connections = 4 * options.slots + 64
        # One host does not get all of them: there is always room for the manager of another one.
        return wire.Daemon(host, options.port, connections, connections_of_one=connections - 2 * options.slots - 8)
    except OSError as error:
        place = address.place(host, options.port)
        raise Refused(f"cannot listen on {place}: {error.strerror or error}; check 'bind' in hosts.yaml") from error


def _check_key(host: str) -> None:
    """Beyond this machine the cluster's key must be here already: one created here would be another cluster's."""
    if host in ("", "0.0.0.0", "::"):
        raise Refused(f"--host {host!r} means all addresses; give the one by which the manager reaches this host")
    try:
        here = address.is_loopback(host)
    except OSError as error:
        raise Refused(f"cannot listen on {host}: {error.strerror or error}; check 'bind' in hosts.yaml") from error
    if here:
        secret.ensure()
    secret.check()


def _setup(options: argparse.Namespace) -> dict[str, Any]:
    """This host's part of a task's setup, with folders that are there."""
    given = _json(f"@{options.setup}", "--setup") if options.setup else {}
    for key in given:
        if key not in SETUP:
            raise Refused(f"{options.setup}: unknown key '{key}'; known: {', '.join(SETUP)}")
    for key in SETUP:
        if getattr(options, key) is not None:
            given[key] = getattr(options, key)
    if isinstance(given.get("dataset"), str):
        given["dataset"] = _json(given["dataset"], "--dataset")
    return places.expanded(given, Path.cwd())


def _json(text: str, option: str) -> dict[str, Any]:
    try:
        found = json.loads(expand(text[1:], where=option).read_text() if text.startswith("@") else text)
    except (OSError, ValueError) as error:  # json's errors are ValueErrors
        raise Refused(f"{option} {text}: {error}") from error
    if not isinstance(found, dict):
        raise Refused(f"{option} {text}: expected keys and values, found something else")
    return found
