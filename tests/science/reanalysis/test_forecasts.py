import dataclasses
import importlib
import re

import netCDF4
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stormtracks.errors import BadValue
from stormtracks.science import pipeline, results
from stormtracks.science.errors import InputError, ManyStarts
from stormtracks.science.reanalysis import Dataset, inspected_year, open_season, take
from stormtracks.science.reanalysis.fields import contents
from tests.science.reanalysis import forecasts
from tests.science.reanalysis.cases import Draft
from tests.science.reanalysis.forecasts import APART, LABELS, LAYOUTS, LEADS, MEMBERS, STARTS

TRACKS = ("row_size", "time", "lat", "lon", "vorticity", "maximum")


def tracked(data, out, label, member, dataset=None):
    """The result of a member of a forecast, from its file."""
    setup = {"data": str(data), "results": str(out), "dataset": dataset}
    return results.load(pipeline.run_task(label, member, "vort_track", setup)["path"])


def as_plain_times(folder, start, member, leads=LEADS):
    """The result of the same fields written as plain times."""
    forecasts.plain(folder / "data" / "plain.nc", start, member, leads)
    return tracked(folder / "data", folder / "out", 2005, 0)


def alike(one, other):
    assert len(one.tracks) == 2
    for name in TRACKS:
        np.testing.assert_array_equal(getattr(one.tracks, name), getattr(other.tracks, name))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_each_start_is_tracked_as_the_same_fields_at_plain_times(tmp_path, layout):
    LAYOUTS[layout](tmp_path / "data" / "a.nc")
    found = tracked(tmp_path / "data", tmp_path / "out", LABELS[1], 1)
    alike(found, as_plain_times(tmp_path / "plain", STARTS[1], 1))
    assert found.year == LABELS[1] and found.provenance["forecast"] == {"start": LABELS[1], "calendar": "standard"}
    assert found.axis.times[0] == np.datetime64("2005-08-02", "s") and len(found.axis) == len(LEADS)


@pytest.mark.parametrize("layout", [name for name in LAYOUTS if name != "seas5"])
def test_an_inventory_tells_starts_beside_years(tmp_path, layout):
    LAYOUTS[layout](tmp_path / "a.nc")
    there = take(tmp_path)
    assert (there.starts, there.members, there.refusals) == (dict.fromkeys(LABELS, MEMBERS), {}, {})


def test_one_start_is_read_by_year_as_before_and_by_its_start(tmp_path):
    forecasts.seas5(tmp_path / "a.nc")
    there = take(tmp_path)
    assert (there.starts, there.members) == ({LABELS[1]: MEMBERS}, {2005: MEMBERS})
    with open_season(tmp_path, 2005) as year, open_season(tmp_path, "2005-08-02") as start:
        np.testing.assert_array_equal(year.axis.times, start.axis.times)
        assert year.forecast(0) == {} and start.start == LABELS[1] and "start" not in year.choice
        np.testing.assert_array_equal(year.read(0, 8, [1])[0], start.read(0, 8, [1])[0])


ways = st.fixed_dictionaries(
    {
        "starts": st.sets(st.integers(0, 20), min_size=1, max_size=3).map(lambda own: 12 * np.array(sorted(own))),
        "leads": st.integers(2, 4).map(lambda count: 6 * np.arange(count)),
        "members": st.integers(1, 3),
    }
)


