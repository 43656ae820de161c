"""The planted ensemble -> files in an archive's layout, all of them or none."""

import contextlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import cftime
import netCDF4
import numpy as np

from stormtracks.science.errors import InputError
from stormtracks.science.synthetic.background import Background
from stormtracks.science.synthetic.disturbances import disturbances
from stormtracks.science.synthetic.planted_storms import storms
from stormtracks.science.synthetic.truth import truth_name, write_truth
from stormtracks.science.synthetic.vortices import Stage, calendar

_LONG_NAMES = {"u": "eastward_wind", "v": "northward_wind"}
_DIGITS = 1  # of winds in m s-1, as the archive rounds: steps of 1/16, and files of its size (a quarter of the raw)


@dataclass(frozen=True)
class Planted:
    """What has been written.

    Attributes
    ----------
    files : tuple of Path
        The winds: u and v, or u and v of each member.
    truth : Path
    steps, members : int
    storms : int
        Storms planted in every member.
    """

    files: tuple[Path, ...]
    truth: Path
    steps: int
    members: int
    storms: int


def plant(folder, plan, best, progress=None, overwrite=False):
    """Write an ensemble in which storms follow best tracks, and the truth about it.

    Parameters
    ----------
    folder : path_like
        Made if it does not exist.
    plan : Plan
    best : BestTracks
        Those with a point during the plan's times are planted.
    progress : callable, optional
        Called with (steps done, steps in all).
    overwrite : bool
        Whether files of the same names may be replaced.

    Returns
    -------
    Planted

    Raises
    ------
    InputError
        A file of such a name exists.

    Notes
    -----
    Files appear under their names when all of them are complete; on any interruption nothing is left. Memory holds a
    time step of all members and little more.
    """
    folder = Path(folder)
    layout = {"20crv2c": _Together, "20crv3": _Apart}[plan.layout]
    names = [*layout.names(plan), truth_name(plan.year)]
    existing = [folder / name for name in names if (folder / name).exists()]
    if existing and not overwrite:
        raise InputError(f"{existing[0]} exists; choose another folder, or replace it with --overwrite")
    planted = storms(plan, best)
    with _all_or_nothing(folder, names) as staged:
        write_truth(staged[-1], plan, planted, _provenance(plan))
        with contextlib.ExitStack() as stack:
            archive = layout(stack, staged[:-1], plan)
            _write_steps(archive, plan, planted, progress)
    files = tuple(folder / name for name in names)
    return Planted(files[:-1], files[-1], len(plan.times), plan.members, len(planted))


def _write_steps(archive, plan, planted, progress):
    stage, alive = Stage(plan.axes), calendar([storm.vortex for storm in planted] + disturbances(plan))
    for step, (u, v) in enumerate(Background(plan)):
        for vortex in alive.get(step, ()):
            stage.add(vortex, step, u, v)
        archive.write(step, u, v)
        if progress:
            progress(step + 1, len(plan.times))


@contextlib.contextmanager
def _all_or_nothing(folder, names):
    """Hidden files to write to, which get their names at the end; on any exception they, and new folders, go.

    Their names are always the same, so that what a killed process left behind is written over by the next.
    """
    created = [path for path in _folders(folder, names) if not path.exists()]
    for path in created:
        path.mkdir()
    staged = [(folder / name).with_name(f".{Path(name).name}.part") for name in names]
    try:
        yield staged
        for part, name in zip(staged, names, strict=True):
            part.replace(folder / name)
    except BaseException:
        for part in staged:
            part.unlink(missing_ok=True)
        for path in reversed(created):
            with contextlib.suppress(OSError):  # somebody else's file is in it by now
                path.rmdir()
        raise


def _folders(folder, names):
    """The folders that the files need, outer ones first."""
    needed = {parent for name in names for parent in [(folder / name).parent, *(folder / name).parent.parents]}
    return sorted(needed, key=lambda path: len(path.parts))


