"""Inputs that are damaged, or that change under the run, and settings that do: nothing wrong is taken for a result."""

import re
import shutil

import netCDF4
import numpy as np
import pytest

from stormtracks.science import pipeline, results, synthetic
from stormtracks.science.records import BestTracks
from tests.processes import wait_for

pytestmark = pytest.mark.slow

CELLS = [(year, member) for year in (2000, 2001) for member in (0, 1)]


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """Two years of two members, a file for each wind of each member."""
    folder = tmp_path_factory.mktemp("planted")
    for year in (2000, 2001):
        season = {"start": f"{year}-08-20", "stop": f"{year}-08-22"}
        synthetic.plant(folder, synthetic.Plan(year, 2, grid=10.0, layout="20crv3", **season), BestTracks.none())
    return folder


@pytest.fixture
def data(planted, tmp_path):
    """A copy to do harm to."""
    return shutil.copytree(planted, tmp_path / "data")


@pytest.fixture(scope="module")
def reference(planted, tmp_path_factory):
    """The results of undamaged inputs."""
    folder = tmp_path_factory.mktemp("reference")
    for year, member in CELLS:
        pipeline.run_task(year, member, "vort_track", {"data": str(planted), "results": str(folder)})
    return folder


def wind(data, year, member, letter="U"):
    return data / f"{year}" / f"{letter}GRD850.{year}_mem{member + 1:03d}.nc"


def manage(stage, *more):
    return stage.manage("vort_track", "--retries", 0, *more, years=2, members=2)


def as_it_should_be(folder, reference):
    """The cells that have a result, each the same as that of undamaged inputs."""
    cells = [(year, member) for year in results.years(folder) for member in results.members(folder, year)]
    for cell in cells:
        ours, right = results.load(folder, *cell), results.load(reference, *cell)
        assert np.array_equal(ours.maxima.vorticity, right.maxima.vorticity)
        assert np.array_equal(ours.tracks.lat, right.tracks.lat)
    return cells


def test_inputs_that_change_in_the_middle_of_a_task(stage, data, planted, reference):
    """One is cut off, one replaced by another, one grows; each is F with its file's name, and later made good."""
    folder = stage.results("w")
    stage.worker("w", "--data", data, slots=4, tasks="tests.faults.held_tasks:TASKS")
    manager = manage(stage)
    wait_for(lambda: len(list(folder.glob("held-*"))) == 4, 60, "four tasks that read")
    with wind(data, 2000, 0).open("r+b") as file:
        file.truncate(3000)
    shutil.copy(wind(planted, 2001, 1), data / "other")
    (data / "other").replace(wind(data, 2000, 1, "V"))
    with wind(data, 2001, 0).open("ab") as file:
        file.write(b"more of it")
    (folder / "go").touch()
    output = manager.ends(1)
    for name in ("UGRD850.2000_mem001.nc", "VGRD850.2000_mem002.nc", "UGRD850.2001_mem001.nc"):
        assert re.search(rf"failure after attempt 1 on w: PassingInputError: \S+{name}: changed", output), output
    assert as_it_should_be(folder, reference) == [(2001, 1)]
    shutil.copytree(planted, data, dirs_exist_ok=True)
    assert re.search(r"complete +4 \(1 from before\)", manage(stage).ends(0))
    assert as_it_should_be(folder, reference) == CELLS


def test_inputs_that_are_damaged_before(stage, data, planted, reference):
    """One is cut off, one has an infinite value, one an absurd one."""
    whole = wind(data, 2000, 0).read_bytes()
    wind(data, 2000, 0).write_bytes(whole[: len(whole) // 2])
    for (year, member), value in {(2000, 1): np.inf, (2001, 0): 1e30}.items():
        with netCDF4.Dataset(wind(data, year, member), "r+") as file:
            file["UGRD"][3, 9, 4] = value
    stage.worker("w", "--data", data, tasks="stormtracks.science.pipeline:TASKS")
    output = manage(stage).ends(1)
    for name in ("UGRD850.2000_mem001.nc", "UGRD850.2000_mem002.nc", "UGRD850.2001_mem001.nc"):
        assert re.search(rf"failure after attempt 1 on w: InputError: \S+{name}", output), output
    assert as_it_should_be(stage.results("w"), reference) == [(2001, 1)]
    shutil.copytree(planted, data, dirs_exist_ok=True)
    assert re.search(r"complete +4 \(1 from before\)", manage(stage).ends(0))
    assert as_it_should_be(stage.results("w"), reference) == CELLS


def test_other_settings_are_refused_before_anything_is_given_out_and_the_advice_works(stage, data, reference):
    """In the same run and in another one; a folder of their own is advised, and does."""
    worker = stage.worker("w", "--data", data, tasks="stormtracks.science.pipeline:TASKS")
    manage(stage).ends(0)
    other = ["--set", "threshold_s1=9.0e-5"]
    for name in ([], ["--run", "other"]):
        output = manage(stage, *other, *name).ends(2)
        advice = re.search(r"of (?:its|their) own with (--results) (\S+), or", output).groups()
    assert "threshold_s1 was 2.5e-05, now 9e-05" in output
    assert "failure" not in worker.output()
    assert as_it_should_be(stage.results("w"), reference) == CELLS
    manage(stage, *other, *advice).ends(0)
    made, first = results.load(stage.results("w") / advice[1], 2000, 0), results.load(reference, 2000, 0)
    assert made.tracks.lat.size < first.tracks.lat.size
    assert as_it_should_be(stage.results("w"), reference) == CELLS
    manage(stage, *other, "--run", "other", "--overwrite").ends(0)
    assert results.load(stage.results("w"), 2000, 0).tracks.lat.size == made.tracks.lat.size