@settings(max_examples=5, deadline=None)
@given(ways, st.permutations(["start", "lead", "member"]), st.data())
def test_a_forecast_is_the_same_in_whatever_files_it_is(tmp_path_factory, way, order, data):
    starts, leads, members = way["starts"], way["leads"], way["members"]
    rng = np.random.default_rng(1)
    winds = [rng.normal(size=(len(starts), len(leads), members, *forecasts.fields()[0].shape[-2:])).astype("f4")] * 2
    axes = ["start", "lead", "member"]

    def write(folder, name, of_starts, of_leads):
        part = [one[of_starts][:, of_leads].transpose([*map(axes.index, order), 3, 4]) for one in winds]
        coordinates = {
            "start": (("start",), starts[of_starts], {"units": forecasts.SINCE}),
            "lead": (("lead",), leads[of_leads], {"units": "hours"}),
            "member": (("member",), np.arange(members), {}),
        }
        forecasts.write(folder / name, part, order, coordinates)

    folder = tmp_path_factory.mktemp("ways")
    everything = slice(None)
    write(folder / "both", "a.nc", everything, everything)
    for place in range(len(starts)):
        write(folder / "starts", f"{place}.nc", slice(place, place + 1), everything)
    for place in range(len(leads)):
        write(folder / "leads", f"{place}.nc", everything, slice(place, place + 1))
    place = data.draw(st.integers(0, len(starts) - 1))
    label = str(np.datetime64("2005-08-01T00") + np.timedelta64(int(starts[place]), "h"))
    for name in ("both", "starts", "leads"):
        with open_season(folder / name, label) as season:
            np.testing.assert_array_equal(season.axis.hours, leads)
            np.testing.assert_array_equal(season.read(0, len(leads), slice(None))[0], winds[0][place])


def test_a_year_of_many_starts_by_many_leads_is_refused_with_the_starts(tmp_path):
    forecasts.cfgrib(tmp_path / "a.nc")
    with pytest.raises(ManyStarts, match=r"ask for one: --year 2005-08-01T00 \(there are 2005-08-01T00, 2005-08-02T00"):
        open_season(tmp_path, 2005)


def test_a_year_of_files_of_forecasts_that_overlap_is_refused_with_the_starts(tmp_path):
    for start in STARTS:
        forecasts.cfgrib(tmp_path / f"{start}.nc", starts=np.array([start]))
    with pytest.raises(ManyStarts, match=r"of forecasts that overlap; ask for one by its start: --year 2005-08-01T00"):
        open_season(tmp_path, 2005)
    assert take(tmp_path).starts == dict.fromkeys(LABELS, MEMBERS)


def test_a_start_that_is_not_there_is_refused_with_those_that_are(tmp_path):
    forecasts.cfgrib(tmp_path / "a.nc")
    with pytest.raises(InputError, match=r"no forecast of 2005-08-04T12; choose from 2005-08-01T00, 2005-08-02T00, 20"):
        open_season(tmp_path, "2005-08-04T12")


def test_analyses_have_no_start(tmp_path):
    Draft()(tmp_path, "a.nc")
    assert take(tmp_path).starts == {}
    with pytest.raises(InputError, match="no file says that it is of a forecast, so 2005-08-01T00 is not there"):
        open_season(tmp_path, LABELS[0])


def test_a_season_of_a_start_is_refused(tmp_path):
    forecasts.cfgrib(tmp_path / "a.nc")
    with pytest.raises(InputError, match="season 08-01 to 08-02 cannot be taken out of the forecast of 2005-08-01T00"):
        open_season(tmp_path, LABELS[0], season=("08-01", "08-02"))


def test_the_start_of_files_that_do_not_say_it_is_described(tmp_path):
    Draft(LEADS + 24.0)(tmp_path, "a.nc")
    with open_season(tmp_path, LABELS[1], dataset={"start": "2005080200"}) as season:
        assert season.forecast(0)["forecast"]["start"] == LABELS[1] and len(season.axis) == len(LEADS)
    assert take(tmp_path, {"start": LABELS[1]}).starts == {LABELS[1]: 1}


def test_leads_without_a_start_count_from_the_one_that_is_described(tmp_path):
    Draft(LEADS + 0.0).rename(time="step").says("step", units="hours")(tmp_path, "a.nc")
    with open_season(tmp_path, LABELS[1], dataset={"start": LABELS[1]}) as season:
        assert season.axis.times[1] == np.datetime64("2005-08-02T06", "s")


def test_a_described_start_that_is_not_the_file_s_is_refused(tmp_path):
    forecasts.seas5(tmp_path / "a.nc")
    with pytest.raises(InputError, match="is 2005-08-02T00:00, and the description or the file's name says 2005-08-05"):
        open_season(tmp_path, 2005, dataset={"start": "2005-08-05"})


NAMES = "gefs.{start:%Y%m%d}/{start:%H}/gep{member}.t{start:%H}z.f{lead:03d}.nc"


