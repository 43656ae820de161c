"""Planted ensembles: the archive's layout, storms where the truth says, the same plan the same arrays."""

import dataclasses

import netCDF4
import numpy as np
import pytest

from stormtracks.science import sphere
from stormtracks.science.climatology.coasts import on_land
from stormtracks.science.errors import InputError
from stormtracks.science.records import BestTracks
from stormtracks.science.synthetic import EXTRA_STORMS, Plan, load_truth, plant
from stormtracks.science.synthetic.atmosphere.background import Background
from stormtracks.science.synthetic.atmosphere.harmonics import legendre
from stormtracks.science.synthetic.storms.planted_storms import storms
from stormtracks.science.vorticity import cyclonic_vorticity

PLAN = Plan(2005, members=3, grid=4, start="2005-08-28", stop="2005-08-31", noise=0.3)


@pytest.fixture(scope="module")
def best():
    """One storm, of observations at odd times."""
    hours = np.array([0, 5, 13, 18, 30, 47, 60])
    return BestTracks(
        sid=np.array(["2005240N20300"]),
        name=np.array(["ONE"]),
        basin=np.array(["NA"]),
        season=np.array([2005], np.int32),
        row_size=np.array([7], np.int32),
        time=np.datetime64("2005-08-28T03", "s") + hours.astype("timedelta64[h]"),
        lat=20 + 0.1 * hours,
        lon=-60 - 0.2 * hours,
        wind_kt=np.array([35, np.nan, 50, 64, 100, 80, 60], np.float32),
        pressure_hpa=np.full(7, np.nan, np.float32),
    )


@pytest.fixture(scope="module")
def planted(best, tmp_path_factory):
    return plant(tmp_path_factory.mktemp("planted"), PLAN, best)


def winds(planted):
    fields = []
    for path in planted.files:
        with netCDF4.Dataset(path) as dataset:
            fields.append(next(v for v in dataset.variables.values() if v.ndim > 2)[:].data)
    return fields


def test_the_layout_is_the_archives(planted):
    with netCDF4.Dataset(planted.files[0]) as dataset:
        u, time = dataset["u850"], dataset["time"]
        assert dataset.data_model == "NETCDF4_CLASSIC" and dataset.dimensions["time"].isunlimited()
        assert u.dimensions == ("time", "ensemble_member", "lat", "lon") and u.dtype == np.float32
        assert u.chunking() == [1, 3, 46, 90] and u.filters()["complevel"] == 6
        assert u.filters()["zlib"] and u.filters()["shuffle"] and "_FillValue" not in u.ncattrs()
        assert (time.units, time.calendar) == ("hours since 1-1-1 0:0:0", "standard")
        assert list(np.unique(np.diff(time[:]))) == [6]
        days = np.datetime64("2005-08-28") - np.datetime64("1987-09-09")
        assert time[0] == 17414976 + 24 * days.astype(int)  # as a real file has it for 1987-09-09
        assert dataset["lat"][0] == -90 and dataset["lon"][:2].tolist() == [0, 4]
        assert dataset["ensemble_member"][:].tolist() == [1, 2, 3]


@pytest.mark.slow
def test_the_same_plan_gives_the_same_arrays_and_another_seed_others(planted, best, tmp_path):
    again, other = (plant(tmp_path / n, p, best) for n, p in (("a", PLAN), ("b", dataclasses.replace(PLAN, seed=1))))
    assert all(np.array_equal(a, b) for a, b in zip(winds(planted), winds(again), strict=True))
    assert not np.array_equal(winds(planted)[0], winds(other)[0])


def test_a_member_does_not_depend_on_how_many_there_are(planted, best, tmp_path):
    alone = plant(tmp_path, dataclasses.replace(PLAN, members=1), best)
    for few, many in zip(winds(alone), winds(planted), strict=True):
        assert np.array_equal(few[:, 0], many[:, 0])
    assert np.array_equal(load_truth(alone.truth).storms(0).lat, load_truth(planted.truth).storms(0).lat)


def test_members_differ_but_have_much_in_common(planted):
    u = winds(planted)[0][:, :, 30:40]
    likeness = np.corrcoef(u[:, 0].ravel(), u[:, 1].ravel())[0, 1]
    assert 0.6 < likeness < 0.97


def test_winds_are_finite_and_calm_at_the_poles(planted):
    u, v = winds(planted)
    assert np.isfinite(u).all() and np.isfinite(v).all() and np.hypot(u, v).max() < 60
    vorticity = cyclonic_vorticity(u, v, PLAN.axes)
    assert np.abs(vorticity[:, :, [0, -1]]).max() < 5 * vorticity[:, :, 30:40].std()


