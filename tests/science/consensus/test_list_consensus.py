import dataclasses

import numpy as np
import pytest
from ensembles import OBSERVED, member_result, true_tracks
from hypothesis import given, settings
from hypothesis import strategies as st
from storm_lists import save_lists, storm_list

from stormtracks.errors import BadValue
from stormtracks.science import results, sphere
from stormtracks.science.consensus import ConsensusStorms, consensus, consensus_table, to_json
from stormtracks.science.consensus.calibration import Calibration
from stormtracks.science.consensus.list_consensus import consensus_of_lists
from stormtracks.science.errors import ResultError

WEAK = (1, 1, 1, 0, 0)
"""Classes of a member whose list lacks the storm that nobody observed."""


def made(members=8, lacking=(), calibration=None, name="tc", order=None, **thresholds):
    """Consensus of members, some of which lack the unobserved storm in their lists, though they have its track."""
    numbers = list(order if order is not None else range(members))
    pairs = [storm_list(n, classes=WEAK if n in lacking else (1, 1, 1, 1, 0)) for n in numbers]
    lists, tracks = zip(*pairs, strict=True)
    return consensus_of_lists(2005, numbers, lists, tracks, name=name, calibration=calibration, **thresholds)


def test_storms_of_the_lists_and_no_track_that_no_list_has():
    agreed = made(lacking=(1, 2))
    assert agreed.sid.tolist() == [*OBSERVED, ""]
    assert agreed.share.tolist() == [1, 1, 1, 0.75]
    assert agreed.list_name == "tc"


def test_storm_that_too_few_lists_have_is_no_candidate():
    assert made(lacking=range(5)).candidate.sum() == 0
    assert made(lacking=range(5), min_share=0.3).candidate.sum() == 1


def test_member_whose_list_lacks_a_storm_counts_with_its_tracks_probability():
    agreed = made(lacking=(1, 2))
    np.testing.assert_allclose(agreed.probability, [0.9, 0.9, 0.9, 0.6], rtol=1e-6)


def test_without_the_tracks_such_a_member_counts_with_none():
    lists = [storm_list(n, classes=WEAK if n in (1, 2) else (1, 1, 1, 1, 0))[0] for n in range(8)]
    agreed = consensus_of_lists(2005, range(8), lists)
    assert agreed.probability[3] == pytest.approx(0.75 * 0.6)


def test_one_list_is_enough_where_no_share_is_asked_for():
    pairs = [storm_list(n, classes=(0, 0, 0, 0, 1) if n else (1, 0, 0, 0, 1)) for n in range(4)]
    lists, tracks = zip(*pairs, strict=True)
    agreed = consensus_of_lists(2005, range(4), lists, tracks, min_share=0)
    assert agreed.share.tolist() == [0.25] * 5


@pytest.mark.parametrize("storm", range(3))
def test_smooth_path_is_nearer_to_the_truth(storm):
    agreed = made(members=3)
    rows = agreed.points(storm)
    _, lat, lon = true_tracks()[storm]
    rough = sphere.distance_km(lat, lon, agreed.lat[rows], agreed.lon[rows]).mean()
    smooth = sphere.distance_km(lat, lon, agreed.lat_smooth[rows], agreed.lon_smooth[rows]).mean()
    assert smooth < 0.9 * rough


def test_intensity_is_the_mean_of_the_members_that_have_it():
    lists = [storm_list(n)[0] for n in range(2)]
    lists[1] = dataclasses.replace(lists[1], intensity_max=lists[1].intensity_max + 4)
    agreed = consensus_of_lists(2005, (0, 1), lists)
    np.testing.assert_allclose(agreed.intensity_max, lists[0].intensity_max + 2)
    np.testing.assert_allclose(agreed.intensity_max_std, 2)
    np.testing.assert_allclose(agreed.wind, lists[0].fields["wind_max"], rtol=1e-5)
    np.testing.assert_allclose(agreed.pressure_std, 0, atol=1e-6)


