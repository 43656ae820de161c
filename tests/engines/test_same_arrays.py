"""One planted ensemble through every engine: each result has the arrays that `inv track` makes, byte for byte."""

import contextlib

import pytest
from dask_processes import DaskProcesses
from engines import arrays
from engines.site import CHAIN, MEMBERS
from needs import need_extra
from sshd import PrivateSshd

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@contextlib.contextmanager
def by_ssh(site, _):
    """Workers on two hosts over SSH, with results of their own, and one on this machine."""
    with contextlib.ExitStack() as running:
        servers = [running.enter_context(PrivateSshd(site.folder / name, site.operator.key)) for name in ("w1", "w2")]
        site.operator.trust(*servers)
        entries = [
            site.entry(f"w{n}", address=one.address, port=one.port, slots=1, results=str(one.folder / "results"))
            for n, one in enumerate(servers, 1)
        ]
        site.configure(*entries, site.entry("here", launch="local", slots=1))
        with site.serving():
            site.fab("start-workers")
            yield []
            site.fab("collect")


@contextlib.contextmanager
def by_slurm(site, request):
    """Two pilots of two slots, which a login node submits; it and the nodes share our files."""
    slurm = request.getfixturevalue("slurm")
    with PrivateSshd(site.folder / "login", site.operator.key, environment=slurm.environment) as login:
        site.operator.trust(login)
        queue = {"launch": "slurm", "jobs": 2, "slots": 2, "time": "5", "shared_files": True}
        site.configure(site.entry("q", address=login.address, port=login.port, **queue))
        with site.serving():
            site.fab("start-workers")
            yield []
            site.fab("stop-workers")
            assert slurm.jobs() == []


@contextlib.contextmanager
def by_dask(site, _):
    """Processes of this machine that Dask starts; no nameserver, and nothing to start before."""
    need_extra("dask")
    site.configure(site.entry("here", launch="local", slots=2))
    yield ["--engine=dask"]


@contextlib.contextmanager
def by_a_dask_scheduler(site, _):
    """Two workers of a scheduler that does not know this package."""
    need_extra("dask")
    with DaskProcesses(site.folder) as dask:
        workers = [dask.add(), dask.add()]
        site.configure(site.entry("dk", launch="dask", scheduler=dask.address))
        yield ["--engine=dask"]
        for name in workers:
            print(dask.log(name)[-2000:])


ENGINES = [by_ssh, pytest.param(by_slurm, marks=pytest.mark.slurm), by_dask, by_a_dask_scheduler]


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_makes_the_arrays_of_inv_track(engine, site, tracked, request):
    with engine(site, request) as words:
        said = site.ended(site.manage(*words, task=",".join(CHAIN)))
        assert site.counts()["complete"] == MEMBERS * len(CHAIN), said
    made = site.made()
    assert len(made) == MEMBERS * len(CHAIN)
    assert arrays.differences(made, tracked) == []


def test_two_dask_workers_of_a_host_read_each_block_once(site, tracked):
    need_extra("dask")
    read = site.folder / "read"
    with DaskProcesses(site.folder) as dask:
        for name in ("one", "two"):
            dask.add(name, environment={"STORMTRACKS_READ": str(read)})
        dask.wait_for_workers(2)
        site.configure(site.entry("dk", launch="dask", scheduler=dask.address, tasks="tests.engines.counted:TASKS"))
        site.ended(site.manage("--engine=dask"))
    lines = [line.split() for line in read.read_text().splitlines()]
    blocks = [block for _, block in lines]
    assert len(blocks) == len(set(blocks)) > 4
    assert len({pid for pid, _ in lines}) == 2, "both took part"
    made = site.made()
    assert arrays.differences(made, {key: of for key, of in tracked.items() if key in made}) == []
