"""How many tasks a second the manager gives out: tasks that do nothing, on local workers, journal and TLS on.

    python benchmarks/dispatch.py [--tasks 2000] [--repeats 5] [--slurm] [--dask-engine] [--dask] [--gnu-parallel]

With ``--slurm`` the same number of empty tasks goes, in turn with those and in the same minutes, to pilots on the two
nodes of tests/slurm.py (root, slurm-wlm, munge); with ``--dask-engine`` to Dask workers of one thread, as many as the
others have slots. With ``--dask`` it goes through dask.distributed alone, which is installed into an environment of its
own, in a temporary folder, where it is not there. With ``--gnu-parallel`` the same for GNU parallel,
each task being `true`; where it is not installed, Debian's package is unpacked in a temporary folder.
"""

import argparse
import contextlib
import functools
import importlib.util
import io
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT))

from stormtracks.pyro_cluster import pyro_manager, pyro_task, secret  # noqa: E402

pyro_task.TASKS["empty"] = "nothing"

DASK = """
import statistics, sys, time
from dask.distributed import Client, LocalCluster
def empty(number):
    return number
if __name__ == "__main__":
    tasks, workers = int(sys.argv[1]), int(sys.argv[2])
    cluster = LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None)
    with cluster, Client(cluster) as client:
        client.gather(client.map(empty, range(-50, 0), pure=False))
        for line in sys.stdin:
            start = time.perf_counter()
            assert len(client.gather(client.map(empty, range(tasks), pure=False))) == tasks
            print(time.perf_counter() - start, flush=True)
"""


def main():
    options = _options()
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        os.environ["STORMTRACKS_HOME"] = folder
        secret.ensure()
        address = _cluster(stack, options)
        ours = functools.partial(_ours, options, address)
        ours()  # the first one opens connections and fills caches
        rounds = {"stormtracks": ours}
        if options.slurm:
            rounds["on Slurm pilots"] = functools.partial(_ours, options, _pilots(stack, options, Path(folder)))
            rounds["on Slurm pilots"]()
        if options.dask_engine:
            rounds["on Dask workers"] = functools.partial(_ours, options, address, **_dask_workers(stack, options))
        if options.dask:
            rounds["dask.distributed"] = _dask(stack, options, Path(folder))
        if options.gnu_parallel:
            rounds["GNU parallel"] = _gnu_parallel(options, Path(folder))
        seconds = {name: [] for name in rounds}
        for _ in range(options.repeats):
            for name, once in rounds.items():
                seconds[name].append(once())
    _show(seconds, options)


def _options():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--tasks", type=int, default=2000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--slots", type=int, default=os.cpu_count(), help="of each worker [the machine's cores]")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--slurm", action="store_true", help="on pilots of a Slurm too")
    parser.add_argument("--dask-engine", action="store_true", help="on Dask workers too, by --engine dask")
    parser.add_argument("--dask", action="store_true", help="beside dask.distributed")
    parser.add_argument("--gnu-parallel", action="store_true", help="beside GNU parallel")
    return parser.parse_args()


def _cluster(stack, options):
    """A nameserver and workers as processes; (host, port) of the nameserver once all are registered."""
    nameserver = _start(stack, "pyro_nameserver", "--port", "0")
    host, port = re.search(r"nameserver at (\S+):(\d+)", nameserver.stdout.readline()).groups()
    table = ["--tasks", "tests.cluster_tasks:TASKS", "--nameserver", f"{host}:{port}", "--slots", str(options.slots)]
    for number in range(options.workers):
        worker = _start(stack, "pyro_worker", "--name", f"w{number}", "--log", os.devnull, *table)
        ready = Path(os.environ["STORMTRACKS_HOME"])
        while not list(ready.glob(f"**/worker-w{number}.ready")):
            assert worker.poll() is None, "a worker did not start"
            time.sleep(0.05)
    return host, int(port)


