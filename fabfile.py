"""What is done on the hosts of hosts.yaml: `fab --list`, `fab COMMAND --help`. What is done here: `inv --list`.

Every command works on all hosts at once, says a line for each, and has exit status 1 if one failed. `--only HOST,...`
(or `-H HOST,...`) limits it, `--hosts FILE` chooses another hosts.yaml; both go after the command's name.
"""

import contextlib
import inspect
import sys
from pathlib import Path

import fabric
from fabric import task as fabric_task
from invoke import Collection

from stormtracks import config, paths
from stormtracks.console.refusing import refusing
from stormtracks.errors import BadValue
from stormtracks.hosts import cluster_key, host_table, logs, readiness, trust, workers
from stormtracks.hosts import collect as collecting
from stormtracks.hosts import deploy as deploying
from stormtracks.hosts.outcomes import AT_ONCE, everywhere, line, lines
from stormtracks.pyro_cluster import secret

LINES = 20
WAIT = f"seconds until a worker must be registered and answer; default: {workers.READY_SECONDS:g}"
PATIENCE = f"seconds that running tasks get, then they are ended; default: {workers.PATIENCE_SECONDS:g}"
EVERY = {
    "hosts": "another hosts.yaml; default: $STORMTRACKS_HOSTS, else ./hosts.yaml",
    "only": "names of hosts, with commas between them; default: all",
    "at-once": f"hosts at a time; default: {AT_ONCE}",
}


class HostsTask(fabric.Task):
    """A command whose `--only` is also `-H`, as Fabric's users know it."""

    def arg_opts(self, name, default, taken_names):
        """Options of one argument."""
        options = super().arg_opts(name, default, taken_names)
        if name == "only":
            options["names"] = ("only", "H")
        return options


def command(**helps):
    """Make a function a command: its help, one line instead of a traceback for what is refused."""

    def decorate(body):
        own = {
            name: text for name, text in EVERY.items() if name.replace("-", "_") in inspect.signature(body).parameters
        }
        return fabric_task(klass=HostsTask, help=own | helps, auto_shortflags=False)(refusing(body))

    return decorate


@command()
def check(c, hosts=None, only=None, at_once=None):
    """Look whether every host could work, and say what to do about each fault."""
    cluster = _cluster(c, hosts, only)
    outcomes = everywhere(cluster, readiness.job(cluster), c.config, _whole("at-once", at_once, AT_ONCE))
    host_table.write(("host", "SSH", *readiness.COLUMNS), readiness.table_rows(outcomes))
    _end(outcomes, line)


@command(wheels="folder of wheels to install from, for hosts without the internet", force="also under a running worker")
def deploy(c, hosts=None, only=None, at_once=None, wheels=None, force=False):
    """Bring this checkout's tracked files and the packages they need to the hosts: only what changed."""
    cluster = _cluster(c, hosts, only)
    if stays := deploying.untracked():
        sys.stderr.write(f"not tracked by git, so not brought: {', '.join(stays)}\n")
    folder = paths.expand(wheels, where="--wheels") if wheels else None
    _on_all(c, cluster, deploying.job(cluster, folder, force), at_once)


@command(wait=WAIT)
def start_workers(c, hosts=None, only=None, at_once=None, wait=None):
    """Start the workers, detached, and wait until each is registered and answers."""
    cluster = _cluster(c, hosts, only)
    seconds = _number("wait", wait, workers.READY_SECONDS)
    _on_all(c, cluster, workers.start(cluster, seconds), at_once)


@command()
def show_workers(c, hosts=None, only=None, at_once=None):
    """Show what each worker is doing now, since when, its memory and how many tasks it has done."""
    cluster = _cluster(c, hosts, only)
    outcomes = everywhere(cluster, workers.look(cluster), c.config, _whole("at-once", at_once, AT_ONCE))
    host_table.write(workers.COLUMNS, workers.table_rows(outcomes))
    _end(outcomes, line)