@pytest.mark.slow
def test_wind_at_a_pole_is_one_vector(best, tmp_path):
    u, v = winds(plant(tmp_path, PLAN, best))
    turned = (u + 1j * v)[:, :, -1] * np.exp(1j * np.radians(PLAN.axes.lon))
    assert np.abs(turned - turned.mean(axis=-1, keepdims=True)).max() < 0.1  # rounding of the file: 1/32


def test_vorticity_peaks_where_the_truth_says_in_every_member_and_hemisphere(best, tmp_path):
    plan = dataclasses.replace(PLAN, grid=2, noise=0)
    planted = plant(tmp_path, plan, best)
    truth, vorticity = load_truth(tmp_path), cyclonic_vorticity(*winds(planted), plan.axes)
    assert set(truth.sid) == {"2005240N20300", *EXTRA_STORMS}
    member = np.repeat(truth.member, truth.row_size)
    step = np.searchsorted(truth.axis.times, truth.time)
    for k in range(len(step)):
        distance = sphere.distance_km(truth.lat[k], truth.lon[k], plan.axes.lat[:, None], plan.axes.lon)
        near = np.where(distance < 1000, vorticity[step[k], member[k]], -np.inf)
        assert distance.flat[near.argmax()] < 2 * 111.2  # within a cell
        assert 0.7 < near.max() / truth.vorticity[k] < 1.35


def test_storms_move_along_the_best_track_displaced_by_some_50_km_smoothly(planted, best):
    truth = load_truth(planted.truth)
    for member in range(3):
        storm = truth.storms(member)
        first = slice(0, storm.row_size[0])
        hours = (storm.time[first] - best.time[0]) / np.timedelta64(1, "h")
        off = sphere.distance_km(storm.lat[first], storm.lon[first], 20 + 0.1 * hours, -60 - 0.2 * hours)
        assert 1 < off.mean() < 200 and np.abs(np.diff(off)).max() < 60
        assert abs(len(hours) - 10) <= 4  # observed from 03 to 63 hours: ten of the data's times


def test_truth_is_every_members_storms(planted):
    truth = load_truth(planted.truth)
    assert truth.members == 3 and truth.year == 2005 and len(truth.axis) == planted.steps == 13
    assert truth.row_size.sum() == len(truth.lat) and truth.lon.min() >= -180 and truth.lon.max() < 180
    storms = truth.storms(1)
    assert len(storms) == planted.storms == 4 and storms.season.tolist() == [2005] * 4
    assert truth.peaks(1)[0] == pytest.approx(3e-5 + 1e-6 * storms.wind_kt[: storms.row_size[0]].max(), rel=0.3)
    assert storms.wind_kt[: storms.row_size[0]].max() == pytest.approx(98.3, abs=2)  # 100 kt at no time of the data
    south = storms.lat[storms.storm == list(storms.sid).index("PLANTEDSOUTH0")]
    assert (south < 0).all()


def test_extra_storms_cross_greenwich_and_the_date_line(planted):
    storms = load_truth(planted.truth).storms(2)
    greenwich, dateline = (storms.lon[storms.storm == list(storms.sid).index(s)] for s in list(EXTRA_STORMS)[:2])
    assert greenwich[0] > 0 > greenwich[-1] and abs(greenwich).max() < 20
    assert dateline[0] < 0 < dateline[-1] and abs(dateline).min() > 160


def test_like_an_archive_the_extra_storms_are_at_sea(best):
    plan = dataclasses.replace(PLAN, like="20crv2c")
    extra = [storm.course for storm in storms(plan, best) if storm.course.sid in EXTRA_STORMS]
    assert len(extra) == len(EXTRA_STORMS)
    for course in extra:
        assert not on_land(*sphere.lat_lon(course.centre)).any(), course.name


@pytest.mark.slow
def test_a_file_per_member(best, tmp_path):
    planted = plant(tmp_path, dataclasses.replace(PLAN, layout="20crv3", step_hours=3), best)
    names = [path.relative_to(tmp_path).as_posix() for path in planted.files]
    assert names[0] == "2005/UGRD850.2005_mem001.nc" and names[-1] == "2005/VGRD850.2005_mem003.nc"
    with netCDF4.Dataset(planted.files[-1]) as dataset:
        assert dataset["VGRD"].dimensions == ("time", "lat", "lon") and dataset["VGRD"].shape == (25, 46, 90)
        assert dataset["time"].units.startswith("hours since 1800-01-01")
        assert netCDF4.num2date(dataset["time"][0], dataset["time"].units).isoformat() == "2005-08-28T00:00:00"


