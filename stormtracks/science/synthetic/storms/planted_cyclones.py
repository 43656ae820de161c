"""The cyclones of the background as the truth has them: their classes and courses <-> a group of its file."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import netCDF4
import numpy as np
import numpy.typing as npt

from stormtracks.science.arrays import Bools, Floats, Ints, Texts, Times
from stormtracks.science.ragged import Ragged
from stormtracks.science.records import BestTracks
from stormtracks.science.synthetic.plan import Plan
from stormtracks.science.synthetic.storms.cyclones import CLASSES, Cyclone, cyclone_rows

GROUP = "cyclones"
"""Name of the group in the truth's file."""

_DIGITS = 2  # of degrees: 1 km
_POINTS = {
    "lat": {"standard_name": "latitude", "units": "degrees_north"},
    "lon": {"standard_name": "longitude", "units": "degrees_east"},
    "vorticity": {"long_name": "cyclonic vorticity of the cyclone on the grid", "units": "s-1"},
}
_CYCLONES = {
    "size": {"long_name": "distance of the strongest wind", "units": "km"},
    "upper_share": {"long_name": "share of the wind at 200 hPa in that at 850 hPa", "units": "1"},
}


_ROWS = ("sid", "name", "basin", "season", "row_size", "kind")
_COLUMNS = ("time", "lat", "lon", "wind_kt", "pressure_hpa", "vorticity")


@dataclass(frozen=True, kw_only=True)
class Cyclones(BestTracks):
    """Cyclones of a member as best tracks (pressure, and winds but those of storms, unknown).

    Attributes
    ----------
    kind : ndarray of str, shape (nstorms,)
        Each one of `synthetic.CLASSES`.
    vorticity : ndarray of float32, shape (npoints,)
        Cyclonic vorticity that a centred difference on the data's grid has in the centre, s-1.
    """

    kind: Texts
    vorticity: Floats

    def take(self, rows: Ints | Bools) -> Self:
        """The cyclones with these numbers, ascending, or that a mask picks."""
        points = self.of_rows(rows)
        return dataclasses.replace(super().take(rows), kind=self.kind[rows], vorticity=self.vorticity[points])

    def joined(self, others: "Cyclones") -> "Cyclones":
        """These, then others."""
        columns: dict[str, Any] = {
            name: np.concatenate([getattr(self, name), getattr(others, name)]) for name in (*_ROWS, *_COLUMNS)
        }
        return Cyclones(**columns)


@dataclass(frozen=True)
class BackgroundCyclones(Ragged):
    """The cyclones of the background in all members, which have the same ones: the courses alone differ.

    Attributes
    ----------
    kind : ndarray of str, shape (ncyclones,)
    row_size : ndarray of int32, shape (ncyclones,)
    step : ndarray of int32, shape (npoints,)
        Of the data's times.
    lat, lon, vorticity : ndarray of float32, shape (member, npoints)
    """

    kind: Texts
    row_size: Ints
    step: Ints
    lat: Floats
    lon: Floats
    vorticity: Floats

    def of(self, ensemble_member: int, year: int, times: Times) -> Cyclones:
        """Those of a member, at the data's times."""
        count, unknown = len(self), np.full(len(self.step), np.nan, np.float32)
        return Cyclones(
            sid=np.array([f"{kind[0].upper()}{number:07d}" for number, kind in enumerate(self.kind)], "U13"),
            name=np.full(count, "", "U32"),
            basin=np.full(count, "", "U2"),
            season=np.full(count, year, np.int32),
            row_size=self.row_size,
            time=times[self.step],
            lat=self.lat[ensemble_member].astype(np.float64),
            lon=self.lon[ensemble_member].astype(np.float64),
            wind_kt=unknown,
            pressure_hpa=unknown,
            kind=self.kind,
            vorticity=self.vorticity[ensemble_member],
        )


def write_cyclones(root: netCDF4.Dataset, plan: Plan, planted: Sequence[Cyclone]) -> None:
    """Write the group of a truth's file.

    Parameters
    ----------
    root : netCDF4.Dataset
        Open to write.
    plan : Plan
    planted : sequence of Cyclone
        Of which those appear that live during the plan's times.
    """
    rows = [(cyclone, cyclone_rows(cyclone, plan, 0)[0]) for cyclone in planted]
    living, steps = [cyclone for cyclone, row in rows if len(row)], [row for _, row in rows if len(row)]
    group = root.createGroup(GROUP)
    group.setncatts({"featureType": "trajectory", "title": "Cyclones of the background, the same in all members"})
    for name, length in (("member", plan.members), ("cyclone", len(living)), ("obs", sum(map(len, steps)))):
        group.createDimension(name, length)
    kinds: dict[str, Any] = {"flag_values": np.arange(len(CLASSES), dtype="i1"), "flag_meanings": " ".join(CLASSES)}
    write_variable(group, "class", "i1", "cyclone", [CLASSES.index(cyclone.kind) for cyclone in living], kinds)
    size = {"long_name": "points of the track", "sample_dimension": "obs"}
    write_variable(group, "row_size", "i4", "cyclone", [len(row) for row in steps], size)
    write_variable(group, "size", "f4", "cyclone", [cyclone.vortex.size_km for cyclone in living], _CYCLONES["size"])
    shares = [cyclone.upper_share for cyclone in living]
    write_variable(group, "upper_share", "f4", "cyclone", shares, _CYCLONES["upper_share"])
    step = {"long_name": "index along axis_time"}
    write_variable(group, "step", "i4", "obs", np.concatenate([np.zeros(0, int), *steps]), step)
    _write_courses(group, plan, living)


def _write_courses(group: netCDF4.Dataset, plan: Plan, living: Sequence[Cyclone]) -> None:
    digits = {"lat": _DIGITS, "lon": _DIGITS, "vorticity": None}
    variables = [
        group.createVariable(
            name, "f4", ("member", "obs"), zlib=True, chunksizes=(1, max(len(group.dimensions["obs"]), 1)),
            least_significant_digit=digits[name],
        )
        for name in _POINTS
    ]  # fmt: skip
    for variable, attributes in zip(variables, _POINTS.values(), strict=True):
        variable.setncatts(attributes)
    for member in range(plan.members if living else 0):
        columns = zip(*(cyclone_rows(cyclone, plan, member)[1:] for cyclone in living), strict=True)
        for variable, column in zip(variables, columns, strict=True):
            variable[member] = np.concatenate(column)


def write_variable(
    group: netCDF4.Dataset,
    name: str,
    kind: str,
    dimension: str,
    values: npt.ArrayLike,
    attributes: Mapping[str, Any],
) -> None:
    """Create a variable of one dimension and write it."""
    variable = group.createVariable(name, kind, (dimension,), zlib=True)
    variable.setncatts(attributes)
    variable[:] = values


def read_cyclones(root: netCDF4.Dataset) -> BackgroundCyclones | None:
    """Read the group of a truth's file; None where there is none, as in those of earlier versions."""
    if GROUP not in root.groups:
        return None
    group = root.groups[GROUP]
    meanings = np.array(group["class"].flag_meanings.split(), "U32")
    columns = {name: group[name][:].data for name in ("row_size", "step", *_POINTS)}
    return BackgroundCyclones(kind=meanings[group["class"][:].data], **columns)
