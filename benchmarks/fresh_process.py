"""CPU seconds of fresh processes: what each used, with all its descendants, less its imports.

    python -m benchmarks.fresh_process floor FILE:VARIABLE ...
    python -m benchmarks.fresh_process tasks SETUP_JSON [MEMBERS]

are what such a process does: inflate variables with netCDF4, or do the tasks of some members one after the other.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def floor(winds):
    """CPU seconds of reading and inflating variables once with netCDF4, auto-mask and scale off.

    Parameters
    ----------
    winds : list of (Path, str)
        Files and their variables.
    """
    return _less_imports("floor", *(f"{path}:{name}" for path, name in winds))[0]


def tasks(setup, years, members=1):
    """CPU seconds of the tasks of the first members, results saved to a folder of their own, and what the last found.

    Parameters
    ----------
    setup : dict
        As a task gets it, but for `results`.
    years : list of int
    members : int
    """
    with tempfile.TemporaryDirectory(prefix="stormtracks-results-") as results:
        plain = {key: str(value) if isinstance(value, Path) else value for key, value in setup.items()}
        order = json.dumps({"years": list(years), "setup": {**plain, "results": results}})
        return _less_imports("tasks", order, str(members))


def children_cpu():
    """CPU seconds of all children that have ended and been waited for, with their own."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def one_thread(checkout=ROOT):
    """The environment that a worker gives its slots: one thread for libraries that would take all cores."""
    return {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(checkout)}


def _less_imports(*words):
    before = children_cpu()
    command = [sys.executable, "-m", "benchmarks.fresh_process", *words]
    done = subprocess.run(command, cwd=ROOT, env=one_thread(), stdout=subprocess.PIPE, text=True, check=True)
    said = json.loads(done.stdout)
    return children_cpu() - before - said["imports"], said


def _inflate(arguments):
    import netCDF4

    imports = _own_cpu()
    for argument in arguments:
        path, _, name = argument.rpartition(":")
        with netCDF4.Dataset(path) as dataset:
            variable = dataset[name]
            variable.set_auto_maskandscale(False)
            for step in range(len(variable)):
                variable[step]
    return {"imports": imports}


def _do_tasks(arguments):
    from stormtracks.science import pipeline

    imports = _own_cpu()
    order, members = json.loads(arguments[0]), int(arguments[1])
    for year in order["years"]:
        for member in range(members):
            details = pipeline.run_task(year, member, "vort_track", order["setup"])
    return {"imports": imports, "result_bytes": Path(details["path"]).stat().st_size, **details["counts"]}


def _own_cpu():
    return sum(os.times()[:4])


if __name__ == "__main__":
    print(json.dumps({"floor": _inflate, "tasks": _do_tasks}[sys.argv[1]](sys.argv[2:])))
