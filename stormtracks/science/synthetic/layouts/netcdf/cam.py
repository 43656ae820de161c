"""CESM2's large ensemble (LENS2): a file per member and variable, names and texts as CAM writes them."""

import contextlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import cftime
import netCDF4
import numpy as np

from stormtracks.errors import BadValue
from stormtracks.science.arrays import Floats, Times
from stormtracks.science.synthetic.layouts.layout import Field, Layout, fields_of
from stormtracks.science.synthetic.layouts.netcdf.file import compressed, created
from stormtracks.science.synthetic.plan import Plan

_CASE = "b.e21.BHISTcmip6.f09_g17.LE2"
_UNITS, _CALENDAR = "days since 1850-01-01 00:00:00", "noleap"
_TEXTS = {
    "u850": ("U850", "m/s", "Zonal wind at 850 mbar pressure surface"),
    "v850": ("V850", "m/s", "Meridional wind at 850 mbar pressure surface"),
    "prmsl": ("PSL", "Pa", "Sea level pressure"),
    "z1000": ("Z1000", "m", "Geopotential Z at 1000 mbar pressure surface"),
    "z500": ("Z500", "m", "Geopotential Z at 500 mbar pressure surface"),
    "z200": ("Z200", "m", "Geopotential Z at 200 mbar pressure surface"),
}
"""Name, units, long name."""
_MACRO_MEMBERS, _MICRO_STARTS, _MICRO_MEMBERS = 10, (1231, 1251, 1281, 1301), 20


class Cam(Layout):
    """`b.e21.BHISTcmip6.f09_g17.LE2-1001.001.cam.h2.U850.YYYYMMDDHH-YYYYMMDDHH.nc`, without 29 February.

    Ten members start from years 1001, 1021 ... 1181 of the control run; twenty each from 1231, 1251, 1281 and 1301.
    """

    @staticmethod
    def names(plan: Plan) -> list[str]:
        first, last = (f"{time.item():%Y%m%d%H}" for time in _kept(plan)[[0, -1]])
        return [
            f"{_CASE}-{member}.cam.h2.{_TEXTS[name][0]}.{first}-{last}.nc"
            for name in fields_of(plan)
            for member in members(plan.members)
        ]

    def __init__(self, stack: contextlib.ExitStack, paths: Sequence[Path], plan: Plan) -> None:
        self._place = {time: place for place, time in enumerate(_kept(plan))}
        self._times = plan.times
        wanted = [(name, member) for name in fields_of(plan) for member in members(plan.members)]
        self._variables: dict[str, list[netCDF4.Variable]] = {name: [] for name, _ in wanted}
        for path, (name, member) in zip(paths, wanted, strict=True):
            dataset = stack.enter_context(created(path, plan, Conventions="CF-1.0", case=f"{_CASE}-{member}"))
            self._variables[name].append(_create(dataset, name, fields_of(plan)[name], plan))

    def write(self, step: int, fields: Mapping[str, Floats]) -> None:
        place = self._place.get(self._times[step])
        if place is None:
            return
        for name, variables in self._variables.items():
            for variable, field in zip(variables, fields[name], strict=True):
                variable[place] = field


def members(number: int) -> list[str]:
    """Names of the first members.

    Raises
    ------
    BadValue
        There are not so many.
    """
    names = [f"{1001 + 20 * at}.{at + 1:03d}" for at in range(_MACRO_MEMBERS)]
    names += [f"{start}.{at:03d}" for start in _MICRO_STARTS for at in range(1, _MICRO_MEMBERS + 1)]
    if number > len(names):
        raise BadValue(f"the layout lens2 has at most {len(names)} members, not {number}; choose fewer with --members")
    return names[:number]


def _kept(plan: Plan) -> Times:
    """Times that the model's calendar has."""
    days = plan.times.astype("datetime64[D]").astype(str)
    return plan.times[~np.char.endswith(days, "-02-29")]


def _create(dataset: netCDF4.Dataset, name: str, field: Field, plan: Plan) -> netCDF4.Variable:
    _coordinates(dataset, plan)
    short_name, units, long_name = _TEXTS[name]
    chunks = (1, len(plan.axes.lat), len(plan.axes.lon))
    variable = compressed(
        dataset, short_name, ("time", "lat", "lon"), chunks, plan,
        least_significant_digit=field.digits, fill_value=np.float32(1e36),
    )  # fmt: skip
    variable.setncatts({"units": units, "long_name": long_name, "missing_value": np.float32(1e36)})
    return variable


def _coordinates(dataset: netCDF4.Dataset, plan: Plan) -> None:
    for axis, values, long_name, units in (
        ("lat", plan.axes.lat, "latitude", "degrees_north"),
        ("lon", plan.axes.lon, "longitude", "degrees_east"),
    ):
        dataset.createDimension(axis, len(values))
        variable = dataset.createVariable(axis, "f8", (axis,))
        variable.setncatts({"long_name": long_name, "units": units})
        variable[:] = values
    _hybrid_levels(dataset)
    dataset.createDimension("time", None)
    time = dataset.createVariable("time", "f8", ("time",), chunksizes=(512,))
    time.setncatts({"long_name": "time", "units": _UNITS, "calendar": _CALENDAR, "bounds": "time_bnds"})
    dates = [cftime.datetime(*value.timetuple()[:6], calendar=_CALENDAR) for value in _kept(plan).tolist()]
    time[:] = cftime.date2num(dates, _UNITS, _CALENDAR)
    dataset.createDimension("nbnd", 2)
    bounds = dataset.createVariable("time_bnds", "f8", ("time", "nbnd"), chunksizes=(512, 2))
    bounds.long_name = "time interval endpoints"
    bounds[:] = np.repeat(time[:][:, None], 2, axis=1)  # values at an instant


def _hybrid_levels(dataset: netCDF4.Dataset) -> None:
    """The model's levels, which CAM describes in each file, also where no variable has them."""
    dataset.createDimension("lev", 32)
    levels = dataset.createVariable("lev", "f8", ("lev",))
    levels.setncatts({
        "long_name": "hybrid level at midpoints (1000*(A+B))", "units": "hPa", "positive": "down",
        "standard_name": "atmosphere_hybrid_sigma_pressure_coordinate",
        "formula_terms": "a: hyam b: hybm p0: P0 ps: PS",
    })  # fmt: skip
    levels[:] = np.linspace(3.6, 992.6, 32)
