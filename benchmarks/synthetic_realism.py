"""How close the planted background comes to real ERA5 850 hPa vorticity, at 2.5 degrees.

    python -m benchmarks.synthetic_realism --era5 sample/.../vo850.nc [--winds era5_850hPa.nc] [--noise 1]

ERA5's `vo` on a 2.5 degree grid is its 31 km field at every tenth point: most of its variance lies in structures that a
2.5 degree (or 20CR's T62) wind field cannot hold. What a centred difference on the grid makes of ERA5's winds is what
corresponds to planted winds. Where one time of ERA5 winds at 0.25 degrees is given, both estimates are made of it, and
their ratio in each latitude band turns the 90 days of `vo` into the second reference.
"""

import argparse
from pathlib import Path

import netCDF4
import numpy as np
from scipy.ndimage import maximum_filter

from stormtracks.science.synthetic.plan import Plan
from stormtracks.science.synthetic.weather import Weather
from stormtracks.science.vorticity import cyclonic, relative_vorticity

LATITUDES = [(0, 15), (15, 30), (30, 45), (45, 60), (60, 75), (75, 90)]
WAVENUMBERS = [(1, 4), (5, 10), (11, 20), (21, 35), (36, 50), (51, 70)]
GRID = Plan(2005, grid=2.5).axes


def main(arguments=None):
    """Print standard deviation, spectrum and number of maxima of ERA5 and of the planted background."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--era5", type=Path, required=True, help="850 hPa vorticity at 2.5 degrees, many times")
    parser.add_argument("--winds", type=Path, help="850 hPa u, v and vo at 0.25 degrees")
    parser.add_argument("--noise", type=float, default=1.0)
    options = parser.parse_args(arguments)
    raw = cyclonic(_field(options.era5, "vo"), GRID)
    columns = {"ERA5 vo": _figures(raw)}
    if options.winds:
        sampled, differenced = (_figures(field) for field in _one_time(options.winds))
        columns["vo 1 time"], columns["from winds"] = sampled, differenced
        columns["expected"] = {key: columns["ERA5 vo"][key] * differenced[key] / sampled[key] for key in sampled}
    columns["planted"] = _figures(cyclonic(planted(options.noise), GRID))
    _table(columns, "expected" if options.winds else "ERA5 vo")


def planted(noise, days=10):
    """Vorticity of the background alone as the grid shows it, a few members, shape (n, lat, lon)."""
    plan = Plan(2005, members=2, grid=2.5, start="2005-09-01", stop=f"2005-09-{1 + days:02d}", noise=noise)
    return np.concatenate([relative_vorticity(*winds[850], GRID) for winds in Weather(plan, [])])


def _field(path, name, every=1):
    """A variable as (time, lat S->N, lon)."""
    with netCDF4.Dataset(path) as dataset:
        latitude = next(dataset[key][:] for key in ("lat", "latitude") if key in dataset.variables)
        values = dataset[name][:].filled(np.nan).astype(float)
    values = values.reshape(-1, *values.shape[-2:])[:, :: -1 if latitude[0] > latitude[-1] else 1]
    return values[:, ::every, ::every]


def _one_time(path):
    u, v, vo = (_field(path, name, every=10) for name in ("u", "v", "vo"))
    return cyclonic(vo, GRID), cyclonic(relative_vorticity(u, v, GRID), GRID)


def _figures(fields):
    """What is compared, both hemispheres together: a flat dict of numbers."""
    deviations = fields - fields.mean(axis=0) if len(fields) > 50 else fields - fields.mean(axis=-1, keepdims=True)
    peak = fields == maximum_filter(fields, size=(1, 3, 3), mode=("nearest", "nearest", "wrap"))
    peak[:, [0, -1]] = False  # a pole's row is one point
    power = 2 * np.abs(np.fft.rfft(fields, norm="forward")) ** 2
    figures = {
        f"maxima a step above {level:.0e}": (peak & (fields > level)).sum() / len(fields) for level in (2e-5, 5e-5)
    }
    for low, high in LATITUDES:
        band = (np.abs(GRID.lat) >= low) & (np.abs(GRID.lat) < high)
        figures[f"std {low}-{high} (1e-5)"] = 1e5 * deviations[:, band].std()
        figures[f"maxima {low}-{high} above 2e-5"] = (peak & (fields > 2e-5))[:, band].sum() / len(fields)
    for name, (low, high) in {"tropics 5-30": (5, 30), "35-65": (35, 65)}.items():
        band = (np.abs(GRID.lat) >= low) & (np.abs(GRID.lat) < high)
        for first, last in WAVENUMBERS:
            figures[f"power {name} k {first}-{last} (1e-12)"] = 1e12 * power[:, band, first : last + 1].mean()
    return figures


def _table(columns, reference):
    print(f"{'':38}" + "".join(f"{name:>12}" for name in columns) + f"{'ratio':>9}   (planted to {reference})")
    for key in sorted(columns["planted"], key=lambda key: key.split()[0] != "maxima"):
        values = [column[key] for column in columns.values()]
        ratio = columns["planted"][key] / columns[reference][key]
        print(f"{key:38}" + "".join(f"{value:12.3g}" for value in values) + f"{ratio:9.2f}")


if __name__ == "__main__":
    main()
