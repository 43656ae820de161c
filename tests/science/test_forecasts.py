"""Forecasts from their files to what is said of them: results, chains, exports, statistics."""

import csv
import shutil

import netCDF4
import numpy as np
import pytest

from stormtracks.console import summary as console
from stormtracks.science import export, leads, pipeline, results, summary
from stormtracks.science.consensus import consensus
from stormtracks.science.errors import InputError
from stormtracks.science.export import Selection
from tests.science.reanalysis import forecasts
from tests.science.reanalysis.forecasts import LABELS, LEADS, MEMBERS

HOURS = np.arange(0, 96, 6)
"""Of the observations: both vortices of member 0 of any start, as they are at 2005-08-01 and later."""
CHAIN = ("vort_track", "field_collection", "classify")


def best_tracks(path):
    """IBTrACS's CSV of the vortices: one of each hemisphere, of 50 kt, and 100 kt half-way."""
    rows = [
        "SID,SEASON,BASIN,NAME,ISO_TIME,LAT,LON,USA_WIND,USA_PRES,USA_LAT,USA_LON",
        " ,Year, , , ,degrees,degrees,kts,mb,degrees,degrees",
    ]
    for sid, name, lat, lon, north, east in (
        ("2005213N18300", "ONE", 18, 300, 0.06, -0.1), ("2005213S14358", "TWO", -14, 358, -0.05, 0.1),
    ):  # fmt: skip
        for hour in HOURS:
            time = str(np.datetime64("2005-08-01", "s") + np.timedelta64(int(hour), "h")).replace("T", " ")
            where = f"{lat + north * hour:.2f},{(lon + east * hour + 180) % 360 - 180:.2f}"
            rows.append(f"{sid},2005,NA,{name},{time},{where},{100 if hour == 48 else 50},,{where}")
    path.write_text("\n".join(rows) + "\n")
    return path


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Results of three starts and two members, and of the year of another data set."""
    folder = tmp_path_factory.mktemp("forecasts")
    forecasts.cfgrib(folder / "data" / "a.nc")
    setup = {"data": str(folder / "data"), "results": str(folder / "out"), "scratch": str(folder / "scratch")}
    setup["best_tracks"] = str(best_tracks(folder / "best.csv"))
    for start in LABELS:
        for member in range(MEMBERS):
            for task in CHAIN:
                pipeline.run_task(start, member, task, setup)
    return folder


def test_each_task_has_a_folder_of_each_start(run):
    for task in CHAIN:
        assert results.years(run / "out", task) == LABELS
        assert results.members(run / "out", LABELS[2], task) == [0, 1]
    assert results.path(run, "vort_track", LABELS[0], 1) == run / "vort_track/2005-08-01T00/member_001.nc"


@pytest.mark.parametrize("task", CHAIN)
def test_points_have_a_lead_beside_the_time(run, task):
    with netCDF4.Dataset(results.path(run / "out", task, LABELS[1], 0)) as nc:
        lead, time, start = nc["lead"], nc["time"], nc["forecast_reference_time"]
        assert (lead.standard_name, lead.units, start.standard_name) == (
            "forecast_period", "h", "forecast_reference_time",
        )  # fmt: skip
        np.testing.assert_array_equal(time[:], start[0] + 3600 * lead[:].astype(int))
        assert nc.year == LABELS[1] and nc.title.endswith("of 2005-08-02T00, ensemble member 0")


def test_a_result_of_a_year_has_no_lead(tmp_path):
    forecasts.plain(tmp_path / "data" / "a.nc", 0, 0)
    details = pipeline.run_task(2005, 0, "vort_track", {"data": str(tmp_path / "data"), "results": str(tmp_path)})
    header = results.load_header(details["path"])
    assert (
        leads.KEY not in header.provenance and leads.of_times(np.zeros(1, "datetime64[s]"), header.provenance) is None
    )
    with netCDF4.Dataset(details["path"]) as nc:
        assert not {"lead", "forecast_reference_time"} & set(nc.variables) and nc.year == 2005


def test_a_result_that_is_there_is_not_made_again(run):
    setup = {"data": str(run / "data"), "results": str(run / "out"), "best_tracks": str(run / "best.csv")}
    assert pipeline.run_task("2005-08-01", 0, "vort_track", setup)["skipped"]


def test_labels_are_in_order_years_first(run, tmp_path):
    shutil.copytree(run / "out/vort_track", tmp_path / "vort_track")
    shutil.copytree(tmp_path / "vort_track" / LABELS[0], tmp_path / "vort_track" / "2001")
    assert results.years(tmp_path) == [2001, *LABELS]
    with pytest.raises(
        InputError, match="no result of the year or start 1999, 2005-08-09T00; choose from 2001, 2005-08"
    ):
        results.choose(tmp_path, "vort_track", [1999, "2005-08-09"])


@pytest.mark.parametrize("storm_list", [None, "tc"])
def test_a_table_of_points_has_the_lead(run, tmp_path, storm_list):
    path = export.write(
        run / "out", tmp_path / "t.csv", "csv", Selection(years=tuple(LABELS[1:2]), storm_list=storm_list)
    )
    with path.open() as file:
        rows = list(csv.DictReader(file))
    assert rows and {row["year"] for row in rows} == {LABELS[1]}
    for row in rows:
        after = (np.datetime64(row["time"]) - np.datetime64(LABELS[1])) / np.timedelta64(1, "h")
        assert float(row["lead"]) == after and row["forecast_reference_time"] == "2005-08-02T00:00:00"


def test_an_exported_netcdf_has_the_lead(run, tmp_path):
    with netCDF4.Dataset(export.write(run / "out", tmp_path / "t.nc", "netcdf")) as nc:
        starts = np.repeat(nc["forecast_reference_time"][:], nc["row_size"][:])
        np.testing.assert_array_equal(nc["time"][:] - starts, 3600 * nc["lead"][:].astype(int))
        assert set(nc["year"][:]) == {2005} and len(set(starts)) == 3


@pytest.fixture(scope="module")
def year_and_start(tmp_path_factory):
    """Results of the year and of the start of the same files: one folder."""
    folder = tmp_path_factory.mktemp("both")
    forecasts.seas5(folder / "data" / "a.nc")
    setup = {"data": str(folder / "data"), "results": str(folder)}
    for label in (2005, LABELS[1]):
        pipeline.run_task(label, 0, "vort_track", setup)
    return folder


def test_a_table_of_years_and_starts_has_no_lead_of_years(year_and_start, tmp_path):
    with export.write(year_and_start, tmp_path / "t.csv", "csv").open() as file:
        rows = list(csv.DictReader(file))
    assert {row["year"] for row in rows} == {"2005", LABELS[1]}
    for row in rows:
        told = row["forecast_reference_time"], row["lead"] == "nan"
        assert told == (("", True) if row["year"] == "2005" else ("2005-08-02T00:00:00", False))


def test_other_formats_of_years_and_starts_have_no_start_of_years(year_and_start, tmp_path):
    assert export.write(year_and_start, tmp_path / "t.json", "geojson").stat().st_size
    with netCDF4.Dataset(export.write(year_and_start, tmp_path / "t.nc", "netcdf")) as nc:
        starts, sizes = nc["forecast_reference_time"][:], nc["row_size"][:]
        of_year = np.ma.getmaskarray(starts)
        assert of_year.tolist() == [True] * 2 + [False] * 2
        np.testing.assert_array_equal(np.isnan(nc["lead"][:]), np.repeat(of_year, sizes))


@pytest.mark.parametrize("kind", ["imilast", "track", "tempest", "geojson", "parquet", "trackjson"])
def test_other_formats_hold_forecasts(run, tmp_path, kind):
    for written in export.write_members(run / "out", tmp_path / "t", kind, Selection(storm_list="tc")):
        assert written.stat().st_size


def test_a_deck_counts_from_the_start(run, tmp_path):
    path = export.write(run / "out", tmp_path / "t.dat", "adeck", Selection(years=tuple(LABELS[1:2]), storm_list="tc"))
    lines = [line.split(",") for line in path.read_text().splitlines()]
    assert {line[2].strip() for line in lines} == {"2005080200"}
    assert min(int(line[5]) for line in lines) >= 0


def test_a_consensus_of_a_start(run):
    agreed = consensus(run / "out", LABELS[0])
    assert agreed.year == LABELS[0] and len(agreed.members) == MEMBERS


def test_statistics_have_a_row_of_each_start(run):
    found = summary.summarise(run / "out")
    assert [year.year for year in found.years] == LABELS and found.total.pod.mean == 1.0
    rows = summary.list_table(summary.summarise_list(run / "out"), "year").rows
    assert [row[0] for row in rows] == [*LABELS, "mean"]


def test_skill_by_lead_is_that_of_the_two_vortices(run):
    found = summary.skill_by_lead(run / "out")
    first, second = found.rows
    assert (first.first_hour, first.last_hour, first.starts, first.storms, first.observations) == (0, 24, 3, 2, 24)
    assert (first.cases, first.pod, second.cases) == (48, 1.0, 48)
    # member 0 is at the observed places, member 1 is where they are 9 hours later, so their mean is half-way
    assert 60 < first.distance_km / 0.5 < 130 and first.ensemble_observations == 24
    assert first.error_km == pytest.approx(first.distance_km, abs=12)
    assert first.spread_km == pytest.approx(2**0.5 * first.error_km, rel=0.15)
    assert first.error_per_spread == pytest.approx(3**-0.5, rel=0.15)


def test_skill_by_lead_says_where_it_rests_on_few(run):
    found = summary.skill_by_lead(run / "out", [LABELS[0]])
    assert [row.observations for row in found.rows] == [8, 8]
    assert str(found.remarks[0]).startswith(
        "fewer than 10 observations at 0-24 h, 24-48 h: figures there may be chance"
    )


def test_a_storm_that_no_forecast_has_lowers_the_pod_only(run, tmp_path):
    shutil.copytree(run / "out", tmp_path / "out")
    with_third = tmp_path / "best.csv"
    text = (run / "best.csv").read_text()
    moved = [
        line.replace("2005213N18300", "2005213N40000").replace("ONE", "THREE")
        for line in text.splitlines()
        if "ONE" in line
    ]
    moved = [",".join([*line.split(",")[:5], "40.0", "-150.0", "35", "", "40.0", "-150.0"]) for line in moved]
    with_third.write_text(text + "\n".join(moved) + "\n")
    setup = {
        "data": str(run / "data"),
        "results": str(tmp_path / "out"),
        "best_tracks": str(with_third),
        "overwrite": True,
    }
    for member in range(MEMBERS):
        pipeline.run_task(LABELS[0], member, "vort_track", setup)
    before, after = (summary.skill_by_lead(place, [LABELS[0]]).rows[0] for place in (run / "out", tmp_path / "out"))
    assert (after.pod, after.storms) == (pytest.approx(2 / 3), 3)
    assert (after.distance_km, after.error_km, after.spread_km) == (
        before.distance_km,
        before.error_km,
        before.spread_km,
    )


def test_skill_by_lead_of_years_is_refused(tmp_path):
    forecasts.plain(tmp_path / "data" / "a.nc", 0, 0)
    pipeline.run_task(2005, 0, "vort_track", {"data": str(tmp_path / "data"), "results": str(tmp_path / "out")})
    with pytest.raises(InputError, match="has results of years alone, which have no lead"):
        summary.skill_by_lead(tmp_path / "out")


def test_the_command_prints_skill_by_lead(run, capsys):
    console.summarise("year", str(run / "out"))
    shown = capsys.readouterr().out
    assert "Storms per start" in shown and "year" not in shown
    console.summarise("lead", str(run / "out"))
    shown = capsys.readouterr().out
    assert "Skill of forecasts by lead" in shown and "0-24" in shown and "24-48" in shown


def test_leads_are_counted_to_the_member_s_own_start(tmp_path):
    forecasts.lagged(tmp_path / "data" / "a.nc", [0, 6])
    setup = {
        "data": str(tmp_path / "data"),
        "results": str(tmp_path / "out"),
        "best_tracks": str(best_tracks(tmp_path / "b.csv")),
    }
    for member in (0, 1):
        for task in CHAIN:
            details = pipeline.run_task("2005-08-01T06", member, task, setup)
        with netCDF4.Dataset(details["path"].replace("classify", "vort_track")) as nc:
            assert nc["lead"][:].min() == 0 and nc["lead"][:].max() == LEADS[-1]
            assert nc["forecast_reference_time"][0] == nc["time"][:].min()
    assert summary.skill_by_lead(tmp_path / "out").rows[0].starts == 1


def test_errors_of_strength_are_those_of_the_line_of_all_pairs():
    vorticity = 1e-5 * np.array([2, 4, 6, 8, 10, 2, 4, 6, 8, 10.0])
    wind = np.array([20, 40, 60, 80, 100, 24, 44, 64, 84, 104.0])
    line = summary.Strength.of(vorticity, wind)
    assert (line.pairs, round(line.kt_per_1e5_s1, 6), round(line.kt_at_0, 6)) == (10, 10, 2)
    np.testing.assert_allclose(line.errors(vorticity, wind), [2.0] * 5 + [-2.0] * 5)


@pytest.mark.parametrize(("few", "sign"), [(9, 1), (10, -1)])
def test_vorticity_that_stands_for_no_wind_has_no_error(few, sign):
    line = summary.Strength.of(1e-5 * np.arange(few), 50.0 + sign * np.arange(few))
    assert line.pairs == few and np.isnan(line.errors(np.ones(2), np.ones(2))).all()
