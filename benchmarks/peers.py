"""PyStormTracker on the same vorticity, and dask.distributed and GNU parallel on the same empty tasks.

    python -m benchmarks.peers [--parts trackers dispatch] [--steps 733] [--cache FOLDER]

The trackers read one file of cyclonic vorticity (ours: of vorticity; the same numbers but for the sign of the southern
hemisphere) in which what is weaker than the threshold is zero, so that each has the same maxima to find: grid points
that none of the eight neighbours exceeds, linked within 500 km in 6 hours, every track kept. CPU seconds of fresh
processes less imports, Numba's compiled code in its cache. The peers are installed from PyPI, in an environment
of their own.
"""

import argparse
import functools
import json
import statistics
import subprocess
import sys
import venv

import netCDF4
import numpy as np

from benchmarks import fresh_process, planted_data
from benchmarks.fresh_process import ROOT, children_cpu
from benchmarks.surroundings import describe, spread, table
from stormtracks.science import reanalysis, vorticity
from stormtracks.science.settings import Settings

REACH_KM = 500.0
SETTINGS = Settings(min_separation_km=0.0, min_points=1, min_peak_s1=0.0, max_speed_m_s1=REACH_KM / 6 / 3.6)
SAME = {key: getattr(SETTINGS, key) for key in ("min_separation_km", "min_points", "min_peak_s1", "max_speed_m_s1")}

PEER = """
import contextlib, io, json, os, sys
from pystormtracker import HodgesTracker, SimpleTracker
imports = sum(os.times()[:4])
path, which, threshold = sys.argv[1:]
with contextlib.redirect_stdout(io.StringIO()):
    if which == "simple":
        tracks = SimpleTracker().track(path, "vo", mode="max", filter=False, size=3, threshold=0.0)
    else:
        tracker = HodgesTracker(min_lifetime=1)
        tracks = tracker.track(path, "vo", mode="max", filter=False, threshold=float(threshold), taper_points=0)
print(json.dumps({"imports": imports, "maxima": len(tracks.lats), "tracks": len(tracks)}))
"""


def main(arguments=None):
    """Print the tables."""
    options = _options(arguments)
    print(describe())
    with planted_data.cache(options.cache) as folder:
        if "trackers" in options.parts:
            trackers(folder, options)
    if "dispatch" in options.parts:
        print(f"\n{options.tasks} empty tasks", flush=True)
        arguments = ["--tasks", options.tasks, "--repeats", options.pairs, "--dask", "--gnu-parallel"]
        subprocess.run([sys.executable, "benchmarks/dispatch.py", *map(str, arguments)], cwd=ROOT, check=True)


def trackers(folder, options):
    """Our task and PyStormTracker's two trackers on the same vorticity."""
    python = environment(folder / "peers")
    version = _run([python, "-c", "import pystormtracker as p, numba as n; print(p.__version__, n.__version__)"])
    print("\nPyStormTracker {} (Numba {}), one member at 2 degrees".format(*version.split()))
    rows = []
    for peer, linker, steps in (("simple", "nearest", options.steps), ("hodges", "motion", options.hodges_steps)):
        files = vorticity_files(folder, steps)
        ways = {
            f"stormtracks, {linker}": functools.partial(_ours, files["ours"], {**SAME, "linker": linker}),
            f"PyStormTracker, {peer}": functools.partial(_theirs, python, files["peer"], peer),
        }
        rows += _measured(ways, options.pairs)
    print(table(("tracker", "steps", "imports s", "CPU s", "ms/step", "maxima", "tracks", "x ours"), rows))


def _measured(ways, pairs):
    seconds, found = {name: [] for name in ways}, {}
    for pair in range(pairs + 1):
        for name, once in ways.items():
            cpu, found[name] = once()
            if pair:  # the first brings files into the page cache and fills Numba's cache
                seconds[name].append(cpu)
    steps, ours = (next(iter(one.values())) for one in (found, seconds))
    steps, ours = steps["steps"], statistics.median(ours)
    return [_row(name, found[name], seconds[name], steps, ours) for name in ways]


