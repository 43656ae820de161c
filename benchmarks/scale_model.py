"""20CRv3 complete on 1 to 1,000 hosts, by a simulation of measured parts, checked against real runs.

    python -m benchmarks.scale_model [--measured FILE] [--slots 16] [--server-gb-s 1.25] [--no-checks]

180 years x 80 members x 2,920 steps at 1 degree. The parts are what `benchmarks.one_member --cases 1deg --json FILE`
measured (CPU and bytes a step), what `benchmarks/dispatch.py` measured (the manager's time for a task) and what
`benchmarks/million.py` did (its load from each worker's heartbeats). The checks are real runs on 1 and on 2 slots
here, and the same schedule of tasks that sleep, given by the real manager to 1,000 simulated workers.
"""

import argparse
import json
import os
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks import fresh_process, planted_data, speedup
from benchmarks.local_cluster import start_up
from benchmarks.simulation import Cluster, Work, simulate
from benchmarks.surroundings import describe, table
from stormtracks.pyro_cluster import secret
from stormtracks.pyro_cluster.journal.identity import Run
from stormtracks.pyro_cluster.journal.journal import Journal
from stormtracks.pyro_cluster.manager.dispatch.dispatcher import Dispatcher
from stormtracks.pyro_cluster.manager.dispatch.rules import Rules
from stormtracks.pyro_cluster.pyro_task import PyroTaskSchedule
from tests.simulated_cluster import SimulatedCluster

YEARS, MEMBERS, STEPS = (1836, 2015), 80, 2920
TASKS = (YEARS[1] - YEARS[0] + 1) * MEMBERS
HOSTS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
SLEEP_SECONDS, SIMULATED_WORKERS = 1.0, 1000


def main(arguments=None):
    """Print the tables, then the checks."""
    options = _options(arguments)
    print(describe())
    measured = json.loads(Path(options.measured).read_text())["1deg"] if options.measured else {}
    cpu = STEPS * (options.cpu_ms or measured["cpu_ms_per_step"]) / 1000
    size = STEPS * (options.step_bytes or measured["bytes_per_step"] + measured["result_bytes_per_step"])
    work = Work(TASKS, cpu, size)
    print(f"\n{TASKS:,} tasks of {cpu:.1f} s CPU and {size / 1e6:.0f} MB: {TASKS * cpu / 3600:.0f} h of one slot, ")
    print(f"{TASKS * size / 1e12:.1f} TB; {options.slots} slots a host, manager {options.dispatch_ms:g} ms a task")
    for title, shared, bandwidth in (
        (f"a disk of {options.disk_gb_s:g} GB/s in each host", False, options.disk_gb_s),
        (f"one file server of {options.server_gb_s:g} GB/s", True, options.server_gb_s),
    ):
        print(f"\n{title}\n" + scaling(work, options, shared, 1e9 * bandwidth))
    if not options.no_checks:
        with planted_data.cache(options.cache) as folder:
            check_slots(folder)
        check_thousand(options)


def scaling(work, options, shared, bandwidth):
    """The table over numbers of hosts."""
    one = work.tasks * (work.cpu_seconds + work.read_bytes / bandwidth)
    rows = []
    for hosts in HOSTS:
        disks = 1 if shared else hosts
        made = Cluster(hosts, options.slots, disks, bandwidth, options.dispatch_ms / 1000, options.heartbeat / 100)
        done = simulate(made, work)
        gain = one / done.seconds
        efficiency = gain / (hosts * options.slots)
        use = [f"{100 * part:.0f} %" for part in (efficiency, done.disk_use, done.manager_use, done.tail)]
        rows.append((hosts, hosts * options.slots, _duration(done.seconds), f"{gain:,.0f}", *use, _limit(done, shared)))
    head = ("hosts", "slots", "time", "speed-up", "efficiency", "disks", "manager", "tail", "limit")
    return table(head, rows)


