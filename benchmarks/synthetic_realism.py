"""How close a planted season comes to the real samples: 20CRv2c of September 1987, ERA5 of a northern winter.

    python -m benchmarks.synthetic_realism [--msl msl.nc] [--winds era5_850hPa.nc] [--members 2] [--days 60]

Each real sample is compared with a season planted on its grid with `like`. Both pass through the same arithmetic:

* 20CRv2c has heights of 1000 hPa here. Pressure is made of them, and vorticity of their geostrophic wind, in the sample
  and in the planted season alike.
* ERA5 has vorticity (`vo`) and, where its file is given (--msl), pressure. Its `vo` on a 2.5 degree grid is its 31 km
  field at every tenth point: most of that variance lies in structures that no wind on such a grid can hold. Where one
  time of winds at 0.25 degrees is given (--winds), both estimates are made of it, and their ratio turns `vo` into what
  a centred difference on the grid makes of ERA5's winds. Without it nothing is said about ERA5's vorticity.
"""

import argparse
from pathlib import Path

import netCDF4
import numpy as np

from benchmarks.realism_figures import BANDS, WAVES, Season, figures
from stormtracks.science import best_tracks
from stormtracks.science.sphere import EARTH_RADIUS_KM
from stormtracks.science.synthetic.atmosphere.balance import EARTH_ROTATION
from stormtracks.science.synthetic.atmosphere.heights import GRAVITY, Heights
from stormtracks.science.synthetic.atmosphere.weather import Weather
from stormtracks.science.synthetic.plan import Plan
from stormtracks.science.synthetic.storms.planted_storms import storms, truth_rows
from stormtracks.science.vorticity import cyclonic, relative_vorticity

SAMPLE = Path("sample")
HEIGHTS = SAMPLE / "20crv2c_1987" / "z1000_1987.nc"
TRACKS = SAMPLE / "ibtracs" / "IBTrACS.NA.v04r00.nc"
PA_PER_M = 11.77
"""Pressure of a metre of height: 9.81 m s-2 times 1.2 kg m-3."""

OBSERVED = (
    (140, (18, 158), (20, 155)),
    (125, (16, 140), (18, 136)),
    (105, (20, 122), (22, 118)),
    (45, (32, 320), (40, 330)),
)
"""Wind (kt) of three typhoons and of Cindy in the 20CRv2c sample, and where the mean of its members has their lows at
the first and the last time."""


def main(arguments=None):
    """Print tables of ratios (planted to real) and of figures side by side."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--heights", type=Path, default=HEIGHTS, help="z1000 of another year of 20CRv2c")
    parser.add_argument("--steps", type=int, nargs=2, default=(0, 124), help="first and last of its times")
    parser.add_argument("--era5", type=Path, default=SAMPLE / "era5_djf_2025_26" / "vo850.nc", help="vo at 2.5 degrees")
    parser.add_argument("--msl", type=Path, help="ERA5's pressure at the same times and places")
    parser.add_argument("--winds", type=Path, help="one time of ERA5's u, v and vo at 0.25 degrees")
    parser.add_argument("--members", type=int, default=2)
    parser.add_argument("--days", type=int, default=60)
    parser.add_argument("--noise", type=float, default=1.0)
    options = parser.parse_args(arguments)
    pairs = {
        "20CRv2c": (
            figures(real_20crv2c(options.heights, slice(*options.steps))),
            figures(planted("20crv2c", options)),
        ),
        "ERA5": (_era5(options), figures(planted("era5", options))),
    }
    _ratios("vorticity", pairs)
    _ratios("pressure", pairs)
    _side_by_side(pairs)


def real_20crv2c(path=HEIGHTS, steps=slice(None)):
    """The first five members of 20CRv2c; storms are known in the sample alone."""
    heights, grid = _field(path, "z1000", where=(steps, slice(5))), Plan(2005, grid=2).axes
    pressure, vorticity = PA_PER_M * heights, _geostrophic(heights, grid)
    if Path(path) != HEIGHTS:
        return Season(grid, pressure, vorticity)
    along = np.linspace(0, 1, len(heights))
    rows = [
        (step, member, *(np.array(first) + share * (np.array(last) - first)), wind)
        for wind, first, last in OBSERVED
        for step, share in enumerate(along)
        for member in range(heights.shape[1])
    ]
    return Season(grid, pressure, vorticity, np.array(rows))


def planted(like, options):
    """A season of a few members on the grid of the real sample: every second point of 1.25 degrees for ERA5's."""
    last = np.datetime64("2005-08-20") + options.days
    spacing, every = (2.0, 1) if like == "20crv2c" else (1.25, 2)
    plan = Plan(2005, options.members, spacing, "2005-08-20", str(last), like=like, noise=options.noise)
    grid = Plan(2005, grid=spacing * every).axes
    planted_storms = storms(plan, best_tracks.load(TRACKS, plan.times[0], plan.times[-1]))
    made, heights, vorticity = Heights(plan.axes, like), [], []
    for levels in Weather(plan, planted_storms):
        z1000 = made.fields(levels)["z1000"][:, ::every, ::every]
        heights.append(np.round(16 * z1000) / 16)  # as files have it; beyond degree 62 that is all there is
        u, v = (wind[:, ::every, ::every] for wind in levels[850])
        vorticity.append(cyclonic(relative_vorticity(u, v, grid), grid))
    heights = np.stack(heights)
    vorticity = _geostrophic(heights, grid) if like == "20crv2c" else np.stack(vorticity)
    return Season(grid, PA_PER_M * heights, vorticity, _truth(planted_storms, plan))


