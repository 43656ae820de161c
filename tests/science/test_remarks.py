"""What is guessed, left out or missing goes all the way: the task's details, the result, summary, report and export."""

import re

import netCDF4
import numpy as np
import pytest

from stormtracks.report import fragments
from stormtracks.science import export, pipeline, remarks, results, summary
from tests.science.reanalysis.cases import Draft


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Results of two members of a season that lacks a time, and has no values over some land."""
    folder = tmp_path_factory.mktemp("remarks")
    hours = np.delete(np.arange(0, 60, 6.0), 4)
    draft = Draft(hours).members([1, 2]).level([850.0], "hPa")
    for one in draft.winds:
        one.values[..., 5, 60:64] = np.nan
    draft(folder / "data")
    for member in (0, 1):
        pipeline.run_task(
            2005, member, "vort_track", {"data": str(folder / "data"), "results": str(folder / "results")}
        )
    return folder / "results"


SAID = (
    "1 of 10 times of the season is missing, the first 2005-08-02 00",
    "0.068 % of the values are missing (below the ground, say); no maximum is looked for at or beside them",
)


def test_a_result_says_what_its_data_lack(made):
    result = results.load(made, 2005, 1)
    assert remarks.of(result.provenance) == SAID
    assert result.counts["missing_times"] == 1
    assert result.counts["missing_share"] == pytest.approx(4 / (41 * 144))
    assert results.load_header(results.path(made, "vort_track", 2005, 1)).counts == result.counts


def test_a_task_that_finds_its_result_says_the_same(made):
    setup = {"data": str(made.parent / "data"), "results": str(made)}
    details = pipeline.run_task(2005, 0, "vort_track", setup)
    assert details["skipped"] and tuple(details["remarks"]) == SAID


def test_summary_and_report_say_how_many_results_have_each(made):
    counted = summary.summarise(made)
    assert {(one.text, one.results) for one in counted.remarks} == {(text, 2) for text in SAID}
    assert counted.to_json()["remarks"][0]["results"] == 2
    assert re.search("<td[^>]*>1 of 10 times of the season is missing", fragments.remarks(counted))


@pytest.mark.parametrize("kind", ["netcdf", "csv"])
def test_an_export_has_them(made, tmp_path, kind):
    path = export.write(made, tmp_path / f"tracks.{kind}", kind)
    if kind == "netcdf":
        with netCDF4.Dataset(path) as file:
            said = file.remarks
    else:
        said = path.with_name("tracks.csv.about.json").read_text()
    assert f"{SAID[0]} (2 results)" in said


def test_the_list_is_short_and_has_the_commonest():
    many = remarks.Remarks()
    for number in range(300):
        many.add(["in all", "in all", f"only in {number:03d}"])
    listed = many.listed()
    assert len(listed) == remarks.MOST and str(listed[0]) == "in all (300 results)"
    assert str(listed[1]) == "only in 000 (1 result)"