@pytest.mark.slow
def test_names_say_start_lead_and_member(tmp_path):
    for start in STARTS[:2]:
        for member in (1, 2):
            winds = forecasts.two_vortices(start + LEADS + APART * (member - 1))
            for step, lead in enumerate(LEADS):
                day = f"gefs.2005080{1 + start // 24}/00/gep{member:02d}.t00z.f{lead:03d}.nc"
                forecasts.write(tmp_path / "data" / day, [one[step] for one in winds], (), {})
    described = {"files": {"u": NAMES, "v": NAMES}}
    assert take(tmp_path / "data", described).starts == dict.fromkeys(LABELS[:2], 2)
    found = tracked(tmp_path / "data", tmp_path / "out", LABELS[1], 1, described)
    alike(found, as_plain_times(tmp_path / "plain", STARTS[1], 1))


@pytest.mark.parametrize(
    ("template", "fault"),
    [("{start:%Y%m}.nc", "has no %d"), ("{start:%Y%j}.nc", "not %j"), ("{begin}.nc", "may contain .*{start}")],
)
def test_starts_in_names_that_cannot_be_dates_are_refused(template, fault):
    with pytest.raises(BadValue, match=fault):
        Dataset(files={"vorticity": template})


def test_a_start_is_described_once():
    with pytest.raises(BadValue, match="both say when a forecast began"):
        Dataset(files={"vorticity": "{start}.nc"}, start="2005-08-01")
    with pytest.raises(BadValue, match="'start' must be when a forecast began"):
        Dataset(start="2005")


@pytest.mark.parametrize("chunks", [None, (2, 1, 41, 144)])
def test_members_of_an_axis_have_starts_of_their_own(tmp_path, chunks):
    """In chunks of both, where one pass over the file serves all members, and of one."""
    forecasts.lagged(tmp_path / "data" / "a.nc", [0, 6], chunks=chunks)
    for member, start in enumerate((0, 6)):
        found = tracked(tmp_path / "data", tmp_path / "out", "2005-08-01T06", member)
        alike(found, as_plain_times(tmp_path / f"plain{member}", start, member))
        assert found.provenance["forecast"]["start"] == f"2005-08-01T0{start}"
    with pytest.raises(
        ManyStarts, match="but forecasts with several leads from each start; ask for one: --year 2005-08-01T06"
    ):
        open_season(tmp_path / "data", 2005)


@pytest.mark.parametrize("dataset", [None, {"files": {"u": "m{member}.nc", "v": "m{member}.nc"}}])
def test_members_of_own_files_have_starts_and_leads_of_their_own(tmp_path, dataset):
    """Told apart by what is inside, or by their names; the later member has two leads less."""
    leads = (LEADS, LEADS[:-2])
    for member, start in enumerate((0, 6)):
        coordinates = {
            "number": ((), member, {"standard_name": "realization"}),
            "start": ((), start, {"standard_name": "forecast_reference_time", "units": forecasts.SINCE}),
            "step": (("step",), leads[member], {"standard_name": "forecast_period", "units": "hours"}),
        }
        winds = forecasts.two_vortices(start + leads[member] + APART * member)
        forecasts.write(tmp_path / "data" / f"m{member}.nc", winds, ("step",), coordinates)
    assert take(tmp_path / "data", dataset).starts == {"2005-08-01T06": 2}
    for member, start in enumerate((0, 6)):
        found = tracked(tmp_path / "data", tmp_path / "out", "2005-08-01T06", member, dataset)
        alike(found, as_plain_times(tmp_path / f"plain{member}", start, member, leads[member]))
    with open_season(tmp_path / "data", "2005-08-01T06", dataset=dataset) as season:
        assert [len(season.axis_of(member)) for member in (0, 1)] == [8, 6]
        with pytest.raises(InputError, match="there are no steps 0 to 8; choose from 0 to 6"):
            season.read(0, 8, [0, 1])


def test_a_member_without_a_file_of_a_start_is_named(tmp_path):
    for start, member in ((0, 0), (24, 0), (0, 1)):
        forecasts.plain(tmp_path / f"m{member}_200508{1 + start // 24:02d}.nc", start, member)
    described = {"files": {"u": "m{member}_{start:%Y%m%d}.nc", "v": "m{member}_{start:%Y%m%d}.nc"}}
    there = take(tmp_path, described)
    assert there.starts == {LABELS[0]: 2, LABELS[1]: 2}
    assert "1 members have no file of this start (1)" in there.remarks
    with pytest.raises(InputError, match="there is no file with u of member 1; add it"):
        open_season(tmp_path, LABELS[1], dataset=described, ensemble_member=1)


