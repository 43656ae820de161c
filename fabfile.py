"""What is done on the hosts of hosts.yaml: `fab --list`, `fab COMMAND --help`. What is done here: `inv --list`.

Every command works on all hosts at once, writes one line for each, and exits with status 1 if one failed.
`--only HOST,...` (or `-H HOST,...`) limits it, `--hosts FILE` chooses another hosts.yaml; both go after the command's
name.
"""

import contextlib
import functools
import inspect
import math
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

import fabric
from fabric import task as fabric_task
from invoke import Collection, Context

from stormtracks import config, paths
from stormtracks.console import local_paths
from stormtracks.console.command_line import speak
from stormtracks.console.refusing import refusing
from stormtracks.errors import BadValue
from stormtracks.hosts import cluster_key, kinds, logs, readiness, trust, workers
from stormtracks.hosts import collect as collecting
from stormtracks.hosts import deploy as deploying
from stormtracks.hosts import upgrade as upgrading
from stormtracks.hosts.outcomes import AT_ONCE, Errand, HostOutcome, everywhere, line_writer, raise_bugs, write_line
from stormtracks.pyro_cluster import secret
from stormtracks.terminal_text import clean, clean_line

Text = str | None
LINES = 20
_reading = threading.Lock()
"""The NetCDF library is not safe to enter from two threads."""
WAIT = f"seconds to wait for each worker to register and answer; default: {workers.READY_SECONDS:g}"
PATIENCE = f"seconds to wait for running tasks before they are stopped; default: {workers.PATIENCE_SECONDS:g}"
EVERY = {
    "hosts": "the hosts.yaml to use; default: $STORMTRACKS_HOSTS, else ./hosts.yaml",
    "only": "names of hosts, separated by commas; default: all",
    "at-once": f"number of hosts to work on at the same time; default: {AT_ONCE}",
}


class HostsTask(fabric.Task):
    """A command whose `--only` is also `-H`, as Fabric's users know it."""

    def arg_opts(self, name: str, default: Any, taken_names: Any) -> dict[str, Any]:
        """Options of one argument."""
        options = super().arg_opts(name, default, taken_names)
        if name == "only":
            options["names"] = ("only", "H")
        return options


def command(**helps: str) -> Callable[[Callable[..., None]], fabric.Task]:
    """Make a function a command: its help, and one line instead of a traceback for what it refuses."""

    def decorate(body: Callable[..., None]) -> fabric.Task:
        own = {
            name: text for name, text in EVERY.items() if name.replace("-", "_") in inspect.signature(body).parameters
        }
        return fabric_task(klass=HostsTask, help=own | helps, auto_shortflags=False)(refusing(body))

    return decorate


@command(
    wide="show all that was found, a line for each host",
    csv="print all that was found as CSV, a line for each thing of each host",
    json="print all that was found as one JSON document",
)
def check(
    c: Context,
    hosts: Text = None,
    only: Text = None,
    at_once: Text = None,
    wide: bool = False,
    csv: bool = False,
    json: bool = False,
) -> None:
    """Check whether each host is ready to work: how many things are right, and a line for each thing to do.

    For an entry with a queue, a job looks at a node. Where it would wait for more than a minute it is cancelled, and
    only the login node is looked at.

    Example: fab check
    """
    cluster = _cluster(c, hosts, only)
    from stormtracks.console import tables  # here, as is all that `fab --list` need not load

    form, line = tables.Form(wide, csv, json), line_writer(cluster)
    in_short = form == tables.PEOPLE
    show = (lambda outcome: line(readiness.told(outcome))) if in_short else None
    outcomes = everywhere(cluster, kinds.check(cluster), c.config, _whole("at-once", at_once, AT_ONCE), show)
    if in_short:
        sys.stdout.write("what was found: fab check --wide\n")
    elif form.for_people:
        tables.show(readiness.wide_table(outcomes, kinds.check_columns(cluster)), form)
        for note in readiness.notes_of_ready(outcomes):
            sys.stdout.write(f"{clean(note)}\n")
    else:
        tables.show(readiness.long_table(outcomes), form, readiness.document(outcomes))
    sys.stdout.flush()
    _end(outcomes, write_line if form.for_people and form.wide else None)


@command(
    wheels="folder of wheels to install from, for hosts without internet access; default: from the network",
    force="deploy even while a worker is running; a slot that is started anew then does no task until the worker is",
)
def deploy(
    c: Context, hosts: Text = None, only: Text = None, at_once: Text = None, wheels: Text = None, force: bool = False
) -> None:
    """Copy the files that git tracks here to the hosts, and install the packages they need; only changes are copied.

    Example: fab deploy --only w1,w2
    """
    cluster = _cluster(c, hosts, only)
    if stays := deploying.untracked():
        sys.stderr.write(f"not copied, because git does not track them: {clean_line(', '.join(stays))}\n")
    folder = paths.expand(wheels, where="--wheels") if wheels else None
    _on_all(c, cluster, deploying.errand(cluster, folder, force), at_once)


