import csv
import dataclasses
import io
import json
import shutil
from functools import reduce
from operator import add

import numpy as np
import pytest
from ensembles import OBSERVED
from hypothesis import given, settings
from hypothesis import strategies as st
from storm_lists import save_lists, storm_list

from stormtracks.errors import BadValue
from stormtracks.science import results
from stormtracks.science.climatology.basins import BASINS
from stormtracks.science.climatology.energy import energy
from stormtracks.science.errors import ResultError
from stormtracks.science.summary import LIST_BY, list_table, rows, season, summarise_list, to_csv, to_plain
from stormtracks.science.summary.list_summary import ListSummary, ListYear, count_lists, summary_of

NA, WP, EP, SI = (BASINS.index(code) for code in ("NA", "WP", "EP", "SI"))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Two years of four members: three observed storms and one that nobody observed, in SI."""
    return summarise_list(save_lists(tmp_path_factory.mktemp("results"), years=(2005, 2006)))


def by(summary, table, key):
    """Rows of a table by their first column."""
    return {row[key]: row for row in rows(summary, table)}


def years_of(values):
    """A summary of one member whose storms per year are these, in NA."""
    empty = season(storm_list(0)[0].take(np.zeros(0, int)))

    def one(value):
        amounts = np.zeros_like(empty.amounts)
        amounts[0, NA, 8] = value
        return dataclasses.replace(empty, amounts=amounts)

    return ListSummary("tc", "data", tuple(ListYear(1990 + n, (0,), (one(v),)) for n, v in enumerate(values)))


@pytest.mark.parametrize("name", ["tc", "etc"])
def test_a_summary_by_the_index_is_that_of_the_lists(tmp_path, name):
    """Of lists that are read, of what they left when they were saved, and of what is kept of both."""
    folder = save_lists(tmp_path / "results", members=3, years=(2005, 2006))
    found = [summarise_list(folder, name) for _ in range(2)]
    shutil.rmtree(folder / ".index")
    found.append(summarise_list(folder, name))
    lists = {year: [results.load_list(folder, year, member)[1] for member in range(3)] for year in (2005, 2006)}
    counted = [count_lists(year, [(n, one, None) for n, one in enumerate(of)], name) for year, of in lists.items()]
    found.append(summary_of(name, "data", counted))
    said = [json.dumps(to_plain(one) | {"remarks": []}) for one in found]
    assert said == [said[0]] * 4


def test_storms_count_where_and_when_they_begin():
    counted = season(storm_list(0)[0]).amounts[0]
    assert counted.sum() == 4 and counted[:, 7].sum() == 4
    assert counted.sum(axis=1)[[NA, WP, SI]].sum() == 4


def test_days_count_where_the_storm_is():
    counted = season(storm_list(0)[0]).amounts[1].sum(axis=1)
    assert counted.sum() == pytest.approx(4 * 14 / 4)
    assert counted[WP] > 0 and counted[EP] > 0  # the storm that crosses the date line


def test_ace_of_a_season_is_that_of_its_points():
    one = storm_list(0)[0]
    assert season(one).amounts[2].sum() == pytest.approx(energy(one).ace.sum())


@given(rows_=st.sets(st.integers(0, 3)))
@settings(max_examples=10, deadline=None)
def test_seasons_add_up(rows_):
    one = storm_list(0)[0]
    parts = [season(one.take(np.array(sorted(part), int))) for part in (rows_, set(range(4)) - rows_)]
    whole, summed = season(one), reduce(add, parts)
    for name in ("amounts", "listed", "landfalls", "winds", "pressures", "found"):
        np.testing.assert_allclose(getattr(summed, name), getattr(whole, name), atol=1e-9)


def test_list_of_the_others_has_no_ace_and_nothing_observed():
    one = storm_list(0, classes=(2, 2, 2, 2, 0))[0]
    counted = season(dataclasses.replace(one, tropical=np.zeros(len(one.tropical), bool)), "etc")
    assert counted.amounts[0].sum() == 4 and counted.amounts[1].sum() > 0
    assert counted.amounts[2:].sum() == 0 and counted.observed.sum() == 0


def test_tables_of_the_others_leave_out_what_is_of_tropical_cyclones(tmp_path):
    made = summarise_list(save_lists(tmp_path, members=1, classes=(2, 2, 2, 2, 0)), "etc")
    assert list_table(made, "year").headings == ("year", "storms", "days", "landfalls")
    assert list_table(made, "class").headings == ("class", "listed")
    assert rows(made, "storm") == [] and "ace" not in rows(made, "year")[0]


def test_weak_and_unmatched_storms_are_told_apart():
    listed = season(storm_list(0)[0]).listed.sum(axis=(0, 1))
    assert listed.tolist() == [2, 1, 1]  # 64 kt and wind unknown; 33 kt; the one that nobody observed


def test_storms_in_basins_without_best_tracks_are_not_called_false(made):
    whole = by(made, "false", "class")["all"]
    assert (whole["listed"], whole["observed"], whole["weak"]) == (4, 2, 1)
    assert (whole["uncovered"], whole["false"], whole["far"].mean) == (1, 0, 0)
    assert any("SI: next to no best track there" in str(one) for one in made.remarks)


def test_false_storms_in_a_basin_with_best_tracks_are_false(made):
    here = dataclasses.replace(made.years[0].seasons[0], observed_in=np.full(len(BASINS), 2))
    one = ListSummary("tc", "data", (ListYear(2005, (0,), (here,)),))
    whole = by(one, "false", "class")["all"]
    assert (whole["uncovered"], whole["false"], whole["far"].mean) == (0, 1, 0.25)


def test_without_best_tracks_no_listed_storm_is_called_false():
    storms, _ = storm_list(0)
    matches = storms.matches
    none = {field: getattr(matches, field)[:0] for field in vars(matches)} | {
        "storm_of_track": np.full(len(storms), -1)
    }
    nobody = dataclasses.replace(storms, matches=dataclasses.replace(matches, **none))
    one = summary_of("tc", "data", [count_lists(2005, [(0, nobody, None)])])
    whole = by(one, "false", "class")["all"]
    assert (whole["uncovered"], whole["false"]) == (4, 0) and np.isnan(whole["far"].mean)


def test_storms_of_unknown_wind_are_said_to_add_no_energy():
    storms, _ = storm_list()
    unknown = dataclasses.replace(storms, intensity_max=np.full(len(storms), np.nan, np.float32))
    unknown.fields["wind_max"][:] = np.nan
    (said,) = [
        str(one)
        for one in summary_of("tc", "data", [count_lists(2005, [(0, unknown, None)])]).remarks
        if "ACE" in str(one)
    ]
    assert said.startswith("the wind of 100% of the listed storms is not known")


def test_one_storm_that_began_next_door_does_not_make_a_basin_covered(made):
    counts = np.array([30, 1, 2, 0, 0, 0, 0])
    here = dataclasses.replace(made.years[0].seasons[0], observed_in=counts)
    years = [ListYear(year, (0, 1), (here, here)) for year in (2005, 2006)]
    assert ListSummary("tc", "data", tuple(years[:1])).covered.tolist() == [True, False, True] + [False] * 4
    assert ListSummary("tc", "data", tuple(years)).covered.tolist() == [True, True, True] + [False] * 4


def test_without_best_tracks_nothing_is_called_false():
    one = storm_list(0)[0]
    of_each = [name for name in vars(one.matches) if name != "storm_of_track"]
    none = {name: getattr(one.matches, name)[:0] for name in of_each}
    nothing = dataclasses.replace(one.matches, **none, storm_of_track=np.full(4, -1, np.int32))
    made = summary_of("tc", "data", [count_lists(2005, [(0, dataclasses.replace(one, matches=nothing), None)])])
    assert np.isnan(by(made, "class", "class")["all"]["far"].mean)
    assert any("no best tracks" in str(one) for one in made.remarks)


def test_years_and_their_mean(made):
    table = by(made, "year", "year")
    assert list(table) == ["2005", "2006", "mean"]
    assert table["2005"]["storms"].mean == 4 and table["mean"]["storms"].number == 4
    assert table["mean"]["days"].mean == pytest.approx(14)


@pytest.mark.parametrize(("table", "key"), [("basin", "basin"), ("month", "month")])
def test_parts_add_up_to_the_whole(made, table, key):
    parts = [row for name, row in by(made, table, key).items() if name != "all"]
    whole = by(made, "year", "year")["mean"]
    for name in ("storms", "days", "ace", "pdi"):
        assert sum(row[name].mean for row in parts) == pytest.approx(whole[name].mean)


def test_skill_by_class_and_by_member(made):
    table = by(made, "class", "class")
    assert table["64-95 kt"]["pod"].mean == 1 and table["all"]["best_tracks"] == 3
    assert by(made, "member", "member")["2"]["storms"] == 4
    assert [row["lists"] for row in rows(made, "storm")][:3] == ["4 of 4"] * 3
    assert rows(made, "storm")[0]["storm"] == OBSERVED[0]


def test_storms_missed_by_some_members_lower_the_pod(tmp_path):
    one = summarise_list(save_lists(tmp_path, members=1, missing=(0,)))
    assert by(one, "class", "class")["64-95 kt"]["pod"].mean == 0
    assert by(one, "class", "class")["all"]["pod"].mean == pytest.approx(2 / 3)


def test_intensities_are_those_of_the_data(made):
    table = rows(made, "intensity")
    assert sum(row["storms"].mean for row in table if row["unit"] == "kt") == pytest.approx(4)
    assert sum(row["share"].mean for row in table if row["unit"] == "hPa") == pytest.approx(1)


def test_trend_per_decade():
    table = rows(years_of(np.arange(10)), "trend")
    assert [(row["quantity"], row["basin"]) for row in table] == [("storms", "all"), ("storms", "NA")]
    assert table[0]["per_decade"] == pytest.approx(10) and table[0]["members"].mean == pytest.approx(10)


def test_members_that_lack_a_year_are_left_out_of_means(tmp_path):
    save_lists(tmp_path, members=3, years=(2005, 2006))
    results.path(tmp_path, "classify", 2006, 2).unlink()
    made = summarise_list(tmp_path)
    assert by(made, "year", "year")["mean"]["members"] == 3
    assert any("leave out 2006" in str(one) for one in made.remarks)


@pytest.mark.parametrize("table", LIST_BY)
def test_tables_fit_into_80_columns(made, table):
    shown = list_table(made, table)
    rows_ = [shown.headings, *shown.texts()]
    widths = [max(len(row[column]) for row in rows_) for column in range(len(shown.columns))]
    assert len(shown.rows) > 0 or table in ("coast", "trend")
    assert sum(widths) + 2 * (len(widths) - 1) <= 80


def test_wide_figures_fit_as_well(made):
    many = [dataclasses.replace(one, amounts=one.amounts * factor) for one, factor in zip(
        made.years[0].seasons, (20, 25, 30, 28), strict=True)]  # fmt: skip
    test_tables_fit_into_80_columns(ListSummary("tc", "data", (ListYear(2005, (0, 1, 2, 3), tuple(many)),)), "year")


@pytest.mark.parametrize("table", LIST_BY)
def test_csv_has_the_figures_of_the_table(made, table):
    read = list(csv.DictReader(io.StringIO(to_csv(rows(made, table)))))
    assert len(read) == len(rows(made, table))
    if table == "year":
        assert float(read[0]["storms_mean"]) == 4 and read[0]["year"] == "2005"


def test_json_is_plain(made):
    plain = json.loads(json.dumps(to_plain(made), allow_nan=False))
    assert plain["list"] == "tc" and plain["year"][0]["storms"]["mean"] == 4 and set(LIST_BY) <= set(plain)


def test_winds_of_pressure_are_an_option(tmp_path):
    save_lists(tmp_path, members=1)
    data, pressure = (rows(summarise_list(tmp_path, wind=wind), "year")[0]["ace"].mean for wind in ("data", "pressure"))
    assert data > 0 and pressure != data


def test_what_is_not_there_is_refused(tmp_path):
    with pytest.raises(ResultError, match="no results of the task 'classify'"):
        summarise_list(tmp_path)
    with pytest.raises(BadValue, match="unknown list"):
        summarise_list(tmp_path, "hurricanes")


def test_lists_made_differently_are_refused_unless_asked_for(tmp_path):
    save_lists(tmp_path, members=2, settings={"tc_latitude": 40.0})
    save_lists(tmp_path, members=1, settings={"tc_latitude": 30.0})
    with pytest.raises(results.MixedResults, match="tc_latitude"):
        summarise_list(tmp_path)
    assert any("made differently" in str(one) for one in summarise_list(tmp_path, mixed=True).remarks)


def test_another_table_is_refused(made):
    with pytest.raises(BadValue, match="unknown table of a list 'moon'"):
        rows(made, "moon")
