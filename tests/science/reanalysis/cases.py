"""Files as people have them, each a draft of two vortices with something changed, and what must come out of it.

Every wind file holds the same truth, whatever its layout: a vortex of each hemisphere at all times, so two tracks of
as many points as there are times.
"""

import functools
from dataclasses import dataclass, field
from pathlib import Path

import netCDF4
import numpy as np

HOURS = np.arange(0, 48, 6.0)
LAT, LON = np.arange(-50, 50.1, 2.5), np.arange(0, 360, 2.5)
SINCE = "hours since 2005-08-01 00:00:00"
_RADIUS_M, _EARTH_M = 3.0e5, 6.371e6


def two_vortices(hours=HOURS, lat=LAT, lon=LON):
    """u and v, float32 of shape (time, lat, lon), of two vortices that drift, one of them across Greenwich."""
    return _two_vortices(*(tuple(np.asarray(values, float)) for values in (hours, lat, lon)))


@functools.lru_cache(maxsize=32)
def _two_vortices(hours, lat, lon):
    lat, lon = np.array(lat), np.array(lon)
    u, v = np.zeros((2, len(hours), len(lat), len(lon)))
    for step, hour in enumerate(hours):
        for north, east, sign in ((18 + 0.06 * hour, 300 - 0.1 * hour, 1), (-14 - 0.05 * hour, 358 + 0.1 * hour, -1)):
            x = np.radians((lon - east + 180) % 360 - 180) * _EARTH_M * np.cos(np.radians(north))
            y = np.radians(lat - north)[:, np.newaxis] * _EARTH_M
            turn = 1.2e-4 * sign * np.exp(-(x**2 + y**2) / (2 * _RADIUS_M**2))
            u[step] -= turn * y
            v[step] += turn * x
    return u.astype("f4"), v.astype("f4")


@dataclass(eq=False)
class Variable:
    """A variable to be written: dimensions, values as stored, attributes."""

    dimensions: tuple
    values: np.ndarray
    attributes: dict = field(default_factory=dict)


