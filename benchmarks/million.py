"""How the manager bears size: a million tasks, a thousand workers, a hundred busy workers while nothing happens.

    python benchmarks/million.py [--idle-seconds 20]

The thousand workers are simulated within the manager's process. The hundred busy ones are objects behind real TLS
connections in another process, each of them in the middle of a task, so that the manager has heartbeats to feel and
nothing else to do.
"""

import argparse
import contextlib
import os
import re
import resource
import subprocess
import sys
import tempfile
import threading
import time
import tracemalloc
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT))

from benchmarks.surroundings import describe  # noqa: E402
from stormtracks.pyro_cluster import secret  # noqa: E402
from stormtracks.pyro_cluster.journal import runs  # noqa: E402
from stormtracks.pyro_cluster.journal.identity import Run  # noqa: E402
from stormtracks.pyro_cluster.journal.journal import Journal  # noqa: E402
from stormtracks.pyro_cluster.manager.dispatch.dispatcher import Dispatcher  # noqa: E402
from stormtracks.pyro_cluster.manager.dispatch.rules import Rules  # noqa: E402
from stormtracks.pyro_cluster.manager.engines.pyro import ListedWorkers  # noqa: E402
from stormtracks.pyro_cluster.pyro_task import PyroTaskSchedule  # noqa: E402
from tests.simulated_cluster import SimulatedCluster  # noqa: E402

BUSY_WORKERS = """
import sys, threading
import Pyro4
from stormtracks.pyro_cluster import wire
@Pyro4.expose
class Busy:
    def __init__(self, number):
        self.state = {
            "worker": f"busy{number}", "id": f"{number:016x}", "host": "host", "pid": 12345, "slots": 1, "busy": 1,
            "stopping": False}
    def describe(self):
        return {**self.state, "version": "1", "tasks": ["vort_track"]}
    def ping(self):
        return self.state
    def do_work(self, year, ensemble_member, task, options):
        threading.Event().wait()
number, host, port = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
daemon = wire.Daemon("127.0.0.1", 0, connections=4 * number)
nameserver = wire.nameserver(host, port)
for n in range(number):
    nameserver.register(f"stormtracks.worker.busy{n}", daemon.register(Busy(n)))
print("ready", flush=True)
daemon.requestLoop()
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--idle-seconds", type=float, default=20.0)
    options = parser.parse_args()
    print(describe(), "\n")
    schedule_of_a_million()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["STORMTRACKS_HOME"] = folder
        secret.ensure()
        thousand_workers(0.0, 20_000)
        thousand_workers(1.0, 20_000)
        hundred_busy_workers(options.idle_seconds)


def schedule_of_a_million():
    """Memory, and the times to build a schedule of 1,000 years x 1,000 members and to drain it."""
    tracemalloc.start()
    start = time.perf_counter()
    schedule = PyroTaskSchedule(1000, 1999, 1000)
    built = time.perf_counter() - start
    memory = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    start = time.perf_counter()
    while (task := schedule.get_next_outstanding()) is not None:
        task.status = "working"
        task.status = "complete"
    drained = time.perf_counter() - start
    print(f"a million tasks: {memory:.1f} MB, built in {1000 * built:.1f} ms, drained in {drained:.2f} s")


def thousand_workers(seconds, tasks):
    """Tasks of some seconds on 1,000 simulated workers, with a real journal."""
    cluster = SimulatedCluster()
    for number in range(1000):
        cluster.add(f"w{number}", lambda peer, *cell: {"late": peer.gone.wait(seconds)})
    run = Run(f"thousand{seconds:g}", "vort_track", 1800, 1999, tasks // 200, version="1")
    journal, schedule = Journal(run), PyroTaskSchedule(1800, 1999, tasks // 200)
    dispatcher = Dispatcher(schedule, cluster, journal, Rules("1"), lambda line: None)
    start, cpu = time.perf_counter(), time.process_time()
    dispatcher.start()
    while not dispatcher.wait(1.0):
        pass
    wall, cpu = time.perf_counter() - start, time.process_time() - cpu
    dispatcher.stop("over")
    journal.close(dispatcher.ended)
    assert runs.read(run.name).schedule.counts()["complete"] == tasks
    ideal = tasks / 1000 * seconds
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    against = f"{ideal:.0f} s at best, " if ideal else ""
    print(
        f"1,000 simulated workers, {tasks:,} tasks of {seconds:g} s: {wall:.1f} s ({against}{tasks / wall:,.0f}/s), "
        f"CPU {1e6 * cpu / tasks:.0f} us a task, peak memory {peak:.0f} MB"
    )


def hundred_busy_workers(seconds, number=100):
    """CPU of a manager whose workers are all in the middle of a task."""
    with contextlib.ExitStack() as stack:
        nameserver = _start(stack, "-m", "stormtracks.pyro_cluster.pyro_nameserver", "--port", "0")
        address = re.search(r"nameserver at (\S+):(\d+)", nameserver.stdout.readline()).groups()
        workers = _start(stack, "-c", BUSY_WORKERS, number, *address)
        assert workers.stdout.readline() == "ready\n", workers.stdout.read()
        journal = Journal(Run("busy", "vort_track", 1900, 1999, 1, version="1"))
        cluster, schedule = ListedWorkers(address[0], int(address[1])), PyroTaskSchedule(1900, 1999, number // 100)
        dispatcher = Dispatcher(schedule, cluster, journal, Rules("1"), lambda line: None)
        dispatcher.start()
        while schedule.counts()["working"] < number:
            dispatcher.wait(0.1)
        time.sleep(5)  # all have been felt once
        cpu = time.process_time()
        dispatcher.wait(seconds)
        used = (time.process_time() - cpu) / seconds
        threads = threading.active_count()
        dispatcher.stop("over")
        journal.close("interrupted")
    print(f"{number} busy workers, {seconds:g} s of waiting: {100 * used:.2f} % of a core, {threads} threads")


def _start(stack, *arguments):
    command = [sys.executable, *map(str, arguments)]
    process = subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    stack.callback(process.communicate)
    stack.callback(process.kill)
    return process


if __name__ == "__main__":
    main()
