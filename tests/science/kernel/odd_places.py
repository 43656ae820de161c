"""Fields and places whose surroundings are looked at: at poles and on the date line, with values missing and alike."""

import functools

import numpy as np
from hypothesis import strategies as st

from stormtracks.science.records import Grid
from stormtracks.science.track_fields import Points, Sampler

ROLES = ("pressure", "height_upper", "height_middle", "height_lower", "u", "v", "temperature")
MEANS = {"pressure": 101_000.0, "height_upper": 12_000.0, "height_middle": 5_600.0, "height_lower": 100.0}


@functools.cache
def sampler_on(rows, columns, poles, collect):
    """A sampler with its tables; made once, as that takes most of the time."""
    edge = 90.0 if poles else 90.0 - 90.0 / rows
    grid = Grid(np.linspace(-edge, edge, rows), np.arange(columns) * 360.0 / columns, periodic=True)
    return Sampler(grid, core_min_depth_pa=1.0, collect_points=collect)


def fields_of(chance, shape, lacking, rounded):
    """Fields of all roles, some of whose values are missing; rounded ones have many that are equal."""
    made = {}
    for role in ROLES:
        values = chance.normal(MEANS.get(role, 0.0), 30.0, shape)
        values = np.round(values / 20.0) * 20.0 if rounded else values
        values[chance.random(shape) < lacking] = np.nan
        made[role] = values.astype(np.float32)
    return made


def points_of(chance, fields, count):
    """Points anywhere, also at the poles and on the date line; some stand still."""
    lat = np.where(chance.random(count) < 0.2, chance.choice([-90.0, 90.0, 0.0], count), chance.uniform(-90, 90, count))
    lon = np.where(chance.random(count) < 0.2, chance.choice([-180.0, 0.0], count), chance.uniform(-180, 180, count))
    heading = np.where(chance.random(count) < 0.2, np.nan, chance.uniform(0, 2 * np.pi, count))
    motion = (one.astype(np.float32) for one in (np.sin(heading), np.cos(heading)))
    return Points(chance.integers(0, fields, count), lat, lon, *motion)


PLACES = {
    "seed": st.integers(0, 2**32 - 1),
    "on": st.sampled_from([(19, 36, True), (24, 16, False)]),
    "count": st.sampled_from([0, 1, 2, 60]),
    "lacking": st.sampled_from([0.0, 0.01, 0.4, 1.0]),
    "rounded": st.booleans(),
    "collect": st.sampled_from(["all", "lows"]),
}


def case(seed, on, count, lacking, rounded, collect):
    """Sampler, fields and points of an example of `PLACES`."""
    chance, sampler = np.random.default_rng(seed), sampler_on(*on, collect)
    return sampler, fields_of(chance, (2, *sampler.grid.shape), lacking, rounded), points_of(chance, 2, count)
