"""Tables, data sets and shapes of an open folder, held against the results; and what is said without their packages."""

import dataclasses
import importlib
import itertools

import numpy as np
import pytest
import storm_lists
from ensembles import member_result, save_best_tracks, save_ensemble
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from needs import need_module

import stormtracks
from stormtracks import extras
from stormtracks.errors import NotThere
from stormtracks.science import results as stored
from stormtracks.science import summary
from stormtracks.science.filters.given import filter_of

pandas = need_module("pandas")
xarray = need_module("xarray")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("tables") / "results"
    return storm_lists.save_lists(place, members=3, years=(2005, 2006))


@pytest.fixture
def results(folder):
    return stormtracks.open(folder)


def loaded(results, year, member):
    return stored.load_tracks(stored.path(results.folder, "vort_track", year, member))


def test_a_row_per_point(results):
    frame = results.tracks.to_dataframe()
    assert list(frame) == ["track_id", "year", "ensemble_member", "sid", "name", "time", "lat", "lon", "vorticity"]
    assert frame.attrs["units"] == {"lat": "degrees_north", "lon": "degrees_east", "vorticity": "s-1"}
    for (year, member), part in frame.groupby(["year", "ensemble_member"]):
        tracks = loaded(results, year, member)
        for name in ("time", "lat", "lon", "vorticity"):
            np.testing.assert_array_equal(part[name].to_numpy(), getattr(tracks, name))
        sizes = part.groupby("track_id", observed=True, sort=False).size()
        assert sizes.tolist() == tracks.row_size.tolist()
        assert list(sizes.index) == [f"{year}-{member:03d}-{number:05d}" for number in range(len(tracks))]
    assert frame.groupby("name", observed=True).track_id.nunique().to_dict()["ARLENE"] == 6


def test_an_identifier_is_the_same_whatever_else_is_chosen(results):
    every = results.tracks.to_dataframe().set_index("track_id")
    some = results.sel(year=2006, member=2, storm="POLAR").tracks.to_dataframe()
    assert some.track_id.unique().tolist() == ["2006-002-00002"]
    assert every.loc["2006-002-00002"].lat.tolist() == some.lat.tolist()


def test_a_row_per_track(results):
    frame = results.sel(year=2005).tracks.heads.to_dataframe()
    points = results.sel(year=2005).tracks.to_dataframe().groupby("track_id", observed=True, sort=False)
    assert frame.track_id.tolist() == list(points.groups)
    assert frame.points.tolist() == points.size().tolist()
    assert frame.peak_s1.tolist() == points.vorticity.max().tolist()
    assert frame.first_time.tolist() == points.time.min().tolist()
    assert frame.attrs["units"]["distance_km"] == "km" and frame.attrs["units"]["hours"] == "h"
    assert len(results.tracks.heads) == 30 and "wind_m_s" not in frame


def test_storms_of_a_list_have_their_class_and_what_was_collected(results):
    storms = results.sel(list="tc", year=2005, member=1).storms
    points, heads = storms.to_dataframe(), storms.heads.to_dataframe()
    _, listed = stored.load_list(results.folder, 2005, 1)
    assert heads.storm_class.tolist() == ["tc"] * 4 and heads.wind_m_s.tolist() == listed.intensity_max.tolist()
    assert heads.tc_first.tolist() == pandas.to_datetime(listed.tc_first).tolist()
    np.testing.assert_array_equal(points.wind_max, listed.fields["wind_max"])
    np.testing.assert_array_equal(points.tropical, listed.tropical)


@pytest.mark.slow
def test_one_data_set_over_years_and_members_is_cf(results, tmp_path):
    made = results.tracks.to_xarray()
    assert made.sizes == {"trajectory": 30, "obs": len(results.tracks.to_dataframe())}
    assert made.attrs["featureType"] == "trajectory" and made.track_id.attrs["cf_role"] == "trajectory_id"
    assert made.row_size.attrs["sample_dimension"] == "obs" and int(made.row_size.sum()) == made.sizes["obs"]
    assert len(set(made.track_id.values.tolist())) == 30
    made.to_netcdf(tmp_path / "tracks.nc")
    with xarray.open_dataset(tmp_path / "tracks.nc") as back:
        xarray.testing.assert_equal(back.load(), made)
        assert back.lat.attrs["standard_name"] == "latitude" and back.vorticity.attrs["units"] == "s-1"


