"""`inv download` and `inv report` as a person gives them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from stormtracks.console.years import years

ROOT = Path(__file__).resolve().parents[2]


def inv(*words):
    """Run a command; (exit status, what it said)."""
    code = [sys.executable, "-m", "invoke", *map(str, words)]
    done = subprocess.run(
        code, cwd=ROOT, capture_output=True, text=True, timeout=100, env={**os.environ, "COLUMNS": "200"}
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("text", "found"),
    [(None, None), ("", None), ("1987", [1987]), ("2000-2002", [2000, 2001, 2002]), ("5, 1-2,2", [1, 2, 5])],
)
def test_years_as_a_person_types_them(text, found):
    assert years(text) == found


@pytest.mark.parametrize("text", ["2012-2000", "soon", "1987;1988", "-5", "19870", ","])
def test_what_names_no_years_is_refused(text):
    with pytest.raises(ValueError, match="--years must be years such as 1987 or"):
        years(text)


@pytest.mark.slow
def test_download_writes_the_request_for_era5(tmp_path):
    status, said = inv("download", "--dataset", "era5", "--years", "2005", "--dest", tmp_path)
    assert status == 0 and "1 fetched" in said and (tmp_path / "era5_request.py").exists()


@pytest.mark.slow
def test_download_takes_addresses_from_a_file_and_fails_with_their_name(tmp_path):
    (tmp_path / "mine.yaml").write_text("20crv3: ftp://old/{variable}_{year}.tar\n")
    status, said = inv("download", "--dataset", "20crv3", "--years", "2005", "--archives", tmp_path / "mine.yaml")
    assert status == 2 and "error: archives, 20crv3: an address must begin with https://" in said


@pytest.mark.slow
def test_download_needs_a_data_set():
    assert inv("download") == (
        2,
        "error: --dataset is missing; choose one of: 20crv2c, 20crv3, ibtracs, era5\n",
    )


@pytest.mark.slow
def test_report_knows_of_no_such_run(tmp_path):
    status, said = inv("report", "--results", tmp_path, "--run", "no-such-run", "--dest", tmp_path / "a.html")
    assert status == 1 and said.startswith("error: there is no run no-such-run in")


@pytest.mark.slow
def test_report_refuses_a_folder_without_results(tmp_path):
    status, said = inv("report", "--results", tmp_path, "--dest", tmp_path / "a.html")
    assert status == 1 and "there are no results of vort_track" in said and not list(tmp_path.iterdir())
