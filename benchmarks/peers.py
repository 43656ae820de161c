"""Other trackers on the same fields, and dask.distributed and GNU parallel on the same empty tasks.

    python -m benchmarks.peers [--parts trackers dispatch] [--steps 733] [--cache FOLDER]

The trackers read one file of cyclonic vorticity (ours: of vorticity; the same numbers but for the sign of the southern
hemisphere) in which what is weaker than the threshold is zero, so that each has the same maxima to find: grid points
that none of the eight neighbours exceeds, linked within 500 km in 6 hours, every track kept. From winds ours does what
it does by default; TempestExtremes makes the curl over a circle of two degrees and merges what is nearer than 4.5, from
winds that are turned round in the southern hemisphere, so that its maxima are cyclonic there too. CPU seconds of fresh
processes less imports, Numba's compiled code in its cache. Each peer is left out, and named, where it is missing:
PyStormTracker is installed from PyPI, in environments of its own; TempestExtremes is built from its sources.
"""

import argparse
import functools
import statistics
import subprocess
import sys

import netCDF4
import numpy as np

from benchmarks import fresh_process, planted_data, pystormtracker, tempest
from benchmarks.fresh_process import ROOT, children_cpu
from benchmarks.surroundings import describe, spread, table
from stormtracks.science import reanalysis, vorticity
from stormtracks.science.settings import Settings

REACH_KM = 500.0
REACH_DEGREES = 4.5
SAME = {
    "min_separation_km": 0.0, "min_points": 1, "min_peak_s1": 0.0, "max_speed_m_s1": REACH_KM / 6 / 3.6,
    "max_missing_steps": 0, "strength_cost_km": 0.0,
}  # fmt: skip
SETTINGS = Settings(**SAME)
HEAD = ("tracker", "steps", "imports s", "CPU s", "ms/step", "maxima", "tracks", "x ours")
GIVEN, FROM_WINDS, BY_MOTION = "vorticity given", "from winds", "vorticity given, by motion"


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
    """Our task and the peers on the same fields; a table for each way that they are given."""
    pythons, built = _peers(folder)
    for title, steps in ((GIVEN, options.steps), (FROM_WINDS, options.steps), (BY_MOTION, options.hodges_steps)):
        ways = _ways(title, steps, folder, pythons, built, options.limit)
        print(f"\none member at 2 degrees, {title}\n" + table(HEAD, _measured(ways, options.pairs)), flush=True)


def _peers(folder):
    """Pythons with PyStormTracker by version, and TempestExtremes' programs; prints what there is and what is not."""
    pythons = {}
    for version in pystormtracker.VERSIONS:
        python, why_not = pystormtracker.environment(folder, version)
        print(f"\n{pystormtracker.versions(python) if python else why_not}", end="")
        pythons |= {version: python} if python else {}
    built = tempest.programs(folder)
    print(f"\n{'TempestExtremes: ' + built['DetectNodes'] if built else tempest.MISSING}")
    return pythons, built


def _ways(title, steps, folder, pythons, built, limit):
    """Name of a tracker -> what runs it once; ours first."""
    files = vorticity_files(folder, steps)
    linker = "motion" if title == BY_MOTION else "nearest"
    if title == FROM_WINDS:
        ways = {f"stormtracks, {linker}": functools.partial(_ours, files["winds"], {})}
        inputs, variable, merged = [files["signed"]], "_CURL{8,2}(u,v)", REACH_DEGREES
    else:
        ways = {f"stormtracks, {linker}": functools.partial(_ours, files["ours"], {**SAME, "linker": linker})}
        inputs, variable, merged = [files["peer"]], "vo", 0.0
        which = "hodges" if title == BY_MOTION else "simple"
        for version, python in pythons.items():
            once = functools.partial(
                pystormtracker.tracked, python, files["peer"], which, SETTINGS.threshold_s1, seconds=limit
            )
            ways[f"PyStormTracker {version}, {which}"] = once
    if built and title != BY_MOTION:
        ways["TempestExtremes"] = functools.partial(_tempest, built, inputs, variable, merged)
    return ways


def _measured(ways, pairs):
    """Rows of all ways in turn; one that takes longer than the limit is not tried again."""
    seconds, found, late = {name: [] for name in ways}, {}, {}
    for pair in range(pairs + 1):
        for name, once in ways.items():
            if name in late:
                continue
            try:
                cpu, found[name] = once()
            except subprocess.TimeoutExpired as error:
                late[name] = f"not done after {error.timeout:g} s"
                continue
            if pair:  # the first brings files into the page cache and fills Numba's cache
                seconds[name].append(cpu)
    first = next(iter(ways))
    steps, ours = found[first]["steps"], statistics.median(seconds[first])
    return [
        (name, steps, "", late[name], "", "", "", "") if name in late
        else _row(name, found[name], seconds[name], steps, ours)
        for name in ways
    ]  # fmt: skip


