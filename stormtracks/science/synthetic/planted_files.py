"""The planted ensemble -> files in an archive's layout, all of them or none."""

import abc
import contextlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cftime
import netCDF4
import numpy as np

from stormtracks import disk
from stormtracks.science.arrays import Floats
from stormtracks.science.errors import InputError
from stormtracks.science.records import BestTracks
from stormtracks.science.synthetic.plan import Plan
from stormtracks.science.synthetic.planted_storms import storms
from stormtracks.science.synthetic.truth import truth_name, write_truth
from stormtracks.science.synthetic.weather import Weather

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


def plant(
    folder: str | os.PathLike[str],
    plan: Plan,
    best: BestTracks,
    progress: Callable[[int, int], object] | None = None,
    overwrite: bool = False,
) -> Planted:
    """Write an ensemble in which storms follow best tracks, and the truth about it.

    Parameters
    ----------
    folder : path_like
        Created if it does not exist.
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
    layout = _LAYOUTS[plan.layout]
    files = [Path(folder) / name for name in (*layout.names(plan), truth_name(plan.year))]
    existing = [path for path in files if path.exists()]
    if existing and not overwrite:
        raise InputError(f"{existing[0]} exists already; choose another folder, or replace it with --overwrite")
    planted = storms(plan, best)
    with _all_or_nothing(files) as unfinished:
        write_truth(unfinished[-1], plan, planted, _provenance(plan))
        with contextlib.ExitStack() as stack:
            _write_steps(layout(stack, unfinished[:-1], plan), plan, Weather(plan, planted), progress)
    return Planted(tuple(files[:-1]), files[-1], len(plan.times), plan.members, len(planted))


def _write_steps(
    archive: "_Layout", plan: Plan, weather: Weather, progress: Callable[[int, int], object] | None
) -> None:
    for step, winds in enumerate(weather):
        archive.write(step, *winds[850])
        if progress:
            progress(step + 1, len(plan.times))


@contextlib.contextmanager
def _all_or_nothing(files: Sequence[Path]) -> Iterator[list[Path]]:
    """Temporary files to write to, which get their names at the end; on any exception they, and new folders, go."""
    created = [path for path in _folders(files) if not path.exists()]
    try:
        with contextlib.ExitStack() as stack:
            unfinished = [stack.enter_context(disk.beside(path)) for path in files]
            yield unfinished
            for part, path in zip(unfinished, files, strict=True):
                part.replace(path)
    except BaseException:
        for folder in reversed(created):
            with contextlib.suppress(OSError):  # somebody else's file is in it by now
                folder.rmdir()
        raise


def _folders(files: Sequence[Path]) -> list[Path]:
    """The folders that the files need, outer ones first."""
    needed = {parent for path in files for parent in path.parents}
    return sorted(needed, key=lambda path: len(path.parts))


class _Layout(abc.ABC):
    """Files that are written step by step.

    Parameters
    ----------
    stack : contextlib.ExitStack
        Closes the files.
    paths : list of Path
        As many as `names` has.
    plan : Plan
    """

    @abc.abstractmethod
    def __init__(self, stack: contextlib.ExitStack, paths: Sequence[Path], plan: Plan) -> None: ...

    @staticmethod
    @abc.abstractmethod
    def names(plan: Plan) -> list[str]:
        """Names of the files, below the folder."""

    @abc.abstractmethod
    def write(self, step: int, u: Floats, v: Floats) -> None:
        """Write the winds of one step, shape (member, nlat, nlon)."""


class _Together(_Layout):
    """20CRv2c: `u850_YEAR.nc` and `v850_YEAR.nc`, each chunk one step of all members."""

    @staticmethod
    def names(plan: Plan) -> list[str]:
        return [f"{letter}850_{plan.year}.nc" for letter in "uv"]

    def __init__(self, stack: contextlib.ExitStack, paths: Sequence[Path], plan: Plan) -> None:
        self._variables = [
            self._create(stack.enter_context(_dataset(path, plan)), letter, plan)
            for path, letter in zip(paths, "uv", strict=True)
        ]

    @staticmethod
    def _create(dataset: netCDF4.Dataset, letter: str, plan: Plan) -> netCDF4.Variable:
        _horizontal(dataset, plan)
        dataset.createDimension("ensemble_member", plan.members)
        member = dataset.createVariable("ensemble_member", "i4", ("ensemble_member",))
        member.long_name = "ensemble member number"
        member[:] = np.arange(1, plan.members + 1)
        _time(dataset, plan, "hours since 1-1-1 0:0:0", "standard")
        dimensions = ("time", "ensemble_member", "lat", "lon")
        return _wind(dataset, f"{letter}850", letter, dimensions, plan)

    def write(self, step: int, u: Floats, v: Floats) -> None:
        for variable, wind in zip(self._variables, (u, v), strict=True):
            variable[step] = wind


class _Apart(_Layout):
    """20CRv3: `YEAR/UGRD850.YEAR_memNNN.nc` and `VGRD850...`, a file for each member."""

    @staticmethod
    def names(plan: Plan) -> list[str]:
        return [
            f"{plan.year}/{letter}GRD850.{plan.year}_mem{member:03d}.nc"
            for letter in "UV"
            for member in range(1, plan.members + 1)
        ]

    def __init__(self, stack: contextlib.ExitStack, paths: Sequence[Path], plan: Plan) -> None:
        letters = ["u"] * plan.members + ["v"] * plan.members
        self._variables = [
            self._create(stack.enter_context(_dataset(path, plan)), letter, plan)
            for path, letter in zip(paths, letters, strict=True)
        ]

    @staticmethod
    def _create(dataset: netCDF4.Dataset, letter: str, plan: Plan) -> netCDF4.Variable:
        _horizontal(dataset, plan)
        _time(dataset, plan, "hours since 1800-01-01 00:00:0.0", "proleptic_gregorian")
        variable = _wind(dataset, f"{letter.upper()}GRD", letter, ("time", "lat", "lon"), plan)
        variable.set_var_chunk_cache(0, 1, 0.0)  # chunks are written whole, and there may be 160 such files
        return variable

    def write(self, step: int, u: Floats, v: Floats) -> None:
        for variable, wind in zip(self._variables, [*u, *v], strict=True):
            variable[step] = wind


_LAYOUTS: dict[str, type[_Layout]] = {"20crv2c": _Together, "20crv3": _Apart}


def _dataset(path: Path, plan: Plan) -> netCDF4.Dataset:
    dataset = netCDF4.Dataset(path, "w", format="NETCDF4_CLASSIC")
    dataset.setncatts({"title": "Planted storms in an artificial background; not observations"} | _provenance(plan))
    return dataset


def _provenance(plan: Plan) -> dict[str, str]:
    return {"source": "stormtracks.science.synthetic", "plan": json.dumps(asdict(plan), sort_keys=True)}


def _horizontal(dataset: netCDF4.Dataset, plan: Plan) -> None:
    lines = ("lat", plan.axes.lat, "latitude", "degrees_north"), ("lon", plan.axes.lon, "longitude", "degrees_east")
    for name, values, standard_name, units in lines:
        dataset.createDimension(name, len(values))
        variable = dataset.createVariable(name, "f4", (name,))
        variable.setncatts({"standard_name": standard_name, "units": units})
        variable[:] = values


def _time(dataset: netCDF4.Dataset, plan: Plan, units: str, calendar: str) -> None:
    dataset.createDimension("time", None)
    variable = dataset.createVariable("time", "f8", ("time",), chunksizes=(512,))
    variable.setncatts({"units": units, "calendar": calendar})
    first = plan.times[0].item()
    begin = cftime.datetime(first.year, first.month, first.day, calendar=calendar)
    variable[:] = cftime.date2num(begin, units, calendar) + plan.step_hours * np.arange(len(plan.times))


def _wind(
    dataset: netCDF4.Dataset, name: str, letter: str, dimensions: tuple[str, ...], plan: Plan
) -> netCDF4.Variable:
    lengths = [len(dataset.dimensions[dimension]) for dimension in dimensions[1:]]
    level: Any = plan.complevel
    variable = dataset.createVariable(
        name, "f4", dimensions, zlib=level > 0, complevel=level, shuffle=True, chunksizes=(1, *lengths),
        least_significant_digit=_DIGITS,
    )  # fmt: skip
    variable.setncatts({
        "short_name": letter, "standard_name": _LONG_NAMES[letter], "typeOfLevel": "isobaricInhPa",
        "level": np.int32(850), "units": "m s**-1",
    })  # fmt: skip
    return variable
