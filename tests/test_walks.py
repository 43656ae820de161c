"""The three walks of docs/architecture.md, held against what really is called, in all processes."""

import json
import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from stormtracks.science import kernel
from tests import house

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "architecture.md").read_text()
RECORDER = ROOT / "tests" / "recorded"
DATA = ROOT / "sample" / "20crv2c_1987"
BEST_TRACKS = ROOT / "sample" / "ibtracs" / "IBTrACS.NA.v04r00.nc"
MOST_FILES = 14
SOMETIMES = {"pyro_cluster/worker/slots/host_memory"}
"""Entered only where the watch over the memory comes by during the walk: it has a rhythm of its own."""
WATCH = "watches slots"
"""A thread of a worker, whose looks come when they come."""
DOOR = ("science/pipeline", "science/tasks/")
"""Where the walk through the cluster ends, and that of the science begins."""
CARRIERS = {
    "console/command_line",
    "console/refusing",
    "hosts/kinds",
    "pyro_cluster/wire/gate",
    "science/passes/shared_pass",
    "science/passes/folder",
    "science/wind_maxima",
}
"""What a call passes on its way from one file of a walk to the next: the program and the wrapper of commands, which of
two ways an entry goes, the door of a daemon, who does which block of a pass, by the kernel or by NumPy."""


def section(title):
    """The text below a heading of the page."""
    return re.search(rf"^### {title}.*?\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL)[1]


def walk(title):
    """The files of a numbered list of the page, in its order, and those that it leans on."""
    listed, _, rest = section(title).partition("Leans on: ")
    return re.findall(r"^\d+\. `([\w/]+)`", listed, re.MULTILINE), re.findall(r"`([\w/]+)`", rest.partition("\n\n")[0])


def module(file):
    """A file as the page names it: stormtracks/disk.py is disk, stormtracks/science/results/__init__.py the folder."""
    return file.removeprefix("stormtracks/").removesuffix(".py").removesuffix("/__init__")


class Recording:
    """What calls entered in processes that were started in its environment; see `recorded.sitecustomize`.

    Parameters
    ----------
    folder : Path
    project : Path, optional
    """

    def __init__(self, folder, project=ROOT):
        folder.mkdir()
        self.folder = folder
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("STORMTRACKS_")},
            "PYTHONPATH": f"{RECORDER}{os.pathsep}{project}",
            "RECORDED_PROJECT": str(project),
            "RECORDED_CALLS": str(folder),
        }

    def calls(self):
        """(time, thread, files that it is in), sorted by time."""
        lines = [line for path in self.folder.iterdir() for line in path.read_text().splitlines()]
        return sorted((when, thread, list(map(module, files))) for when, thread, files in map(json.loads, lines))


def entered(calls):
    """The files that calls entered, each once, in the order in which they were first entered."""
    return list(dict.fromkeys(file for _, _, files in calls for file in files))


