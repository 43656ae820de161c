"""What a run asks of a queue's login node: how often it calls squeue, sbatch and the others, and what a call costs.

    python -m benchmarks.queue_calls [--seconds 150] [--calls 50] [--jobs 1000]

A run of `launch: slurm` whose tasks only sleep, with two jobs that run and one that waits, on the two nodes of
tests/slurm.py (root, slurm-wlm, munge). Every call of Slurm's commands passes a script that writes it down. Then the
calls that came more than once are made again, many times in a row, with the queue as it was and with so many jobs
more, of others: first as one array, which Slurm keeps as one record, then as a record each. CPU ms are those of the
command, on the login node, and of slurmctld.
"""

import argparse
import os
import re
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks.fresh_process import children_cpu
from benchmarks.pilot_cluster import PilotCluster, ended_cpu, own_cpu, two_nodes
from benchmarks.surroundings import describe, table

PROGRAMS = ("sbatch", "squeue", "sinfo", "scancel", "scontrol", "sacct")
WRAPPER = """\
#!/bin/sh
# One line per call: the moment, then the words.
printf '%s {name}' "$(date +%s.%N)" >> {log}; printf ' %s' "$@" | tr '\\n' ' ' >> {log}; echo >> {log}
exec {program} "$@"
"""
JOBS, SLOTS, TASKS = 3, 2, 5000
"""Jobs of the entry, of which two fit into the nodes; slots of each; tasks, more than any run of this comes to."""


def main(arguments=None):
    """Print the tables."""
    options = _options(arguments)
    print(describe())
    report(options.seconds, options.calls, options.jobs)


def report(seconds, calls, jobs):
    """Count the calls of a run, measure what each costs while it goes on, and print both."""
    with tempfile.TemporaryDirectory(prefix="stormtracks-q-") as folder, two_nodes(Path(folder) / "slurm") as slurm:
        log = Path(folder) / "calls.log"
        setup = {"data": folder, "results": Path(folder) / "results"}
        table_of_tasks = "benchmarks.sleeping_tasks:TASKS"
        cluster = PilotCluster(folder, setup, slurm, JOBS, SLOTS, table_of_tasks, _programs(Path(folder) / "bin", log))
        with cluster, cluster.managing([2000], TASKS) as manager:
            time.sleep(seconds)
            counts, used = _counts(log, seconds), ended_cpu(manager.pid)
            costs = _costs(slurm, log, calls, jobs)
    print(f"\n{seconds} s of a run with {JOBS} jobs of {SLOTS} slots, one of which waits")
    print(table(("command", "before", "during", "per minute"), counts))
    print(f"all that the manager started on the login node: {1000 * used / seconds * 60:.0f} CPU ms per minute")
    print(f"\nCPU ms of a call: command + slurmctld; means of {calls}")
    print(table(("call", "the entry's jobs", f"and an array of {jobs}", f"and {jobs} of others"), costs))


def _programs(folder, log):
    """A folder with a script for each of Slurm's commands that writes the call down and becomes the command."""
    folder.mkdir()
    for name in filter(shutil.which, PROGRAMS):
        script = folder / name
        script.write_text(WRAPPER.format(name=name, log=log, program=shutil.which(name)))
        script.chmod(0o755)
    return folder


def _counts(log, seconds):
    """Rows: calls of each command before the run (fab start-workers) and during it."""
    now, rows = time.time(), []
    calls = [(float(moment), name) for moment, name, *_ in map(str.split, log.read_text().splitlines())]
    for name in sorted({name for _, name in calls}):
        moments = [moment for moment, one in calls if one == name]
        during = sum(moment > now - seconds for moment in moments)
        rows.append((name, len(moments) - during, during, f"{60 * during / seconds:.1f}"))
    return rows


def _costs(slurm, log, calls, jobs):
    """Rows: what each kind of call costs with the queue as it is, with an array more, and with as many records."""
    lines = [line.split(" ", 2)[1:] for line in log.read_text().splitlines()]
    of_all = next(words for _, words in reversed(lines) if "--states=all" in words)
    listing = {
        "squeue, all jobs of the entry": of_all,
        # For one array the controller looks the jobs up; for more it sends all jobs of the account.
        "the same of two arrays": re.sub(r"--jobs=(\S+)", r"--jobs=\1,\1", of_all),
        "squeue, one pilot's end": next(words for _, words in reversed(lines) if "--format=%e" in words),
    }
    columns = [_column(slurm, listing, calls)]
    array = slurm.submit("exec sleep 1000", f"--array=1-{jobs}", "--job-name=other")
    columns.append(_column(slurm, listing, calls))
    for first in range(1, jobs + 1, 50):  # an array's part that is changed becomes a record for each of its jobs
        slurm.run("scontrol", "update", f"jobid={array}_[{first}-{min(first + 49, jobs)}]", "nice=1")
    columns.append(_column(slurm, listing, calls))
    slurm.run("scancel", array)
    return [(name, *[column[name] for column in columns]) for name in columns[0]]


def _column(slurm, listing, calls):
    made = []
    found = {what: _cost(slurm, [["squeue", *words.split(" ")]] * calls) for what, words in listing.items()}
    submit = ["sbatch", "--parsable", "--hold", "--output=/dev/null", "--job-name=other", "--wrap=true"]
    found["sbatch"] = _cost(slurm, [submit] * calls, made)
    found["scancel"] = _cost(slurm, [["scancel", job.strip()] for job in made])
    return found


def _cost(slurm, lines, outputs=None):
    """CPU ms of the commands, and of slurmctld meanwhile less what it takes in as long a time by itself."""
    environment = {**os.environ, **slurm.environment}
    (daemon,) = slurm.pids("slurmctld", "slurmctld\0-D\0-f")[-1:]
    start, idle = time.perf_counter(), own_cpu(daemon)
    time.sleep(1)
    idle = (own_cpu(daemon) - idle) / (time.perf_counter() - start)
    start, before, daemon_before = time.perf_counter(), children_cpu(), own_cpu(daemon)
    for words in lines:
        done = subprocess.run(words, env=environment, check=True, capture_output=True, text=True)
        if outputs is not None:
            outputs.append(done.stdout)
    used = own_cpu(daemon) - daemon_before - idle * (time.perf_counter() - start)
    return f"{1000 * (children_cpu() - before) / len(lines):.1f} + {max(1000 * used / len(lines), 0):.1f}"


def _options(arguments):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--seconds", type=int, default=150, help="of the run [%(default)s]")
    parser.add_argument("--calls", type=int, default=50, help="to take the mean of [%(default)s]")
    parser.add_argument("--jobs", type=int, default=1000, help="of others in the queue [%(default)s]")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
