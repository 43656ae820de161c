"""inv inspect, as a person types it."""

import csv
import dataclasses
import io
import json

import h5py
import pytest

from stormtracks.console import inspect as console
from stormtracks.console.tables import PEOPLE, Form, output
from stormtracks.console.terminal import CleanConsole
from stormtracks.errors import BadValue
from stormtracks.science import results
from stormtracks.science.errors import ResultError
from stormtracks.science.index.of_folder import Index
from tests.console.test_science_commands import inv
from tests.science.ensembles import member_result
from tests.science.reanalysis.cases import Draft


def shown(capsys, data, **options):
    """What is printed, and the exit status."""
    status = 0
    try:
        form = Form(json=options.pop("json", False), csv=options.pop("csv", False))
        console.inspect(str(data), {"dataset": None, "year": None, "form": form} | options)
    except SystemExit as ended:
        status = ended.code
    return capsys.readouterr().out, status


@pytest.mark.slow
def test_the_sample(tmp_path):
    printed, _ = inv("inspect", "sample/20crv2c_1987", home=tmp_path)
    assert "5: 1, 2, 3, 4, 5" in printed and "6-hourly" in printed and "estimate: " in printed


def test_tables_fit_on_eighty_columns(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(console, "output", lambda: CleanConsole(width=80))
    monkeypatch.setattr(output, "width_for", lambda form: 80)
    for number in range(12):
        Draft().level(850.0, "hPa").file_says(variant_label=f"r{number}i1p1f1")(
            tmp_path, f"ua_va_of_a_long_name_{number}.nc"
        )
    printed, status = shown(capsys, tmp_path)
    lines = printed.splitlines()
    assert status == 0 and max(map(len, lines[1:])) <= 80 and "r0i1p1f1, r1i1p1f1, r2i1p1f1, ... r11i1p1f1" in printed


def test_why_files_are_not_read(tmp_path, capsys):
    Draft().level(850.0, "hPa")(tmp_path, "u.nc", only=["u"])
    (tmp_path / "x.zip").write_bytes(b"PK\3\4")
    printed, status = shown(capsys, tmp_path)
    assert status == 1 and "x.zip: is a zip archive; unpack it" in printed and "no file with v; add it" in printed


def test_what_stands_above_is_not_said_again(tmp_path, capsys):
    Draft().level(850.0, "hPa")(tmp_path, "u.nc", only=["u"])
    printed, status = shown(capsys, tmp_path)
    assert status == 1 and " ".join(printed.split()).count("no file with v") == 1
    assert "2005: refused: the year 2005 has u (u.nc)" in " ".join(printed.split())
    assert printed.rstrip().endswith("nothing can be tracked\n  for the reason above")


@pytest.mark.parametrize("command", ["inspect", "extras", "bench"])
@pytest.mark.parametrize("asked", ["--help", "-h"])
def test_help_is_not_taken_for_a_value(command, asked, tmp_path):
    printed, _ = inv(command, asked, home=tmp_path)
    assert printed.startswith(f"Usage: inv {command} ") and "Options:" in printed


def test_json_is_one_object(tmp_path, capsys):
    Draft().level(850.0, "hPa")(tmp_path)
    found = json.loads(shown(capsys, tmp_path, json=True)[0])
    assert found["usable"] and found["years"]["2005"]["times"] == 8
    assert {"folder", "files", "variables", "years", "further", "refusals", "nothing", "reasons", "usable"} == set(
        found
    )


def test_csv_has_a_row_for_each_year(tmp_path, capsys):
    Draft().level(850.0, "hPa")(tmp_path)
    (row,) = csv.DictReader(io.StringIO(shown(capsys, tmp_path, csv=True)[0]))
    assert (row["year"], row["times"], row["members"]) == ("2005", "8", "1")


@pytest.mark.slow
def test_a_bad_path_is_one_line(tmp_path):
    _, errors = inv("inspect", tmp_path / "none", home=tmp_path, status=1)
    assert "there is no such folder of data" in errors and len(errors.strip().splitlines()) == 1


def test_a_file_is_refused_with_its_folder(tmp_path):
    path = Draft()(tmp_path / "my data")
    with pytest.raises(BadValue, match=f"is a file; give the folder that it lies in: inv inspect '{path.parent}'"):
        console.inspect(str(path), {"dataset": None, "year": None, "form": PEOPLE})


@pytest.fixture
def result(tmp_path):
    """The file of a result, made by the kernel in a folder of results."""
    made = {
        "settings": {"threshold_s1": 2.5e-5},
        "version": "1.1.0",
        "kernel": "compiled",
        "remarks": ["a \x1b[31mnote"],
    }
    return results.save(dataclasses.replace(member_result(2), provenance=made), tmp_path)


def test_of_a_result_it_says_how_that_was_made(result, capsys):
    printed, status = shown(capsys, result)
    assert status == 0 and printed.startswith("result of vort_track, 2005, member 2\n")
    assert "by stormtracks 1.1.0, by the kernel" in printed and "2.5e-05" in printed and "\x1b" not in printed
    assert json.loads(shown(capsys, result, json=True)[0])["provenance"]["kernel"] == "compiled"
    assert {row["what"] for row in csv.DictReader(io.StringIO(shown(capsys, result, csv=True)[0]))} >= {"made", "note"}


def test_a_damaged_result_is_refused(result, capsys):
    result.write_bytes(result.read_bytes()[:200])
    with pytest.raises(ResultError, match=r"member_002\.nc: is damaged|member_002\.nc: "):
        shown(capsys, result)


@pytest.mark.parametrize(
    ("attribute", "foreign"),
    [
        ("provenance", {"inputs": 7}),
        ("provenance", {"inputs": "a"}),
        ("provenance", {"inputs": ["a"]}),
        ("provenance", {"inputs": [{}]}),
        ("provenance", {"remarks": 7}),
        ("provenance", {"missing": "a"}),
        ("counts", []),
        ("counts", {"steps": "a"}),
    ],
)
def test_a_result_that_another_program_changed_is_refused(attribute, foreign, result, tmp_path, capsys):
    """By its own page and by what sums results up."""
    with h5py.File(result, "r+") as file:
        file.attrs[attribute] = json.dumps(foreign)
    with pytest.raises(ResultError, match=r"member_002\.nc: cannot be read as a result \(.*(its|it is)"):
        shown(capsys, result)
    with pytest.raises(ResultError, match=r"member_002\.nc: cannot be read as a result"):
        Index(tmp_path).season("vort_track", 2005)


def test_results_are_not_taken_for_data(result, tmp_path, capsys):
    for folder in (tmp_path, tmp_path / "vort_track", tmp_path / "vort_track/2005"):
        said = f"inv summary --results {tmp_path} .* inv inspect {result} "
        with pytest.raises(BadValue, match=f"^{folder} is a folder of results, not of data: {said}"):
            shown(capsys, folder)


def test_data_in_folders_called_as_those_of_results_stay_data(tmp_path, capsys):
    Draft().level(850.0, "hPa")(tmp_path / "vort_track/2005", "member_000.nc")
    Draft()(tmp_path / "data/2005", "member_000.nc")
    assert shown(capsys, tmp_path / "vort_track")[1] == 0
    assert "is a folder of results" not in shown(capsys, tmp_path / "data/2005")[0]


def test_a_result_that_is_not_there_is_refused_as_that(result, capsys):
    missing = result.with_name("member_007.nc")
    with pytest.raises(BadValue, match=f"^{missing}: there is no such result; check the path"):
        shown(capsys, missing)


def test_what_is_in_a_file_cannot_steer_the_terminal(tmp_path, capsys):
    Draft().level(850.0, "hPa").winds_say(units="knots\x1b[31m")(tmp_path, "x\x1b[32m.nc")
    assert "\x1b" not in shown(capsys, tmp_path)[0]