class _Together:
    """20CRv2c: `u850_YEAR.nc` and `v850_YEAR.nc`, each chunk one step of all members."""

    @staticmethod
    def names(plan):
        return [f"{letter}850_{plan.year}.nc" for letter in "uv"]

    def __init__(self, stack, paths, plan):
        self._variables = [
            self._create(stack.enter_context(_dataset(path, plan)), letter, plan)
            for path, letter in zip(paths, "uv", strict=True)
        ]

    @staticmethod
    def _create(dataset, letter, plan):
        _horizontal(dataset, plan)
        dataset.createDimension("ensemble_member", plan.members)
        member = dataset.createVariable("ensemble_member", "i4", ("ensemble_member",))
        member.long_name = "ensemble member number"
        member[:] = np.arange(1, plan.members + 1)
        _time(dataset, plan, "hours since 1-1-1 0:0:0", "standard")
        dimensions = ("time", "ensemble_member", "lat", "lon")
        return _wind(dataset, f"{letter}850", letter, dimensions, plan)

    def write(self, step, u, v):
        for variable, wind in zip(self._variables, (u, v), strict=True):
            variable[step] = wind


class _Apart:
    """20CRv3: `YEAR/UGRD850.YEAR_memNNN.nc` and `VGRD850...`, a file for each member."""

    @staticmethod
    def names(plan):
        return [
            f"{plan.year}/{letter}GRD850.{plan.year}_mem{member:03d}.nc"
            for letter in "UV"
            for member in range(1, plan.members + 1)
        ]

    def __init__(self, stack, paths, plan):
        letters = ["u"] * plan.members + ["v"] * plan.members
        self._variables = [
            self._create(stack.enter_context(_dataset(path, plan)), letter, plan)
            for path, letter in zip(paths, letters, strict=True)
        ]

    @staticmethod
    def _create(dataset, letter, plan):
        _horizontal(dataset, plan)
        _time(dataset, plan, "hours since 1800-01-01 00:00:0.0", "proleptic_gregorian")
        variable = _wind(dataset, f"{letter.upper()}GRD", letter, ("time", "lat", "lon"), plan)
        variable.set_var_chunk_cache(0, 1, 0.0)  # chunks are written whole, and there may be 160 such files
        return variable

    def write(self, step, u, v):
        for variable, wind in zip(self._variables, [*u, *v], strict=True):
            variable[step] = wind


def _dataset(path, plan):
    dataset = netCDF4.Dataset(path, "w", format="NETCDF4_CLASSIC")
    dataset.setncatts({"title": "Planted storms in a made background; not observations"} | _provenance(plan))
    return dataset


def _provenance(plan):
    return {"source": "stormtracks.science.synthetic", "plan": json.dumps(asdict(plan), sort_keys=True)}


def _horizontal(dataset, plan):
    lines = ("lat", plan.axes.lat, "latitude", "degrees_north"), ("lon", plan.axes.lon, "longitude", "degrees_east")
    for name, values, standard_name, units in lines:
        dataset.createDimension(name, len(values))
        variable = dataset.createVariable(name, "f4", (name,))
        variable.setncatts({"standard_name": standard_name, "units": units})
        variable[:] = values


def _time(dataset, plan, units, calendar):
    dataset.createDimension("time", None)
    variable = dataset.createVariable("time", "f8", ("time",), chunksizes=(512,))
    variable.setncatts({"units": units, "calendar": calendar})
    first = plan.times[0].item()
    begin = cftime.datetime(first.year, first.month, first.day, calendar=calendar)
    variable[:] = cftime.date2num(begin, units, calendar) + plan.step_hours * np.arange(len(plan.times))


def _wind(dataset, name, letter, dimensions, plan):
    lengths = [len(dataset.dimensions[dimension]) for dimension in dimensions[1:]]
    variable = dataset.createVariable(
        name, "f4", dimensions, zlib=plan.complevel > 0, complevel=plan.complevel, shuffle=True,
        chunksizes=(1, *lengths), least_significant_digit=_DIGITS,
    )  # fmt: skip
    variable.setncatts({
        "short_name": letter, "standard_name": _LONG_NAMES[letter], "typeOfLevel": "isobaricInhPa",
        "level": np.int32(850), "units": "m s**-1",
    })  # fmt: skip
    return variable
