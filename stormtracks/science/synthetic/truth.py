"""What was planted <-> file."""

import dataclasses
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np

from stormtracks.errors import BadValue
from stormtracks.science.arrays import Floats, Ints, Texts, Times
from stormtracks.science.errors import InputError
from stormtracks.science.ragged import Ragged
from stormtracks.science.records import BestTracks, TimeAxis
from stormtracks.science.synthetic.plan import Plan
from stormtracks.science.synthetic.storms.cyclones import CLASSES, TROPICAL_CYCLONE, Cyclone
from stormtracks.science.synthetic.storms.planted_cyclones import (
    BackgroundCyclones,
    Cyclones,
    read_cyclones,
    write_cyclones,
    write_variable,
)
from stormtracks.science.synthetic.storms.planted_storms import Storm, truth_rows

_SECONDS = "seconds since 1970-01-01 00:00:00"
_TEXTS = {"sid": 13, "name": 32, "basin": 2}


@dataclass(frozen=True)
class Truth(Ragged):
    """Every planted storm of every member: a contiguous ragged array, member after member, storm after storm.

    Attributes
    ----------
    year : int
    axis : TimeAxis
        The data's times.
    sid, name, basin : ndarray of str, shape (ntracks,)
    member : ndarray of int32, shape (ntracks,)
        Counted from 0.
    row_size : ndarray of int32, shape (ntracks,)
    time : ndarray of datetime64[s], shape (npoints,)
    lat, lon : ndarray of float64, shape (npoints,)
        The storm's centre, degrees; lon in [-180, 180).
    vorticity : ndarray of float32, shape (npoints,)
        Cyclonic vorticity that a centred difference on the data's grid has in the centre, s-1.
    wind_kt : ndarray of float32, shape (npoints,)
        Wind of the best track at the time.
    background : BackgroundCyclones or None
        What else was planted; None: not known, as in files of earlier versions.
    """

    year: int
    axis: TimeAxis
    sid: Texts
    name: Texts
    basin: Texts
    member: Ints
    row_size: Ints
    time: Times
    lat: Floats
    lon: Floats
    vorticity: Floats
    wind_kt: Floats
    background: BackgroundCyclones | None = None

    @property
    def members(self) -> int:
        """Number of members."""
        return int(self.member.max()) + 1 if len(self.member) else 0

    def storms(self, ensemble_member: int) -> BestTracks:
        """The storms of a member as best tracks (pressure unknown)."""
        chosen = self.member == ensemble_member
        points = np.repeat(chosen, self.row_size)
        return BestTracks(
            sid=self.sid[chosen],
            name=self.name[chosen],
            basin=self.basin[chosen],
            season=np.full(chosen.sum(), self.year, np.int32),
            row_size=self.row_size[chosen],
            time=self.time[points],
            lat=self.lat[points],
            lon=self.lon[points],
            wind_kt=self.wind_kt[points],
            pressure_hpa=np.full(points.sum(), np.nan, np.float32),
        )

    def cyclones(self, ensemble_member: int, classes: Collection[str] = CLASSES) -> Cyclones:
        """Everything of some classes that was planted in a member: storms first, then the background's cyclones.

        Parameters
        ----------
        ensemble_member : int
        classes : collection of str
            Some of `synthetic.CLASSES`.

        Returns
        -------
        Cyclones

        Raises
        ------
        BadValue
            No such class.
        InputError
            The file is one of an earlier version, which has storms only.
        """
        for wrong in set(classes) - set(CLASSES):
            raise BadValue(f"{wrong!r} is not a class of what is planted; choose from {', '.join(CLASSES)}")
        storms = self._storms_as_cyclones(ensemble_member)
        if set(classes) == {TROPICAL_CYCLONE}:
            return storms
        if self.background is None:
            raise InputError("this truth has storms only; run inv plant again for one that has all that was planted")
        others = self.background.of(ensemble_member, self.year, self.axis.times)
        everything = storms.joined(others) if TROPICAL_CYCLONE in classes else others
        return everything.take(np.isin(everything.kind, list(classes)))

    def _storms_as_cyclones(self, ensemble_member: int) -> Cyclones:
        storms = self.storms(ensemble_member)
        vorticity = self.vorticity[np.repeat(self.member == ensemble_member, self.row_size)]
        kind = np.full(len(storms), TROPICAL_CYCLONE, "U32")
        known = {field.name: getattr(storms, field.name) for field in dataclasses.fields(storms)}
        return Cyclones(**known, kind=kind, vorticity=vorticity)

    def peaks(self, ensemble_member: int) -> Floats:
        """Highest resolved vorticity of each of a member's storms, s-1."""
        return self.vorticity[self.largest(self.vorticity)[self.member == ensemble_member]]


def truth_name(year: int | str) -> str:
    """Name of the file of a year's truth."""
    return f"truth_{year}.nc"


