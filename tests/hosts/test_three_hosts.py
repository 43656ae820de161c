"""The whole way on three hosts: deploy, check, start, manage, collect, stop; the results are those made here."""

import json
import re
import subprocess

import numpy as np
import pytest
from fab import ROOT
from namespaces import HostCluster
from processes import alive, wait_for

from stormtracks.science import ibtracs, pipeline, results, synthetic

YEARS, MEMBERS = (2004, 2005, 2006), 8
BEST_TRACKS = ROOT / "sample" / "ibtracs" / "IBTrACS.NA.v04r00.nc"
SETTINGS = {"min_points": 4, "min_common_times": 3}

pytestmark = [pytest.mark.netns, pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture
def cluster(operator):
    """Three hosts with their own copies of planted data, and a hosts.yaml that has nothing of theirs in common."""
    with HostCluster(operator.folder, operator.key) as made:
        operator.snapshot()
        operator.trust(*(host.sshd for host in made.hosts))
        plant(operator.folder / "planted")
        for host in made.hosts:
            subprocess.run(["cp", "-r", operator.folder / "planted", host.folder / "data"], check=True)
        more = {"slots": 2, "code": "~/code", "best_tracks": str(BEST_TRACKS)}
        operator.configure(
            {
                "nameserver": {"host": made.address},
                "results": "collected",
                "defaults": more,
                "workers": [{k: v for k, v in host.entry().items() if k != "code"} for host in made.hosts],
            }
        )
        yield made


@pytest.fixture
def nameserver(operator, cluster):
    assert inv(operator, "nameserver", "--background")
    yield
    inv(operator, "stop-nameserver")


def inv(operator, *words):
    """A command that must succeed; its output."""
    process = operator.run("-m", "invoke", *words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    said = process.communicate(timeout=200)[0]
    assert process.returncode == 0, said
    return said


def plant(folder):
    for year in YEARS:
        days = {"start": f"{year}-09-01", "stop": f"{year}-09-05"}
        plan = synthetic.Plan(year=year, members=MEMBERS, grid=4.0, **days, seed=year, complevel=1)
        span = [np.datetime64(day, "s") for day in days.values()]
        synthetic.plant(folder, plan, ibtracs.load(BEST_TRACKS, *span))


def manage(operator):
    """Run the planted years."""
    settings = operator.folder / "settings.yaml"
    settings.write_text("".join(f"{key}: {value}\n" for key, value in SETTINGS.items()))
    first, last = f"--start-year={YEARS[0]}", f"--end-year={YEARS[-1]}"
    return inv(operator, "manage", first, last, f"--members={MEMBERS}", f"--settings={settings}")


def same(one, other):
    """Whether two results have the same arrays, byte for byte."""
    return all(
        getattr(getattr(one, part), name).tobytes() == array.tobytes()
        for part in ("maxima", "tracks", "matches", "axis")
        for name, array in vars(getattr(other, part)).items()
        if isinstance(array, np.ndarray)
    )


def test_the_whole_way(operator, cluster, nameserver):
    deployed = operator.fab("deploy")
    assert deployed.returncode == 0, deployed.stdout
    checked = operator.fab("check", "--wide")
    assert checked.returncode == 0, checked.stdout
    assert checked.stdout.count("2004-2006 x 8") == 3
    started = operator.fab("start-workers")
    assert started.returncode == 0, started.stdout
    for host in cluster.hosts:
        assert re.search(rf"{host.name} +ok +started: pid \d+ at {host.address}:\d+, 2 slot\(s\)", started.stdout)
    manage(operator)
    assert json.loads(inv(operator, "status", "--json"))["counts"]["complete"] == len(YEARS) * MEMBERS
    done = [int(line.split()[8]) for line in operator.fab("workers").stdout.splitlines()[1:]]
    assert sum(done) == len(YEARS) * MEMBERS
    assert operator.fab("collect").returncode == 0
    ours = [pid for host in cluster.hosts for pid in host.pids("stormtracks")]
    assert len(ours) >= 3 * 3
    stopped = operator.fab("stop-workers")
    assert stopped.stdout.count("stopped gracefully") == 3
    assert not any(map(alive, ours))
    assert [pid for host in cluster.hosts for pid in wait_for(lambda h=host: h.pids())] and not [
        pid for host in cluster.hosts for pid in host.pids("stormtracks")
    ]
    compare(operator)


def compare(operator):
    """Every collected result beside the same task done here."""
    setup = {
        "data": str(operator.folder / "planted"),
        "results": str(operator.folder / "here"),
        "best_tracks": str(BEST_TRACKS),
        "settings": SETTINGS,
    }
    for year in YEARS:
        for member in range(MEMBERS):
            pipeline.run_task(year, member, "vort_track", setup)
            here = results.load(operator.folder / "here", year, member)
            there = results.load(operator.folder / "collected", year, member)
            assert same(there, here), (year, member)
            assert there.provenance["host"] in {"w1", "w2", "w3"}
    assert len(here.maxima) > 0
