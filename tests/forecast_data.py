"""The sample's winds as two forecasts of three members: a start six hours after the other, leads of 0 to 36 hours."""

from pathlib import Path

import netCDF4

SAMPLE = Path(__file__).parents[1] / "sample" / "20crv2c_1987"
STARTS = ("1987-09-09T00", "1987-09-09T06")
MEMBERS = 3
LEADS = 7


def write(folder):
    """One file per wind with the axes number, forecast_reference_time and forecast_period."""
    for name in ("u", "v"):
        with (
            netCDF4.Dataset(SAMPLE / f"{name}850_1987.nc") as source,
            netCDF4.Dataset(folder / f"{name}.nc", "w") as made,
        ):
            _copy(source, made, name)
    return folder


def _copy(source, made, name):
    times = source["time"]
    began = netCDF4.num2date(times[: len(STARTS)], times.units, times.calendar)
    assert tuple(f"{one:%Y-%m-%dT%H}" for one in began) == STARTS
    sizes = {"number": MEMBERS, "start": len(STARTS), "lead": LEADS, "lat": 91, "lon": 180}
    for dimension, size in sizes.items():
        made.createDimension(dimension, size)
    _coordinate(made, "number", range(MEMBERS), standard_name="realization", units="1")
    hours = netCDF4.date2num(began, "hours since 1900-01-01", "standard")
    _coordinate(made, "start", hours, standard_name="forecast_reference_time", units="hours since 1900-01-01")
    _coordinate(made, "lead", range(0, 6 * LEADS, 6), standard_name="forecast_period", units="hours")
    for axis in ("lat", "lon"):
        _coordinate(made, axis, source[axis][:], **{key: source[axis].getncattr(key) for key in source[axis].ncattrs()})
    wind = made.createVariable(f"{name}850", "f4", tuple(sizes), zlib=True)
    standard = {"u": "eastward_wind", "v": "northward_wind"}
    wind.setncatts({"units": "m s-1", "standard_name": standard[name]})
    values = source[f"{name}850"][:, :MEMBERS].transpose(1, 0, 2, 3)
    for number in range(len(STARTS)):
        wind[:, number] = values[:, number : number + LEADS]


def _coordinate(made, name, values, **attributes):
    variable = made.createVariable(name, "f8", (name,))
    variable.setncatts(attributes)
    variable[:] = values
