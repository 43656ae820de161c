"""Forecasts as archives have them: the same fields of several starts, leads and members, in many layouts.

The field of a start, lead and member is that of two vortices (`cases`) so many hours after 2005-08-01, and `APART`
hours more for each member: each forecast has tracks of its own.
"""

import netCDF4
import numpy as np

from tests.science.reanalysis.cases import LAT, LON, Draft, two_vortices

STARTS = np.array([0, 24, 48])
LEADS = np.arange(0, 48, 6)
MEMBERS = 2
APART = 9.0
LABELS = ["2005-08-01T00", "2005-08-02T00", "2005-08-03T00"]
SINCE = "hours since 2005-08-01"


def fields(starts=STARTS, leads=LEADS, members=MEMBERS):
    """u and v, float32 of shape (start, lead, member, lat, lon)."""
    each = [[two_vortices(start + leads + APART * member) for member in range(members)] for start in starts]
    return [np.array([[one[which] for one in of] for of in each]).swapaxes(1, 2) for which in (0, 1)]


def write(path, winds, dimensions, coordinates, chunks=None):
    """A file of winds with an axis for each of some dimensions, latitude and longitude; coordinates by name.

    A coordinate is (dimensions, values, attributes).
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with netCDF4.Dataset(path, "w") as nc:
        for name, size in zip((*dimensions, "lat", "lon"), winds[0].shape, strict=True):
            nc.createDimension(name, size)
        axes = {"lat": (("lat",), LAT, {"units": "degrees_north"}), "lon": (("lon",), LON, {"units": "degrees_east"})}
        for name, (own, values, attributes) in (axes | coordinates).items():
            values = np.asarray(values)
            kind = "f8" if values.dtype.kind == "f" else "i8"
            variable = nc.createVariable(name, kind if values.dtype.kind != "U" else str, own)
            variable.setncatts(attributes)
            variable[...] = values.astype(object) if values.dtype.kind == "U" else values
        auxiliary = [name for name, (own, _, _) in coordinates.items() if own != (name,)]
        for name, values, standard in zip("uv", winds, ("eastward_wind", "northward_wind"), strict=True):
            variable = nc.createVariable(name, "f4", (*dimensions, "lat", "lon"), zlib=True, chunksizes=chunks)
            variable.setncatts({"units": "m s-1", "standard_name": standard})
            if auxiliary:
                variable.coordinates = " ".join(auxiliary)
            variable[...] = values
    return path


def plain(path, start, member, leads=LEADS):
    """One member of one forecast as plain times."""
    Draft(start + leads + 0.0, winds=two_vortices(start + leads + APART * member))(path.parent, path.name)


def cfgrib(path, starts=STARTS, leads=LEADS, members=MEMBERS):
    """As cfgrib and xarray write them: (number, time, step), with valid times."""
    winds = [np.moveaxis(one, 2, 0) for one in fields(starts, leads, members)]
    valid = starts[:, None] + leads
    coordinates = {
        "number": (("number",), np.arange(members), {"standard_name": "realization", "units": "1"}),
        "time": (("time",), starts, {"standard_name": "forecast_reference_time", "units": SINCE}),
        "step": (("step",), leads / 24.0, {"standard_name": "forecast_period", "units": "days"}),
        "valid_time": (("time", "step"), valid, {"standard_name": "time", "units": SINCE}),
        "isobaricInhPa": ((), 850.0, {"units": "hPa", "positive": "down"}),
    }
    return write(path, winds, ("number", "time", "step"), coordinates)


def seas5(path, starts=STARTS[1:2], leads=LEADS, members=MEMBERS):
    """As the Climate Data Store has SEAS5: one start along an axis of its own."""
    winds = [np.moveaxis(one, 2, 0)[:, :, :, None] for one in fields(starts, leads, members)]
    valid = starts[:, None] + leads
    names = ("forecast_reference_time", "forecast_period")
    coordinates = {
        "number": (("number",), np.arange(members), {"long_name": "ensemble member numerical id", "units": "1"}),
        names[0]: ((names[0],), starts, {"standard_name": names[0], "units": SINCE}),
        names[1]: ((names[1],), leads, {"standard_name": names[1], "units": "hours"}),
        "pressure_level": (("pressure_level",), [850.0], {"units": "hPa"}),
        "valid_time": (names, valid, {"standard_name": "time", "units": SINCE}),
    }
    return write(path, winds, ("number", *names, "pressure_level"), coordinates)


def weatherbench(path, starts=STARTS, leads=LEADS, members=MEMBERS):
    """As WeatherBench 2 has them: nothing but names says what is what."""
    winds = [one.swapaxes(0, 2).transpose(2, 1, 0, 3, 4)[..., :] for one in fields(starts, leads, members)]
    coordinates = {
        "time": (("time",), starts, {"units": SINCE}),
        "prediction_timedelta": (("prediction_timedelta",), leads, {"units": "hours"}),
        "number": (("number",), np.arange(members), {}),
    }
    return write(path, winds, ("time", "prediction_timedelta", "number"), coordinates)


def dynamical(path, starts=STARTS, leads=LEADS, members=MEMBERS):
    """As dynamical.org has them."""
    coordinates = {
        "init_time": (("init_time",), starts * 3600, {"units": "seconds since 2005-08-01"}),
        "lead_time": (("lead_time",), leads * 3600, {"units": "seconds"}),
        "ensemble_member": (("ensemble_member",), np.arange(members), {"units": "realization"}),
        "valid_time": (("init_time", "lead_time"), starts[:, None] + leads, {"units": SINCE}),
    }
    return write(path, fields(starts, leads, members), ("init_time", "lead_time", "ensemble_member"), coordinates)


def s2s(path, starts=STARTS, leads=LEADS, members=MEMBERS):
    """As the AI weather quest asks for them: (realization, forecast_time, lead_time)."""
    winds = [np.moveaxis(one, 2, 0) for one in fields(starts, leads, members)]
    coordinates = {
        "realization": (("realization",), np.arange(1, members + 1), {}),
        "forecast_time": (("forecast_time",), starts, {"units": SINCE, "long_name": "start of the forecast"}),
        "lead_time": (("lead_time",), leads, {"units": "hours"}),
    }
    return write(path, winds, ("realization", "forecast_time", "lead_time"), coordinates)


def lagged(path, starts, leads=LEADS, chunks=None):
    """Members along an axis, each with a start of its own."""
    winds = [
        np.array([two_vortices(start + leads + APART * member)[which] for member, start in enumerate(starts)])
        for which in (0, 1)
    ]
    coordinates = {
        "number": (("number",), np.arange(len(starts)), {"standard_name": "realization"}),
        "start": (("number",), np.asarray(starts), {"standard_name": "forecast_reference_time", "units": SINCE}),
        "step": (("step",), leads, {"standard_name": "forecast_period", "units": "hours"}),
    }
    return write(path, winds, ("number", "step"), coordinates, chunks)


LAYOUTS = {one.__name__: one for one in (cfgrib, seas5, weatherbench, dynamical, s2s)}
