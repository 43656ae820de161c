"""The same storms on every processor: links do not hang on rounding errors."""

import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

try:
    from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__
except ImportError:  # NumPy 1
    from numpy.core._multiarray_umath import __cpu_dispatch__, __cpu_features__

from stormtracks.science import linking, passes, pipeline, reanalysis, self_check
from stormtracks.science.settings import LINKERS, Settings

ROOT = Path(__file__).resolve().parents[2]
SEASON = {"era5": ("sample/era5_djf_2025_26", 2025, ("12-01", "02-28")), "20crv2c": ("sample/20crv2c_1987", 1987, None)}
HASHES = {"era5": "14ec282b74212834", "20crv2c": "d9255cccca1d3b63"}


def maxima_of(name, scratch):
    """The maxima of member 0 of a sample, and its times."""
    folder, year, season = SEASON[name]
    settings = Settings(season=season)
    with reanalysis.open_season(ROOT / folder, year, **settings.keywords(reanalysis.open_season)) as opened:
        return passes.member_maxima(opened, 0, pipeline.stages(settings), scratch), opened.axis


def hash_of(found, axis):
    """Digits that stand for maxima and links, by every linker."""
    tracks = [linking.link(found, axis, linker=linker) for linker in LINKERS]
    parts = [found.step, np.rint(found.lat * 1e5), np.rint(found.lon * 1e5), np.rint(found.vorticity * 1e9)]
    return self_check.digest(parts + [part for one in tracks for part in (one.row_size, one.maximum)])


@pytest.fixture(scope="module")
def era5(tmp_path_factory):
    return maxima_of("era5", tmp_path_factory.mktemp("scratch"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("linker", "seed"), [("course", 0), ("course", 1), ("course", 2), ("nearest", 3), ("motion", 4)]
)
def test_links_do_not_hang_on_rounding_errors(era5, linker, seed):
    found, axis = era5
    rng = np.random.default_rng(seed)
    noisy = dataclasses.replace(
        found,
        lat=found.lat + rng.uniform(-1e-9, 1e-9, len(found)),
        lon=found.lon + rng.uniform(-1e-9, 1e-9, len(found)),
        vorticity=(found.vorticity * (1 + rng.uniform(-1e-7, 1e-7, len(found)))).astype(np.float32),
    )
    one, other = linking.link(found, axis, linker=linker), linking.link(noisy, axis, linker=linker)
    assert np.array_equal(one.row_size, other.row_size) and np.array_equal(one.maximum, other.maximum)


@pytest.mark.parametrize("name", SEASON)
def test_the_sample_s_storms_are_known(name, tmp_path):
    assert hash_of(*maxima_of(name, tmp_path)) == HASHES[name]


def without_dispatch(code):
    """Standard output of code that runs where NumPy uses no more of the processor than its baseline."""
    features = [name for name in __cpu_dispatch__ if __cpu_features__.get(name)]
    environment = {**os.environ, "NPY_DISABLE_CPU_FEATURES": " ".join(features), "PYTHONPATH": f"{ROOT}:{ROOT}/tests"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_the_self_check_gives_what_it_gives_everywhere():
    assert self_check.fingerprint() == self_check.EXPECTED
    code = "from stormtracks.science import self_check; print(self_check.fingerprint())"
    assert without_dispatch(code) == [self_check.EXPECTED]


@pytest.mark.slow
def test_the_sample_s_storms_are_the_same_on_a_plain_processor(tmp_path):
    code = f"""
import sys, tempfile
sys.path.insert(0, {str(Path(__file__).parent)!r})
import test_same_everywhere as here
print(*(here.hash_of(*here.maxima_of(name, tempfile.mkdtemp(dir={str(tmp_path)!r}))) for name in here.SEASON))
"""
    assert without_dispatch(code) == list(HASHES.values())


pytestmark = pytest.mark.usefixtures("kernel")
