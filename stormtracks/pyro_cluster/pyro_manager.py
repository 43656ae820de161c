"""The manager: finds the workers, makes the schedule, gives out the work, shows it, and ends when all is done.

Exit status: 0 everything is complete; 1 something failed, timed out, is left or could not be looked for; 2 the request
was refused (a bad range of years, a bad start, an unknown task, other settings, data or folders than those of the
results); 3 no nameserver, no worker, or a wrong key; 4 another manager has the run; 130 interrupted (Ctrl-C, SIGTERM,
the terminal closed). After any end the same command resumes the run.
"""

import argparse
import itertools
import os
import signal
import sys
import time
from collections.abc import Callable
from types import FrameType
from typing import IO

from stormtracks import address
from stormtracks.errors import StormtracksError
from stormtracks.pyro_cluster import wire
from stormtracks.pyro_cluster.journal import extent, runs
from stormtracks.pyro_cluster.journal.grid import grid
from stormtracks.pyro_cluster.journal.journal import Journal
from stormtracks.pyro_cluster.journal.lock import AlreadyManaged
from stormtracks.pyro_cluster.journal.report import summary
from stormtracks.pyro_cluster.journal.writer import Heard
from stormtracks.pyro_cluster.manager import options
from stormtracks.pyro_cluster.manager.dispatch.dispatcher import Dispatcher
from stormtracks.pyro_cluster.manager.display import Display, display, write_line
from stormtracks.pyro_cluster.manager.engines.door import Cluster, Unreachable
from stormtracks.pyro_cluster.manager.plan import ManagePlan, settings_of
from stormtracks.pyro_cluster.manager.roll_call import RollCall
from stormtracks.pyro_cluster.manager.workers.supply import Supply
from stormtracks.pyro_cluster.pyro_task import PyroTaskSchedule
from stormtracks.pyro_cluster.secret import SecretError
from stormtracks.pyro_cluster.service import on_signals
from stormtracks.terminal_text import clean, clean_line, clean_warnings

MOST_FILES = 65_536  # a connection per slot, and two per worker
GRID_LINES = 24
SHOWN_MISSING = 5
COMPLETE, INCOMPLETE, REFUSED, UNREACHABLE, MANAGED, INTERRUPTED = 0, 1, 2, 3, 4, 130


class Interrupted(BaseException):
    """A signal asked the manager to leave."""


def run(plan: ManagePlan, stream: IO[str] | None = None, errors: IO[str] | None = None) -> int:
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
        with on_signals(_leave):
            return _managed(plan, stream)
    except (StormtracksError, wire.WireError, OSError) as error:
        too = (
            f"; give these commands{plan.hosts_option} too" if plan.hosts and isinstance(error, wire.WireError) else ""
        )
        print(f"error: {clean(error)}{too}", file=errors)
        return _status_of(error)
    except (Interrupted, KeyboardInterrupt):  # before anything was begun
        return INTERRUPTED


def main(argv: list[str] | None = None) -> int:
    """Manage a run as the arguments say; the exit status is as the module says."""
    given = vars(parser().parse_args(argv))
    clean_warnings()
    try:
        values = options.read(given)
        settings = settings_of(values.pop("settings"), values.pop("set"))
        plan = ManagePlan(**values, settings=settings, nameserver=given["nameserver"])
    except (StormtracksError, OSError) as error:
        print(f"error: {clean(error)}", file=sys.stderr)
        return REFUSED
    return run(plan)


def parser() -> argparse.ArgumentParser:
    """The arguments of `main`: the options of a run, and where the nameserver is."""
    arguments = argparse.ArgumentParser(prog="pyro_manager", description=__doc__.partition("\n\n")[0])
    actions = {bool: "store_true", list: "append"}
    for option in options.OPTIONS:
        # As text and without defaults: `options.read` knows both, also for `inv manage`.
        action = actions.get(option.kind, "store")
        arguments.add_argument(f"--{option.name}", action=action, default=None, help=option.help.replace("%", "%%"))
    arguments.add_argument(
        "--nameserver",
        type=address.argument,
        default=("localhost", 9090),
        metavar="HOST:PORT",
        help="default: localhost:9090",
    )
    return arguments


def _status_of(error: Exception) -> int:
    if isinstance(error, AlreadyManaged):
        return MANAGED
    return UNREACHABLE if isinstance(error, (wire.WireError, SecretError, Unreachable)) else REFUSED


