"""Maxima and tracks as they were before the work on speed: whatever is made faster, these stay.

`python tests/science/test_frozen.py` writes the reference anew; do that only when the science is meant to change, and
say so in CHANGELOG.
"""

from pathlib import Path

import numpy as np
import pytest

from stormtracks.science import linking, passes, pipeline, reanalysis
from stormtracks.science.settings import Settings

pytestmark = pytest.mark.usefixtures("kernel")

REFERENCE = Path(__file__).with_name("frozen.npz")
SAMPLE = Path(__file__).resolve().parents[2] / "sample"
BEFORE = {"linker": "nearest", "strength_cost_km": 0.0}
"""Links as they were before there was a cost for strength."""
CASES = {
    "winds": (
        SAMPLE / "20crv2c_1987",
        1987,
        2,
        Settings(threshold_s1=2e-5, min_separation_km=300.0, min_peak_s1=0.0, **BEFORE),
    ),
    "vorticity": (
        SAMPLE / "era5_djf_2025_26",
        2025,
        0,
        Settings(threshold_s1=4e-5, min_separation_km=300.0, min_peak_s1=0.0, season=("12-01", "12-05"), **BEFORE),
    ),
    "quantised": (
        SAMPLE / "era5_djf_2025_26",
        2025,
        0,
        Settings(
            threshold_s1=1e-5,
            min_separation_km=0.001,
            min_peak_s1=0.0,
            linker="motion",
            strength_cost_km=0.0,
            season=("12-10", "12-12"),
        ),
    ),
    "default links": (
        SAMPLE / "era5_djf_2025_26",
        2025,
        0,
        Settings(threshold_s1=4e-5, min_peak_s1=0.0, season=("12-01", "12-05")),
    ),
    "motion and strength": (SAMPLE / "20crv2c_1987", 1987, 2, Settings(linker="motion", min_peak_s1=0.0)),
}


def made(name, scratch):
    """Maxima and track numbers of a case, as plain arrays."""
    data, year, member, settings = CASES[name]
    stages = pipeline.stages(settings)
    with reanalysis.open_season(data, year, **settings.keywords(reanalysis.open_season)) as season:
        found = passes.member_maxima(season, member, stages, scratch)
        tracks = linking.link(found, season.axis, **settings.keywords(linking.link))
    arrays = {"step": found.step, "lat": found.lat, "lon": found.lon, "vorticity": found.vorticity}
    return arrays | {"row_size": tracks.row_size, "maximum": tracks.maximum.astype(np.int32)}


@pytest.mark.parametrize("name", CASES)
def test_nothing_has_changed(name, tmp_path):
    arrays = made(name, tmp_path)
    with np.load(REFERENCE) as reference:
        before = {key: reference[f"{name}_{key}"] for key in arrays}
    for key in arrays:  # to the last bit: positions are on a grid, links are decided in whole metres
        assert np.array_equal(arrays[key], before[key]), key


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        reference = {f"{name}_{key}": value for name in CASES for key, value in made(name, folder).items()}
    np.savez_compressed(REFERENCE, **reference)
