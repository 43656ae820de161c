"""The figures that say how like nature a planted season is."""

import numpy as np
import pytest

from benchmarks.realism_figures import Season, figures
from benchmarks.synthetic_realism import real_20crv2c
from stormtracks.science.synthetic.plan import Plan

GRID = Plan(2005, grid=4).axes


def season(low=0.0):
    """A wave of number 15 in vorticity, and one low of so many Pa over the Atlantic at 14 north."""
    lat, lon = np.meshgrid(GRID.lat, GRID.lon, indexing="ij")
    wave = 3e-5 * np.cos(np.radians(15 * lon)) * np.cos(np.radians(8 * (lat - 14)))
    depth = low * np.exp(-((lat - 14) ** 2 + (lon - 312) ** 2) / 4)
    pressure = 101000 - depth + 1e-3 * np.cos(np.radians(lon))
    noise = np.random.default_rng(1).normal(0, 1e-9, wave.shape)
    fields = [np.broadcast_to(field, (5, 2, *GRID.shape)) for field in (pressure + noise, wave + noise)]
    return Season(GRID, *fields, np.array([[0, 0, 14.0, 312.0, 50.0]]))


def test_a_wave_is_in_the_band_of_its_number():
    found = figures(season())
    bands = {waves: found["vorticity", "power", (25, 45), waves] for waves in ((1, 10), (11, 20), (21, 35))}
    assert bands[11, 20] > 3 * max(bands[1, 10], bands[21, 35])
    assert found["vorticity", "std 5-25 (1e-5 s-1)"] == pytest.approx(3 / 2**0.5, rel=0.4)


def test_a_low_is_counted_where_it_is_deep_enough_and_apart_where_it_is_no_storm():
    found = figures(season(low=220.0))
    lows = {least: found["pressure", f"tropical lows a step deeper than {least} Pa"] for least in (100, 200, 300)}
    assert lows[100] == lows[200] == 1 and lows[300] == 0
    assert found["pressure", "of these no storms, 200 Pa"] == pytest.approx(0.9)  # known in one field of ten
    assert found["pressure", "depth of storms of 34-63 kt, median (Pa)"] == pytest.approx(220, abs=5)


def test_the_sample_of_20crv2c_has_deep_typhoons():
    found = figures(real_20crv2c())
    assert found["pressure", "depth of storms of 130-199 kt, median (Pa)"] > 2000
    assert found["pressure", "tropical lows a step deeper than 200 Pa"] == pytest.approx(3.5, abs=0.4)