def test_fields_that_lists_do_not_have_are_unknown():
    lists = [dataclasses.replace(storm_list(n)[0], fields={}) for n in range(2)]
    agreed = consensus_of_lists(2005, (0, 1), lists)
    assert np.isnan(agreed.wind).all() and np.isnan(agreed.pressure).all()


def test_tropical_time_is_when_half_of_the_members_say_so():
    agreed = made(members=2)
    first, last = agreed.tropical_time(0)
    assert (first, last) == (agreed.time[1], agreed.time[14])
    never = dataclasses.replace(agreed, tropical=np.zeros(len(agreed.time)))
    assert never.tropical_time(0) is None


@given(copies=st.integers(1, 5))
@settings(max_examples=5, deadline=None)
def test_consensus_of_identical_members_is_that_member(copies):
    one, tracks = storm_list(0)
    agreed = consensus_of_lists(2005, range(copies), [one] * copies, [tracks] * copies)
    np.testing.assert_allclose(agreed.lat, one.tracks.lat, atol=1e-9)
    np.testing.assert_allclose(sphere.lon_difference(agreed.lon, one.tracks.lon), 0, atol=1e-7)
    assert (agreed.share == 1).all() and agreed.spread_km.max() < 1e-3
    np.testing.assert_allclose(agreed.probability, one.probability, rtol=1e-6)


@given(order=st.permutations(range(4)), lacking=st.sets(st.integers(0, 3), max_size=3))
@settings(max_examples=12, deadline=None)
def test_order_of_members_does_not_matter_and_shares_are_shares(order, lacking):
    plain, mixed = made(4, lacking, min_share=0), made(4, lacking, min_share=0, order=order)
    assert (plain.share > 0).all() and (plain.share <= 1).all()
    assert sorted(plain.share) == sorted(mixed.share)
    for column in ("lat", "spread_km", "wind", "lat_smooth"):
        np.testing.assert_allclose(np.sort(getattr(plain, column)), np.sort(getattr(mixed, column)), atol=1e-6)
    np.testing.assert_allclose(np.sort(plain.probability), np.sort(mixed.probability), atol=1e-9)


def test_calibrated_probability_is_that_of_the_calibration():
    agreed = made(lacking=(1, 2), calibration=Calibration(-0.5, (1.0, 1.0)))
    assert (np.diff(agreed.calibrated[2:]) < 0).all() and (agreed.calibrated > 0.5).all()
    assert np.isnan(made().calibrated).all()


def test_member_whose_track_goes_on_to_something_else_does_not_bend_the_path():
    pairs = [storm_list(n) for n in range(5)]
    one, tracks = pairs[4]
    late = (one.tracks.row == 0) & (one.tracks.time > one.tracks.time[12])
    lat = np.where(late, one.tracks.lat + 8.0, one.tracks.lat)
    pairs[4] = dataclasses.replace(one, tracks=dataclasses.replace(one.tracks, lat=lat)), tracks
    lists, tracks = zip(*pairs, strict=True)
    strict, lax = (consensus_of_lists(2005, range(5), lists, tracks, max_offset_km=km) for km in (350.0, 0.0))
    assert strict.share[0] == lax.share[0] == 1
    assert strict.spread_km[15] < 150 < 300 < lax.spread_km[15]
    assert strict.number[15] == 4 and lax.number[15] == 5


def test_list_of_extratropical_cyclones_has_the_share_for_a_probability():
    pairs = [storm_list(n, classes=(2, 2, 2, 2, 0) if n else (2, 2, 2, 0, 0)) for n in range(4)]
    lists, tracks = zip(*pairs, strict=True)
    agreed = consensus_of_lists(2005, range(4), lists, tracks, name="etc")
    assert agreed.probability.tolist() == agreed.share.tolist() == [1, 1, 1, 0.75]


