"""Best tracks of the size of IBTrACS ALL (13,596 storms of all basins, 1842 to now), in its two published layouts.

Made of the North Atlantic's in `sample/`: six times, each elsewhere on the globe, some years off, under other names.
"""

import netCDF4
import numpy as np

from benchmarks.planted_data import BEST_TRACKS

_YEARS = (0, -8, -8, -4, 4, 4)  # whole leap years, so that dates stay what they are
_BASINS = ("NA", "SI", "EP", "SP", "WP", "SI")
_DAYS = 365.25
_CHUNK_BYTES = 4 << 20
"""The library's default when IBTrACS was written: chunks of as many bytes at most, cut alike along all dimensions."""
_FIRST_COLUMNS = (
    *(
        "sid",
        "season",
        "number",
        "basin",
        "subbasin",
        "name",
        "iso_time",
        "nature",
        "lat",
        "lon",
        "wmo_wind",
        "wmo_pres",
    ),
    *("wmo_agency", "track_type", "dist2land", "landfall", "iflag", "usa_agency", "usa_atcf_id", "usa_lat", "usa_lon"),
    *("usa_record", "usa_status", "usa_wind", "usa_pres", "usa_sshs"),
)
_UNITS = {"season": "Year", "lat": "degrees_north", "lon": "degrees_east", "wmo_wind": "kts", "wmo_pres": "mb"}
_UNITS |= {"usa_lat": "degrees_north", "usa_lon": "degrees_east", "usa_wind": "kts", "usa_pres": "mb"}
_ALL_COLUMNS = 174


def netcdf(place):
    """A file like IBTrACS.ALL.v04r01.nc; made once.

    Parameters
    ----------
    place : Path
    """
    if not place.exists():
        unfinished = place.with_suffix(".part")
        with netCDF4.Dataset(BEST_TRACKS) as old, netCDF4.Dataset(unfinished, "w") as new:
            order = _order(old)
            for name, dimension in old.dimensions.items():
                new.createDimension(name, len(order) if name == "storm" else len(dimension))
            for name in old.variables:
                _write(old, new, name, order)
        unfinished.rename(place)
    return place


def table(source, place):
    """The same as IBTrACS's CSV of 174 columns, of which those of other agencies are blank; made once."""
    if not place.exists():
        blank = [f"other_{number}" for number in range(_ALL_COLUMNS - len(_FIRST_COLUMNS))]
        with netCDF4.Dataset(source) as old:
            there = np.isfinite(np.ma.filled(old["time"][:], np.nan))
            rows = zip(*(_texts(old, name, there) for name in _FIRST_COLUMNS), strict=True)
        unfinished = place.with_suffix(".part")
        with unfinished.open("w") as file:
            file.write(",".join(name.upper() for name in (*_FIRST_COLUMNS, *blank)) + "\n")
            file.write(",".join(_UNITS.get(name, " ") for name in (*_FIRST_COLUMNS, *blank)) + "\n")
            file.writelines(",".join(row) + len(blank) * ", " + "\n" for row in rows)
        unfinished.rename(place)
    return place


def _order(old):
    """Copy and storm of each storm of the new file, which are in the order of their beginnings."""
    begin = old["time"][:, 0].filled(0.0)
    copy, storm = (one.reshape(-1) for one in np.indices((len(_YEARS), len(begin))))
    return np.column_stack([copy, storm])[np.argsort(begin[storm] + _DAYS * np.take(_YEARS, copy), kind="stable")]


def _write(old, new, name, order):
    variable = old[name]
    fill = getattr(variable, "_FillValue", None)
    shape = (len(order), *variable.shape[1:])
    made = new.createVariable(
        name,
        variable.dtype,
        variable.dimensions,
        zlib=True,
        complevel=5,
        shuffle=False,
        fill_value=fill,
        chunksizes=chunks(shape, variable.dtype.itemsize),
    )
    made.setncatts({key: value for key, value in variable.__dict__.items() if key != "_FillValue"})
    for one in (variable, made):
        one.set_auto_maskandscale(False)
        one.set_auto_chartostring(False)
    values = variable[:]
    copies = [_moved(name, values, copy, fill) for copy in range(len(_YEARS))]
    made[:] = np.stack(copies)[order[:, 0], order[:, 1]]


def _moved(name, values, copy, fill):
    """A variable's values in one of the copies."""
    there = values != fill if fill is not None else np.ones(values.shape, bool)
    if name == "time":
        return np.where(there, values + np.round(_DAYS * _YEARS[copy]), values)
    if name == "season":
        return values + _YEARS[copy]
    if name == "lat" and copy % 2:
        return np.where(there, -values, values)
    if name == "lon":
        return np.where(there, (values + 60.0 * copy + 180.0) % 360.0 - 180.0, values).astype(values.dtype)
    if name == "basin":
        return np.where(there, np.frombuffer(_BASINS[copy].encode(), "S1"), values)
    if name in ("sid", "iso_time"):
        years = values[..., :4].copy().view("S4")[..., 0]
        known = years != b""
        new = values.copy()
        years[known] = np.char.mod("%04d", years[known].astype(int) + _YEARS[copy]).astype("S4")
        new[..., :4] = years[..., None].view("S1")
        if name == "sid":
            new[:, 8] = str(copy).encode()  # a latitude that no other copy has there
        return new
    return values


def chunks(shape, item):
    """As the library would choose them."""
    share = (_CHUNK_BYTES / (np.prod(shape, dtype=float) * item)) ** (1 / len(shape))
    sizes = [min(max(int(share * length - 0.5), 1), length) if share < 1 else length for length in shape]
    pieces = [-(-length // size) for length, size in zip(shape, sizes, strict=True)]
    return [-(-length // count) for length, count in zip(shape, pieces, strict=True)]


def _texts(old, name, there):
    """A text for each observation."""
    variable = old[name]
    variable.set_auto_chartostring(False)
    found = variable[:]
    found = found[there] if "date_time" in variable.dimensions else found[np.nonzero(there)[0]]
    if variable.dtype == "S1":
        found = np.ascontiguousarray(np.ma.getdata(found))
        return np.char.decode(found.view(f"S{found.shape[-1]}")[..., 0], "ascii", "replace").tolist()
    blank = np.ma.getmaskarray(found).tolist()
    return [" " if no else f"{value:g}" for value, no in zip(np.ma.getdata(found).tolist(), blank, strict=True)]