@command(follow="go on showing what is added, until Ctrl-C", lines=f"how many of the last lines; default: {LINES}")
def show_logs(c, hosts=None, only=None, at_once=None, lines=None, follow=False):
    """Show the workers' logs."""
    cluster = _cluster(c, hosts, only)
    count = _whole("lines", lines, LINES)
    if follow:
        with contextlib.suppress(KeyboardInterrupt):  # how it is meant to end
            _on_all(c, cluster, logs.follow(cluster, count), len(cluster.workers))
    else:
        _on_all(c, cluster, logs.show(cluster, count), at_once)


@command(overwrite="replace results here that differ from the host's", to="folder for them; default: as in hosts.yaml")
def collect(c, hosts=None, only=None, at_once=None, to=None, overwrite=False):
    """Bring the results of hosts that do not share our files to here: only what is missing, checked on arrival."""
    cluster = _cluster(c, hosts, only)
    job = collecting.job(cluster, paths.expand(to, Path.cwd(), "--to") if to else cluster.results, overwrite)
    _on_all(c, cluster, job, at_once)


@command(now="do not wait for running tasks", patience=PATIENCE)
def stop_workers(c, hosts=None, only=None, at_once=None, now=False, patience=None):
    """Stop the workers after their running tasks; only processes that are provably theirs are ended."""
    cluster = _cluster(c, hosts, only)
    seconds = _number("patience", patience, workers.PATIENCE_SECONDS)
    _on_all(c, cluster, workers.stop(cluster, now, seconds), at_once)


@command(yes="trust all without asking; only where nobody else can be on the network")
def trust_hosts(c, hosts=None, only=None, yes=False):
    """Show the SSH host keys that are not known yet, ask, and add them to the user's known_hosts."""
    if not trust.trust(_cluster(c, hosts, only), c.config, lambda text: yes or _agreed(text)):
        sys.exit(1)


@command()
def push_key(c, hosts=None, only=None, at_once=None):
    """Bring the cluster's secret to the hosts (`start-workers` does it where it is missing)."""
    cluster = _cluster(c, hosts, only)
    _on_all(c, cluster, cluster_key.push(cluster), at_once)


@command()
def renew_key(c, hosts=None, only=None, at_once=None):
    """Make a new secret and bring it to the hosts; what runs has the old one until it is started again."""
    cluster = _cluster(c, hosts, only)
    made = secret.renew()
    sys.stdout.write(f"new secret {secret.fingerprint(made)} in {made}; start nameserver and workers again\n")
    _on_all(c, cluster, cluster_key.push(cluster), at_once)


def _cluster(c, hosts, only):
    """The cluster that is meant. `fab -H w1 check`, Fabric's own option, calls a command once for each of its hosts."""
    if isinstance(c, fabric.Connection):
        only = c.original_host
    return config.load(hosts).only(only)


def _on_all(c, cluster, job, at_once):
    """Do a job on all hosts, a line for each, and end."""
    outcomes = everywhere(cluster, job, c.config, _whole("at-once", at_once, AT_ONCE), lines(cluster))
    _end(outcomes)


def _whole(option, text, default):
    return max(1, int(_number(option, text, default)))


def _number(option, text, default):
    """A number above 0 from the command line."""
    try:
        number = float(default if text is None else text)
    except ValueError:
        number = 0.0
    if not number > 0:
        raise BadValue(f"--{option} must be a number above 0, not {text!r}")
    return number


def _agreed(text):
    if not sys.stdin.isatty():
        sys.exit(f"{text}\nthere is no terminal to ask at: fab trust-hosts --yes trusts all")
    return input(f"{text} [y/N] ").strip().lower() in ("y", "yes")


def _end(outcomes, show=None):
    """Exit with status 1 if a host failed; `show` its fault where no line has said it yet."""
    failed = [outcome for outcome in outcomes if not outcome.ok]
    for outcome in failed if show else []:
        show(outcome)
    if failed:
        sys.exit(1)


ns = Collection()
for body, name in (
    (trust_hosts, "trust-hosts"),
    (deploy, "deploy"),
    (check, "check"),
    (start_workers, "start-workers"),
    (show_workers, "workers"),
    (show_logs, "logs"),
    (collect, "collect"),
    (stop_workers, "stop-workers"),
    (push_key, "push-key"),
    (renew_key, "renew-key"),
):
    ns.add_task(body, name)
