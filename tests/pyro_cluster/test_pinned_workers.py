"""Two real workers with different years on their disks, and a manager that knows of neither."""

import json
import re
import subprocess
import sys

import pytest

from stormtracks.pyro_cluster.journal import runs
from tests.processes import wait_for
from tests.science.reanalysis.cases import Draft

DISKS = {"old": range(2000, 2003), "new": range(2002, 2005)}  # 2002 lies on both


@pytest.fixture
def nameserver(launch):
    line = launch("pyro_nameserver", "--port", "0").stdout.readline()
    return re.search(r"nameserver at (\S+),", line).group(1).rstrip(",")


@pytest.fixture
def workers(launch, nameserver, tmp_path):
    """Start a worker for each folder of data, each with results of its own; waits until they know what they have."""

    def start(files, *more, settings=None):
        logs = []
        for name, years in DISKS.items():
            data = tmp_path / name
            data.mkdir()
            for year in years:
                files(data, year)
            places = ["--data", data, "--results", tmp_path / f"{name}_results", "--log", tmp_path / f"{name}.log"]
            launch("pyro_worker", "--name", name, "--slots", 1, "--nameserver", nameserver, *places, *more)
            logs.append(tmp_path / f"{name}.log")
        wait_for(lambda: all(log.exists() and "there are data for" in log.read_text() for log in logs), 60)

    return start


def _managed(home, nameserver, *arguments, tasks=()):
    code = f"""
import sys
from stormtracks.pyro_cluster import pyro_manager, pyro_task
pyro_task.TASKS.update(dict.fromkeys({list(tasks)!r}, ""))
sys.exit(pyro_manager.main())
"""
    extent = ["--start-year", 2000, "--end-year", 2004, "--nameserver", nameserver, "--retries", 0]
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, (*extent, *arguments))],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_years_are_done_where_they_lie(home, nameserver, workers, tmp_path):
    workers(lambda data, year: (data / f"{year}.data").touch(), "--tasks", "tests.pinned_tasks:TASKS")
    output = _managed(home, nameserver, "--members", 4, "--task", "reads", tasks=["reads"])
    assert "complete      20" in re.sub(r"complete +", "complete      ", output)
    assert "worker old has data for 2000-2002 (3 of 5); the others go where their data are" in output
    assert not any("failure" in (tmp_path / f"{name}.log").read_text() for name in DISKS)


@pytest.mark.slow
def test_a_chain_of_the_real_tasks_is_done_where_the_years_lie(home, nameserver, workers, tmp_path):
    def files(data, year):
        draft = Draft(since=f"hours since {year}-08-01 00:00:00").members([1, 2], standard_name="realization")
        draft(data, f"winds_{year}.nc")

    workers(files)
    (tmp_path / "settings.json").write_text(json.dumps({"min_points": 4}))
    output = _managed(home, nameserver, "--members", 2, "--task", "vort_track,field_collection,classify")
    state = runs.read(place=home / "runs")
    assert state.run["state"] == "complete", output
    assert not any("failure" in (tmp_path / f"{name}.log").read_text() for name in DISKS)
    for name, years in DISKS.items():
        done = {int(path.name) for path in (tmp_path / f"{name}_results" / "vort_track").iterdir()}
        assert set(years) - {2002} <= done <= set(years)
