"""inv plant in the formats of forecasts and analyses, then inv track as it says, and a cluster."""

import shlex

import pytest
from needs import need_module

from benchmarks.local_cluster import LocalCluster
from stormtracks.science import results, synthetic
from tests.console.test_science_commands import inv
from tests.science.planted_once import SAMPLE_TRACKS, PlantedOnce

SEASON = ("--members", 2, "--grid", 5, "--start", "2005-08-28", "--stop", "2005-08-31", "--noise", 0.5)


@pytest.mark.parametrize(
    ("layout", "kind", "label"),
    [
        ("zarr-forecasts", "1 store", "2005-08-28T00"),
        pytest.param("gefs", "26 files", "2005-08-28T00", marks=pytest.mark.slow),
        pytest.param("grib2", "1 file", "2005", marks=pytest.mark.slow),
    ],
)
def test_what_is_planted_is_tracked_as_the_command_says(tmp_path, layout, kind, label):
    for package in ("eccodes", "tensorstore"):
        need_module(package)
    said, _ = inv("plant", "--dest", tmp_path / "data", "--layout", layout, *SEASON, home=tmp_path)
    assert f": {kind}, " in said
    command = shlex.split(said.splitlines()[-1].partition(": ")[2])[1:]
    command[command.index("RESULTS")] = str(tmp_path / "results")
    inv(*command, home=tmp_path)
    assert (tmp_path / "results" / "vort_track" / label / "member_000.nc").exists()


@pytest.mark.slow
def test_a_cluster_tracks_members_from_grib_and_from_stores_alike(tmp_path, tmp_path_factory):
    plant, found = PlantedOnce(tmp_path_factory.mktemp), {}
    for layout, package in (("grib2-ccsds", "eccodes"), ("zarr3", "tensorstore"), ("20crv2c", "netCDF4")):
        need_module(package)
        plan = synthetic.Plan(2005, members=2, grid=5.0, start="2005-08-28", stop="2005-08-31", noise=0.5)
        home = tmp_path / layout
        setup = {"data": plant(layout, plan), "results": home / "results", "best_tracks": SAMPLE_TRACKS}
        with LocalCluster(home, setup) as cluster:
            cluster.manage([2005], 2)
        members = (results.load(home / "results" / "vort_track" / "2005" / f"member_{one:03d}.nc") for one in (0, 1))
        found[layout] = [(one.maxima.vorticity.tobytes(), one.tracks.lat.tobytes()) for one in members]
    assert found["grib2-ccsds"] == found["zarr3"] == found["20crv2c"]