@command(
    wheels="folder of wheels to install from, for hosts without internet access; default: from the network",
    patience=PATIENCE,
    any_version="also while a run of another version is under way, which upgraded workers are then left out of, unless "
    "its manager was started with --any-version",
    **{"at-once": "number of hosts to upgrade at the same time; default: 1"},
)
def upgrade(
    c: Context,
    hosts: Text = None,
    only: Text = None,
    at_once: Text = "1",
    wheels: Text = None,
    patience: Text = None,
    any_version: bool = False,
) -> None:
    """Upgrade the hosts one after the other: stop each worker after its running tasks, deploy, and start it again.

    Example: fab upgrade
    """
    cluster = _cluster(c, hosts, only)
    if not any_version:
        upgrading.check_runs()
    folder = paths.expand(wheels, where="--wheels") if wheels else None
    seconds = _number("patience", patience, workers.PATIENCE_SECONDS)
    _on_all(c, cluster, upgrading.errand(cluster, folder, seconds), at_once)


@command(wait=WAIT)
def start_workers(c: Context, hosts: Text = None, only: Text = None, at_once: Text = None, wait: Text = None) -> None:
    """Start the workers in the background, and wait until each is registered and answers.

    For an entry with a queue, submit the jobs that are lacking, up to `jobs`. Jobs that wait are not waited for.

    Example: fab start-workers
    """
    cluster = _cluster(c, hosts, only)
    seconds = _number("wait", wait, workers.READY_SECONDS)
    _on_all(c, cluster, kinds.start(cluster, seconds), at_once)


@command(
    wide="show all columns, however narrow the terminal is",
    csv="print CSV instead of a table",
    json="print one JSON document instead of a table",
)
def show_workers(
    c: Context,
    hosts: Text = None,
    only: Text = None,
    at_once: Text = None,
    wide: bool = False,
    csv: bool = False,
    json: bool = False,
) -> None:
    """Show what each worker is doing and since when, its memory, and how many tasks it has done.

    For an entry with a queue: each job that runs or ended within the hour, and why others wait.

    Example: fab workers
    """
    cluster = _cluster(c, hosts, only)
    from stormtracks.console import tables

    form = tables.Form(wide, csv, json)
    outcomes = everywhere(cluster, kinds.look(cluster), c.config, _whole("at-once", at_once, AT_ONCE))
    tables.show(tables.Table("", workers.COLUMNS, tuple(kinds.table_rows(cluster, outcomes))), form)
    _end(outcomes, write_line if form.for_people else None)


@command(follow="keep showing new lines until Ctrl-C", lines=f"number of last lines to show; default: {LINES}")
def show_logs(
    c: Context, hosts: Text = None, only: Text = None, at_once: Text = None, lines: Text = None, follow: bool = False
) -> None:
    """Show the workers' logs.

    For an entry with a queue: what the newest jobs wrote, each line behind its job; the queue is not asked.

    Example: fab logs --only w1 --follow
    """
    cluster = _cluster(c, hosts, only)
    count = _whole("lines", lines, LINES)
    if follow:
        with contextlib.suppress(KeyboardInterrupt):  # how it is meant to end
            _on_all(c, cluster, logs.follow(cluster, count), len(cluster.workers))
    else:
        _on_all(c, cluster, logs.show(cluster, count), at_once)


@command(
    overwrite="replace results on this machine that differ from the host's",
    to="folder for the results; default: 'results' in hosts.yaml",
    results="folder below the results folder of each host, as for `inv manage --results`; default: that folder itself",
)
def collect(
    c: Context,
    hosts: Text = None,
    only: Text = None,
    at_once: Text = None,
    to: Text = None,
    results: Text = None,
    overwrite: bool = False,
) -> None:
    """Copy missing results from the hosts to this machine, and check each. Hosts with shared files are skipped.

    Example: fab collect
    """
    cluster = _cluster(c, hosts, only)
    below = local_paths.folder_below(results, cluster.results) or ""
    workers_there = tuple(replace(one, results=str(PurePosixPath(one.results, below))) for one in cluster.workers)
    cluster = replace(cluster, workers=workers_there)
    folder = paths.expand(to, Path.cwd(), "--to") if to else cluster.results / below
    check = functools.partial(_check_result, folder=folder)
    _on_all(c, cluster, collecting.errand(cluster, folder, overwrite, check), at_once)


