"""Files in the layouts that scientists have, small."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import netCDF4
import numpy as np
import pytest

SAMPLE = Path(__file__).parents[3] / "sample"


@dataclass(frozen=True)
class Recipe:
    """How a file is written; arrays are (time, [member], [level], lat, lon), stored in the order of `order`."""

    lat: np.ndarray = field(default_factory=lambda: np.linspace(-90, 90, 7))
    lon: np.ndarray = field(default_factory=lambda: np.arange(0, 360, 30.0))
    hours: np.ndarray = field(default_factory=lambda: np.arange(0, 24, 6.0))
    since: str = "hours since 2005-09-01"
    calendar: str | None = "standard"
    members: tuple | None = None
    levels: tuple | None = None
    level_units: str = "hPa"
    names: dict = field(default_factory=dict)  # role -> name of the dimension, where it is not the role itself
    units: str | None = "m s-1"
    attributes: dict = field(default_factory=dict)
    format: str = "NETCDF4"
    order: tuple = ("time", "member", "level", "lat", "lon")
    create: dict = field(default_factory=lambda: {"zlib": True})
    packing: tuple | None = None  # scale, offset of int16

    def shape(self):
        """Shape of a field of this recipe."""
        return tuple(len(values) for _, values in self.axes())

    def axes(self):
        """(role, coordinate values) of the dimensions there are, in the order of arrays."""
        values = {"time": self.hours, "member": self.members, "level": self.levels, "lat": self.lat, "lon": self.lon}
        return [(role, values[role]) for role in ("time", "member", "level", "lat", "lon") if values[role] is not None]


UNITS = {"lat": "degrees_north", "lon": "degrees_east"}


def write(path, fields, recipe):
    """A netCDF file with some fields (name -> array) on the same axes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with netCDF4.Dataset(path, "w", format=recipe.format) as nc:
        for role, values in recipe.axes():
            name = recipe.names.get(role, role)
            nc.createDimension(name, None if role == "time" else len(values))
            kind = "f8" if np.asarray(values).dtype.kind == "f" else "i4"
            coordinate = nc.createVariable(name, kind, (name,))
            coordinate[:] = values
            units = {"time": recipe.since, "level": recipe.level_units} | UNITS
            if role in units:
                coordinate.units = units[role]
            if role == "time" and recipe.calendar:
                coordinate.calendar = recipe.calendar
        for name, values in fields.items():
            _write_field(nc, name, np.asarray(values), recipe)
    return path


def _write_field(nc, name, values, recipe):
    roles = [role for role, _ in recipe.axes()]
    order = [roles.index(role) for role in recipe.order if role in roles]
    dimensions = [recipe.names.get(roles[i], roles[i]) for i in order]
    kind = "i2" if recipe.packing else ">f4" if recipe.create.get("endian") == "big" else "f4"
    variable = nc.createVariable(name, kind, dimensions, **recipe.create)
    variable.set_auto_maskandscale(False)
    if recipe.units is not None:
        variable.units = recipe.units
    if recipe.packing:
        variable.scale_factor, variable.add_offset = recipe.packing
        packed = np.round((values - recipe.packing[1]) / recipe.packing[0])
        values = np.where(np.isnan(packed), -32767, packed).astype("i2")
    variable.setncatts(recipe.attributes)
    variable[:] = np.transpose(values, order)


@pytest.fixture
def winds(tmp_path):
    """Writes u850_YEAR.nc and v850_YEAR.nc of a recipe; returns u and v."""

    def make(recipe=None, year=2005, folder=tmp_path, **changes):
        recipe = replace(recipe or Recipe(), **changes)
        u, v = made_up(recipe)
        write(folder / f"u850_{year}.nc", {"u850": u}, recipe)
        write(folder / f"v850_{year}.nc", {"v850": v}, recipe)
        return u, v

    return make


def made_up(recipe, seed=0):
    """u and v that no two points share, float32."""
    rng = np.random.default_rng(seed)
    return rng.normal(0, 10, (2, *recipe.shape())).astype("f4")


@pytest.fixture(scope="session")
def recipe():
    """The recipe's class: ``recipe(members=(1, 2))``."""
    return Recipe


@pytest.fixture(scope="session")
def write_file():
    """The writer: ``write_file(path, {"u": values}, recipe)``."""
    return write


@pytest.fixture(scope="session")
def fields_of():
    """u and v of a recipe, made up."""
    return made_up


@pytest.fixture(scope="session")
def sample():
    """The shipped sample."""
    return SAMPLE
