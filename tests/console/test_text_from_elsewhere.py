"""Whatever names, errors, logs and answers from elsewhere hold: no command lets it steer the terminal."""

import contextlib
import dataclasses
import json
import shlex
import unicodedata
from pathlib import Path

import fabric.main
import invoke
import numpy as np
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import fabfile
import tasks
from stormtracks.config import WorkerHost
from stormtracks.console import tables, terminal
from stormtracks.console.tables import Column, Table
from stormtracks.download import batch
from stormtracks.download.errors import DownloadError
from stormtracks.download.progress_display import shown as download_shown
from stormtracks.hosts import logs, outcomes
from stormtracks.on_host.answers import MARK
from stormtracks.pyro_cluster.journal.identity import Run
from stormtracks.pyro_cluster.journal.journal import Journal
from stormtracks.pyro_cluster.journal.outcome import TaskOutcome
from stormtracks.pyro_cluster.manager.plan import ManagePlan
from stormtracks.science import pipeline
from stormtracks.science import results as science_results
from tests.simulated_cluster import SimulatedCluster

ROOT = Path(__file__).resolve().parents[2]
DATA, BEST_TRACKS = ROOT / "sample" / "20crv2c_1987", ROOT / "sample" / "ibtracs" / "IBTrACS.NA.v04r00.nc"
PROGRAMS = {
    "inv": invoke.Program(namespace=tasks.namespace, name="inv"),
    "fab": fabric.main.Fab(
        name="fab", executor_class=fabric.main.Executor, config_class=fabric.main.Config, namespace=fabfile.ns
    ),
}
STEERS = {"Cc", "Cf", "Cs", "Zl", "Zp"}
EVIL = "\x1b[2J\x1b]52;c;cm0K\x07\x9b1m\u202eX\r\u2028[red]:skull:\x7f"
SEEN = "\\x1b[2J\\x1b]52;c;cm0K\\x07\\x9b1m\\u202eX\\r\\u2028[red]:skull:\\x7f"
"""What is left of it: everything is visible, markup and emoji codes are only text."""
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=())) | st.just(EVIL)


