"""Wall seconds until commands have shown something, and until a worker is ready for work.

    python -m benchmarks.startup [--repeats 11]

Beside them the CPU seconds of their processes (the worker's with those of its slots and its end), which other load on
the machine does not change much.
A worker is ready when it is registered at the nameserver and every slot has loaded the science; its time runs from the
launch of its process to its ready file, as `fab start-workers` waits for it.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.fresh_process import ROOT, children_cpu
from benchmarks.surroundings import describe, spread, table

BIN = Path(sys.executable).parent
COMMANDS = {
    "python -c pass": ([sys.executable, "-c", "pass"], ""),
    "fab --list": ([BIN / "fab", "--list"], 0.4),
    "inv --list": ([BIN / "inv", "--list"], 0.4),
    "inv status": ([BIN / "inv", "status"], 0.4),
}
READY_TARGET = 1.5


def main(arguments=None):
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--repeats", type=int, default=11, help="[%(default)s]")
    parser.add_argument("--slots", type=int, default=os.cpu_count(), help="of the worker [the machine's cores]")
    options = parser.parse_args(arguments)
    print(describe(), "\n")
    with tempfile.TemporaryDirectory(prefix="stormtracks-bench-") as home:
        environment = {**os.environ, "STORMTRACKS_HOME": home}
        _make_a_run(environment)
        seconds = {name: [] for name in COMMANDS}
        for _ in range(options.repeats):
            for name, (command, _) in COMMANDS.items():
                seconds[name].append(_timed(command, environment))
        rows = [(name, *_spreads(seconds[name]), target) for name, (_, target) in COMMANDS.items()]
        ready = [_until_ready(environment, options.slots) for _ in range(options.repeats)]
        rows.append((f"worker with {options.slots} slots ready", *_spreads(ready), READY_TARGET))
    print(table(("what", "wall s", "CPU s", "target (wall)"), rows))


def _spreads(pairs):
    return [spread(values) for values in zip(*pairs, strict=True)]


def _make_a_run(environment):
    """A run of 180 years x 80 members for `inv status` to show."""
    program = (
        "from stormtracks.pyro_cluster.journal.identity import Run\n"
        "from stormtracks.pyro_cluster.journal.journal import Journal\n"
        "Journal(Run('shown', 'vort_track', 1836, 2015, 80, version='1')).close('interrupted')\n"
    )
    subprocess.run([sys.executable, "-c", program], env=environment, cwd=ROOT, check=True)


def _timed(command, environment):
    """Wall and CPU seconds."""
    start, cpu = time.perf_counter(), children_cpu()
    subprocess.run(list(map(str, command)), cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start, children_cpu() - cpu


def _until_ready(environment, slots):
    """A nameserver that runs already; a worker's launch until its ready file is there."""
    home = Path(environment["STORMTRACKS_HOME"])
    command = [sys.executable, "-m", "stormtracks.pyro_cluster.pyro_nameserver", "--port", "0"]
    nameserver = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    address = re.search(r"nameserver at (\S+:\d+)", nameserver.stdout.readline()).group(1)
    command = [sys.executable, "-m", "stormtracks.pyro_cluster.pyro_worker", "--name", "bench", "--slots", str(slots)]
    start = time.perf_counter()
    worker = subprocess.Popen([*command, "--nameserver", address, "--log", os.devnull], cwd=ROOT, env=environment)
    while not list(home.glob("**/worker-bench.ready")) and worker.poll() is None:
        time.sleep(0.005)
    seconds, ended, cpu = time.perf_counter() - start, worker.poll(), children_cpu()
    worker.terminate()
    worker.wait()
    cpu = children_cpu() - cpu
    nameserver.terminate()
    nameserver.communicate()
    if ended is not None:
        raise RuntimeError(f"the worker ended with status {ended}")
    return seconds, cpu


if __name__ == "__main__":
    main()
