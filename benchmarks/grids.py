"""Cells of other grids put on an even one: what it costs in time and in truth.

    python -m benchmarks.grids FILE [--only truth|reading]

FILE is a download that holds u and v of one level and time on latitudes and longitudes, as fine as can be had: ERA5 at
0.25 degrees, say. Its winds are put on the cells of each grid by cubic splines, from there on an even grid by weights;
vorticity of these is compared with that of the winds of FILE on the same even grid, below 80 degrees. Then ten times of
N320 are written as GRIB and read at 1 degree, beside what eccodes takes to decode them. CPU time, medians of five.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import netCDF4
import numpy as np
from scipy import ndimage

from benchmarks.surroundings import describe, table
from stormtracks.science import reanalysis, sphere, vorticity
from stormtracks.science.reanalysis.dataset import Dataset
from stormtracks.science.reanalysis.dimensions.cells import healpix, weights
from stormtracks.science.reanalysis.stored.grib import library

TRUTH = ("grid", "cells", "degrees", "way", "made s", "MB", "u+v ms", "r", "slope", "peak")
READING = ("N320 to 1 degree", "eccodes decodes, ms per u+v", "read, ms", "ratio")
_REPEATS = 5
_TIMES = 10
_AROUND = 8
"""Rows and columns that are repeated at the edges, for splines."""


def main(arguments=None):
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--only", choices=["truth", "reading"], help="one of the two tables")
    given = parser.parse_args(arguments)
    about = describe()
    winds = Winds(given.file)
    tables = [] if given.only == "reading" else [table(TRUTH, _truth(winds))]
    tables += [] if given.only == "truth" else [table(READING, _read(winds))]
    shown = "\n\n".join(tables)
    print(f"{about}\n\n{shown}")


class Winds:
    """The winds of a file, anywhere on the Earth; components change their sign across a pole."""

    def __init__(self, file):
        with netCDF4.Dataset(file) as dataset:
            self.lat, self.lon = (np.asarray(dataset[name][:], float) for name in ("latitude", "longitude"))
            shape = (len(self.lat), len(self.lon))
            fields = [np.asarray(dataset[name][:], float).reshape(-1, *shape)[0] for name in ("u", "v")]
        if self.lat[0] > self.lat[-1]:
            self.lat, fields = self.lat[::-1], [one[::-1] for one in fields]
        self._splines = [ndimage.spline_filter(self._padded(one), 3) for one in fields]

    def at(self, lat, lon):
        """u and v, float32."""
        step = self.lat[1] - self.lat[0]
        place = [(lat - self.lat[0]) / step + _AROUND, ((lon - self.lon[0]) % 360) / step + _AROUND]
        return [ndimage.map_coordinates(one, place, order=3, prefilter=False).astype("f4") for one in self._splines]

    def _padded(self, field):
        opposite = -np.roll(field, len(self.lon) // 2, axis=1)
        south, north = opposite[1 : _AROUND + 1][::-1], opposite[-_AROUND - 1 : -1][::-1]
        field = np.concatenate([south, field, north])
        return np.concatenate([field[:, -_AROUND:], field, field[:, :_AROUND]], axis=1)


def _grids():
    """Name, places of the cells, and steps of the even grids (None: the one that is taken by itself)."""
    for number, steps in ((48, None), (160, (0.6, 1.0)), (320, (0.3, 0.5, 1.0))):
        yield f"N{number}", _reduced(number), steps
    yield "O320", _octahedral(320), (0.3, 1.0)
    for side, steps in ((64, None), (128, (0.5, 1.0))):
        yield f"HEALPix {side}", healpix.places(side, "nested"), steps
    yield "ne30np4", _spectral_elements(30), (1.0, 2.5)
    yield "ne120np4", _spectral_elements(120), (0.25, 1.0)


def _truth(winds):
    """The rows of the first table."""
    return [
        (name, *_of_grid(winds, lat, lon, step))
        for name, (lat, lon), steps in _grids()
        for step in steps or (weights.finest_step(len(lat)),)
    ]


def _read(winds):
    """The rows of the second table."""
    times = {packing: _reading(winds, packing) for packing in ("grid_simple", "grid_ccsds")}
    return [(name, f"{one:.2f}", f"{two:.2f}", f"{two / one:.2f}") for name, (one, two) in times.items()]


def _of_grid(winds, lat, lon, step):
    begin = time.process_time()
    found = weights.make(lat, lon, step)
    made = time.process_time() - begin
    u, v = winds.at(lat, lon)
    applied = _median(lambda: (found.normalised(u), found.normalised(v)))
    grid = found.grid
    true = vorticity.relative_vorticity(*winds.at(*np.meshgrid(grid.lat, grid.lon, indexing="ij")), grid)
    ours = vorticity.relative_vorticity(found.normalised(u), found.normalised(v), grid)
    below = abs(grid.lat) <= 80
    x, y = true[below].ravel().astype(float), ours[below].ravel().astype(float)
    peak = np.percentile(abs(y), 99.9) / np.percentile(abs(x), 99.9)
    size = sum(part.nbytes for part in (found.matrix.data, found.matrix.indices, found.matrix.indptr)) / 1e6
    truth = (np.corrcoef(x, y)[0, 1], x @ y / (x @ x), peak)
    cost = (f"{made:.2f}", f"{size:.0f}", f"{applied:.2f}")
    return len(lat), f"{step:g}", found.method, *cost, *(f"{one:.3f}" for one in truth)


def _reading(winds, packing):
    """Milliseconds per u and v: to decode all messages with eccodes, and to read them on 1 degree."""
    with tempfile.TemporaryDirectory() as folder:
        messages = _write(Path(folder) / "n320.grib", winds, packing)
        with reanalysis.open_season(folder, 2025, dataset=Dataset(grid=1.0)) as season:
            season.read(0, _TIMES, [0])  # weights are made once per grid
            ways = [
                lambda: [_decode(one) for one in messages],
                lambda: [season.read(step, step + 1, [0]) for step in range(_TIMES)],
            ]
            times = [[_milliseconds(way) / _TIMES for way in ways] for _ in range(_REPEATS)]  # in turn
    return [statistics.median(one) for one in zip(*times, strict=True)]


def _write(path, winds, packing):
    eccodes = library.eccodes()
    fields = winds.at(*_reduced(320))
    messages = []
    for hour in range(_TIMES):
        for parameter, values in zip((131, 132), fields, strict=True):
            handle = eccodes.codes_grib_new_from_samples("reduced_gg_pl_320_grib2")
            keys = {"dataDate": 20251201, "dataTime": 100 * hour, "typeOfLevel": "isobaricInhPa", "level": 850}
            keys |= {"paramId": parameter, "bitsPerValue": 16, "packingType": packing}
            for key, value in keys.items():
                eccodes.codes_set(handle, key, value)
            eccodes.codes_set_values(handle, values.astype(float))
            messages.append(eccodes.codes_get_message(handle))
            eccodes.codes_release(handle)
    path.write_bytes(b"".join(messages))
    return messages


def _decode(message):
    eccodes = library.eccodes()
    handle = eccodes.codes_new_from_message(message)
    values = eccodes.codes_get_values(handle)
    eccodes.codes_release(handle)
    return values


def _median(work):
    """CPU time of some work, milliseconds."""
    return statistics.median(_milliseconds(work) for _ in range(_REPEATS))


def _milliseconds(work):
    begin = time.process_time()
    work()
    return (time.process_time() - begin) * 1e3


def _reduced(number):
    """ECMWF's reduced Gaussian grid of a number, as eccodes has it."""
    eccodes = library.eccodes()
    sample = eccodes.codes_grib_new_from_samples(f"reduced_gg_pl_{number}_grib2")
    found = [eccodes.codes_get_array(sample, name) for name in ("latitudes", "longitudes")]
    eccodes.codes_release(sample)
    return found


def _octahedral(number):
    half = 20 + 4 * np.arange(number)
    counts = np.concatenate([half, half[::-1]])
    lat = np.degrees(np.arcsin(np.polynomial.legendre.leggauss(2 * number)[0]))
    return np.repeat(lat, counts), np.concatenate([np.arange(one) * 360 / one for one in counts])


def _spectral_elements(elements):
    """The points of a spectral element grid, four to a side of an element, on an equiangular cube (CAM-SE's ne30)."""
    edges = np.linspace(-np.pi / 4, np.pi / 4, elements + 1)
    inside = np.array([-1, -(5**-0.5), 5**-0.5]) / 2 + 0.5
    angles = np.append((edges[:-1, None] + np.diff(edges)[:, None] * inside).ravel(), edges[-1])
    one, other = (part.ravel() for part in np.meshgrid(np.tan(angles), np.tan(angles)))
    ahead = np.ones_like(one)
    faces = [(ahead, one, other), (one, ahead, other), (one, other, ahead)]
    points = np.concatenate([sign * np.stack(face, axis=1) for face in faces for sign in (1, -1)])
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    kept = np.unique(points.round(9), axis=0, return_index=True)[1]
    return sphere.lat_lon(points[kept])


if __name__ == "__main__":
    main()