@pytest.fixture
def said(tmp_path, capfd, monkeypatch):
    """Gives a function that runs a command in this process and returns all that it wrote, once that is harmless."""
    monkeypatch.setenv("STORMTRACKS_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("STORMTRACKS_SECRET", str(tmp_path / "state" / "secret.pem"))
    monkeypatch.setenv("COLUMNS", "400")
    monkeypatch.chdir(ROOT)

    def run(line):
        words = shlex.split(line)
        with contextlib.suppress(SystemExit):
            PROGRAMS[words[0]].run(words, exit=False)
        return harmless("".join(capfd.readouterr()))

    return run


def harmless(text):
    """The text, in which nothing but line feeds and tabs steers a terminal."""
    assert not {character for character in text if unicodedata.category(character) in STEERS} - {"\n", "\t"}
    return text


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """A folder of results whose member and storms have such names."""
    folder = tmp_path_factory.mktemp("named")
    setup = {"data": str(DATA), "results": str(folder), "best_tracks": str(BEST_TRACKS)}
    for member in range(2):
        result = science_results.load(pipeline.run_task(1987, member, "vort_track", setup)["path"])
        named = dataclasses.replace(result.matches, name=np.full(len(result.matches), EVIL))
        science_results.save(dataclasses.replace(result, matches=named), folder)
    return folder


@pytest.mark.parametrize("by", ["year", "member", "storm", "class", "consensus", "candidates"])
def test_summary(said, results, by):
    text = said(f"inv summary --by {by} --results {results}")
    assert (SEEN[:12] in text) == (by in ("storm", "consensus"))  # a long name is folded


def test_verify(said, results, tmp_path):
    folder = tmp_path / "a\x1b[2J" / "vort_track" / "1987"
    folder.mkdir(parents=True)
    (folder / "member_000.nc").write_bytes(b"junk")
    assert "a\\x1b[2J" in said(f"inv verify --results '{folder.parents[1]}'")
    assert "are as they should be" in said(f"inv verify --results {results}")


@pytest.mark.slow
def test_track_export_and_plot(said, results, tmp_path):
    assert SEEN in said(
        f"inv track --year 1987 --ensemble-member 0 --data {DATA} --results {results} --best-tracks {BEST_TRACKS}"
    )
    folder = tmp_path / "a\x1b[2J"
    folder.mkdir()
    for command in ("export --format csv", "plot --kind density", "report"):
        file = {"export": "t.csv", "plot": "t.png", "report": "t.html"}[command.split()[0]]
        assert "a\\x1b[2J" in said(f"inv {command} --results {results} --dest '{folder}/{file}'")


@pytest.mark.parametrize(
    "line",
    [
        "inv summary --results '{evil}'",
        "inv track --year 1987 --ensemble-member 0 --data '{evil}'",
        "inv manage --start-year 1987 --members 1 --hosts '{evil}'",
        "inv status --run '{evil}'",
        "fab check --hosts '{evil}'",
    ],
)
def test_names_of_files_and_runs_in_refusals(said, line):
    assert "\\x1b" in said(line.format(evil="no\x1b[2J\u202e"))


def test_status(said, tmp_path):
    journal = Journal(Run("r", "vort_track", 1987, 1987, 2), place=tmp_path / "state" / "runs")
    journal.record(TaskOutcome(1987, 0, "failure", EVIL, EVIL, error=f"{EVIL}\nall tasks are complete"))
    journal.working(EVIL, 0, 1987, 1)
    journal.close("incomplete")
    text = said("inv status")
    assert f"{SEEN}\\nall tasks" in text and "\nall tasks" not in text
    json.loads(said("inv status --json"))


def test_manage(said, monkeypatch, tmp_path):
    def failing(peer, year, ensemble_member):
        return {"status": "failure", "error": f"{EVIL}\nall tasks are complete"}

    cluster = SimulatedCluster()
    cluster.add("w", failing, host=EVIL)
    monkeypatch.setattr(ManagePlan, "cluster", lambda plan: cluster)
    (tmp_path / "hosts.yaml").write_text("workers: [{name: w, launch: local}]\n")
    options = f"--retries 0 --wait 0.5 --any-version --hosts {tmp_path}/hosts.yaml"
    text = said(f"inv manage --start-year 1987 --members 1 {options}")
    assert f"{SEEN}\\nall tasks" in text and "\nall tasks" not in text


ANSWERS = {
    "check": {"findings": {"data": {"text": EVIL, "fault": EVIL, "notes": [EVIL]}}, "time": 0.0},
    "look": {"state": "running", "pid": 1, "uri": EVIL, "slots": 1, "seconds": 1, "memory_mb": 1, "processes": 1,
             "says": {"error": EVIL}},
    "log": {"path": EVIL, "lines": [f"{EVIL}\udcff"]},
    "start": {"state": "failed", "reason": EVIL, "log": [EVIL], "path": EVIL},
    "stop": {"error": EVIL},
    "key": {"error": EVIL},
    "outbox": {"error": EVIL},
    "bytecode": {"error": EVIL},
    "kernel": {"fault": EVIL},
}  # fmt: skip


@pytest.fixture
def host(tmp_path):
    """A hosts.yaml with one host: its python answers what it is told: host({action: bytes})."""
    python = tmp_path / "python"
    told = f"if [ -f {tmp_path}/$3 ]; then cat {tmp_path}/$3; else cat {tmp_path}/any >&2; exit 9; fi"
    python.write_text(f"#!/bin/sh\nread request\n{told}\n")
    python.chmod(0o755)
    worker = {"name": "w", "launch": "local", "code": str(ROOT), "python": str(python), "base_python": str(python)}
    (tmp_path / "hosts.yaml").write_text(yaml.safe_dump({"workers": [worker]}))
    (tmp_path / "any").write_text(EVIL, "utf-8")

    def answers(content):
        for action, answer in content.items():
            (tmp_path / action).write_bytes(answer)
        return f"--hosts {tmp_path}/hosts.yaml"

    return answers


COMMANDS = {"check": "check", "workers": "look", "logs": "log", "logs --follow": "log", "start-workers": "start",
            "stop-workers": "stop", "push-key": "key", "collect": "outbox"}  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_hosts(said, host, command):
    action = COMMANDS[command]
    stream = f"{EVIL}\n".encode() if "follow" in command else b""
    options = host({action: MARK + json.dumps(ANSWERS[action]).encode() + b"\n" + stream})
    assert SEEN in said(f"fab {command} {options}")


@pytest.mark.parametrize("kind", ["error", "bug", "nothing"])
def test_hosts_that_refuse_break_or_do_not_answer(said, host, tmp_path, kind):
    answers = {"error": {"error": EVIL}, "bug": {"bug": EVIL, "traceback": EVIL}}
    options = host({"stop": MARK + json.dumps(answers[kind]).encode()} if kind in answers else {})
    assert SEEN[:30] in said(f"fab stop-workers {options}")  # without an answer, the last lines of its errors are shown
    for report in tmp_path.glob("state/bugs/*"):
        assert SEEN in harmless(report.read_text())


def test_download(said, monkeypatch, tmp_path):
    def refused(*_, **__):
        raise DownloadError(f"the archive says {EVIL}")

    monkeypatch.setattr(batch, "fetch", refused)
    text = said(f"inv download --dataset 20crv3 --years 1990 --variables uwnd --dest {tmp_path}/data")
    assert f"failed: the archive says {SEEN}" in text


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TEXTS)
def test_what_writes_to_terminals(capsys, text):
    outcomes.write_line(outcomes.HostOutcome("w", False, text))
    tables.show(Table("", (Column("host"), Column("text")), (("w", text),)))
    logs.write(WorkerHost("w"), text)
    terminal.output().print(text)
    with download_shown() as notify:
        notify(text, text, 0, None)
    harmless("".join(capsys.readouterr()))
