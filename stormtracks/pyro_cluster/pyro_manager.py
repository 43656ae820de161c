"""The manager: finds the workers, makes the schedule, gives out the work, shows it, and ends when all is done.

Exit status: 0 everything is complete; 1 something failed, timed out or is left; 2 asked for what cannot be (a bad range
of years, an unknown task, other settings than the run's); 3 no nameserver, no worker, or a wrong key; 4 another manager
has the run; 130 interrupted (Ctrl-C, SIGTERM, the terminal closed). After any end the same command goes on.
"""

import argparse
import contextlib
import os
import signal
import sys
import threading
import time

from stormtracks.pyro_cluster import wire
from stormtracks.pyro_cluster.journal import runs
from stormtracks.pyro_cluster.journal.grid import grid
from stormtracks.pyro_cluster.journal.lock import AlreadyManaged, JournalRefused
from stormtracks.pyro_cluster.journal.report import summary
from stormtracks.pyro_cluster.manager.dispatch import Dispatcher
from stormtracks.pyro_cluster.manager.display import display, tell
from stormtracks.pyro_cluster.manager.listed_workers import Cluster
from stormtracks.pyro_cluster.manager.plan import ManagePlan
from stormtracks.pyro_cluster.secret import SecretError

GRID_LINES = 24
COMPLETE, INCOMPLETE, REFUSED, UNREACHABLE, MANAGED, INTERRUPTED = 0, 1, 2, 3, 4, 130


class Interrupted(BaseException):
    """A signal asked the manager to leave."""


def run(plan, stream=None, errors=None):
    """Manage a run to its end.

    Parameters
    ----------
    plan : ManagePlan
    stream, errors : file, optional
        Where progress and the table go, and why nothing could be begun; standard output and standard error.

    Returns
    -------
    int
        The exit status, as the module says.
    """
    stream, errors = stream or sys.stdout, errors or sys.stderr
    try:
        with _on_signals(_leave):
            return _managed(plan, stream)
    except (ValueError, JournalRefused) as error:
        print(error, file=errors)
        return MANAGED if isinstance(error, AlreadyManaged) else REFUSED
    except (wire.WireError, SecretError) as error:
        print(error, file=errors)
        return UNREACHABLE
    except (Interrupted, KeyboardInterrupt):  # before anything was begun
        return INTERRUPTED


def main(argv=None):
    """Manage a run as the arguments say; the exit status is as the module says."""
    options = vars(parser().parse_args(argv))
    try:
        plan = ManagePlan(**{**options, "settings": _settings(options["settings"])})
    except ValueError as error:
        print(error, file=sys.stderr)
        return REFUSED
    return run(plan)


def parser():
    """The arguments of `main`."""
    made = argparse.ArgumentParser(prog="pyro_manager", description=__doc__.partition("\n\n")[0])
    add = made.add_argument
    add("--start-year", type=int, required=True, metavar="YEAR")
    add("--end-year", type=int, required=True, metavar="YEAR", help="included")
    add("--members", type=int, required=True, metavar="N", help="ensemble members of each year")
    add("--task", default="vort_track", help="[%(default)s]")
    add("--timeout", type=float, metavar="S", help="seconds that one task may take [any]")
    add("--retries", type=int, default=2, metavar="N", help="how often a failed task is tried again [%(default)s]")
    add("--settings", action="append", default=[], metavar="FILE", help="YAML; of several the later ones count")
    add("--run", metavar="NAME", help="name to go on with later [TASK_START-END]")
    add("--overwrite", action="store_true", help="begin anew, and replace results made with other settings")
    add("--nameserver", type=_address, default=("localhost", 9090), metavar="HOST:PORT", help="[localhost:9090]")
    add("--wait", type=float, default=60.0, metavar="S", help="seconds to wait for a worker [%(default)s]")
    add("--any-version", action="store_true", help="also use workers with another version of stormtracks")
    return made


