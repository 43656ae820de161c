"""One field, however it is written: orders, ranges, spellings, packings and files give the same tracks."""

import functools
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stormtracks.science import linking, maxima, vorticity
from stormtracks.science.reanalysis import inventory, open_season
from tests.science.reanalysis.cases import Draft, two_vortices

HOURS = np.arange(0, 36, 6.0)
LAT, LON = np.round(np.arange(-50.4, 50.5, 2.4), 1), np.round(np.arange(0, 360, 2.4), 1)
STEP = 1 / 64  # of winds in m s-1: every packing below holds them exactly
SINCE = "hours since 2005-08-01"

TIMES = {
    "hours": lambda draft: draft,
    "days in single precision": lambda draft: draft.stored(
        "time", (HOURS / 24 + 75000).astype("f4"), units="days since 1800-03-29", calendar="gregorian"
    ),
    "seconds": lambda draft: draft.stored("time", (HOURS * 3600).astype("i4"), units="seconds since 2005-08-01T00:00Z"),
    "packed": lambda draft: draft.packed("time", 6.0, 96.0, "i2"),
    "CDO's": lambda draft: draft.stored(
        "time", 20050801 + HOURS // 24 + HOURS % 24 / 24, units="day as %Y%m%d.%f", calendar="proleptic_gregorian"
    ),
    "a start and leads": lambda draft: (
        draft.rename(time="step").says("step", units="hours").coordinate("start", (), 0.0, units=SINCE)
    ),
}
LEVELS = {
    "hPa": lambda draft: draft.level(850.0, "hPa"),
    "Pa": lambda draft: draft.level([85000.0, 50000.0], "Pa", name="plev", positive="down"),
    "millibars": lambda draft: draft.level([1000.0, 850.0], "millibars", at=1, others=0.3, name="lev"),
    "scalar": lambda draft: draft.coordinate("pressure", (), 850.0, units="hectopascal"),
    "long name": lambda draft: draft.winds_say(long_name="wind at 850 hPa"),
}
NAMES = {
    "plain": lambda draft: draft,
    "CF": lambda draft: (
        draft.rename(lat="y", lon="x")
        .says("y", axis="Y", standard_name="latitude")
        .says("x", axis="X", standard_name="longitude")
    ),
    "GRIB": lambda draft: draft.rename(u="UGRD_GDS0_ISBL", v="VGRD_GDS0_ISBL", lat="g0_lat_1", lon="g0_lon_2"),
    "long": lambda draft: draft.rename(
        lat="latitude", lon="longitude", u="u_component_of_wind", v="v_component_of_wind"
    ),
}
GRIDS = {
    "double": lambda draft: draft,
    "single": lambda draft: each_of(draft, lambda values: values.astype("f4")),
    "radians": lambda draft: each_of(draft, np.radians, units="radians"),
    "packed": lambda draft: draft.packed("lat", 0.1).packed("lon", 0.1),
}
PACKINGS = {
    "f4": lambda draft: draft,
    "f8": lambda draft: packed(draft, None, "f8"),
    "i2": lambda draft: packed(draft, 0.0, "i2"),
    "i4 with an offset": lambda draft: packed(draft, 12.5, "i4"),
    "i2 unsigned": lambda draft: packed(draft, -256.0, "u2"),
}


def each_of(draft, change, **attributes):
    """Latitudes and longitudes stored in another way."""
    for name in ("lat", "lon"):
        draft.stored(name, change(draft.variables[name].values), **attributes)
    return draft


def packed(draft, offset, kind):
    for name in [name for name, one in draft.variables.items() if one in draft.winds]:
        if offset is None:
            draft.stored(name, draft.variables[name].values.astype(kind))
        else:
            draft.packed(name, STEP, offset, kind)
    return draft


@functools.cache
def winds():
    return tuple(np.round(one / STEP).astype("f4") * np.float32(STEP) for one in two_vortices(HOURS, LAT, LON))


def draft_of(rows, columns, steps=slice(None)):
    """The truth with its rows and columns, and some of its steps, in another order."""
    lon = np.where(LON[columns] >= 180, LON[columns] - 360, LON[columns]) if columns[0] else LON[columns]
    u, v = (one[steps][:, rows][:, :, columns] for one in winds())
    return Draft(HOURS[steps], LAT[rows], np.round(lon, 1), SINCE, winds=(u, v))


@functools.cache
def truth():
    with tempfile.TemporaryDirectory() as folder:
        draft_of(np.arange(len(LAT)), np.arange(len(LON))).rename(u="u850", v="v850")(folder)
        return tracked(folder)


def tracked(folder, member=0, members=1):
    """Tracks of a member, as lists; what `fab check` would see is what there is."""
    assert inventory(folder) == {2005: members}
    with open_season(folder, 2005) as season:
        fields = season.read(0, len(season.axis), [member])
        found = maxima.find(vorticity.cyclonic_from(fields, season.grid)[:, 0], season.grid)
        tracks = linking.link(found, season.axis)
    return [values.tolist() for values in (tracks.row_size, tracks.time, tracks.lat, tracks.lon, tracks.vorticity)]


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_one_field_however_it_is_written(data):
    chosen = {
        name: data.draw(st.sampled_from(list(kinds)), label=name)
        for name, kinds in {"time": TIMES, "level": LEVELS, "grid": GRIDS, "names": NAMES, "packing": PACKINGS}.items()
    }
    rows = np.arange(len(LAT))[:: data.draw(st.sampled_from([1, -1]), label="rows")]
    columns = np.roll(np.arange(len(LON)), data.draw(st.sampled_from([0, 75]), label="west"))
    columns = columns[:: data.draw(st.sampled_from([1, -1]), label="columns")]
    members = data.draw(st.sampled_from([None, "member", "number", "realization"]), label="members")
    split = data.draw(st.sampled_from(["no", "by wind", "by time"]), label="split")
    kind = data.draw(st.sampled_from(["NETCDF4", "NETCDF3_CLASSIC"]), label="file")

    def write(folder, steps, only=None, name="x.nc"):
        draft = draft_of(rows, columns, steps)
        draft = draft.members(np.array([1, 2], "i4"), members) if members else draft
        draft = LEVELS[chosen["level"]](draft)
        draft = PACKINGS[chosen["packing"]](GRIDS[chosen["grid"]](draft))
        draft = TIMES[chosen["time"]](draft) if steps == slice(None) else draft
        order = data.draw(st.permutations(draft.winds[0].dimensions), label="order")
        draft = NAMES[chosen["names"]](draft.order(*order))
        u, v = [name for name, one in draft.variables.items() if one in draft.winds]
        draft(folder, name, only and [{"u": u, "v": v}[only]], kind)

    with tempfile.TemporaryDirectory() as folder:
        if split == "by wind":
            write(folder, slice(None), "u", "east.nc")
            write(folder, slice(None), "v", "north.nc")
        elif split == "by time":
            write(folder, slice(0, 2))
            write(Path(folder, "later"), slice(2, None))
        else:
            write(folder, slice(None))
        assert tracked(folder, *((1, 2) if members else ())) == truth()
