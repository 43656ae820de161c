"""A bug of ours as the person meets it who types the command: never one line that looks like a mistake of hers."""

import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from stormtracks.console import bugs

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = [("invoke", "stop-nameserver"), ("fabric", "check")]
PLANTED = {
    "KeyError: 'nmae'": "{'a': 1}['nmae']",
    "ValueError: operands could not be broadcast together with shapes (2,) (3,)": "np.zeros(2) + np.zeros(3)",
}


@pytest.fixture
def plant(tmp_path):
    """Gives a function that runs a command in which an expression is evaluated where both look first."""

    def run(program, command, expression, *words, **environment):
        (tmp_path / "sitecustomize.py").write_text(
            "import numpy as np\nfrom stormtracks import config\nfrom stormtracks.pyro_cluster import pidfile\n"
            f"def planted(*_):\n    return {expression}\n\nconfig.load = pidfile.read = planted\n"
        )
        kept = {name: value for name, value in os.environ.items() if not name.startswith("STORMTRACKS_")}
        here = {"PYTHONPATH": f"{tmp_path}:{ROOT}", "STORMTRACKS_HOME": str(tmp_path / "state")}
        line = [sys.executable, "-m", program, command, *words]
        environment = {**kept, **here, **environment}
        return subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)

    return run


@pytest.mark.slow
@pytest.mark.parametrize(("program", "command"), COMMANDS)
@pytest.mark.parametrize("kind", PLANTED)
def test_a_bug_is_a_file_and_one_line_that_names_it(plant, tmp_path, program, command, kind):
    done = plant(program, command, PLANTED[kind])
    (path,) = (tmp_path / "state" / "bugs").iterdir()
    assert done.returncode == os.EX_SOFTWARE and len(done.stderr.splitlines()) == 1 and not done.stdout
    assert f"this is a bug in stormtracks, not your mistake: {kind}" in done.stderr
    assert f"report it to {bugs.report_to()} with this file: {path}\n" in done.stderr
    said = path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert "Traceback (most recent call last)" in said and kind in said and "sitecustomize.py" in said
    assert re.search(r"^stormtracks: 1\.\S+\+[0-9a-f]{12}\nPython: 3\.\d+\.\d+.*\nplatform: .*\n", said)
    assert re.search(rf"^command: \S+ {command}$", said, re.MULTILINE)


@pytest.mark.slow
@pytest.mark.parametrize(("program", "command"), COMMANDS)
def test_an_unwritable_state_leaves_a_temporary_folder_and_that_failing_the_terminal(plant, tmp_path, program, command):
    (tmp_path / "file").touch()
    unwritable = {"STORMTRACKS_HOME": str(tmp_path / "file" / "state")}
    done = plant(program, command, "{}['nmae']", **unwritable, TMPDIR=str(tmp_path))
    (folder,) = tmp_path.glob("stormtracks-bug-*")
    assert done.returncode == 70 and f"{next(folder.iterdir())}\n" in done.stderr and "Traceback" not in done.stderr


def test_without_any_folder_to_write_to_the_traceback_is_shown(monkeypatch):
    monkeypatch.setattr(bugs, "_written", lambda text: None)
    lines = bugs.report(KeyError("nmae")).splitlines()
    assert lines[0].endswith("with the text below") and "KeyError: 'nmae'" in lines[-1]


@pytest.mark.slow
@pytest.mark.parametrize(("program", "command"), COMMANDS)
def test_the_traceback_can_be_asked_for(plant, tmp_path, program, command):
    done = plant(program, command, "{}['nmae']", STORMTRACKS_TRACEBACK="1")
    assert done.returncode == 70 and "KeyError: 'nmae'" in done.stderr and not (tmp_path / "state" / "bugs").exists()


@pytest.mark.slow
@pytest.mark.parametrize(("program", "command"), COMMANDS)
def test_what_is_refused_is_one_line_and_no_bug(plant, tmp_path, program, command):
    refusal = "(_ for _ in ()).throw(__import__('stormtracks.errors').errors.NotThere('no year 1987'))"
    done = plant(program, command, refusal)
    assert (done.returncode, done.stderr) == (1, "error: no year 1987\n") and not (tmp_path / "state").exists()


def test_no_secret_is_written(monkeypatch, tmp_path):
    monkeypatch.setenv("STORMTRACKS_HOME", str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["inv", "x", "--key", "S1", "--api-token=S2", "--from", "https://me:S3@host/file"])
    bugs.report(RuntimeError("https://me:S4@host/file"))
    (path,) = (tmp_path / "bugs").iterdir()
    assert not re.search("S[1-4]", path.read_text()) and "--from https://...@host/file" in path.read_text()


def test_without_an_address_the_authors_are_named(monkeypatch, tmp_path):
    monkeypatch.setattr(bugs, "PROJECT", tmp_path / "none.toml")
    assert bugs.report_to() == f"the authors named in {ROOT / 'CITATION.cff'}"
    monkeypatch.setattr(bugs, "CITATION", tmp_path / "CITATION.cff")
    assert bugs.report_to() == "the authors named in CITATION.cff"


def test_an_address_in_the_project_file_is_where_bugs_are_reported(monkeypatch, tmp_path):
    (tmp_path / "pyproject.toml").write_text('[project.urls]\nIssues = "https://example.org/issues"\n')
    monkeypatch.setattr(bugs, "PROJECT", tmp_path / "pyproject.toml")
    assert bugs.report_to() == "https://example.org/issues"