def _managed(plan, stream):
    schedule, cluster = plan.schedule(), Cluster(*plan.nameserver)
    cluster.join()
    trouble = _Later()
    journal = plan.journal(trouble)
    how, dispatcher = "failed", None
    try:
        _mark_complete(schedule, journal.complete)
        show = _Later()
        dispatcher = Dispatcher(schedule, cluster, journal, plan.rules(), show)
        trouble.tell = dispatcher.trouble
        began = time.monotonic()
        with display(dispatcher, stream) as shown:
            show.tell = shown.say
            _announce(dispatcher, plan, journal.remarks)
            how = _work(dispatcher, shown)
    finally:
        journal.close(_STATES.get(how, how))
        cluster.leave()
    return _end(plan, dispatcher, journal, time.monotonic() - began, stream)


_STATES = {"journal": "incomplete", "no worker": "incomplete"}


class _Later:
    """Something to call that is only known later; what comes before is dropped."""

    tell = None

    def __call__(self, words):
        if self.tell:
            self.tell(words)


def _mark_complete(schedule, cells):
    for year, member in cells:
        if year in schedule.years and member < schedule.num_ensemble_members:
            schedule.get_task(year, member).status = "complete"


def _announce(dispatcher, plan, remarks):
    counts = dispatcher.schedule.counts()
    what = f"run {plan.name}: {plan.task} {plan.start_year}-{plan.end_year}, {plan.members} members"
    done = f"{counts['complete']:,} of {len(dispatcher.schedule):,} tasks are complete"
    dispatcher.say("; ".join([what, done, *remarks]))


def _work(dispatcher, shown):
    """Have the work done; how it ended."""
    try:
        dispatcher.start()
        while not dispatcher.wait(shown.interval):
            shown.update()
        dispatcher.stop(dispatcher.ended)
    except (Interrupted, KeyboardInterrupt):
        with _on_signals(signal.SIG_IGN):
            dispatcher.stop("interrupted")
    return dispatcher.ended


def _end(plan, dispatcher, journal, elapsed, stream):
    """Say how it ended and how to go on; the exit status."""
    how = dispatcher.ended
    lines = [f"run {plan.name}: {_how(how, dispatcher, plan, journal)}"]
    with contextlib.suppress(JournalRefused):
        state = runs.read(plan.name, plan.journals)
        lines += grid(state.schedule, GRID_LINES) + summary(state, elapsed, dispatcher)
    complete = how == "complete" and not journal.lost
    tell(stream, "\n".join(lines + ([] if complete else [f"to go on: {plan.command()}"])))
    if complete:
        return COMPLETE
    if how == "interrupted":
        return INTERRUPTED
    return UNREACHABLE if how == "no worker" and not dispatcher.met else INCOMPLETE


def _how(how, dispatcher, plan, journal):
    if journal.lost:
        return f"stopped, {journal.lost}; what is not in it is found again by its results"
    host, port = plan.nameserver
    return {
        "complete": "all tasks are complete",
        "incomplete": "not all tasks could be completed",
        "journal": f"stopped, the journal could not be written for {plan.wait:g} s",
        "no worker": f"no worker for {plan.wait:g} s "
        + ("that can do what is left" if dispatcher.met else f"at the nameserver {host}:{port}")
        + "; 'fab start-workers' starts them, 'fab workers' shows them",
        "interrupted": "interrupted; what its workers are doing they finish, and it will be found",
    }[how]


def _leave(number, frame):
    """SIGTERM and SIGHUP leave as Ctrl-C does; with the terminal gone, what is written there goes nowhere."""
    if number == signal.SIGHUP:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1), os.dup2(nowhere, 2)
    raise Interrupted


@contextlib.contextmanager
def _on_signals(handler):
    """Handle the signals that ask to leave; only the main thread is ever given one."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, handler) for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)}
    try:
        yield
    finally:
        for number, previous in before.items():
            signal.signal(number, previous)


def _settings(files):
    from stormtracks import config  # yaml, only where there is a file to read

    found = {}
    for file in files:
        found |= config.load_settings(file)
    return found


def _address(text):
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is not HOST:PORT")
    return host.strip("[]"), int(port)


if __name__ == "__main__":
    sys.exit(main())
