"""Every benchmark says what it measures; what they share does what it says."""

import importlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks import planted_best_tracks, planted_data, queue_looks
from benchmarks.growth import repeated, repeated_maxima
from benchmarks.surroundings import spread, table
from stormtracks.science import reanalysis
from stormtracks.science.records import Maxima, TimeAxis

OURS = (
    "one_member",
    "ensemble",
    "growth",
    "hourly_year",
    "scale_model",
    "startup",
    "speedup",
    "peers",
    "skill",
    "formats",
    "engines",
    "queue_calls",
    "queue_looks",
    "shared_disk",
    "results_index",
    "field_collection",
    "behind_the_tracks",
    "all_basins",
    "ten_thousand",
)


@pytest.mark.parametrize("name", OURS)
def test_help_begins_with_the_first_line_of_the_module(name, capsys):
    module = importlib.import_module(f"benchmarks.{name}")
    with pytest.raises(SystemExit, match="0"):
        module.main(["--help"])
    shown = " ".join(capsys.readouterr().out.split())
    assert " ".join(module.__doc__.split("\n\n")[0].split())[:60] in shown


def test_a_day_of_looks_is_bounded_whatever_happens():
    day = 24 * 3600.0
    for happens in ([], queue_looks.ends(day, 8, 4 * 3600), queue_looks.ends(day, 3600, 3600)):
        assert len(queue_looks.looks(day, happens)) <= 2 * 24 * 60 + 3
    assert len(queue_looks.looks(day, [])) <= 0.6 * 24 * 60


@pytest.mark.slow
def test_none_needs_what_only_tests_and_linters_need():
    """After a plain `./inv` only the packages of requirements.txt are there."""
    folder = Path(planted_data.__file__).parent
    names = [f"benchmarks.{path.stem}" for path in folder.glob("*.py") if path.stem != "report_page"]
    names.append("benchmarks.chaos.__main__")
    code = "import sys; sys.modules |= dict.fromkeys(('pytest', 'hypothesis', 'xdist', 'ruff', 'mypy', 'sphinx'))\n"
    code += "import importlib; [importlib.import_module(name) for name in sys.argv[1:]]; import namespaces, sshd"
    done = subprocess.run([sys.executable, "-c", code, *names], cwd=folder.parent, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_soak_says_what_its_hosts_are(tmp_path, monkeypatch):
    from benchmarks.chaos import hosts

    monkeypatch.setattr(hosts, "missing", lambda *programs, root: ["root", "sshd"])
    (tmp_path / "code").mkdir()
    with hosts.hosts(tmp_path, tmp_path / "code", lambda address: []) as (made, address, kind):
        assert (len(made), address) == (3, "127.0.0.1") and not made[0].namespaced
    assert kind == "3 workers on this machine, without faults of network and disks: root, sshd missing"


def test_a_planted_season_is_made_once(tmp_path):
    place = planted_data.season(tmp_path, 5, members=1, grid=10.0, layout="20crv3")
    before = [path.stat().st_mtime_ns for path, _ in planted_data.winds(place)]
    assert planted_data.season(tmp_path, 5, members=1, grid=10.0, layout="20crv3") == place
    assert [path.stat().st_mtime_ns for path, _ in planted_data.winds(place)] == before


def test_repeated_chunks_are_the_same_winds_again(tmp_path):
    source = planted_data.season(tmp_path, 5, members=1, grid=10.0, layout="20crv3")
    place = repeated(source, tmp_path / "many", 12)
    with reanalysis.open_season(place, planted_data.YEAR) as season:
        u, _ = season.read(0, 12, [0])
        assert (u[5:10] == u[:5]).all()
        assert season.axis.step_hours == pytest.approx(50 / 60)


def test_repeated_maxima_go_on_in_time():
    maxima = Maxima(np.array([0, 0, 1], np.int32), np.zeros(3), np.zeros(3), np.ones(3, np.float32))
    times = np.array(["2005-06-01T00", "2005-06-01T06"], "datetime64[s]")
    many, axis = repeated_maxima(maxima, TimeAxis(times, np.array([0.0, 6.0])), 7)
    assert many.step.tolist() == [0, 0, 1, 2, 2, 3, 4]
    assert axis.step_hours == 6
    assert len(axis) == 6


def test_tables_and_spreads_are_what_they_look_like():
    assert spread([3.0, 1.0, 2.0]) == "2.00 (1.00-3.00)"
    assert table(("a", "b"), [("x", 1)]).splitlines() == ["a  b", "-  -", "x  1"]


def test_all_benchmarks_are_found_by_inv_bench():
    folder = Path(planted_data.__file__).parent
    mains = {path.stem for path in folder.glob("*.py") if "\ndef main(" in path.read_text()}
    assert mains >= set(OURS)


@pytest.mark.parametrize(
    ("shape", "item", "published"),
    [((2266, 360), 8, [1133, 180]), ((2266, 360), 4, [2266, 360]), ((2266, 360, 19), 1, [1133, 180, 10])],
)
def test_planted_best_tracks_have_chunks_as_the_published_ones(shape, item, published):
    assert planted_best_tracks.chunks(shape, item) == published
