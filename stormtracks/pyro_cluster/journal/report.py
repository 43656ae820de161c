"""A run in words, lines and plain values: the table at its end, and its state for `inv status`."""

import re
import time

from stormtracks.pyro_cluster.journal.grid import grid
from stormtracks.pyro_cluster.manager.display import duration

SHOWN_PROBLEMS = 12


def summary(state, elapsed=None, done=None):
    """The table at the end of a run.

    Parameters
    ----------
    state : runs.RunState
    elapsed : float, optional
        Wall seconds of what was done now.
    done : object, optional
        What was done now: ``done``, ``skipped`` (of them, found done by the worker), ``seconds``, ``cpu_seconds``, such
        as a `dispatch.Dispatcher`.

    Returns
    -------
    list of str
    """
    counts, schedule = state.schedule.counts(), state.schedule
    rows = [("tasks", f"{len(schedule):,}"), ("complete", f"{counts['complete']:,}{_before(counts, done)}")]
    rows += [(status, f"{counts[status]:,}") for status in ("failure", "timeout", "outstanding") if counts[status]]
    rows += [(what, f"{total:,.0f}") for what, total in state.counts.items()]
    if done is not None:
        rows.append(("wall time", duration(elapsed)))
        if done.done - done.skipped > 0:
            speed_up = f"{done.seconds / max(elapsed, 1e-6):.1f} over one slot"
            rows.append(
                ("speed-up", f"{speed_up} ({duration(done.seconds)} of work, {duration(done.cpu_seconds)} of CPU)")
            )
    wide = max(len(what) for what, _ in rows)
    return [f"  {what:{wide}}  {value}" for what, value in rows] + problems(state.problems)


def problems(found):
    """Lines about what failed, alike ones (but for their numbers) together, the most frequent first."""
    groups = {}
    for problem in found:
        groups.setdefault(re.sub(r"\d+", "#", problem["error"] or "no reason given"), []).append(problem)
    ordered = sorted(groups.values(), key=len, reverse=True)
    lines = [_problem_line(group) for group in ordered[:SHOWN_PROBLEMS]]
    if len(ordered) > SHOWN_PROBLEMS:
        lines.append(f"and {len(ordered) - SHOWN_PROBLEMS} more kinds of failure")
    return lines


def status(state, height=40, width=100):
    """The lines of `inv status`: who has the run, the grid, the workers' present tasks, the figures."""
    run, now = state.run, time.time()
    head = f"run {run['name']}: {run['task']} {run['start_year']}-{run['end_year']}, {run['members']} members"
    lines = [f"{head}; {_who(state)}", *grid(state.schedule, height, width)]
    for slot in state.working:
        since = duration(now - slot["since"])
        lines.append(f"  {slot['worker']}/{slot['slot']}: {slot['year']} member {slot['member']} for {since}")
    return lines + summary(state)


def as_json(state):
    """The same as plain values."""
    return {
        "run": state.run,
        "managed": state.managed,
        "counts": state.schedule.counts(),
        "grid": {str(year): state.schedule.get_progress_for_year(year, False) for year in state.schedule.years},
        "working": state.working,
        "problems": state.problems,
        "totals": state.counts,
        "seconds": state.seconds,
        "cpu_seconds": state.cpu_seconds,
        "events": [{"time": at, "text": text} for at, text in state.events],
    }


def _who(state):
    run = state.run
    since = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(run["started"]))
    if state.managed:
        return f"managed by pid {run['pid']} on {run['host']} since {since}"
    if run["state"] == "running":
        last = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(run["heartbeat"]))
        return f"its manager is gone (pid {run['pid']} on {run['host']}, last alive {last}); 'inv manage' goes on"
    return f"{run['state']}, not managed now"


def _before(counts, done):
    if done is None:
        return ""
    parts = [(counts["complete"] - done.done, "from before"), (done.skipped, "found done by their results")]
    words = ", ".join(f"{number:,} {what}" for number, what in parts if number > 0)
    return f" ({words})" if words else ""


def _problem_line(group):
    cells = [f"{problem['year']}/{problem['member']}" for problem in group]
    shown = ", ".join(cells[:6]) + (f" and {len(cells) - 6:,} more" if len(cells) > 6 else "")
    workers = list(dict.fromkeys(name for p in group for name in (p["worker"] or "?").split(", ")))
    where = ", ".join(workers[:4]) + (f" and {len(workers) - 4} more" if len(workers) > 4 else "")
    return f"  {len(group):,} x {group[0]['status']}: {group[0]['error']} ({shown}; on {where})"
