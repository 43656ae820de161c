"""How often a run looks at a queue in a day, by the rule that says when: on a clock of its own, in a second.

    python -m benchmarks.queue_looks [--hours 24]

A look is one log-in at the login node and one call of squeue, or qstat; one that finds jobs lacking has one call of
sbatch, or qsub, more. What happens in each day is made up: jobs that wait, jobs that end one after the other and are
replaced, a login node that is down. What a call costs is measured by `benchmarks.queue_calls`.
"""

import argparse
import bisect

from benchmarks.surroundings import table
from stormtracks.pyro_cluster.manager.pilots import keeper
from stormtracks.pyro_cluster.manager.pilots.pace import Pace

HEAD = ("a day with one entry of hosts.yaml", "looks", "per minute", "most in a minute", "most in an hour")


def main(arguments=None):
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--hours", type=float, default=24.0)
    seconds = 3600 * parser.parse_args(arguments).hours
    days = {
        "jobs are pending, and nothing changes": looks(seconds, []),
        "8 jobs of four hours each, one after the other": looks(seconds, ends(seconds, 8, 4 * 3600)),
        "100 jobs of an hour each, one after the other": looks(seconds, ends(seconds, 100, 3600)),
        "a pilot is lost every second": looks(seconds, ends(seconds, 3600, 3600)),
        "the login node does not answer": looks(seconds, [], answers=False),
    }
    print(table(HEAD, [row(name, times, seconds) for name, times in days.items()]))


def ends(seconds, jobs, lasts):
    """When jobs end that began evenly spread, each replaced by one that lasts as long."""
    between = lasts / jobs
    return [between * number for number in range(1, int(seconds / between))]


def looks(seconds, happens, answers=True):
    """The times of all looks, where something happens at some times that a manager notices at once."""
    now = 0.0
    pace = Pace(lambda: now)
    times, seen = [], 0
    while True:
        while seen < len(happens) and happens[seen] <= max(now, pace.due()):
            now = max(now, happens[seen])
            pace.hurry(keeper.LOSS_SECONDS)
            seen += 1
        now = max(now, pace.due())
        if now > seconds:
            return times
        changed = bisect.bisect_right(happens, now) > bisect.bisect_right(happens, times[-1] if times else -1.0)
        pace.begun()
        times.append(now)
        if answers:
            pace.answered(changed)
            if changed:  # what lacked was submitted
                pace.hurry(keeper.SUBMITTED_SECONDS)
        else:
            pace.failed()


def row(name, times, seconds):
    """A line of the table."""
    most = [
        max(bisect.bisect_right(times, one + span) - first for first, one in enumerate(times)) for span in (60, 3600)
    ]
    return (name, f"{len(times):,}", f"{60 * len(times) / seconds:.2f}", most[0], most[1])


if __name__ == "__main__":
    main()
