"""Folders and files against one another: whose members, which times, what is known, per year and in all."""

import dataclasses
import json

import numpy as np
import pytest
from ensembles import OBSERVED, save_ensemble
from storm_lists import storm_list

from stormtracks.science import results
from stormtracks.science.comparison import compare, observed_table, only_table, side, table, to_json
from stormtracks.science.errors import InputError, ResultError
from stormtracks.science.export import Selection, write, write_members
from stormtracks.science.filters import Filter


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Three members of two years, and the same storms with other errors; member 1 of B lacks the second."""
    a = save_ensemble(tmp_path_factory.mktemp("a"), 3, (2005, 2006))
    b = save_ensemble(tmp_path_factory.mktemp("b"), 3, (2005, 2006), {1: (1,)}, seed=7)
    return a, b


def numbers(comparison, year="all"):
    row = next(row for row in table(comparison).plain() if row["year"] == year)
    return [row[key] for key in ("both", "only_a", "only_b")]


def test_each_member_with_itself(folders):
    found = compare(*map(side, folders))
    rows = table(found).plain()
    assert [row["year"] for row in rows] == ["2005", "2006", "all"]
    assert rows[0]["both"] == pytest.approx(11 / 3) and rows[0]["both_p05"] == pytest.approx(3.1)
    assert rows[2]["both_members"] == 3 and rows[2]["compared"] == "3 members"
    assert 60 < rows[0]["distance_km"] < 160 and rows[0]["genesis_h"] == 0
    one = found.cells[2005, (1, 1)]
    assert len(one.pairs) == 3 and len(one.only_one) == 2 and len(one.only_other) == 1


def test_swapped_sides_are_swapped(folders):
    found, back = (table(compare(*map(side, order))).plain() for order in (folders, folders[::-1]))
    for row, swapped in zip(found, back, strict=True):
        assert (row["both"], row["only_a"], row["only_b"]) == (swapped["both"], swapped["only_b"], swapped["only_a"])
        assert row["distance_km"] == swapped["distance_km"]
        assert row["peak"] == pytest.approx(-swapped["peak"])


def test_observed_storms_by_both_and_by_one(folders):
    rows = observed_table(compare(*map(side, folders))).plain()
    keys = "observed", "by_both", "by_a", "by_b", "by_none"
    assert [rows[2][key] for key in keys] == pytest.approx([6, 16 / 3, 2 / 3, 0, 0])


def test_consensus_with_consensus(folders):
    found = compare(*map(side, folders), agreed=True)
    assert numbers(found) == [8, 0, 0] and table(found).plain()[0]["compared"] == "consensus"


@pytest.mark.parametrize("file_format", ["csv", "netcdf", "parquet", "adeck"])
def test_a_file_with_members_is_as_its_folder(folders, tmp_path, file_format):
    path = write(folders[1], tmp_path / "tracks", file_format)
    found, wanted = (numbers(compare(side(folders[0]), side(place))) for place in (path, folders[1]))
    assert found == wanted


@pytest.mark.parametrize("file_format", ["track", "tempest", "imilast", "trackjson"])
def test_a_file_of_one_member_is_compared_with_each(folders, tmp_path, file_format):
    path = write_members(folders[1], tmp_path / "tracks", file_format)[1]
    found = compare(side(folders[0]), side(path))
    assert list(found.of_year(2005)) == [(0, 1), (1, 1), (2, 1)]
    assert numbers(found) == [6, 4, 2]
    assert numbers(compare(side(folders[0], chosen_members=(2,)), side(path)), "2005") == [3, 2, 1]


@pytest.mark.parametrize("file_format", ["track", "tempest", "imilast", "trackjson"])
def test_a_folder_of_files_is_as_the_results(folders, tmp_path, file_format):
    write_members(folders[1], tmp_path / "tracks", file_format)
    found = compare(side(folders[0]), side(tmp_path))
    assert numbers(found) == numbers(compare(*map(side, folders)))
    assert list(found.of_year(2005)) == [(0, 0), (1, 1), (2, 2)]


def test_files_without_numbers_are_counted_and_an_empty_folder_is_refused(folders, tmp_path):
    paths = write_members(folders[1], tmp_path / "tracks", "track")
    for path, name in zip(paths, "abc", strict=True):
        path.rename(tmp_path / name)
    assert side(tmp_path).members(None) == [0, 1, 2]
    write(folders[1], tmp_path / "d.csv", "csv")
    with pytest.raises(InputError, match=r"d.csv: a file of 3 members among others; compare it by itself"):
        side(tmp_path).members(None)
    (tmp_path / "nothing").mkdir()
    with pytest.raises(ResultError, match="there are no results"):
        compare(side(folders[0]), side(tmp_path / "nothing"))


def test_two_files_are_told_apart_by_calendar_years(folders, tmp_path):
    paths = [write(folder, tmp_path / f"{folder.name}.csv", "csv") for folder in folders]
    found = compare(*map(side, paths))
    assert found.years == [2005, 2006] and numbers(found) == numbers(compare(*map(side, folders)))
    assert observed_table(found).plain()[0]["observed"] == 3


def test_best_tracks_tell_the_storms_of_a_file(tmp_path):
    rows = ["track_id,time,lat,lon"]
    rows += [f"1,1987-09-{9 + n // 4:02d}T{6 * (n % 4):02d},{28 + 0.4 * n},{-40 - 0.5 * n}" for n in range(8)]
    path = tmp_path / "cindy.csv"
    path.write_text("\n".join(rows))
    found = compare(side(path), side(path, best_tracks="sample/ibtracs/IBTrACS.NA.v04r00.nc"))
    assert numbers(found, "1987") == [1, 0, 0] and not observed_table(found).rows  # A does not say
    known = side(path, best_tracks="sample/ibtracs/IBTrACS.NA.v04r00.nc")
    row = observed_table(compare(known, known)).plain()[0]
    assert row["observed"] >= 1 and row["observed"] == row["by_both"] + row["by_none"]


def of_steps(folder, name, hours):
    """A table of the tracks of member 0 with the points at some hours of the day."""
    lines = write(folder, name, "csv", Selection(members=(0,), years=(2005,))).read_text().splitlines()
    kept = [line for line in lines[1:] if int(line.split(",")[1][11:13]) in hours]
    name.write_text("\n".join([lines[0], *kept]) + "\n")
    return name


def test_only_common_times_count(folders, tmp_path):
    half = of_steps(folders[0], tmp_path / "half.csv", (0, 12))
    found = compare(side(folders[0], chosen_members=(0,), wanted=(2005,)), side(half))
    assert numbers(found, "2005") == [4, 0, 0]  # the short one of each has too few points at 00 and 12
    assert sum(one.left_out for one in found.cells.values()) == 2
    others = of_steps(folders[0], tmp_path / "others.csv", (6, 18))
    with pytest.raises(InputError, match="no time of the day is in both: 00:00, 12:00 UTC and 06:00, 18:00 UTC"):
        compare(side(half), side(others))


def test_tracks_before_the_season_are_not_looked_at(folders, tmp_path):
    path = write(folders[0], tmp_path / "t.csv", "csv", Selection(members=(0,), years=(2005,)))
    header, *lines = path.read_text().splitlines()
    early = [
        line.replace(",2005-08-", ",2005-03-").replace("1,2005", "99,2005", 1) for line in lines if line[:2] == "1,"
    ]
    path.write_text("\n".join([header, *lines, *early]))
    found = compare(side(folders[0], chosen_members=(0,), wanted=(2005,)), side(path))
    assert numbers(found, "2005") == [5, 0, 0] and found.cells[2005, (0, 0)].left_out == 0


def test_a_storm_counts_if_either_track_is_kept(folders):
    region = (0.0, 25.0, -80.0, -20.0)
    found = compare(*map(side, folders), asked=Filter(region=region))
    assert numbers(found, "2005")[0] == 1
    assert table(found).title == "Tracks of A and B that pass 0N-25N 80W-20W"


def test_settings_that_differ_are_said(folders, tmp_path):
    made = results.load(folders[0], 2005, 0)
    for name, linker in (("near", "nearest"), ("course", "course")):
        result = dataclasses.replace(made, provenance={"version": "1", "settings": {"linker": linker}})
        results.save(result, tmp_path / name)
    found = compare(side(tmp_path / "near"), side(tmp_path / "course"))
    assert found.differences == {"linker": ("nearest", "course")} and numbers(found, "2005") == [5, 0, 0]


def test_a_list_has_winds_and_pressures(tmp_path):
    for name, faster in (("a", 0.0), ("b", 5.0)):
        storms = storm_list(0, classes=(1, 1, 2, 3, 0))[0]
        storms = dataclasses.replace(storms, intensity_max=storms.intensity_max + np.float32(faster))
        results.save_list(results.Header(2005, 0, "m0", "classify", {}, {"version": "1"}), storms, tmp_path / name)
        results.save(results.load(save_ensemble(tmp_path / name, 1), 2005, 0), tmp_path / name)
    row = table(compare(*(side(tmp_path / name, list_name="tc") for name in "ab"))).plain()[0]
    assert row["wind_kt"] == pytest.approx(5 * 3600 / 1852, rel=1e-4) and row["pressure_hpa"] == 0


def test_what_only_one_has_comes_strongest_first(folders):
    found = compare(*map(side, folders))
    rows = only_table(found).plain()
    assert len(rows) == 8 + 6 and [row["peak"] for row in rows] == sorted((row["peak"] for row in rows), reverse=True)
    missed = [row for row in rows if row["sid"]]
    assert {(row["only_in"], row["member"], row["sid"]) for row in missed} == {("A", "1", OBSERVED[1])}
    assert len(only_table(found, 3).rows) == 3 and "the strongest 3 of 14" in only_table(found, 3).title
    assert json.loads(json.dumps(to_json(found)))["years"][0]["year"] == "2005"


def test_what_cannot_be_compared_is_said(folders, tmp_path):
    with pytest.raises(InputError, match="neither a folder of results nor a file of tracks is there"):
        side(tmp_path / "nowhere")
    with pytest.raises(InputError, match="results of no common year"):
        compare(side(folders[0], wanted=(2005,)), side(folders[1], wanted=(2006,)))
    with pytest.raises(ResultError, match="no result of member 9; choose from 0-2"):
        compare(side(folders[0], chosen_members=(9,)), side(folders[1]))
    with pytest.raises(InputError, match="has 3 members, of which there is no consensus here"):
        compare(side(folders[0]), side(write(folders[1], tmp_path / "t.csv", "csv")), agreed=True)