def test_a_reforecast_with_two_dates_is_refused(tmp_path):
    path = forecasts.seas5(tmp_path / "a.nc")
    with netCDF4.Dataset(path, "a") as nc:
        nc.createVariable("hdate", "i4", ())[...] = 20010802
    with pytest.raises(InputError, match="is a reforecast with two dates, one of them 'hdate'"):
        open_season(tmp_path, LABELS[1])


def test_valid_times_that_are_not_start_and_lead_are_refused(tmp_path):
    path = forecasts.cfgrib(tmp_path / "a.nc")
    with netCDF4.Dataset(path, "a") as nc:
        nc["valid_time"][1, 2] += 12
    with pytest.raises(InputError, match=r"'valid_time' is not time . step: they are 12 hours apart"):
        open_season(tmp_path, LABELS[1])


def test_leads_over_29_february_are_counted_in_the_calendar(tmp_path):
    forecasts.plain(tmp_path / "data" / "a.nc", 0, 0)
    with netCDF4.Dataset(tmp_path / "data" / "a.nc", "a") as nc:
        nc["time"].units, nc["time"].calendar = "hours since 2004-02-28", "noleap"
    found = tracked(tmp_path / "data", tmp_path / "out", "2004-02-28", 0, {"start": "2004-02-28"})
    with netCDF4.Dataset(tmp_path / "out/vort_track/2004-02-28T00/member_000.nc") as nc:
        np.testing.assert_array_equal(nc["lead"][: len(LEADS)], LEADS)
    assert str(found.axis.times[4]) == "2004-03-01T00:00:00"


def test_periods_are_dataclasses_of_plain_values():
    from stormtracks.science.reanalysis.period import Period

    assert dataclasses.astuple(Period.of("2005-08-01")) == (LABELS[0], None, None)
    assert Period.of(2005, ("12-01", "02-28")).years == (2005, 2006) and Period.of(2005).start is None


def test_a_start_after_the_first_time_is_refused(tmp_path):
    forecasts.plain(tmp_path / "a.nc", 0, 0)
    with pytest.raises(InputError, match="begins at 2005-08-01T00:00, before its start 2005-08-01T12; correct that"):
        open_season(tmp_path, "2005-08-01T12", dataset={"start": "2005-08-01T12"})


def test_it_is_said_that_members_began_at_different_times(tmp_path):
    forecasts.lagged(tmp_path / "a.nc", [0, 6])
    with open_season(tmp_path, "2005-08-01T06") as season:
        assert "members began at different times, 2005-08-01T00 to 2005-08-01T06; the forecast" in season.remarks[0]


def test_starts_in_the_same_files_are_looked_at_once(tmp_path, monkeypatch):
    """A store has thousands of them."""
    forecasts.cfgrib(tmp_path / "a.nc")
    asked = []
    inventory = importlib.import_module("stormtracks.science.reanalysis.inventory")  # the function hides the module
    before = inventory.open_year
    monkeypatch.setattr(
        inventory, "open_year", lambda survey, year, level: asked.append(year) or before(survey, year, level)
    )
    found = take(tmp_path)
    assert asked == LABELS[:1] and found.starts == dict.fromkeys(LABELS, MEMBERS)
    with open_season(tmp_path, LABELS[2]) as season:
        alone = inspected_year.of_season(season)
    assert dataclasses.replace(found.years[LABELS[2]], reading=alone.reading) == alone


@pytest.mark.slow
def test_files_of_many_starts_are_not_gone_through_for_each_start(tmp_path, monkeypatch):
    """A file for each start: twice as many starts are twice the work."""
    asked = []
    at = contents.Looks.at
    monkeypatch.setattr(contents.Looks, "at", lambda looks, path: asked.append(path) or at(looks, path))
    counts = []
    for number in (3, 12):
        for start in range(number):
            forecasts.cfgrib(tmp_path / f"{number}" / f"{start}.nc", starts=np.array([24 * start]), leads=LEADS[:2])
        asked.clear()
        assert len(take(tmp_path / f"{number}").starts) == number
        counts.append(len(asked))
    assert counts[1] < 5 * counts[0]


