"""CPU seconds of fresh processes: what each used, with all its descendants, less its imports.

    python -m benchmarks.fresh_process floor WAY FILE:VARIABLE ...
    python -m benchmarks.fresh_process decode FILE ...
    python -m benchmarks.fresh_process chunks STORE:ARRAY ...
    python -m benchmarks.fresh_process read FOLDER YEAR MEMBERS
    python -m benchmarks.fresh_process maxima FOLDER YEAR STEPS
    python -m benchmarks.fresh_process tasks SETUP_JSON [MEMBERS]

are what such a process does: inflate variables with netCDF4, decode all messages with eccodes, read arrays block by
block with tensorstore, read the winds of some members with the package and nothing else, find maxima in winds that have
been read, or do the members' tasks one after the other.
"""

import compileall
import functools
import importlib
import itertools
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


WAYS = {"steps": "step by step", "blocks": "16 steps at a time, cache off"}
"""How a user of netCDF4 may read a variable once; `floor.Floor` takes the faster one."""
_BLOCK = 16


def floor(winds, way="steps"):
    """CPU seconds of reading and inflating variables once with netCDF4, auto-mask and scale off.

    Parameters
    ----------
    winds : list of (Path, str)
        Files and their variables.
    way : str
        One of `WAYS`.
    """
    return _less_imports("floor", way, *(f"{path}:{name}" for path, name in winds))[0]


def decode(files):
    """CPU seconds of decoding all messages of GRIB files once with eccodes, fields that share a message as well."""
    return _less_imports("decode", *map(str, files))[0]


def chunks(arrays):
    """CPU seconds of reading arrays of Zarr stores once with tensorstore, each stored block once.

    Parameters
    ----------
    arrays : list of (Path, str)
        Stores and their arrays.
    """
    return _less_imports("chunks", *(f"{path}:{name}" for path, name in arrays))[0]


def reading(folder, year, members):
    """CPU seconds of reading the winds of the first members with the package, as their tasks do."""
    return _less_imports("read", str(folder), str(year), str(members))[0]


def maxima(folder, year, steps, switch):
    """CPU seconds of finding the maxima in the winds of each of the first steps, once these have been read.

    Parameters
    ----------
    folder : Path
    year, steps : int
    switch : {'on', 'off'}
        Whether the kernel finds them, or NumPy.
    """
    return _less_imports("maxima", str(folder), str(year), str(steps), STORMTRACKS_KERNEL=switch)[1]["seconds"]


def tasks(setup, years, members=1, imports=(), home=None):
    """CPU seconds of the tasks of the first members, results saved to a folder of their own, and what the last found.

    Parameters
    ----------
    setup : dict
        As a task gets it, but for `results`.
    years : list of int
    members : int
    imports : sequence of str
        Packages that are imported late, whose import is left out all the same.
    home : path, optional
        Folder of the state, where best tracks are kept from process to process; none: the environment's, else one that
        is empty at first.
    """
    with tempfile.TemporaryDirectory(prefix="stormtracks-results-") as results:
        plain = {key: str(value) if isinstance(value, Path) else value for key, value in setup.items()}
        setup = {"scratch": f"{results}/scratch", **plain, "results": results}
        order = json.dumps({"years": list(years), "setup": setup, "imports": list(imports)})
        home = str(home or os.environ.get("STORMTRACKS_HOME") or f"{results}/home")
        return _less_imports("tasks", order, str(members), STORMTRACKS_HOME=home)


def children_cpu():
    """CPU seconds of all children that have ended and been waited for, with their own."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def peak_mb():
    """The most memory that this process has had; `getrusage` says that of the process before it, if it had more."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def one_thread(checkout=ROOT):
    """The environment that a worker gives its slots: one thread for libraries that would take all cores.

    Modules are compiled before, as `fab deploy` does on a host: else each process would compile those that it imports,
    where this process may keep no bytecode.
    """
    _compile(checkout)
    return {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(checkout)}


@functools.cache
def _compile(checkout):
    for package in ("stormtracks", "benchmarks"):
        compileall.compile_dir(Path(checkout, package), quiet=2)