@pytest.mark.slow
def test_progress_is_told(best, tmp_path):
    told = []
    plant(tmp_path, PLAN, best, progress=lambda done, total: told.append((done, total)))
    assert told == [(step, 13) for step in range(1, 14)]


@pytest.mark.parametrize("layout", ["20crv2c", "20crv3", "era5"])
def test_an_interruption_leaves_nothing(best, tmp_path, layout):
    def interrupt(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        plant(tmp_path / "new", dataclasses.replace(PLAN, layout=layout), best, progress=interrupt)
    assert list(tmp_path.iterdir()) == []


def test_what_hdf5_cannot_write_is_said_with_the_folder_and_leaves_nothing(best, tmp_path):
    def fail(done, total):
        raise RuntimeError("NetCDF: HDF error")  # all that it says of a full disk

    with pytest.raises(OSError, match=r"the files cannot be written \(NetCDF: HDF error; .* free") as refusal:
        plant(tmp_path / "new", PLAN, best, progress=fail)
    assert refusal.value.filename == str(tmp_path / "new") and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("like", [None, "20crv2c"])
def test_a_season_of_one_time(best, tmp_path, like):
    one = dataclasses.replace(PLAN, members=1, start="2005-08-29", stop="2005-08-29", like=like)
    made = plant(tmp_path, one, best)
    assert made.steps == 1 and all(np.isfinite(field).all() for field in winds(made))


@pytest.mark.slow
def test_existing_files_are_not_replaced_unless_told(planted, best, tmp_path):
    mine = tmp_path / "v850_2005.nc"
    mine.write_text("real data")
    with pytest.raises(InputError, match=r"v850_2005.nc exists already; choose another folder"):
        plant(tmp_path, PLAN, best)
    assert mine.read_text() == "real data" and list(tmp_path.iterdir()) == [mine]
    plant(tmp_path, PLAN, best, overwrite=True)
    assert np.array_equal(winds(planted)[1], netCDF4.Dataset(mine)["v850"][:].data)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"grid": 7}, "'grid' must be a spacing of 0.25 to 10 degrees that divides 180, such as 2, not 7"),
        ({"layout": "grib"}, "'layout' must be 20crv2c, 20crv3, era5, .* or healpix, not 'grib'"),
        ({"members": 0}, "'members' must be 1 to 999, not 0"),
        ({"noise": -1}, "'noise' must be 0 to 100, not -1"),
        ({"step_hours": 5}, "'step_hours' must divide a day, such as 6 or 3, not 5"),
        ({"start": "June"}, "'start' must be a day such as 2005-06-01, not 'June'"),
        ({"stop": "2005-08-01"}, r"'stop' \(2005-08-01\) must not be before 'start' \(2005-08-28\)"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(changed, message):
    with pytest.raises(ValueError, match=message):
        dataclasses.replace(PLAN, **changed)


def test_times_of_a_season_and_of_a_whole_year():
    assert len(Plan(2005, start="2005-06-01", stop="2005-12-01").times) == 733
    whole = Plan(2005).times
    assert len(whole) == 1460 and str(whole[-1]) == "2005-12-31T18:00:00"


def test_what_is_not_a_truth_file_is_refused(planted, tmp_path):
    with pytest.raises(InputError, match=r"expected one truth_YEAR.nc, found 0"):
        load_truth(tmp_path)
    with pytest.raises(InputError, match=r"u850_2005.nc: cannot be read as the truth"):
        load_truth(planted.files[0])


def test_harmonics_are_normalised_and_their_slopes_are_slopes():
    lat = np.linspace(-80, 80, 33)
    p, slope = legendre(lat, 40)
    power = p[0] ** 2 + 2 * (p[1:] ** 2).sum(axis=0)
    assert np.allclose(power, 2 * np.arange(41) + 1, rtol=1e-5)
    ahead, behind = legendre(lat + 1e-3, 40)[0], legendre(lat - 1e-3, 40)[0]
    assert np.allclose((ahead.astype(float) - behind) / np.radians(2e-3), slope, atol=0.5)


def test_background_without_noise_is_jets_only():
    u, v = next(iter(Background(dataclasses.replace(PLAN, noise=0))))
    assert np.abs(v).max() == 0 and np.ptp(u, axis=-1).max() == 0
    row = dict(zip(PLAN.axes.lat.tolist(), u[0, :, 0], strict=True))
    assert row[46] > 4 > 0 > -3 > row[-14]