def test_years_without_storms_have_none():
    nothing = storm_list(0)[0].take(np.zeros(0, int))
    assert len(consensus_of_lists(2005, (0, 1), [nothing, nothing])) == 0


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return save_lists(tmp_path_factory.mktemp("results"))


def test_consensus_of_a_folders_lists(folder):
    agreed = consensus(folder, 2005, list="tc")
    assert isinstance(agreed, ConsensusStorms) and agreed.share.tolist() == [1, 1, 1, 1]
    assert len(consensus(folder, 2005, list="etc")) == 0
    assert not isinstance(consensus(folder, 2005), ConsensusStorms)


def test_lists_whose_tracks_are_elsewhere_have_a_consensus_too(tmp_path):
    save_lists(tmp_path, members=2)
    results.path(tmp_path, "vort_track", 2005, 1).unlink()
    assert len(consensus(tmp_path, 2005, list="tc")) == 4


def test_list_made_of_other_tracks_than_those_that_are_there_is_refused(tmp_path):
    save_lists(tmp_path, members=2)
    place = results.path(tmp_path, "classify", 2005, 1)
    header, storms = results.load_list(place)
    base, tracks = results.load_headed_tracks(results.path(tmp_path, "vort_track", 2005, 1))
    made_of = {"vort_track": results.foundation_of_tracks(base, tracks)}
    results.save_list(dataclasses.replace(header, provenance=header.provenance | made_of), storms, tmp_path)
    assert len(consensus(tmp_path, 2005, list="tc")) == 4
    results.save(member_result(1, 2005, seed=7), tmp_path)
    with pytest.raises(ResultError, match=r"classify.2005.member_001.nc: was made of other tracks"):
        consensus(tmp_path, 2005, list="tc")


def test_list_of_another_number_of_tracks_is_refused(tmp_path):
    save_lists(tmp_path, members=2)
    _, storms = results.load_list(tmp_path, 2005, 1)
    header = results.Header(2005, 1, "m01", "classify", {}, {"version": "1"})
    fewer = dataclasses.replace(storms, every_class=storms.every_class[:-1])
    fewer = dataclasses.replace(fewer, every_probability=storms.every_probability[:-1])
    results.save_list(header, fewer, tmp_path)
    with pytest.raises(ResultError, match="was made of other tracks"):
        consensus(tmp_path, 2005, list="tc")


@pytest.mark.parametrize(
    ("made_of", "known"), [(("pressure_depth", "warm_core", "wind_max"), True), (("wind_max",), False)]
)
def test_calibration_is_for_lists_that_were_told_by_as_much(tmp_path, made_of, known):
    save_lists(tmp_path, members=2)
    for member in range(2):
        header, storms = results.load_list(tmp_path, 2005, member)
        provenance = header.provenance | {"made_of": dict.fromkeys(made_of, "a file")}
        results.save_list(dataclasses.replace(header, provenance=provenance), storms, tmp_path)
    assert np.isfinite(consensus(tmp_path, 2005, list="tc").calibrated).tolist() == [known] * 4


def test_list_that_does_not_exist_is_refused(folder):
    with pytest.raises(BadValue, match="unknown list 'hurricanes'"):
        consensus(folder, 2005, list="hurricanes")


def test_table_and_json_have_what_lists_have(folder):
    agreed = consensus(folder, 2005, list="tc", calibration=Calibration(0.0, (1.0, 0.0)))
    storm = to_json(agreed)["storms"][0]
    assert 0 < storm["calibrated"] < 1 and len(storm["wind"]) == len(storm["time"]) == len(storm["lat_smooth"])
    assert storm["tropical_from_to"] == [storm["time"][1], storm["time"][14]]
    shown = consensus_table(agreed)
    assert shown.headings[5] == "chance" and shown.texts()[0][5] == f"{storm['calibrated']:.2f}"
    assert [row[0] for row in consensus_table(agreed, candidates_only=True).rows] == ["TC2005-001"]
    assert consensus_table(consensus(folder, 2005, list="tc", calibration=None)).rows[0][5].endswith("?")
