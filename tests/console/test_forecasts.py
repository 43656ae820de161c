"""Two forecasts of three members, tracked by a real cluster; then what each command does with their starts."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from stormtracks.console import classify, cluster, export, plot, report, status, summary, verify
from stormtracks.console.tables import Form
from stormtracks.errors import BadValue, StormtracksError
from stormtracks.on_host import check
from stormtracks.pyro_cluster import secret
from stormtracks.report import fragments, html_report
from stormtracks.report.outline import outline_of
from stormtracks.science import results
from tests import forecast_data
from tests.pyro_cluster.conftest import launching

ROOT = Path(__file__).parents[2]
BEST = ROOT / "sample" / "ibtracs" / "IBTrACS.NA.v04r00.nc"
STARTS = forecast_data.STARTS
ASKED = "1987-09-09..1987-09-09T06/6h"
NAME = "vort_track_1987-09-09T00..1987-09-09T06"


def inv(*words, folder, outcome=0):
    """What an `inv` command printed that must end with this status."""
    command = [sys.executable, "-m", "invoke", *map(str, words), "--hosts", folder / "hosts.yaml"]
    environment = {**os.environ, "NO_COLOR": "1", "STORMTRACKS_HOME": str(folder / "state")}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=110)
    assert done.returncode == outcome, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A folder with data, hosts.yaml, state and the results of a run; and what the manager printed."""
    folder = tmp_path_factory.mktemp("forecasts")
    (folder / "data").mkdir()
    forecast_data.write(folder / "data")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STORMTRACKS_HOME", str(folder / "state"))
        secret.ensure()
        for launch in launching():
            line = launch("pyro_nameserver", "--port", "0").stdout.readline()
            host, port = re.search(r"nameserver at (\S+),", line).group(1).rsplit(":", 1)
            worker = {"data": str(folder / "data"), "results": str(folder / "results"), "best_tracks": str(BEST)}
            of = [{"name": "w1", "launch": "local", "slots": 1, **worker}]
            text = yaml.safe_dump({"nameserver": {"host": host, "port": int(port)}, "workers": of})
            (folder / "hosts.yaml").write_text(text)
            options = [part for key, value in worker.items() for part in (f"--{key.replace('_', '-')}", value)]
            launch("pyro_worker", "--name", "w1", "--slots", 1, *options, "--nameserver", f"{host}:{port}")
            yield folder, inv("manage", "--starts", ASKED, "--members", 3, folder=folder)


@pytest.fixture
def folder(run, monkeypatch):
    """The run's folder, whose hosts.yaml and state the commands use."""
    monkeypatch.setenv("STORMTRACKS_HOME", str(run[0] / "state"))
    monkeypatch.setenv("STORMTRACKS_HOSTS", str(run[0] / "hosts.yaml"))
    return run[0]


def test_the_run_has_a_line_per_start(run):
    assert "all tasks are complete" in run[1] and f"run {NAME}: " in run[1]
    assert "1987-09-09T00: +++\n1987-09-09T06: +++\n" in run[1]
    assert results.years(run[0] / "results") == list(STARTS)


def test_status(folder, capsys):
    status.status()
    shown = capsys.readouterr().out
    assert shown.startswith(f"run {NAME}: vort_track 1987-09-09T00..1987-09-09T06, 3 members; complete")
    assert "\n1987-09-09T06: +++\n" in shown
    status.status(form=Form(json=True))
    state = json.loads(capsys.readouterr().out)
    assert state["grid"] == dict.fromkeys(STARTS, "+++") and state["run"]["starts"] == list(STARTS)


def test_verify(folder, capsys):
    verify.verify()
    assert f"6 of 6 results are as they should be: {folder}/results of run {NAME}" in capsys.readouterr().out
    verify.verify(str(folder / "results"))
    assert "6 of 6 results are as they should be" in capsys.readouterr().out


def test_a_result_that_is_missing_or_another_is_named_by_its_start(folder, tmp_path, capsys):
    for start in STARTS:
        (tmp_path / "vort_track" / start).mkdir(parents=True)
    source, place = (where / "vort_track" / STARTS[1] for where in (folder / "results", tmp_path))
    for member in (0, 2):
        (place / f"member_{member:03d}.nc").write_bytes((source / "member_000.nc").read_bytes())
    with pytest.raises(SystemExit):
        verify.verify(str(tmp_path), NAME, Form(json=True))
    found = {one["what"]: one["cells"] for one in json.loads(capsys.readouterr().out)["problems"]}
    assert found["missing"] == [[STARTS[0], 0], [STARTS[0], 1], [STARTS[0], 2], [STARTS[1], 1]]
    assert found["unreadable"] == [[STARTS[1], 2]]


@pytest.mark.parametrize(("years", "shown"), [(None, STARTS), (STARTS[1], STARTS[1:]), (ASKED, STARTS)])
def test_summary(folder, capsys, years, shown):
    summary.summarise("year", years=years)
    printed = capsys.readouterr().out
    assert [start for start in STARTS if start in printed] == list(shown)