@command(now="do not wait for running tasks", patience=PATIENCE)
def stop_workers(
    c: Context, hosts: Text = None, only: Text = None, at_once: Text = None, now: bool = False, patience: Text = None
) -> None:
    """Stop the workers when their running tasks have ended. Only processes proved to be theirs are stopped.

    For an entry with a queue, cancel the jobs that wait too, and see to it that the queue lists none any more.

    Example: fab stop-workers
    """
    cluster = _cluster(c, hosts, only)
    seconds = _number("patience", patience, workers.PATIENCE_SECONDS)
    _on_all(c, cluster, kinds.stop(cluster, now, seconds), at_once)


@command(yes="trust all without asking; use this only on a network that nobody else can use")
def trust_hosts(c: Context, hosts: Text = None, only: Text = None, yes: bool = False) -> None:
    """Show each SSH host key that is not yet known, ask whether to trust it, and add it to your known_hosts.

    Example: fab trust-hosts
    """
    if not trust.trust(_cluster(c, hosts, only), c.config, lambda text: yes or _agreed(text)):
        sys.exit(1)


@command()
def push_key(c: Context, hosts: Text = None, only: Text = None, at_once: Text = None) -> None:
    """Copy the cluster's key to the hosts (`start-workers` does this where the key is missing).

    Example: fab push-key
    """
    cluster = _cluster(c, hosts, only)
    _on_all(c, cluster, cluster_key.push(cluster), at_once)


@command()
def renew_key(c: Context, hosts: Text = None, only: Text = None, at_once: Text = None) -> None:
    """Create a new key and copy it to the hosts. Running processes keep the old key until they are restarted.

    Example: fab renew-key
    """
    cluster = _cluster(c, hosts, only)
    path = secret.renew()
    sys.stdout.write(f"new key {secret.fingerprint(path)} in {path}; restart the nameserver and the workers\n")
    _on_all(c, cluster, cluster_key.push(cluster), at_once)


def _check_result(path: Path, name: str, folder: Path | None = None) -> None:
    """Refuse a file that is not the result of this name; the index of the folder that it comes into learns of it."""
    from stormtracks.science import results  # numpy and netCDF4 take 0.3 s to load, which `fab --list` need not pay
    from stormtracks.science.index import of_folder

    with _reading:
        results.check(path, name)
        if folder is not None:
            of_folder.learn(path, folder)


def _cluster(c: Context, hosts: Text, only: Text) -> config.Cluster:
    """The cluster that is meant. `fab -H w1 check`, Fabric's own option, calls a command once for each of its hosts."""
    if isinstance(c, fabric.Connection):
        only = c.original_host
    return config.load(hosts).only(only)


def _on_all(c: Context, cluster: config.Cluster, errand: Errand, at_once: Text | int) -> None:
    """Do an errand on all hosts, write one line for each, and end."""
    outcomes = everywhere(cluster, errand, c.config, _whole("at-once", at_once, AT_ONCE), line_writer(cluster))
    _end(outcomes)


def _whole(option: str, text: Text | int, default: int) -> int:
    return max(1, int(_number(option, text, default)))


def _number(option: str, text: Text | int, default: float) -> float:
    """A number above 0 from the command line."""
    try:
        number = float(default if text is None else text)
    except ValueError:
        number = 0.0
    if not 0 < number < math.inf:
        raise BadValue(f"--{option} must be a number above 0, not {text!r}")
    return number


def _agreed(text: str) -> bool:
    if not sys.stdin.isatty():
        sys.exit(f"{text}\nthere is no terminal for your answer; to trust all, run fab trust-hosts --yes")
    return input(f"{text} [y/N] ").strip().lower() in ("y", "yes")


def _end(outcomes: list[HostOutcome], show: Callable[[HostOutcome], None] | None = None) -> None:
    """Exit with status 1 if a host failed; `show` its fault where that has not been written yet. A bug is raised."""
    failed = [outcome for outcome in outcomes if not outcome.ok]
    if show:
        for outcome in failed:
            show(outcome)
    raise_bugs(outcomes)
    if failed:
        sys.exit(1)


speak("fab")
ns = Collection()
for body, name in (
    (trust_hosts, "trust-hosts"),
    (deploy, "deploy"),
    (check, "check"),
    (upgrade, "upgrade"),
    (start_workers, "start-workers"),
    (show_workers, "workers"),
    (show_logs, "logs"),
    (collect, "collect"),
    (stop_workers, "stop-workers"),
    (push_key, "push-key"),
    (renew_key, "renew-key"),
):
    ns.add_task(body, name)
