import numpy as np
import pytest
from ensembles import member_result
from hypothesis import given
from some_tracks import matched, tracks
from storm_lists import storm_list

from stormtracks.science import heads, sphere
from stormtracks.science.consensus.year_consensus import consensus_of
from stormtracks.science.records import BestTracks, Tracks


def path(lat, lon, time="2005-08-01"):
    count = len(lat)
    times = np.datetime64(time, "s") + np.arange(count) * np.timedelta64(6, "h")
    strength = np.array([1, 3, 2] + [1] * count, np.float32)[:count]
    return Tracks(np.array([count]), times, np.array(lat, float), np.array(lon, float), strength, np.arange(count))


def test_a_track_across_the_date_line():
    found = heads.of(path([10, 12, 11], [178, -179, -175]))
    assert (found.west.tolist(), found.east.tolist()) == ([178], [185])
    assert (found.south.tolist(), found.north.tolist()) == ([10], [12])
    assert (found.genesis_lon.tolist(), found.peak_lon.tolist(), found.lysis_lon.tolist()) == ([178], [-179], [-175])
    assert found.hours.tolist() == [12]
    assert found.distance_km.tolist() == pytest.approx([float(sphere.distance_km(10, 178, 11, -175))])
    assert (str(found.first_time[0]), str(found.last_time[0])) == ("2005-08-01T00:00:00", "2005-08-01T12:00:00")


def test_a_track_round_the_pole_has_all_longitudes():
    found = heads.of(path([80] * 5, [0, 100, -160, -60, 10]))
    assert (found.west.tolist(), found.east.tolist()) == ([0], [360])


@given(tracks())
def test_the_box_holds_every_point_and_touches_some_of_them(made):
    found = heads.of(made)
    inside = (made.lon - found.west[made.row] + 1e-9) % 360 <= (found.east - found.west)[made.row] + 2e-9
    assert np.all(inside)
    assert np.all((found.south[made.row] <= made.lat) & (made.lat <= found.north[made.row]))
    for row in range(len(made)):
        assert {found.south[row], found.north[row]} <= set(made.lat[made.points(row)].tolist())


@given(matched())
def test_heads_say_what_the_points_say(both):
    made, matches = both
    found = heads.of(made, matches)
    for row in range(len(made)):
        points = made.points(row)
        assert found.peak_s1[row] == made.vorticity[points].max()
        assert found.hours[row] == 6 * (made.row_size[row] - 1)
        storm = matches.storm_of_track[row]
        assert (found.sid[row], found.name[row]) == (
            (matches.sid[storm], matches.name[storm]) if storm >= 0 else ("", "")
        )


@given(matched())
def test_heads_of_some_tracks_are_some_of_the_heads_and_join_again(both):
    made, matches = both
    every = heads.of(made, matches)
    odd = np.arange(len(made)) % 2 == 1
    parts = heads.joined([every.take(~odd), every.take(odd)])
    order = np.argsort(np.concatenate([np.flatnonzero(~odd), np.flatnonzero(odd)]))
    for name in heads.COLUMNS:
        np.testing.assert_array_equal(getattr(parts, name)[order], getattr(every, name))
        assert len(getattr(every, name)) == len(made), name


def test_a_lists_storm_begins_where_the_list_says():
    storms = storm_list()[0]
    found = storms.heads
    assert found.genesis_lat.tolist() == storms.genesis_lat.tolist()
    assert np.all(found.genesis_time > found.first_time)
    assert found.wind_m_s.tolist() == storms.intensity_max.tolist()
    assert found.storm_class.tolist() == [1, 1, 1, 1]


def test_consensus_tracks_have_a_share_and_best_tracks_no_vorticity():
    made = [member_result(member) for member in range(4)]
    agreed = consensus_of(2005, range(4), [one.tracks for one in made], [one.matches for one in made])
    assert agreed.heads.share.tolist() == agreed.share.tolist()
    assert sorted(agreed.heads.name[agreed.heads.sid != ""].tolist()) == ["", "ARLENE", "POLAR"]
    assert np.isnan(heads.of_best_tracks(BestTracks.none()).peak_s1).tolist() == []