@pytest.mark.slow
def test_huracanpy_reads_it(results, tmp_path):
    huracanpy = need_module("huracanpy")
    results.sel(year=2005).tracks.to_xarray().to_netcdf(tmp_path / "tracks.nc")
    read = huracanpy.load(str(tmp_path / "tracks.nc"))
    assert len(np.unique(read.track_id)) == 15


def test_a_line_per_track_is_cut_at_the_date_line(results):
    shapely = need_module("shapely")
    need_module("geopandas")
    frame = results.tracks.to_geodataframe()
    assert len(frame) == 30 and frame.crs.to_epsg() == 4326
    across = frame[frame.geom_type == "MultiLineString"]
    assert set(across.sid) >= {"2005215N10179"}
    for shape in frame.geometry:
        for line in getattr(shape, "geoms", [shape]):
            assert np.abs(np.diff(shapely.get_coordinates(line)[:, 0])).max() < 180
    first = loaded(results, 2005, 0)
    assert shapely.get_coordinates(frame.geometry[0]).tolist() == np.stack([first.lon, first.lat], 1)[:16].tolist()


def test_matches_with_and_without_a_filter(results, folder):
    frame = results.matches.to_dataframe()
    assert len(frame) == len(results.matches) == 3 * 3 * 2 and frame.hit.all()
    assert repr(results.matches) == "<AllMatches: 3 observed storms; a member finds 100 % of them>"
    assert set(frame[frame.name == "ARLENE"].track_id) == {f"{y}-{m:03d}-00000" for y in (2005, 2006) for m in range(3)}
    strong = results.filter(min_peak=8.9).matches.to_dataframe()
    assert strong.hit.any() and not strong.hit.all() and len(strong) == 18
    missed = strong[~strong.hit]
    assert (missed.track_id == "").all() and missed.mean_distance_km.isna().all() and missed.first_time.isna().all()
    one = results.sel(storm="ARLENE", year=2006, member=1).matches
    assert repr(one) == "<AllMatches: 1 observed storm; a member finds 100 % of them>" and len(one) == 1
    assert one.to_dataframe().max_wind_kt.tolist() == [64]


@pytest.mark.parametrize("list_name", [None, "tc"])
@pytest.mark.parametrize(
    "asked",
    [
        {"region": (0, 45, -80, -10)},
        {"genesis_region": (50, 90, -180, 180)},
        {"months": "8", "basin": "NA"},
        {"region": (0, 45, -80, -10), "min_peak": 8.8},
    ],
)
def test_observed_storms_and_those_found_are_those_of_the_summary(folder, tmp_path, asked, list_name):
    best = save_best_tracks(tmp_path / "best.csv")
    chosen = stormtracks.open(folder, best_tracks=best).sel(year=2005, list=list_name).filter(**asked)
    frame = chosen.matches.to_dataframe()
    about = {"asked": chosen.matches._selection.choice.asked, "best_tracks": best}
    if list_name:
        made = summary.summarise_list(folder, list_name, [2005], **about)
        counts = [(sum(one.found), sum(one.observed)) for one in made.years[0].seasons]
    else:
        counts = [(one.found, one.observed) for one in summary.summarise(folder, years=[2005], **about).members]
    assert [(part.hit.sum(), len(part)) for _, part in frame.groupby("ensemble_member")] == counts


def test_where_observed_storms_were_is_not_guessed_without_their_file(results):
    asked = results.filter(genesis_region=(50, 90, -180, 180))
    assert len(asked.tracks.heads.to_dataframe()) == 6
    with pytest.raises(NotThere, match="best_tracks=FILE"):
        asked.matches.to_dataframe()