def _less_imports(*words, **environment):
    before = children_cpu()
    command = [sys.executable, "-m", "benchmarks.fresh_process", *words]
    environment = one_thread() | environment
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    said = json.loads(done.stdout)
    return children_cpu() - before - said["imports"], said


def _inflate(arguments):
    import netCDF4

    imports = own_cpu()
    way, *arguments = arguments
    for argument in arguments:
        path, _, name = argument.rpartition(":")
        with netCDF4.Dataset(path) as dataset:
            variable = dataset[name]
            variable.set_auto_maskandscale(False)
            _read_all(variable, way)
    return {"imports": imports}


def _read_all(variable, way):
    if way == "steps":
        for step in range(len(variable)):
            variable[step]
        return
    if variable.chunking() != "contiguous":
        variable.set_var_chunk_cache(0, 0, 0)
    for step in range(0, len(variable), _BLOCK):
        variable[step : step + _BLOCK]


def _decode(files):
    from stormtracks import extras

    eccodes = extras.load("grib")

    imports = own_cpu()
    eccodes.codes_grib_multi_support_on()
    for path in files:
        with open(path, "rb") as file:  # noqa: PTH123 - eccodes wants this
            while handle := eccodes.codes_grib_new_from_file(file):
                eccodes.codes_get_values(handle)
                eccodes.codes_release(handle)
    return {"imports": imports}


def _read_chunks(arguments):
    import tensorstore

    imports = own_cpu()
    for argument in arguments:
        path, _, name = argument.rpartition(":")
        driver = "zarr3" if Path(path, "zarr.json").exists() else "zarr"
        array = tensorstore.open({"driver": driver, "kvstore": {"driver": "file", "path": f"{path}/{name}"}}).result()
        block = array.chunk_layout.write_chunk.shape
        for place in itertools.product(*(range(0, n, step) for n, step in zip(array.shape, block, strict=True))):
            inside = zip(place, block, array.shape, strict=True)
            array[tuple(slice(at, min(at + step, n)) for at, step, n in inside)].read().result()
    return {"imports": imports}


def _read_seasons(arguments):
    from stormtracks.science import pipeline  # noqa: F401 - what a task imports
    from stormtracks.science.reanalysis import open_season

    imports = own_cpu()
    folder, year, members = arguments[0], int(arguments[1]), int(arguments[2])
    for member in range(members):
        with open_season(folder, year, ensemble_member=member) as season:
            for start in range(0, len(season.axis), 16):
                season.read(start, min(start + 16, len(season.axis)), [member])
    return {"imports": imports}


def _find_maxima(arguments):
    from stormtracks.science import pipeline, wind_maxima  # noqa: F401 - what a task imports
    from stormtracks.science.reanalysis import open_season

    imports, seconds = own_cpu(), []
    folder, year, steps = arguments[0], int(arguments[1]), int(arguments[2])
    with open_season(folder, year, ensemble_member=0) as season:
        for step in (0, *range(steps)):  # the first twice: the tables of a grid are made once
            winds = [wind[:, 0] for wind in season.read(step, step + 1, [0])]
            began = time.process_time()
            wind_maxima.find(winds, season.grid)
            seconds.append(time.process_time() - began)
    return {"imports": imports, "seconds": seconds[1:]}


def _do_tasks(arguments):
    from stormtracks import garbage

    with garbage.loading():  # as a slot, and `inv track`
        from stormtracks.science import pipeline

    order, members = json.loads(arguments[0]), int(arguments[1])
    for name in order["imports"]:
        importlib.import_module(name)
    imports = own_cpu()
    for year in order["years"]:
        for member in range(members):
            details = pipeline.run_task(year, member, "vort_track", order["setup"])
    return {"imports": imports, "result_bytes": Path(details["path"]).stat().st_size, **details["counts"]}


def own_cpu():
    """CPU seconds of this process, and of its children that have ended."""
    return sum(os.times()[:4])


if __name__ == "__main__":
    does = {
        "floor": _inflate, "decode": _decode, "chunks": _read_chunks, "read": _read_seasons,
        "maxima": _find_maxima, "tasks": _do_tasks,
    }  # fmt: skip
    print(json.dumps(does[sys.argv[1]](sys.argv[2:])))
