"""`inv demo`: the shipped sample through the real thing: nameserver, worker with its slots, manager."""

import contextlib
import os
import shlex
import socket
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from stormtracks import checkout, paths
from stormtracks.console import services
from stormtracks.console.terminal import output, table
from stormtracks.pyro_cluster import pidfile, pyro_manager
from stormtracks.pyro_cluster.manager.plan import ManagePlan
from stormtracks.science import reanalysis, summary

DATA = "sample/20crv2c_1987"
BEST_TRACKS = "sample/ibtracs/IBTrACS.NA.v04r00.nc"


def demo(folder: str | None = None) -> None:
    """Track all members of the sample on a cluster of one worker, show the storms found, and clean up the cluster."""
    data, best_tracks = checkout.shipped(DATA), checkout.shipped(BEST_TRACKS)
    if folder:
        results = paths.expand(folder, Path.cwd(), "--results")
    else:
        results = Path(tempfile.mkdtemp(prefix="stormtracks-demo-"))
    ((year, members),) = reanalysis.inventory(data).items()
    places = ["--data", data, "--best-tracks", best_tracks, "--results", results]
    with tempfile.TemporaryDirectory(prefix="stormtracks-") as home, _cluster(Path(home), places) as port:
        where = f" --results {shlex.quote(folder)}" if folder else ""
        again = f"run `inv demo{where}` again"  # the cluster of this run is gone by then
        plan = ManagePlan(year, year, members, run="demo", nameserver=("localhost", port), wait=20.0, again=again)
        status = pyro_manager.run(plan)
    if status != pyro_manager.COMPLETE:
        sys.exit(status)
    show_storms(results, year)


@contextlib.contextmanager
def _cluster(home: Path, places: list[object]) -> Iterator[int]:
    """A nameserver and a worker of this machine with their state in a folder of their own; gives the port."""
    port = _free_port()
    worker = ["--name", "demo", "--nameserver", f"localhost:{port}", "--scratch", home / "scratch", *places]
    with (
        _environment(STORMTRACKS_HOME=str(home), STORMTRACKS_SECRET=str(home / "secret.pem")),
        services.service(services.NAMESERVER, ["--port", port], pidfile.nameserver_path(), home / "nameserver.log"),
        services.service(services.WORKER, worker, pidfile.worker_path("demo"), home / "worker.log"),
    ):
        yield port


@contextlib.contextmanager
def _environment(**variables: str) -> Iterator[None]:
    """Environment variables for as long as the block lasts."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name)
            else:
                os.environ[name] = value


def _free_port() -> int:
    # Another process may take it before the nameserver does, which then says so.
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def show_storms(folder: Path, year: int) -> None:
    """For each best track of a year: in how many members it was found, and how near."""
    storms = table(f"storms of {year}", "storm", "name", ">strongest wind (kt)", ">members", ">mean distance (km)")
    for storm in summary.summarise(folder, years=[year]).storms:
        mean = f"{storm.distance_km:.0f}" if storm.found else ""
        storms.add_row(storm.sid, storm.name, f"{storm.max_wind_kt:.0f}", f"{storm.found} of {storm.members}", mean)
    out = output()
    out.print(storms)
    out.print(f"results: {folder}/vort_track/{year}; see them with inv report --results {folder}", soft_wrap=True)