def _pilots(stack, options, folder):
    """(host, port) of a nameserver at which as many pilots are registered, with the same key."""
    from benchmarks.pilot_cluster import PilotCluster, two_nodes

    home = folder / "pilots"
    home.mkdir(mode=0o700)
    shutil.copy(folder / "secret.pem", home)
    slurm = stack.enter_context(two_nodes(folder / "slurm", options.slots))
    setup = {"data": folder, "results": folder / "results"}
    cluster = PilotCluster(home, setup, slurm, options.workers, options.slots, "tests.cluster_tasks:TASKS")
    stack.enter_context(cluster)
    while len(list(home.glob("**/worker-bench-*.ready"))) < options.workers:
        time.sleep(0.05)
    return cluster.nameserver


def _start(stack, module, *arguments):
    command = [sys.executable, "-m", f"stormtracks.pyro_cluster.{module}", *arguments]
    process = subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    stack.callback(process.communicate)
    stack.callback(process.terminate)
    return process


def _dask_workers(stack, options):
    """What a plan needs besides, for as many Dask workers as the others have slots."""
    from benchmarks.dask_cluster import DaskCluster
    from stormtracks.pyro_cluster.manager.engines.asked import GuestEntry

    home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    cluster = stack.enter_context(DaskCluster(home, {}, options.workers * options.slots))
    setup = {"data": str(home), "results": str(home / "results")}
    entry = GuestEntry("dask", setup, "tests.cluster_tasks:TASKS")
    return {"engine": "dask", "scheduler": cluster.address, "entry": entry}


def _ours(options, address, **more):
    """Seconds of a whole run, from finding the workers to the closed journal."""
    name = f"empty_{time.time_ns()}"
    plan = pyro_manager.ManagePlan(2000, 2000, options.tasks, "empty", run=name, nameserver=address, **more)
    said, start = io.StringIO(), time.perf_counter()
    if pyro_manager.run(plan, said) != 0:
        raise RuntimeError(said.getvalue())
    return time.perf_counter() - start


def _dask(stack, options, folder):
    python = sys.executable
    if importlib.util.find_spec("distributed") is None:
        venv.create(folder / "dask", with_pip=True)
        python = folder / "dask" / "bin" / "python"
        subprocess.run([python, "-m", "pip", "install", "-qq", "distributed"], check=True)
    (folder / "with_dask.py").write_text(DASK)
    command = [python, folder / "with_dask.py", str(options.tasks), str(options.workers)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    stack.callback(process.wait)
    stack.callback(process.stdin.close)

    def once():
        print("go", file=process.stdin, flush=True)
        return float(process.stdout.readline())

    return once


def _gnu_parallel(options, folder):
    program = shutil.which("parallel") or _unpacked_parallel(folder / "parallel")
    log = folder / "parallel.log"
    command = [program, f"-j{options.workers}", "--joblog", log, "true", ":::", *map(str, range(options.tasks))]

    def once():
        start = time.perf_counter()
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
        seconds = time.perf_counter() - start
        assert len(log.read_text().splitlines()) == options.tasks + 1
        return seconds

    return once


def _unpacked_parallel(place):
    place.mkdir()
    subprocess.run(["apt-get", "-oAPT::Sandbox::User=root", "download", "-qq", "parallel"], cwd=place, check=True)
    subprocess.run(["dpkg-deb", "-x", *place.glob("parallel_*.deb"), place], check=True)
    return place / "usr" / "bin" / "parallel"


def _show(seconds, options):
    print(f"{options.tasks} empty tasks on {options.workers} local workers, medians of {options.repeats} in turn:")
    for name, each in seconds.items():
        median = statistics.median(each)
        spread = f"{min(each):.2f} to {max(each):.2f}"
        print(f"  {name:18} {median:6.2f} s ({spread})  {options.tasks / median:7,.0f} tasks/s")


if __name__ == "__main__":
    main()