class Draft:
    """A netCDF file that can be changed before it is written; each method gives the draft itself.

    Parameters
    ----------
    hours, lat, lon : array
    since : str
        Units of time.
    """

    def __init__(self, hours=HOURS, lat=LAT, lon=LON, since=SINCE, winds=None):
        self.hours = np.asarray(hours, float)
        self.global_attributes = {}
        u, v = two_vortices(hours, lat, lon) if winds is None else winds
        self.variables = {
            "time": Variable(("time",), self.hours, {"units": since}),
            "lat": Variable(("lat",), np.asarray(lat, float), {"units": "degrees_north"}),
            "lon": Variable(("lon",), np.asarray(lon, float), {"units": "degrees_east"}),
            "u": Variable(("time", "lat", "lon"), u, {"units": "m s-1"}),
            "v": Variable(("time", "lat", "lon"), v, {"units": "m s-1"}),
        }

    @property
    def winds(self):
        """The variables that are fields."""
        return [one for one in self.variables.values() if one.values.size > 1000]

    def dimension(self, name, values=None, size=None, at=0, others=0.0, after="time", **attributes):
        """One more dimension of the winds, which are at one place of it; elsewhere their strength is `others`."""
        size = len(values) if values is not None else size
        for one in self.winds:
            axis = one.dimensions.index(after) + 1
            strength = np.where(np.arange(size) == at, 1.0, others).astype("f4")
            shape = [size if place == axis else 1 for place in range(one.values.ndim + 1)]
            one.values = np.expand_dims(one.values, axis) * strength.reshape(shape)
            one.dimensions = (*one.dimensions[:axis], name, *one.dimensions[axis:])
        if values is not None:
            self.variables[name] = Variable((name,), np.asarray(values), attributes)
        return self

    def level(self, values, units=None, name="level", at=0, others=0.0, **attributes):
        """A dimension of levels, the vortices at one of them."""
        attributes |= {} if units is None else {"units": units}
        return self.dimension(name, np.atleast_1d(np.asarray(values, float)), at=at, others=others, **attributes)

    def members(self, values, name="member", **attributes):
        """A dimension of members, all alike."""
        return self.dimension(name, values, others=1.0, **attributes)

    def coordinate(self, name, dimensions, values, named=True, **attributes):
        """A variable beside the winds; `named` in their attribute ``coordinates``."""
        self.variables[name] = Variable(tuple(dimensions), np.asarray(values), attributes)
        for one in self.winds if named else ():
            one.attributes["coordinates"] = f"{one.attributes.get('coordinates', '')} {name}".strip()
        return self

    def without(self, dimension):
        """The winds at the first entry of a dimension, which is left out with its coordinate."""
        for one in self.winds:
            axis = one.dimensions.index(dimension)
            one.values = one.values.take(0, axis)
            one.dimensions = tuple(name for name in one.dimensions if name != dimension)
        return self.drop(dimension)

    def drop(self, *names):
        """Without some variables; their dimensions stay."""
        for name in names:
            self.variables.pop(name, None)
        return self

    def rename(self, **names):
        """Other names of variables and dimensions."""
        self.variables = {names.get(name, name): one for name, one in self.variables.items()}
        for one in self.variables.values():
            one.dimensions = tuple(names.get(name, name) for name in one.dimensions)
        return self

    def says(self, name, **attributes):
        """Attributes of a variable; None takes one away."""
        self.variables[name].attributes |= attributes
        return self

    def winds_say(self, **attributes):
        """The same attributes for both winds."""
        for one in self.winds:
            one.attributes |= attributes
        return self

    def file_says(self, **attributes):
        """Attributes of the file."""
        self.global_attributes |= attributes
        return self

    def stored(self, name, values, **attributes):
        """Other stored numbers of a variable."""
        self.variables[name].values = np.asarray(values)
        return self.says(name, **attributes)

    def packed(self, name, scale, offset=0.0, kind="i2", **attributes):
        """A variable as whole numbers with a scale and an offset."""
        values = np.round((self.variables[name].values.astype(float) - offset) / scale)
        unsigned = np.dtype(kind).kind == "u"
        stored = values.astype(kind).view(kind.replace("u", "i")) if unsigned else values.astype(kind)
        more = {"_Unsigned": "true"} if unsigned else {}
        return self.stored(name, stored, scale_factor=scale, add_offset=offset, **more, **attributes)

    def order(self, *dimensions):
        """The winds with their dimensions in another order."""
        for one in self.winds:
            one.values = one.values.transpose([one.dimensions.index(name) for name in dimensions])
            one.dimensions = dimensions
        return self

    def __call__(self, folder, name="x.nc", only=None, kind="NETCDF4"):
        """Write the file into a folder; `only` some variables beside the coordinates."""
        path = Path(folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        with netCDF4.Dataset(path, "w", format=kind) as nc:
            for one in self.variables.values():
                for dimension, size in zip(one.dimensions, one.values.shape, strict=True):
                    if dimension not in nc.dimensions:
                        nc.createDimension(dimension, size)
            nc.setncatts(self.global_attributes)
            for variable, one in self.variables.items():
                if only is None or variable in only or one not in self.winds:
                    _write(nc, variable, one)
        return path


def _write(nc, name, one):
    texts = one.values.dtype.kind in "UO"
    attributes = {key: value for key, value in one.attributes.items() if value is not None}
    fill = attributes.pop("_FillValue", None)
    made = nc.createVariable(name, str if texts else one.values.dtype, one.dimensions, fill_value=fill)
    made.set_auto_maskandscale(False)
    made.setncatts(attributes)
    made[...] = one.values.astype(object) if texts else one.values


@dataclass(frozen=True)
class Case:
    """What is written and what must come out.

    Attributes
    ----------
    name : str
    write : callable
        Called with the folder of the data.
    refused : str
        Pattern of the refusal; "" where both vortices must be tracked.
    remark : str
        Pattern of a remark on the result; "" where there must be none.
    members : int
    first : str
        First time of the tracks.
    points : int
        Of each of the two tracks.
    settings, dataset : dict
    """

    name: str
    write: object
    refused: str = ""
    remark: str = ""
    members: int = 1
    first: str = "2005-08-01T00:00:00"
    points: int = len(HOURS)
    settings: dict = field(default_factory=dict)
    dataset: dict = field(default_factory=dict)