def load_truth(path: str | os.PathLike[str]) -> Truth:
    """Read what was planted.

    Parameters
    ----------
    path : path_like
        ``truth_YEAR.nc``, or the folder that has one.

    Returns
    -------
    Truth

    Raises
    ------
    InputError
        No such file, more than one in the folder, or not a truth file.
    """
    place = _only_truth(Path(path))
    try:
        with netCDF4.Dataset(place) as dataset:
            return _read(dataset)
    except (OSError, IndexError, AttributeError) as error:
        raise InputError(
            f"{place}: cannot be read as the truth of planted storms ({error}); run inv plant again"
        ) from error


def _only_truth(path: Path) -> Path:
    if not path.is_dir():
        return path
    found = sorted(path.glob(truth_name("*")))
    if len(found) != 1:
        raise InputError(f"{path}: expected one truth_YEAR.nc, found {len(found)}; give the file itself")
    return found[0]


def _read(dataset: netCDF4.Dataset) -> Truth:
    columns: dict[str, Any] = {name: netCDF4.chartostring(dataset[name][:].data) for name in _TEXTS}
    columns |= {name: dataset[name][:].data for name in ("member", "row_size", "lat", "lon", "vorticity", "wind_kt")}
    times = dataset["axis_time"][:].data.astype("datetime64[s]")
    axis = TimeAxis(times, (times - times[0]) / np.timedelta64(1, "h"))
    time = dataset["time"][:].data.astype("datetime64[s]")
    return Truth(year=int(dataset.year), axis=axis, time=time, background=read_cyclones(dataset), **columns)


def write_truth(
    path: Path, plan: Plan, planted: Sequence[Storm], cyclones: Sequence[Cyclone], attributes: Mapping[str, Any]
) -> None:
    """Write the truth (CF-1.11 discrete sampling geometry, contiguous ragged array of trajectories).

    Parameters
    ----------
    path : Path
    plan : Plan
    planted : list of Storm
    cyclones : list of Cyclone
        Those of the background.
    attributes : dict
        Global attributes: what the file was made by, and from which plan.
    """
    pairs = [(storm, member) for member in range(plan.members) for storm in planted if storm.alive[member].any()]
    rows = [truth_rows(storm, member) for storm, member in pairs]
    with netCDF4.Dataset(path, "w", format="NETCDF4") as dataset:
        dataset.setncatts({"Conventions": "CF-1.11", "featureType": "trajectory", "year": plan.year, **attributes})
        dataset.createDimension("trajectory", len(pairs))
        dataset.createDimension("obs", sum(len(row[0]) for row in rows))
        dataset.createDimension("axis", len(plan.times))
        for name, length in _TEXTS.items():
            _write_text(dataset, name, [getattr(storm.course, name) for storm, _ in pairs], length)
        dataset["sid"].cf_role = "trajectory_id"
        members = {"long_name": "ensemble member, from 0"}
        write_variable(dataset, "member", "i4", "trajectory", [member for _, member in pairs], members)
        size = {"long_name": "points of the track", "sample_dimension": "obs"}
        write_variable(dataset, "row_size", "i4", "trajectory", [len(row[0]) for row in rows], size)
        axis = {"long_name": "times of the data", "units": _SECONDS}
        write_variable(dataset, "axis_time", "i8", "axis", _seconds(plan.times), axis)
        _write_points(dataset, plan, rows)
        write_cyclones(dataset, plan, cyclones)


def _write_points(
    dataset: netCDF4.Dataset, plan: Plan, rows: list[tuple[Ints, Floats, Floats, Floats, Floats]]
) -> None:
    steps, *columns = (np.concatenate(column) for column in zip(*rows, strict=True)) if rows else [np.zeros(0, int)] * 5
    time = {"units": _SECONDS, "standard_name": "time", "calendar": "proleptic_gregorian"}
    write_variable(dataset, "time", "i8", "obs", _seconds(plan.times[steps]), time)
    described = (
        ("lat", "f8", {"standard_name": "latitude", "units": "degrees_north"}),
        ("lon", "f8", {"standard_name": "longitude", "units": "degrees_east"}),
        ("vorticity", "f4", {"long_name": "cyclonic vorticity of the storm on the grid", "units": "s-1"}),
        ("wind_kt", "f4", {"long_name": "wind of the best track", "units": "knot"}),
    )
    for (name, kind, attributes), values in zip(described, columns, strict=True):
        coordinates = {} if name in ("lat", "lon") else {"coordinates": "time lat lon"}
        write_variable(dataset, name, kind, "obs", values, attributes | coordinates)


def _write_text(dataset: netCDF4.Dataset, name: str, values: list[str], length: int) -> None:
    if f"{name}_length" not in dataset.dimensions:
        dataset.createDimension(f"{name}_length", length)
    variable = dataset.createVariable(name, "S1", ("trajectory", f"{name}_length"))
    if values:
        variable[:] = netCDF4.stringtochar(np.array(values, dtype=f"S{length}"))


def _seconds(times: Times) -> Ints:
    return times.astype("datetime64[s]").astype(np.int64)