def test_the_consensus_and_its_candidates(results):
    agreed = results.consensus
    heads, points = agreed.heads.to_dataframe(), agreed.to_dataframe()
    assert len(agreed) == len(heads) == 8 and set(heads.members) == {3} and set(heads.share) == {1.0}
    assert heads.track_id.tolist()[:4] == ["2005213N15329", "2005215N10179", "2005217N70010", "C2005-001"]
    assert points.spread_km.max() < 300 and points.attrs["units"]["spread_km"] == "km"
    candidates = results.candidates
    assert [one.candidate_name.tolist() for one in candidates] == [["C2005-001"], ["C2006-001"]]
    assert candidates.to_xarray().sizes["trajectory"] == 2
    assert len(results.filter(min_share=1).candidates) == 2
    assert len(results.sel(storm="ARLENE").consensus) == 2
    listed = results.sel(list="tc").consensus.heads.to_dataframe()
    assert listed.wind_m_s.round().tolist()[:3] == [39, 19, 24] and "probability" in listed
    assert repr(candidates) == "<Agreed: candidates of 2005-2006>"


def test_dates_of_a_calendar_of_360_days_are_texts_and_cftime(tmp_path):
    made = member_result(0)
    tracks = dataclasses.replace(made.tracks, calendar="360_day")
    axis = dataclasses.replace(made.axis, calendar="360_day")
    stored.save(dataclasses.replace(made, tracks=tracks, axis=axis), tmp_path)
    results = stormtracks.open(tmp_path)
    expected = str(tracks.dates[0])
    assert results.tracks.to_dataframe().time[0] == expected
    assert results.tracks.heads.to_dataframe().first_time[0] == expected
    assert results.tracks.to_xarray().time.values[0].isoformat() == expected


def test_cards_are_of_years(results):
    card = results.tracks._repr_html_()
    assert "<td" in card and ">2006<" in card and "to_dataframe" in card
    for noun in (results, results.matches, results.consensus):
        assert ">2005<" in noun._repr_html_()


@pytest.mark.parametrize(
    ("package", "asked"),
    [
        ("pandas", lambda tracks: tracks.to_dataframe()),
        ("pandas", lambda tracks: tracks.heads.to_dataframe()),
        ("xarray", lambda tracks: tracks.to_xarray()),
        ("geopandas", lambda tracks: tracks.to_geodataframe()),
    ],
)
def test_a_package_that_is_lacking_is_named_with_what_to_do(results, monkeypatch, package, asked):
    real = importlib.import_module

    def without(name, *more):
        if name == package:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return real(name, *more)

    monkeypatch.setattr(importlib, "import_module", without)
    message = (
        rf"needs the package {package}, which is not installed; install it: \./inv extras notebook "
        r"\(pip install -r requirements-notebook\.txt\)$"
    )
    with pytest.raises(extras.Lacking, match=message):
        asked(results.tracks)


def test_the_ensemble_of_one_member(tmp_path):
    results = stormtracks.open(save_ensemble(tmp_path, members=1))
    assert len(results.tracks.to_dataframe().track_id.unique()) == 5
    assert results.tracks.to_xarray().sizes["trajectory"] == 5


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    years=st.sets(st.sampled_from([2005, 2006]), min_size=1),
    members=st.sets(st.integers(0, 2), min_size=1),
    asked=st.fixed_dictionaries(
        {},
        optional={
            "min_hours": st.sampled_from([0, 36, 80]),
            "min_peak": st.floats(0, 6),
            "matched": st.booleans(),
            "region": st.sampled_from([(0, 40, -100, -10), (-90, 0, -180, 180), (60, 90, 0, 20)]),
        },
    ),
)
def test_values_are_those_of_the_files_whatever_is_chosen(results, years, members, asked):
    some = results.sel(year=sorted(years), member=sorted(members)).filter(**asked).tracks
    kept = []
    for year, member in itertools.product(sorted(years), sorted(members)):
        _, tracks, matches = stored.load_headed(stored.path(results.folder, "vort_track", year, member))
        kept.append(filter_of(asked).take(tracks, matches)[0])
    assert len(some) == len(some.heads.to_dataframe()) == sum(map(len, kept))
    if not len(some):
        return
    frame = some.to_dataframe()
    for name in ("time", "lat", "lon", "vorticity"):
        wanted = np.concatenate([getattr(tracks, name) for tracks in kept])
        assert frame[name].dtype == wanted.dtype
        np.testing.assert_array_equal(frame[name].to_numpy(), wanted)