def vorticity_files(folder, steps):
    """Folder (ours) and file (the peers') with vorticity of one planted member, zero below the threshold; its winds.

    `winds` is the folder of these; `signed` a file of them that are turned round in the southern hemisphere.
    """
    source = planted_data.season(folder, steps, members=1, grid=2.0, layout="20crv3")
    place = folder / f"vorticity_{steps}"
    files = {"ours": place / "ours", "peer": place / "peer.nc", "signed": place / "signed.nc", "winds": source}
    if not files["signed"].exists():
        files["ours"].mkdir(parents=True, exist_ok=True)
        with reanalysis.open_season(source, planted_data.YEAR) as season:
            u, v = season.read(0, len(season.axis), [0])
            grid, axis = season.grid, season.axis
        cyclonic = vorticity.cyclonic_vorticity(u[:, 0], v[:, 0], grid)
        cyclonic[cyclonic < SETTINGS.threshold_s1] = 0.0
        _write(files["ours"] / f"vo850_{planted_data.YEAR}.nc", {"vo": vorticity.cyclonic(cyclonic, grid)}, grid, axis)
        _write(files["peer"], {"vo": cyclonic}, grid, axis)
        turned = np.where(grid.lat < 0, -1, 1).astype(np.float32)[:, np.newaxis]
        _write(files["signed"], {"u": u[:, 0] * turned, "v": v[:, 0] * turned}, grid, axis)
    return files


def _ours(folder, settings):
    return fresh_process.tasks({"data": folder, "settings": settings}, [planted_data.YEAR])


def _tempest(built, files, variable, merged):
    before = children_cpu()
    found = tempest.maxima_and_tracks(built, files, variable, SETTINGS.threshold_s1, REACH_DEGREES, merged)
    return children_cpu() - before, {"imports": 0.0, **found}


def _row(name, one, seconds, steps, ours):
    median = statistics.median(seconds)
    cpu = (f"{one['imports']:.2f}", spread(seconds), f"{1000 * median / steps:.2f}")
    return (name, steps, *cpu, one["maxima"], one["tracks"], f"{median / ours:.1f}")


ATTRIBUTES = {
    "vo": {"standard_name": "atmosphere_relative_vorticity", "units": "s-1"},
    "u": {"standard_name": "eastward_wind", "units": "m s-1"},
    "v": {"standard_name": "northward_wind", "units": "m s-1"},
}


def _write(path, fields, grid, axis):
    with netCDF4.Dataset(path, "w", format="NETCDF4_CLASSIC") as dataset:
        for name, size in (("time", len(axis)), ("lat", len(grid.lat)), ("lon", len(grid.lon))):
            dataset.createDimension(name, size)
        lines = ("lat", grid.lat, "degrees_north"), ("lon", grid.lon, "degrees_east"), ("time", axis.hours, None)
        for name, line, units in lines:
            variable = dataset.createVariable(name, "f8", (name,))
            variable.units = units or f"hours since {np.datetime_as_string(axis.times[0], 's').replace('T', ' ')}"
            variable[:] = line
        for name, field in fields.items():
            shape = (1, *grid.shape)
            variable = dataset.createVariable(
                name, "f4", ("time", "lat", "lon"), zlib=True, complevel=6, shuffle=True, chunksizes=shape
            )
            variable.setncatts(ATTRIBUTES[name])
            variable[:] = field


def _options(arguments):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parts = ("trackers", "dispatch")
    parser.add_argument("--parts", nargs="+", choices=parts, default=list(parts))
    parser.add_argument("--steps", type=int, default=733, help="6-hourly times of the vorticity [%(default)s]")
    parser.add_argument("--hodges-steps", type=int, default=41, help="its cost grows faster [%(default)s]")
    parser.add_argument("--limit", type=float, default=600, help="seconds by the clock for a tracker [%(default)s]")
    parser.add_argument("--tasks", type=int, default=2000, help="empty ones [%(default)s]")
    parser.add_argument("--pairs", type=int, default=5, help="[%(default)s]")
    parser.add_argument("--cache", help="folder to keep data and the peers in [a temporary one]")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
