"""The program that makes the virtual environment, with a python of the test's in it."""

import sys

import pytest

from stormtracks.on_host import environment


@pytest.fixture
def folder(tmp_path):
    """A code folder whose environment has a python that notes how it is called, and fails when told to."""
    (tmp_path / "requirements.txt").write_text("numpy\n")
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\necho "$@" >>{tmp_path}/calls\necho no numpy here\n! test -e {tmp_path}/fail\n')
    python.chmod(0o755)
    (tmp_path / ".venv" / "lib" / "python3" / "site-packages" / "pip").mkdir(parents=True)
    return tmp_path


def test_it_is_made_once_for_the_same_requirements(folder):
    assert environment.make(folder, False) == {"environment": "created"}
    assert environment.make(folder, False) == {"environment": "unchanged"}
    (folder / "requirements.txt").write_text("numpy>1\n")
    assert environment.make(folder, True) == {"environment": "created"}
    calls = (folder / "calls").read_text().splitlines()
    first, second = (call for call in calls if "pip install" in call)
    assert first.endswith(f"-r {folder}/requirements.txt")
    assert f"--no-index --find-links {folder}/.wheels" in second
    assert "--no-index" not in first


def test_extras_are_installed_too_and_again_where_they_change(folder):
    assert environment.make(folder, False) == {"environment": "created"}
    (folder / "requirements-grib.txt").write_text("eccodes\n")
    wanted = ("requirements-grib.txt",)
    assert environment.make(folder, False, wanted) == {"environment": "created"}
    assert environment.make(folder, False, wanted) == {"environment": "unchanged"}
    last = [call for call in (folder / "calls").read_text().splitlines() if "pip install" in call][-1]
    assert last.endswith(f"-r {folder}/requirements.txt -r {folder}/requirements-grib.txt")
    (folder / "requirements-grib.txt").write_text("eccodes>2\n")
    assert environment.make(folder, False, wanted) == {"environment": "created"}


def test_pip_comes_back_for_other_requirements(folder):
    (folder / ".venv" / "lib" / "python3" / "site-packages" / "pip").rmdir()
    environment.make(folder, False)
    first, *_, last = (folder / "calls").read_text().splitlines()
    assert first == "-m ensurepip" and last.startswith("-m pip uninstall --quiet --yes setuptools")


def test_a_failure_shows_the_last_lines_and_is_tried_again(folder):
    (folder / "fail").touch()
    with pytest.raises(environment.Refused, match=r"has no internet, run fab deploy --wheels DIR\nno numpy here"):
        environment.make(folder, False)
    (folder / "fail").unlink()
    assert environment.make(folder, False) == {"environment": "created"}


def test_an_old_python_is_refused(folder, monkeypatch):
    monkeypatch.setattr(environment, "OLDEST_PYTHON", (99, 0))
    here = ".".join(map(str, sys.version_info[:2]))
    with pytest.raises(
        environment.Refused, match=f"this is Python {here}, but 99.0 or later is required: set 'base_python'"
    ):
        environment.make(folder, False)