def run(words, environment, folder=ROOT):
    done = subprocess.run(
        [sys.executable, *map(str, words)], cwd=folder, env=environment, capture_output=True, text=True, timeout=100
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """The calls of `fab start-workers`, and those of `inv manage` with that worker."""
    folder = tmp_path_factory.mktemp("cluster")
    recording = Recording(folder / "calls")
    state = {"STORMTRACKS_HOME": str(folder / "state"), "STORMTRACKS_SECRET": str(folder / "state" / "secret.pem")}
    environment = recording.environment | state | {"STORMTRACKS_HOSTS": str(hosts_file(folder))}
    unrecorded = {name: value for name, value in environment.items() if not name.startswith("RECORDED_")}
    run(["-m", "invoke", "nameserver", "--background"], unrecorded)
    try:
        run(["-m", "fabric", "start-workers"], environment)
        between = time.monotonic_ns()
        run(["-m", "invoke", "manage", "--start-year", "1987", "--members", "1"], environment)
        calls = recording.calls()
    finally:
        run(["-m", "fabric", "stop-workers", "--now"], unrecorded)
        run(["-m", "invoke", "stop-nameserver"], unrecorded)
    return [call for call in calls if call[0] < between], [call for call in calls if call[0] > between]


def hosts_file(folder):
    """A hosts.yaml with a worker of one slot on this machine, and a nameserver's port of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    worker = {"name": "here", "launch": "local", "slots": 1, "data": str(DATA), "best_tracks": str(BEST_TRACKS)}
    worker |= {"results": str(folder / "results"), "scratch": str(folder / "scratch")}
    path = folder / "hosts.yaml"
    path.write_text(yaml.safe_dump({"nameserver": {"host": "localhost", "port": port}, "workers": [worker]}))
    return path


def assert_is_walked(title, calls):
    """What a walk claims: its order; that no other file is entered; that each of its files leads to the next ones."""
    listed, leant_on = walk(title)
    found = entered(calls)
    assert [file for file in found if file in listed] == listed
    assert sorted((set(found) - set(listed)) | (SOMETIMES & set(leant_on))) == sorted(leant_on)
    ways = {file: way_to(file, calls) for file in listed}
    assert {file: way for file, way in ways.items() if set(way) - {*listed, *CARRIERS}} == {}


def way_to(file, calls):
    """The files that led to a file when it was first entered."""
    first = next(files for _, _, files in calls if file in files)
    return first[: first.index(file)]


@pytest.mark.slow
def test_the_operators_walk(cluster):
    starting, _ = cluster
    assert_is_walked("Operator", [call for call in starting if call[1] != WATCH and not is_look(call)])


@pytest.mark.slow
def test_the_clusters_walk(cluster):
    _, managing = cluster
    ours = [call for call in managing if not any(file.startswith(DOOR) for file in call[2])]
    assert_is_walked("Cluster", [call for call in ours if not is_round(call)])


def is_round(call):
    """Whether this is what a worker does anyway, asked or not: look after its name and slots, listen at its door."""
    _, thread, files = call
    return files[0] == "pyro_cluster/pyro_worker" or thread in ("door", WATCH) or is_look(call)


def is_look(call):
    """Whether this belongs to a worker's look at which years it has data for, which nobody waits for."""
    return call[2][0] == "pyro_cluster/worker/inventory_main" or call[1] == "looks at the data"


@pytest.mark.slow
def test_the_walk_of_science(tmp_path):
    recording = Recording(tmp_path / "calls")
    setup = {"data": str(DATA), "best_tracks": str(BEST_TRACKS), "results": str(tmp_path / "results")}
    program = f"from stormtracks.science import pipeline; pipeline.run_task(1987, 0, 'vort_track', {setup!r})"
    # The kernel's way is the shorter one; best tracks that another task kept would not be read.
    environment = recording.environment | {kernel.SWITCH: "off", "STORMTRACKS_HOME": str(tmp_path / "state")}
    run(["-c", program], environment)
    assert_is_walked("Science", recording.calls())


@pytest.mark.parametrize("title", ["Operator", "Cluster", "Science"])
def test_a_walk_is_short_and_enters_each_file_once(title):
    listed, leant_on = walk(title)
    assert 0 < len(listed) <= MOST_FILES
    both = listed + leant_on
    assert sorted(set(both)) == sorted(both)
    there = {module(str(path.relative_to(ROOT))) for path in house.sources().values()}
    assert set(both) - there == set()


def test_the_page_states_the_counts_of_today():
    stated = re.findall(r"^\| ([\w ]+) \| \d+ \| (\d+) \|$", PAGE, re.MULTILINE)
    counts = house.counts()
    assert len(stated) > 5
    assert {name: int(count) for name, count in stated} == {name: counts[name] for name, _ in stated}, (
        "python -m tests.house prints the counts"
    )


def test_calls_are_recorded_across_threads_and_processes_and_imports_are_not(tmp_path):
    package = tmp_path / "stormtracks"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "low.py").write_text("def f(): pass\nf()\n")
    (package / "high.py").write_text(
        "import threading\ndef g():\n    from stormtracks import low\n    class A: pass\n"
        "    thread = threading.Thread(target=low.f, name='other')\n    thread.start()\n    thread.join()\n"
    )
    (tmp_path / "tasks.py").write_text(
        "import subprocess, sys\nfrom stormtracks import high, low\nhigh.g()\n"
        "if len(sys.argv) < 2: subprocess.run([sys.executable, 'tasks.py', 'again'], check=True)\n"
    )
    recording = Recording(tmp_path / "calls", tmp_path)
    run(["tasks.py"], recording.environment, tmp_path)
    once = [("MainThread", ["tasks"]), ("MainThread", ["tasks", "high"]), ("other", ["low"])]
    assert [(thread, files) for _, thread, files in recording.calls()] == once * 2