def _managed(plan: ManagePlan, stream: IO[str]) -> int:
    schedule = plan.schedule()
    wire.allow_files(MOST_FILES)
    cluster = plan.cluster()
    cluster.join()  # before the journal, so that a wrong address leaves no run behind
    try:
        return _with_workers(plan, schedule, cluster, stream)
    finally:
        cluster.leave()


def _with_workers(plan: ManagePlan, schedule: PyroTaskSchedule, cluster: Cluster, stream: IO[str]) -> int:
    roll_call = RollCall(cluster, plan)
    roll_call.call()
    plan = plan.located(roll_call.folders())
    roll_call.claim(plan)  # before the journal, so that settings that are refused leave no run behind
    heard = Heard(_Postponed(), _Postponed(), _Postponed())
    journal = plan.journal(heard)
    how = "refused"
    try:
        roll_call.admit(journal)
        how = "failed"
        show = _Postponed()
        dispatcher = Dispatcher(schedule, cluster, journal, plan.rules(), show, _supply(plan))
        dispatcher.resume(journal.held, _folders(journal, plan))
        _listen(heard, dispatcher)
        if journal.lost:  # before anybody listened
            dispatcher.lost(journal.lost)
        roll_call.on_looked, dispatcher.ending.unknown = dispatcher.looked, roll_call.unknown
        dispatcher.on_again = roll_call.forget
        began = time.monotonic()
        with display(dispatcher, stream) as shown:
            show.call = shown.show
            _announce(dispatcher, plan, journal.remarks + roll_call.remarks() + cluster.remarks)
            how = _work(dispatcher, shown)
    finally:
        journal.close(_STATES.get(how, how))
    dispatcher.finish_lines()
    return _end(plan, cluster, dispatcher, journal, time.monotonic() - began, stream)


def _supply(plan: ManagePlan) -> Supply | None:
    """Where further workers come from; another engine's workers are not those of hosts.yaml."""
    return plan.supply if plan.engine == "pyro" else None


_STATES = dict.fromkeys(("journal", "no worker", "not looked for", "failing", "halted", "lost", "bug"), "incomplete")
"""What `inv status` says for some ends."""


class _Postponed:
    """A function that is only known later, as journal, dispatcher and display need each other; until then nothing."""

    call: Callable[..., object] | None = None

    def __call__(self, message: str | None) -> None:
        if self.call:
            self.call(message)


def _listen(heard: Heard, dispatcher: Dispatcher) -> None:
    """Let the dispatcher hear of the journal, which was there before it."""
    for postponed, call in (
        (heard.trouble, dispatcher.trouble),
        (heard.event, dispatcher.log),
        (heard.lost, dispatcher.lost),
    ):
        assert isinstance(postponed, _Postponed)
        postponed.call = call


def _folders(journal: Journal, plan: ManagePlan) -> dict[str, str]:
    """The results folder of each worker that took part, without what the run has below it."""
    below = f"/{plan.results}" if plan.results else ""
    return {name: places.get("results", "").removesuffix(below) for name, places in journal.places.items()}


def _announce(dispatcher: Dispatcher, plan: ManagePlan, remarks: list[str]) -> None:
    counts = dispatcher.schedule.counts()
    what = f"run {plan.name}: {plan.task} {extent.between(*plan.extent[:2])}, {plan.members} members"
    done = f"{counts['complete']:,} of {len(dispatcher.schedule):,} tasks are complete"
    dispatcher.log("; ".join([what, done, *remarks]))


def _work(dispatcher: Dispatcher, shown: Display) -> str:
    """Have the work done; how it ended."""
    try:
        dispatcher.start()
        while not dispatcher.wait(shown.interval):
            _update(dispatcher, shown)
        dispatcher.stop("over")
    except (Interrupted, KeyboardInterrupt):
        with on_signals(signal.SIG_IGN):  # a second Ctrl-C must not leave the journal open
            dispatcher.stop("interrupted")
    return dispatcher.ended


def _update(dispatcher: Dispatcher, shown: Display) -> None:
    """Draw the picture again. One that cannot be drawn is no reason to end a run, and is said once."""
    try:
        shown.update()
    except Exception as error:
        dispatcher.bug("the display", error)