def check_slots(folder):
    """What the model says of 1 and of 2 slots here, from one task's CPU in a loop, and what real runs took.

    The model knows of no others on the machine: see `benchmarks.speedup` for the waiting that is left out.
    """
    members, steps = 16, 365
    plan = {"members": members, "grid": 2.0, "layout": "20crv3"}
    for year in speedup.YEARS:
        place = planted_data.season(folder / "speedup", steps, year, **plan)
    setup, tasks = {"data": place, "best_tracks": planted_data.BEST_TRACKS}, members * len(speedup.YEARS)
    looped = fresh_process.tasks(setup, speedup.YEARS, members)[0] / tasks
    rows = []
    for slots in (1, 2):
        start = start_up(slots, wall=True)
        modelled = start + simulate(Cluster(1, slots, 1, 1e12), Work(tasks, looped)).seconds
        runs = [speedup.run(setup, slots, members) for _ in range(5)]
        wall, alone, _ = (statistics.median(values) for values in zip(*runs, strict=True))
        rows.append((slots, f"{modelled:.2f}", f"{alone:.2f}", f"{wall:.2f}", f"{alone / modelled:.2f}"))
    load = os.getloadavg()[0]
    print(f"\ncheck: {tasks} real tasks of {1000 * looped:.0f} ms CPU on this machine, load {load:.1f} at the end")
    print(table(("slots", "model s", "real s less waiting", "real s by the clock", "less waiting/model"), rows))


def check_thousand(options):
    """The complete schedule with tasks that sleep, on 1,000 simulated workers of the real manager, and by the model."""
    durations = iter((SLEEP_SECONDS * np.exp(np.random.default_rng(0).normal(0, 0.05, TASKS))).tolist())
    cluster = SimulatedCluster()
    for number in range(SIMULATED_WORKERS):
        cluster.add(f"w{number}", lambda peer, *cell: {"late": peer.gone.wait(next(durations))})
    with tempfile.TemporaryDirectory(prefix="stormtracks-bench-") as home:
        os.environ["STORMTRACKS_HOME"] = home
        secret.ensure()
        journal = Journal(Run("thousand", "vort_track", *YEARS, MEMBERS, version="1"))
        dispatcher = Dispatcher(PyroTaskSchedule(*YEARS, MEMBERS), cluster, journal, Rules("1"), lambda line: None)
        start, cpu = time.perf_counter(), time.process_time()
        dispatcher.start()
        while not dispatcher.wait(1.0):
            pass
        real, cpu = time.perf_counter() - start, time.process_time() - cpu
        dispatcher.stop("over")
        journal.close(dispatcher.ended)
    made = Cluster(SIMULATED_WORKERS, 1, 1, 1e12, cpu / TASKS)
    modelled = simulate(made, Work(TASKS, SLEEP_SECONDS)).seconds
    print(f"\ncheck: {TASKS:,} tasks of about {SLEEP_SECONDS:g} s on {SIMULATED_WORKERS:,} simulated workers: ", end="")
    print(f"model {modelled:.1f} s, real manager {real:.1f} s ({1e6 * cpu / TASKS:.0f} us CPU a task)")


def _limit(done, shared):
    if done.disk_use > 0.9:
        return "the file server" if shared else "the disks"
    if done.manager_use > 0.9:
        return "the manager"
    return "tasks run out" if done.tail > 0.1 else "processors"


def _duration(seconds):
    return f"{seconds / 3600:.1f} h" if seconds > 3600 else f"{seconds / 60:.1f} min"


def _options(arguments):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    add = parser.add_argument
    add("--measured", metavar="FILE", help="what `benchmarks.one_member --json FILE` wrote")
    add("--cpu-ms", type=float, help="CPU of a step, without --measured")
    add("--step-bytes", type=float, help="read and written for a step, without --measured")
    add("--slots", type=int, default=16, help="of each host [%(default)s]")
    add("--disk-gb-s", type=float, default=2.0, help="of each host's disk [%(default)s]")
    add(
        "--server-gb-s",
        type=float,
        default=1.25,
        help="of the shared file server, as a network of 10 Gb/s [%(default)s]",
    )
    add("--dispatch-ms", type=float, default=0.5, help="of the manager for a task [%(default)s]")
    add("--heartbeat", type=float, default=0.02, help="per cent of the manager's core for a host [%(default)s]")
    add("--no-checks", action="store_true", help="only the simulation")
    add("--cache", help="folder to keep the planted data in [a temporary one]")
    options = parser.parse_args(arguments)
    if not options.measured and not (options.cpu_ms and options.step_bytes):
        parser.error("give --measured FILE, or --cpu-ms and --step-bytes")
    return options


if __name__ == "__main__":
    main()