def _truth(planted_storms, plan):
    """Step, member, latitude, longitude and wind of every storm, as `Season.storms`."""
    rows = [
        np.stack([steps, np.full(len(steps), member), lat, lon, wind], axis=-1)
        for storm in planted_storms
        for member in range(plan.members)
        for steps, lat, lon, _, wind in [truth_rows(storm, member)]
    ]
    return np.concatenate(rows)


def _era5(options):
    """Figures of ERA5; those of vorticity as a difference of winds on the grid has them, where that can be said."""
    grid = Plan(2005, grid=2.5).axes
    pressure = _field(options.msl, "msl")[:, None] if options.msl else None
    found = figures(Season(grid, pressure, cyclonic(_field(options.era5, "vo"), grid)[:, None]))
    of_vorticity = [key for key in found if key[0] == "vorticity"]
    if not options.winds:
        return {key: value for key, value in found.items() if key not in of_vorticity}
    u, v, vo = (_field(options.winds, name, every=10) for name in ("u", "v", "vo"))
    sampled, from_winds = (
        figures(Season(grid, None, cyclonic(field, grid)[:, None])) for field in (vo, relative_vorticity(u, v, grid))
    )
    return found | {key: found[key] * from_winds[key] / sampled[key] for key in of_vorticity}


def _geostrophic(heights, grid):
    """Cyclonic vorticity of the geostrophic wind, whose Coriolis parameter is at least that of 10 degrees."""
    lat = np.radians(grid.lat)
    least = 2 * EARTH_ROTATION * np.sin(np.radians(10))
    f = 2 * EARTH_ROTATION * np.sin(lat)
    f = np.where(np.abs(f) < least, np.where(f < 0, -least, least), f)
    slope = GRAVITY / (1e3 * EARTH_RADIUS_KM) / f
    step = lat[1] - lat[0]
    u = -slope[:, None] * np.gradient(heights, step, axis=-2)
    east = (np.roll(heights, -1, axis=-1) - np.roll(heights, 1, axis=-1)) / (2 * step)
    v = (slope / np.maximum(np.cos(lat), 1e-2))[:, None] * east
    flat = (-1, *heights.shape[-2:])
    return cyclonic(relative_vorticity(u.reshape(flat), v.reshape(flat), grid), grid).reshape(heights.shape)


def _field(path, name, every=1, where=None):
    """A variable as (time, lat S->N, lon); or that part of it, with the members, whose first slices are given."""
    with netCDF4.Dataset(path) as dataset:
        latitude = next(dataset[key][:] for key in ("lat", "latitude") if key in dataset.variables)
        values = dataset[name][where or ...].filled(np.nan)
    values = values.astype(float) if where else values.astype(float).reshape(-1, *values.shape[-2:])
    return values[..., :: -1 if latitude[0] > latitude[-1] else 1, :][..., ::every, ::every]


def _ratios(what, pairs):
    """Power by latitude and zonal wavenumber, planted to real."""
    print(
        f"\n| {what}, planted to real | latitude | " + " | ".join(f"k {first}-{last}" for first, last in WAVES) + " |"
    )
    print("|---" * (2 + len(WAVES)) + "|")
    for name, (real, made) in pairs.items():
        for band in BANDS:
            cells = [_ratio(real, made, (what, "power", band, waves)) for waves in WAVES]
            if any(cells):
                print(f"| {name} | {band[0]}-{band[1]} | " + " | ".join(cell or "-" for cell in cells) + " |")


def _ratio(real, made, key):
    return f"{made[key] / real[key]:.2g}" if real.get(key) and made.get(key) else ""


def _side_by_side(pairs):
    """All other figures: real and planted."""
    titles = [f"{name}{what}" for name in pairs for what in ("", ", planted")]
    print("\n| | " + " | ".join(titles) + " |")
    print("|---" * (1 + len(titles)) + "|")
    keys = dict.fromkeys(key for pair in pairs.values() for found in pair for key in found if key[1] != "power")
    for key in keys:
        cells = [f"{found[key]:.3g}" if key in found else "-" for pair in pairs.values() for found in pair]
        print(f"| {' '.join(key)} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
