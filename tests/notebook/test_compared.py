"""Two sets of tracks compared in a notebook: what is chosen is asked of both, and tracks are called by their names."""

import pytest
from ensembles import save_ensemble

import stormtracks
from stormtracks.errors import BadValue
from stormtracks.science import comparison as comparisons
from stormtracks.science.errors import InputError


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    a = save_ensemble(tmp_path_factory.mktemp("a"), 2)
    return a, save_ensemble(tmp_path_factory.mktemp("b"), 2, missing={1: (1,)}, seed=7)


@pytest.fixture
def a(folders):
    return stormtracks.open(folders[0])


def test_counts_are_those_of_the_command(folders, a):
    found = a.compare(folders[1])
    frame = found.to_dataframe()
    known = comparisons.table(comparisons.compare(*map(comparisons.side, folders))).plain()[0]
    assert (
        frame.ensemble_member.tolist() == [0, 1]
        and "ensemble_member_b" not in frame
        and frame.year.tolist() == [2005, 2005]
    )
    for name in ("both", "only_a", "only_b"):
        assert frame[name].mean() == known[name]
    assert frame.attrs["units"]["mean_distance_km"] == "km"
    assert repr(found).endswith(
        f" {frame.both.mean():.1f} tracks in both, {frame.only_a.mean():.1f} only in A, "
        f"{frame.only_b.mean():.1f} only in B>"
    )


def test_swapped_sides_give_the_same_swapped(folders, a):
    one, other = a.compare(folders[1]), stormtracks.open(folders[1]).compare(a)
    assert one.to_dataframe().only_a.tolist() == other.to_dataframe().only_b.tolist()
    assert len(one.pairs) == len(other.pairs)
    hours = [each.pairs.to_dataframe().genesis_difference_hours.sum() for each in (one, other)]
    assert hours[0] == -hours[1]


def test_a_track_of_one_side_only_is_called_as_the_open_folder_calls_it(folders, a):
    only = a.compare(folders[1]).only.to_dataframe()
    ours = only[only.only_in == "A"]
    heads = a.tracks.heads.to_dataframe().set_index("track_id")
    assert len(ours) and ours.first_time.tolist() == heads.loc[ours.track_id].first_time.tolist()


def test_pairs_name_the_same_storm_on_both_sides(folders, a):
    found = a.compare(folders[1])
    pairs = found.pairs.to_dataframe()
    for side, folder in zip("ab", folders, strict=True):
        heads = stormtracks.open(folder).tracks.heads.to_dataframe().set_index("track_id")
        assert heads.loc[pairs[f"track_id_{side}"]].sid.astype(str).tolist() == pairs.sid.astype(str).tolist()


def test_observed_storms_say_who_found_them(folders, a):
    found = a.compare(folders[1])
    seen, counts = found.observed.to_dataframe(), found.to_dataframe()
    assert (seen.found_a & ~seen.found_b).sum() == counts.observed_by_a_only.sum() == 1  # member 1 of B lacks a storm
    assert len(seen) == counts.observed.sum()


def test_consensus_stands_for_all_members(folders, a):
    found = a.compare(folders[1], consensus=True)
    frame = found.to_dataframe()
    assert len(frame) == 1 and "ensemble_member" not in frame and "track_id" not in found.only.to_dataframe()


def test_filter_and_members_are_asked_of_both(folders, a):
    whole = a.compare(folders[1])
    some = a.sel(member=1).filter(matched=True).compare(stormtracks.open(folders[1]))
    assert "observed" in repr(some)
    assert some.to_dataframe().ensemble_member.tolist() == [1]
    assert 0 < len(some.pairs) < len(whole.pairs)
    each = a.sel(member=1).compare(stormtracks.open(folders[1]).sel(member="0-1")).to_dataframe()
    assert list(zip(each.ensemble_member, each.ensemble_member_b, strict=True)) == [(1, 0), (1, 1)]


def test_a_notebook_shows_the_table_of_the_command(folders, a):
    shown = a.compare(folders[1])._repr_html_()
    assert "only A" in shown and "2 members" in shown and ".only" in shown
    assert "the first" not in a.compare(folders[1]).observed._repr_html_()


def test_what_cannot_be_compared_is_refused(folders, a):
    other = stormtracks.open(folders[1])
    name = a.matches.to_dataframe().name[0]
    with pytest.raises(BadValue, match="alone is chosen"):
        a.sel(storm=name).compare(other)
    with pytest.raises(BadValue, match="consensus=True"):
        a.filter(min_share=0.5).compare(other)
    with pytest.raises(BadValue, match="chosen otherwise"):
        a.compare(other.filter(min_hours=24))
    with pytest.raises(InputError, match="neither a folder of results nor a file"):
        a.compare(folders[1] / "nothing")
    a.filter(min_hours=24).compare(other.filter(min_hours=24))


@pytest.mark.slow
def test_a_map_of_the_first_members(folders, a):
    figure = a.compare(folders[1]).plot(dpi=50)
    legends = [*figure.legends, *(axes.get_legend() for axes in figure.axes if axes.get_legend())]
    texts = [text.get_text() for legend in legends for text in legend.get_texts()]
    assert f"in both: {a.compare(folders[1]).to_dataframe().both[0]}" in texts
    assert figure._repr_png_()[:4] == b"\x89PNG"