def test_lagged_members_beside_an_axis_of_length_1(tmp_path):
    """As the Climate Data Store has lagged seasonal forecasts: indexed by a date that is none of the starts."""
    path = forecasts.lagged(tmp_path / "plain" / "a.nc", [0, 6])
    with netCDF4.Dataset(path) as nc:
        winds = [nc[name][:][:, None] for name in "uv"]
    valid = np.array([0, 6])[:, None, None] + LEADS
    coordinates = {
        "number": (("number",), [0, 1], {"standard_name": "realization"}),
        "indexing_time": (("indexing_time",), [0], {"units": forecasts.SINCE}),
        "forecast_reference_time": (("number", "indexing_time"), [[0], [6]], {"units": forecasts.SINCE}),
        "forecast_period": (("forecast_period",), LEADS, {"standard_name": "forecast_period", "units": "hours"}),
        "valid_time": (("number", "indexing_time", "forecast_period"), valid, {"units": forecasts.SINCE}),
    }  # fmt: skip
    forecasts.write(tmp_path / "data" / "a.nc", winds, ("number", "indexing_time", "forecast_period"), coordinates)
    with (
        open_season(tmp_path / "data", "2005-08-01T06") as season,
        open_season(tmp_path / "plain", "2005-08-01T06") as plain,
    ):
        for member in (0, 1):
            np.testing.assert_array_equal(season.axis_of(member).times, plain.axis_of(member).times)
            np.testing.assert_array_equal(season.read(0, 8, [member])[0], plain.read(0, 8, [member])[0])


def test_members_that_each_say_the_same_start_are_one_forecast(tmp_path):
    forecasts.lagged(tmp_path / "a.nc", [6, 6])
    there = take(tmp_path)
    assert (there.starts, there.members) == ({"2005-08-01T06": 2}, {2005: 2}) and "began at" not in str(there.remarks)


def of_members(folder, starts, leads=LEADS):
    """A file for each member, which says its number and its start."""
    for member, start in enumerate(starts):
        coordinates = {
            "number": ((), member, {"standard_name": "realization"}),
            "start": ((), start, {"standard_name": "forecast_reference_time", "units": forecasts.SINCE}),
            "step": (("step",), leads, {"standard_name": "forecast_period", "units": "hours"}),
        }
        forecasts.write(folder / f"m{member}.nc", forecasts.two_vortices(start + leads), ("step",), coordinates)


def test_members_without_a_time_in_common_are_lagged(tmp_path):
    """Twelve-hourly fields, six hours apart."""
    of_members(tmp_path, (0, 6), np.arange(0, 84, 12))
    assert take(tmp_path).starts == {"2005-08-01T06": 2}


@pytest.mark.parametrize("dataset", [None, {"files": {"u": "m{member}.nc", "v": "m{member}.nc"}}])
def test_members_whose_forecasts_do_not_overlap_are_not_lagged(tmp_path, dataset):
    """One of each member of two weeks, as where a download ended early."""
    of_members(tmp_path, (0, 168))
    with open_season(tmp_path, "2005-08-01T00", dataset=dataset) as season:
        assert "1 members have no file of this start (1)" in season.remarks
        with pytest.raises(InputError, match="there is no file with u of member 1; add it"):
            season.read(0, 1, [1])


@pytest.mark.parametrize("lacking", ["u", "v"])
def test_a_start_without_one_of_the_winds_is_refused_by_name(tmp_path, lacking):
    for start in (0, 24):
        for role in {"u", "v"} - ({lacking} if start else set()):
            path = Draft(LEADS + float(start)).says("time", standard_name="time")
            path.coordinate("start", (), start, standard_name="forecast_reference_time", units=forecasts.SINCE)
            path.drop(*{"u", "v"} - {role})(tmp_path, f"{role}{start}.nc")
    assert re.search(
        f"has {'u' if lacking == 'v' else 'v'} .* but no file with {lacking}", take(tmp_path).refusals[LABELS[1]]
    )
