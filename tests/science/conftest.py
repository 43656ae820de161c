import pytest

from stormtracks.science import ibtracs, synthetic

SAMPLE_TRACKS = "sample/ibtracs/IBTrACS.NA.v04r00.nc"


@pytest.fixture(scope="session", autouse=True)
def own_state(tmp_path_factory):
    """Keep what is remembered of files, as the index of GRIB, out of the folder of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STORMTRACKS_HOME", str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture(scope="session")
def planted(tmp_path_factory):
    """Folders of the same small season, 4 members of 5 days, in the archives' netCDF layouts."""
    folders = {}
    for layout in ("20crv2c", "20crv3", "era5"):
        plan = synthetic.Plan(2005, members=4, grid=4.0, start="2005-08-25", stop="2005-08-30", layout=layout)
        best = ibtracs.load(SAMPLE_TRACKS, plan.times[0], plan.times[-1])
        folders[layout] = tmp_path_factory.mktemp(layout)
        synthetic.plant(folders[layout], plan, best)
    return folders


@pytest.fixture(scope="session")
def with_fields(tmp_path_factory):
    """Folders of the same small season with pressure and heights, 3 members of 4 days, in both layouts."""
    folders = {}
    for layout in ("20crv2c", "20crv3"):
        more = {"layout": layout, "like": "20crv2c", "complevel": 1, "noise": 0.5}  # coarse, so not too deep
        plan = synthetic.Plan(2005, members=3, grid=5.0, start="2005-08-26", stop="2005-08-30", **more)
        best = ibtracs.load(SAMPLE_TRACKS, plan.times[0], plan.times[-1])
        folders[layout] = tmp_path_factory.mktemp(f"fields_{layout}")
        synthetic.plant(folders[layout], plan, best)
    return folders
