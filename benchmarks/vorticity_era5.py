"""Vorticity from ERA5's winds against ERA5's own vorticity.

    python -m benchmarks.vorticity_era5 FILE

FILE is a download that holds u, v and vo of one level and time (0.25 degrees, say).
"""

import argparse

import netCDF4
import numpy as np

from stormtracks.science import vorticity
from stormtracks.science.records import Grid


def main(arguments=None):
    """Print correlation, slope and error by latitude."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("file")
    with netCDF4.Dataset(parser.parse_args(arguments).file) as dataset:
        lat, lon = (np.asarray(dataset[name][:], float) for name in ("latitude", "longitude"))
        u, v, theirs = (
            np.asarray(dataset[name][:]).reshape(-1, len(lat), len(lon))[0, ::-1] for name in ("u", "v", "vo")
        )
    ours = vorticity.relative_vorticity(u, v, Grid(lat[::-1], lon, True))
    print("latitudes    r        slope    rms difference / rms of ERA5's own")
    for most in (70, 80, 90):
        rows = np.abs(lat[::-1]) <= most
        x, y = theirs[rows].ravel().astype(float), ours[rows].ravel().astype(float)
        rms = np.sqrt(np.mean((x - y) ** 2) / np.mean(x**2))
        print(f"below {most:2d}     {np.corrcoef(x, y)[0, 1]:.4f}   {x @ y / (x @ x):.4f}   {rms:.3f}")


if __name__ == "__main__":
    main()
