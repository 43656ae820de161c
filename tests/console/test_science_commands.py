"""inv track, plant, demo, summary, export, plot: as a person types them, on the sample."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def inv(*words, home, status=0):
    """Output and errors of an `inv` command that must end with this status."""
    environment = {**os.environ, "STORMTRACKS_HOME": str(home), "NO_COLOR": "1"}
    command = [sys.executable, "-m", "invoke", *map(str, words)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=110)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout, done.stderr


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """What `inv demo` printed, and where its results are."""
    folder = tmp_path_factory.mktemp("demo")
    return inv("demo", "--results", folder / "results", home=folder)[0], folder / "results"


def track(*words, home, status=0):
    return inv("track", "--year", 1987, "--results", home / "results", *words, home=home, status=status)


def test_the_demo_ends_in_the_list_with_cindy_and_three_typhoons(demo):
    printed, folder = demo
    of_list, of_best_track = [line for line in printed.splitlines() if "CINDY" in line]
    assert "1987249N15329" in of_list and " 1.00 " in of_list and printed.count("\nTC1987-") == 3
    assert "5 of 5" in of_best_track and "all tasks are complete" in printed
    made = sorted(path.name for path in folder.iterdir() if path.name != ".index")
    assert made == ["classify", "field_collection", "vort_track"]
    assert len(list(folder.rglob("member_*.nc"))) == 15


def test_the_demo_leaves_no_process(demo):
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            assert str(demo[1]).encode() not in process.read_bytes()
        except OSError:
            continue


@pytest.mark.slow
def test_track_shows_tables_then_what_is_there(tmp_path):
    printed, _ = track("--ensemble-member", 1, home=tmp_path)
    assert "CINDY" in printed and "made in" in printed and "member 1 ('2')" in printed
    assert "already there" in track("--ensemble-member", 1, home=tmp_path)[0]


@pytest.mark.slow
def test_track_with_best_tracks_of_another_time_says_so_and_shows_no_empty_table(tmp_path):
    other = "sample/gfs_2018/ibtracs_2018.csv"
    printed, _ = track("--ensemble-member", 0, "--best-tracks", other, home=tmp_path)
    printed = " ".join(printed.split())
    assert "note: ibtracs_2018.csv begins on 2018-08-30 06, the data are of 1987-09-09 00" in printed
    assert "made from u850_1987.nc, v850_1987.nc, ibtracs_2018.csv " in printed and "common times" not in printed


@pytest.mark.slow
def test_track_as_json_is_one_object(tmp_path):
    printed, _ = track("--ensemble-member", 0, "--json", "--set", "min_peak_s1=1e-4", home=tmp_path)
    details = json.loads(printed)
    keys = (
        "year ensemble_member member_label task status path recipe digest counts matches misses remarks seconds "
        "cpu_seconds read_seconds skipped"
    )
    assert set(keys.split()) == set(details)
    assert set(details["counts"]) == {
        "steps", "maxima", "tracks", "storms", "matches", "missing_times", "missing_share"
    }  # fmt: skip
    assert set(details["matches"][0]) == {"sid", "name", "track_id", "common_times", "mean_distance_km"}


@pytest.mark.slow
def test_track_does_a_chain_and_shows_each_step(tmp_path):
    chain = "vort_track,field_collection,classify"
    printed, _ = track("--ensemble-member", 0, "--task", chain, home=tmp_path)
    tracks, _, rest = printed.partition("vort_track/1987/member_000.nc (made in")
    fields, _, storms = rest.partition("field_collection/1987/member_000.nc (made in")
    assert "CINDY" in tracks and "pressure_depth" not in tracks
    assert "fields at" in fields and "note: no file has height_upper (200, 250 or 300 hPa), height_middle" in fields
    assert "5 tc, 0 etc, 0 hybrid of" in storms and "classify/1987/member_000.nc (made in" in storms
    again, _ = track("--ensemble-member", 0, "--task", chain, "--json", home=tmp_path)
    said = json.loads(again)
    assert [(one["task"], one["skipped"]) for one in said] == [(task, True) for task in chain.split(",")]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (
            ["--ensemble-member", 0, "--task", "field_colection"],
            2,
            "unknown task 'field_colection'; known: vort_track, field_c",
        ),
        (["--ensemble-member", 0, "--task", "field_collection"], 1, "vort_track/1987/member_000.nc: is not there"),
        (["--ensemble-member", 9], 1, "there is no member 9; choose 0 to 4"),
        (["--ensemble-member", 0, "--set", "treshold_s1=1"], 2, "did you mean 'threshold_s1'?"),
        (["--ensemble-member", 0, "--data", "nowhere"], 1, "nowhere"),
        (["--ensemble-member", "x"], 2, "must be a whole number, counted from 0"),
        ([], 2, "--ensemble-member is missing"),
    ],
)
def test_track_refuses_in_one_line(tmp_path, words, status, message):
    printed, errors = track(*words, home=tmp_path, status=status)
    assert message in errors and "Traceback" not in errors and not printed
    assert list(tmp_path.rglob("*.nc")) == []


@pytest.mark.slow
def test_plant_writes_a_season_that_can_be_tracked(tmp_path):
    span = "--start", "2005-08-27", "--stop", "2005-08-30"
    inv("plant", "--dest", tmp_path / "data", "--members", 2, "--grid", 4, *span, home=tmp_path)
    words = "--year", 2005, "--ensemble-member", 1, "--data", tmp_path / "data", "--results", tmp_path / "out", "--json"
    assert "KATRINA" in {match["name"] for match in json.loads(inv("track", *words, home=tmp_path)[0])["matches"]}


@pytest.mark.slow
def test_plant_says_what_compares_lists_with_its_truth(tmp_path):
    span = "--start", "2005-08-27", "--stop", "2005-08-28", "--like", "20crv2c"
    printed, _ = inv("plant", "--dest", tmp_path / "data", "--members", 1, *span, home=tmp_path)
    assert "truth_2005.nc; once two years are tracked, `inv classify` compares lists with it" in printed


@pytest.mark.slow
@pytest.mark.parametrize(
    ("by", "word"), [("year", "1987"), ("storm", "CINDY"), ("member", "4"), ("consensus", "CINDY")]
)
def test_summary_tables(demo, tmp_path, by, word):
    assert word in inv("summary", "--by", by, "--results", demo[1], home=tmp_path)[0]


@pytest.mark.parametrize("words", [("export", "--format", "csv", "--dest", "t.csv"), ("plot", "--dest", "t.png")])
@pytest.mark.slow
def test_export_and_plot_write_a_file_once(demo, tmp_path, words):
    dest = tmp_path / words[-1]
    words = (*words[:-1], dest, "--results", demo[1])
    inv(*words, home=tmp_path)
    assert dest.stat().st_size > 1000
    assert "--overwrite" in inv(*words, home=tmp_path, status=1)[1]


def test_status_without_a_run_says_so(tmp_path):
    assert "there is no run yet in" in inv("status", home=tmp_path, status=1)[1]
