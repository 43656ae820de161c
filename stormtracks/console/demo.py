"""`inv demo`: the shipped sample through the real thing: nameserver, worker with its slots, manager."""

import contextlib
import json
import os
import shlex
import socket
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from stormtracks import checkout, config, paths
from stormtracks.console import list_summary, services, tables
from stormtracks.console.terminal import output
from stormtracks.errors import BadValue
from stormtracks.label import Label
from stormtracks.pyro_cluster import pidfile, pyro_manager
from stormtracks.pyro_cluster.manager.plan import ManagePlan
from stormtracks.science import reanalysis, settings, summary
from stormtracks.science.consensus import consensus, consensus_table
from stormtracks.science.findings import findings
from stormtracks.strict_dataclass import unknown


@dataclass(frozen=True)
class Sample:
    """Real data that come with the project: folder, best tracks, the description of the files if they need one."""

    data: str
    best_tracks: str
    dataset: str | None = None
    remark: str = ""
    """What would surprise anyone who knows such data."""


SAMPLES = {
    "20crv2c_1987": Sample(
        "sample/20crv2c_1987",
        "sample/ibtracs/IBTrACS.NA.v04r00.nc",
        remark="winds of this sample are geostrophic, so those near the equator are unreal",
    ),
    "gfs_2018": Sample("sample/gfs_2018", "sample/gfs_2018/ibtracs_2018.csv", "sample/gfs_2018/dataset.yaml"),
}
DEFAULT = "20crv2c_1987"


def demo(folder: str | None = None, sample: str = DEFAULT) -> None:
    """Make the lists of all members of a sample on a cluster of one worker, show the storms, clean up the cluster."""
    if sample not in SAMPLES:
        raise BadValue(unknown(sample, SAMPLES, "sample"))
    chosen = SAMPLES[sample]
    data, best_tracks = checkout.shipped(chosen.data), checkout.shipped(chosen.best_tracks)
    described = config.load_dataset(checkout.shipped(chosen.dataset)) if chosen.dataset else {}
    if folder:
        place = paths.expand(folder, Path.cwd(), "--results")
    else:
        place = Path(tempfile.mkdtemp(prefix="stormtracks-demo-"))
    ((year, members),) = reanalysis.inventory(data, dataset=described).items()
    places: list[object] = ["--data", data, "--best-tracks", best_tracks, "--results", place]
    places += ["--dataset", json.dumps(described)] if described else []
    with tempfile.TemporaryDirectory(prefix="stormtracks-") as home, _cluster(Path(home), places) as port:
        given = "" if sample == DEFAULT else f" --sample {sample}"
        given += f" --results {shlex.quote(folder)}" if folder else ""
        again = f"run `inv demo{given}` again"  # the cluster of this run is gone by then
        chain, where = ",".join(settings.TASKS), ("localhost", port)
        plan = ManagePlan(
            year, year, members, task=chain, run="demo", nameserver=where, wait=20.0, again=again, tell=findings
        )
        status = pyro_manager.run(plan)
    if status != pyro_manager.COMPLETE:
        sys.exit(status)
    show_storms(place, year, chosen.remark)


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


def show_storms(folder: Path, year: Label, remark: str = "") -> None:
    """The tropical cyclones that half of the lists hold, and for each best track how many lists have it."""
    out, counted = output(), summary.summarise_list(folder, "tc", [year])
    for rows in (consensus_table(consensus(folder, year, list="tc")), summary.list_table(counted, "storm")):
        tables.show(rows)
    list_summary.show_skill(counted)
    if remark:
        out.print(f"note: {remark} (sample/README.md)", soft_wrap=True)
    where = f"--results {shlex.quote(str(folder))}"
    out.print(f"results: {folder}; see the list with `inv report --list tc {where}`", soft_wrap=True)