def vorticity_files(folder, steps):
    """Folder (ours) and file (the peer's) with vorticity of one planted member, zero below the threshold."""
    source = planted_data.season(folder, steps, members=1, grid=2.0, layout="20crv3")
    place = folder / f"vorticity_{steps}"
    files = {"ours": place / "ours", "peer": place / "peer.nc"}
    if not files["peer"].exists():
        files["ours"].mkdir(parents=True, exist_ok=True)
        with reanalysis.open_season(source, planted_data.YEAR) as season:
            u, v = season.read(0, len(season.axis), [0])
            grid, axis = season.grid, season.axis
        cyclonic = vorticity.cyclonic_vorticity(u[:, 0], v[:, 0], grid)
        cyclonic[cyclonic < SETTINGS.threshold_s1] = 0.0
        _write(files["ours"] / f"vo850_{planted_data.YEAR}.nc", vorticity.cyclonic(cyclonic, grid), grid, axis)
        _write(files["peer"], cyclonic, grid, axis)
    return files


def environment(place):
    """The python of an environment that has PyStormTracker, made if it is not there."""
    python = place / "bin" / "python"
    if not (place / "complete").exists():
        venv.create(place, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-qq", "PyStormTracker"], check=True)
        (place / "complete").touch()
    return python


def _ours(folder, settings):
    return fresh_process.tasks({"data": folder, "settings": settings}, [planted_data.YEAR])


def _theirs(python, path, which):
    before = children_cpu()
    found = json.loads(_run([python, "-c", PEER, path, which, SETTINGS.threshold_s1]))
    return children_cpu() - before - found["imports"], found


def _run(command):
    environment = fresh_process.one_thread()
    environment.pop("PYTHONPATH")
    done = subprocess.run(list(map(str, command)), env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout


def _row(name, one, seconds, steps, ours):
    median = statistics.median(seconds)
    cpu = (f"{one['imports']:.2f}", spread(seconds), f"{1000 * median / steps:.2f}")
    return (name, steps, *cpu, one["maxima"], one["tracks"], f"{median / ours:.1f}")


def _write(path, values, grid, axis):
    with netCDF4.Dataset(path, "w", format="NETCDF4_CLASSIC") as dataset:
        for name, size in (("time", len(axis)), ("lat", len(grid.lat)), ("lon", len(grid.lon))):
            dataset.createDimension(name, size)
        lines = ("lat", grid.lat, "degrees_north"), ("lon", grid.lon, "degrees_east"), ("time", axis.hours, None)
        for name, line, units in lines:
            variable = dataset.createVariable(name, "f8", (name,))
            variable.units = units or f"hours since {np.datetime_as_string(axis.times[0], 's').replace('T', ' ')}"
            variable[:] = line
        wind = dataset.createVariable(
            "vo", "f4", ("time", "lat", "lon"), zlib=True, complevel=6, shuffle=True, chunksizes=(1, *grid.shape)
        )
        wind.setncatts({"standard_name": "atmosphere_relative_vorticity", "units": "s-1"})
        wind[:] = values


def _options(arguments):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parts = ("trackers", "dispatch")
    parser.add_argument("--parts", nargs="+", choices=parts, default=list(parts))
    parser.add_argument("--steps", type=int, default=733, help="6-hourly times of the vorticity [%(default)s]")
    parser.add_argument("--hodges-steps", type=int, default=41, help="its cost grows faster [%(default)s]")
    parser.add_argument("--tasks", type=int, default=2000, help="empty ones [%(default)s]")
    parser.add_argument("--pairs", type=int, default=5, help="[%(default)s]")
    parser.add_argument("--cache", help="folder to keep data and the peers' environment in [a temporary one]")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