def test_export(folder, tmp_path, capsys):
    options = dict.fromkeys(("results", "members", "list")) | {"consensus": False, "overwrite": False, "mixed": False}
    export.export("csv", str(tmp_path / "x.csv"), options | {"years": STARTS[0]})
    text = (tmp_path / "x.csv").read_text()
    assert f",{STARTS[0]},2,," in text and f",{STARTS[1]},2,," not in text


@pytest.mark.slow
def test_plot(folder, tmp_path):
    options = dict.fromkeys(("results", "member", "storm", "region", "list", "data")) | {"overwrite": False}
    options |= {"best_tracks": None, "mixed": False, "time": None}
    for kind, years, time in (("tracks", STARTS[0], None), ("field", STARTS[1], "1987-09-09T12")):
        plot.plot(kind, str(tmp_path / f"{kind}.png"), options | {"years": years, "time": time})
        assert (tmp_path / f"{kind}.png").stat().st_size > 5000
    with pytest.raises(BadValue, match=f"of {STARTS[0]} to .*; choose it, as --years {STARTS[1]}"):
        plot.plot("tracks", str(tmp_path / "two.png"), options | {"years": None})


@pytest.mark.slow
def test_the_reports_page_has_a_line_per_start(folder, tmp_path):
    options = dict.fromkeys(("results", "run", "best_tracks", "list", "against"))
    options |= {"live": False, "mixed": False, "port": 0}
    report.report(str(tmp_path / "x.html"), None, options)
    page = (tmp_path / "x.html").read_text()
    assert '<th scope="row">1987-09-09T06</th><td class="signs" aria-hidden="true"><span class="complete">+++' in page
    assert "one row per start, one sign per ensemble member" in page and '<th scope="col">Start</th>' in page
    assert "<dt>Starts</dt><dd>1987-09-09T00 to 1987-09-09T06 (2)</dd>" in page
    assert "<h3>Skill of forecasts by lead</h3>" in page and ">24-48<" in page
    tracks = json.loads(re.search(r'<script type="application/json" id="tracks">(.*?)</script>', page).group(1))
    assert tracks["years"] == list(STARTS) and {storm["year"] for storm in tracks["storms"]} == set(STARTS)


def test_a_page_of_results_alone_has_the_starts_that_there_are(folder):
    known = outline_of(folder / "results")
    assert (known.line, known.schedule.get_progress()) == ("Start", "+++\n+++\n")
    assert "1987-09-09T06</th>" in fragments.grid(known) and html_report.title_of(known).endswith(" to 1987-09-09T06")


def test_a_page_without_the_best_tracks_says_that_skill_by_lead_is_not_known():
    assert "not known: no file &lt;x&gt;" in fragments.skill_by_lead("no file <x>")
    assert fragments.skill_by_lead(None) == ""


@pytest.mark.slow
def test_track_finds_the_result_of_the_cluster_and_refuses_a_season(folder):
    words = ("track", "--year", "1987-09-09 06:00", "--ensemble-member", 1)
    printed = inv(*words, folder=folder)
    assert "1987-09-09T06, member 1" in printed and "already there" in printed
    refused = inv(*words, "--set", "season=[06-01, 12-01]", folder=folder, outcome=2)
    assert "the setting season (06-01 to 12-01) is a part of a year, but 1987-09-09T06 is the start of a" in refused


def test_manage_refuses_a_season_of_forecasts_before_anything_is_given_out(folder):
    given = {"starts": ASKED, "members": "3", "set": ["season=[06-01, 12-01]"]}
    with pytest.raises(BadValue, match="1987-09-09T00 is the start of a forecast"):
        cluster.manage(given)


def test_classify_wants_starts_of_even_and_odd_years(folder):
    with pytest.raises(BadValue, match="no result of the task field_collection of 1987-09-09T12; choose from"):
        classify._shared_out(STARTS, ["1987-09-09T12"], None)
    with pytest.raises(BadValue, match="one year to fit on and another to test on"):
        classify._shared_out(STARTS, None, None)
    assert classify._shared_out([*STARTS, "1988-09-09T00"], None, None) == (["1988-09-09T00"], list(STARTS))
    assert classify._shared_out(STARTS, STARTS[:1], None) == ([STARTS[0]], [STARTS[1]])


def test_a_hosts_check_says_which_starts_there_are(folder):
    found = check._LOOKS["data"]({"data": str(folder / "data"), "base": str(folder), "local": False})
    assert found["text"] == "1987-09-09T00 to 1987-09-09T06 x 3"
    assert (found["years"], found["starts"]) == ({}, dict.fromkeys(STARTS, 3))


@pytest.mark.parametrize("years", ["1987-13-01T00", "1987-09-09..1987-09-10", "../x", "1987-09"])
def test_what_is_neither_a_year_nor_a_start_is_refused(folder, years):
    with pytest.raises(StormtracksError, match="--years"):
        summary.summarise("year", years=years)