def _end(
    plan: ManagePlan, cluster: Cluster, dispatcher: Dispatcher, journal: Journal, elapsed: float, stream: IO[str]
) -> int:
    """Say how it ended and how to resume it; the exit status. It is complete if the journal, read again, says so."""
    how, table = dispatcher.ended, []
    missing = None
    try:
        state = runs.read(plan.name, plan.journals)
        table = grid(state.schedule, GRID_LINES) + summary(state, elapsed, dispatcher.tally, plan.tell)
        missing = _missing(dispatcher.schedule, state.schedule)
    except (StormtracksError, OSError) as error:
        missing = f"it cannot be read again ({error})"
    if how == "complete" and (missing or journal.lost):
        how = "unconfirmed"
    how_it_ended = _how(how, dispatcher, plan, cluster, journal, missing)
    lines = [f"run {plan.name}: {how_it_ended}", *table, *_remains(dispatcher, plan)]
    again = [] if how == "complete" else [plan.again or f"to resume: {plan.command()}"]
    write_line(stream, "\n".join(map(clean_line, lines + again)))
    return _status_of_end(how, dispatcher, journal)


def _status_of_end(how: str, dispatcher: Dispatcher, journal: Journal) -> int:
    if journal.taken:
        return MANAGED
    # Where no worker ever came, the cluster is not there; where some did, work is left that none of them can do.
    known = {
        "complete": COMPLETE,
        "interrupted": INTERRUPTED,
        "no worker": INCOMPLETE if dispatcher.met else UNREACHABLE,
    }
    return known.get(how, INCOMPLETE)


def _remains(dispatcher: Dispatcher, plan: ManagePlan) -> list[str]:
    """What becomes of jobs that are still in a queue, or run."""
    return [
        f"{left:,} job{'s' * (left > 1)} of {name} may still be pending or running: each ends once it has had nothing "
        f"to do for 'idle_exit', or now by 'fab stop-workers{plan.hosts_option}'"
        for name, left in dispatcher.keeper.remains().items()
    ]


def _missing(done: PyroTaskSchedule, kept: PyroTaskSchedule) -> str:
    """What is complete here and not in the journal; empty: nothing."""
    number = done.counts()["complete"] - kept.counts()["complete"]
    if number <= 0:
        return ""
    cells = ((year, member) for year in done.years for member in range(done.num_ensemble_members))
    lacking = (f"{year} member {member}" for year, member in cells if kept.get_task(year, member).status != "complete")
    shown = list(itertools.islice(lacking, SHOWN_MISSING))
    return f"it lacks {number:,} of {len(done):,} ({', '.join(shown)}{', ...' if number > len(shown) else ''})"


def _how(
    how: str, dispatcher: Dispatcher, plan: ManagePlan, cluster: Cluster, journal: Journal, missing: str | None
) -> str:
    if journal.taken:
        return f"stopped: {journal.taken}"
    if journal.lost:
        return f"stopped: {journal.lost}. Check the disk and resume the run; results that exist are found again"
    where = "that can do the remaining tasks" if dispatcher.met else cluster.where
    return {
        "complete": "all tasks are complete",
        "failing": f"stopped: every worker failed for {dispatcher.why}. Correct that and resume the run",
        "halted": f"stopped: {dispatcher.why}. Correct what the list below says",
        "incomplete": "some tasks failed or timed out; see the list below",
        "unconfirmed": f"the tasks are done, but the journal does not say so: {missing}. Resume the run; results that "
        "exist are found again",
        "journal": f"stopped: the journal could not be written for {plan.wait:g} s. Free disk space and resume the run",
        "bug": f"stopped by a bug: {dispatcher.why}. Resume the run; results that exist are found again",
        "no worker": f"no worker for {plan.wait:g} s {where}; {_hindrances(dispatcher)}{cluster.cure}",
        "not looked for": f"all tasks are complete, but {dispatcher.ending.unknown()}. Start it (fab start-workers"
        f"{plan.hosts_option}) and run the same command again, or do these tasks again with --redo-away",
        "interrupted": f"interrupted. {cluster.parting}",
    }[how]


def _hindrances(dispatcher: Dispatcher) -> str:
    """Why no jobs came from queues, and where it is said why a worker is not used."""
    reasons = "".join(f"{reason}; " for reason in dispatcher.keeper.hindrances())
    return f"{reasons}correct what is said above of those that are not used, or " if dispatcher.refuses else reasons


def _leave(number: int, frame: FrameType | None) -> None:
    """SIGTERM and SIGHUP leave as Ctrl-C does; with the terminal gone, what is written there goes nowhere."""
    if number == signal.SIGHUP:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
    raise Interrupted


if __name__ == "__main__":
    sys.exit(main())
