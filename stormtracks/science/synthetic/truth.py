"""What was planted <-> file."""

from dataclasses import dataclass
from pathlib import Path

import netCDF4
import numpy as np

from stormtracks.science.errors import InputError
from stormtracks.science.records import BestTracks, TimeAxis, ragged_starts
from stormtracks.science.synthetic.planted_storms import truth_rows

_SECONDS = "seconds since 1970-01-01 00:00:00"
_TEXTS = {"sid": 13, "name": 32, "basin": 2}


@dataclass(frozen=True)
class Truth:
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
    """

    year: int
    axis: TimeAxis
    sid: np.ndarray
    name: np.ndarray
    basin: np.ndarray
    member: np.ndarray
    row_size: np.ndarray
    time: np.ndarray
    lat: np.ndarray
    lon: np.ndarray
    vorticity: np.ndarray
    wind_kt: np.ndarray

    @property
    def members(self):
        """Number of members."""
        return int(self.member.max()) + 1 if len(self.member) else 0

    def storms(self, member):
        """The storms of a member as best tracks (pressure unknown)."""
        chosen = self.member == member
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

    def peaks(self, member):
        """Highest resolved vorticity of each of a member's storms, s-1."""
        size = self.row_size[self.member == member]
        line = self.vorticity[np.repeat(self.member == member, self.row_size)]
        return np.maximum.reduceat(line, ragged_starts(size)) if len(size) else line


def truth_name(year):
    """Name of the file of a year's truth."""
    return f"truth_{year}.nc"


def load_truth(path):
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
    path = _only_truth(Path(path))
    try:
        with netCDF4.Dataset(path) as dataset:
            return _read(dataset)
    except (OSError, IndexError, AttributeError) as error:
        raise InputError(f"{path}: cannot be read as the truth of planted storms ({error}); plant it anew") from error


def _only_truth(path):
    if not path.is_dir():
        return path
    found = sorted(path.glob(truth_name("*")))
    if len(found) != 1:
        raise InputError(f"{path}: expected one truth_YEAR.nc, found {len(found)}; name the file")
    return found[0]


def _read(dataset):
    columns = {name: netCDF4.chartostring(dataset[name][:].data) for name in _TEXTS}
    columns |= {name: dataset[name][:].data for name in ("member", "row_size", "lat", "lon", "vorticity", "wind_kt")}
    times = dataset["axis_time"][:].data.astype("datetime64[s]")
    axis = TimeAxis(times, (times - times[0]) / np.timedelta64(1, "h"))
    return Truth(year=int(dataset.year), axis=axis, time=dataset["time"][:].data.astype("datetime64[s]"), **columns)


def write_truth(path, plan, planted, attributes):
    """Write the truth (CF-1.11 discrete sampling geometry, contiguous ragged array of trajectories).

    Parameters
    ----------
    path : Path
    plan : Plan
    planted : list of Storm
    attributes : dict
        Global attributes that say how it was made.
    """
    pairs = [(storm, member) for member in range(plan.members) for storm in planted if storm.alive[member].any()]
    rows = [truth_rows(storm, member) for storm, member in pairs]
    with netCDF4.Dataset(path, "w", format="NETCDF4") as dataset:
        dataset.setncatts({"Conventions": "CF-1.11", "featureType": "trajectory", "year": plan.year} | attributes)
        dataset.createDimension("trajectory", len(pairs))
        dataset.createDimension("obs", sum(len(row[0]) for row in rows))
        dataset.createDimension("axis", len(plan.times))
        for name, length in _TEXTS.items():
            _write_text(dataset, name, [getattr(storm.path, name) for storm, _ in pairs], length)
        dataset["sid"].cf_role = "trajectory_id"
        members = {"long_name": "ensemble member, from 0"}
        _write(dataset, "member", "i4", "trajectory", [member for _, member in pairs], members)
        size = {"long_name": "points of the track", "sample_dimension": "obs"}
        _write(dataset, "row_size", "i4", "trajectory", [len(row[0]) for row in rows], size)
        axis = {"long_name": "times of the data", "units": _SECONDS}
        _write(dataset, "axis_time", "i8", "axis", _seconds(plan.times), axis)
        _write_points(dataset, plan, rows)


def _write_points(dataset, plan, rows):
    steps, *columns = (np.concatenate(column) for column in zip(*rows, strict=True)) if rows else [np.zeros(0, int)] * 5
    time = {"units": _SECONDS, "standard_name": "time", "calendar": "proleptic_gregorian"}
    _write(dataset, "time", "i8", "obs", _seconds(plan.times[steps]), time)
    described = (
        ("lat", "f8", {"standard_name": "latitude", "units": "degrees_north"}),
        ("lon", "f8", {"standard_name": "longitude", "units": "degrees_east"}),
        ("vorticity", "f4", {"long_name": "cyclonic vorticity that the grid shows of the storm", "units": "s-1"}),
        ("wind_kt", "f4", {"long_name": "wind of the best track", "units": "knot"}),
    )
    for (name, kind, attributes), values in zip(described, columns, strict=True):
        coordinates = {} if name in ("lat", "lon") else {"coordinates": "time lat lon"}
        _write(dataset, name, kind, "obs", values, attributes | coordinates)


def _write(dataset, name, kind, dimension, values, attributes):
    variable = dataset.createVariable(name, kind, (dimension,), zlib=True)
    variable.setncatts(attributes)
    variable[:] = values


def _write_text(dataset, name, values, length):
    if f"{name}_length" not in dataset.dimensions:
        dataset.createDimension(f"{name}_length", length)
    variable = dataset.createVariable(name, "S1", ("trajectory", f"{name}_length"))
    if values:
        variable[:] = netCDF4.stringtochar(np.array(values, dtype=f"S{length}"))


def _seconds(times):
    return times.astype("datetime64[s]").astype(np.int64)
