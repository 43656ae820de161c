"""One planted ensemble through every engine: each result has the arrays that `inv track` makes, byte for byte."""

import contextlib

import pytest
from engines import arrays
from engines.site import CHAIN, MEMBERS
from sshd import PrivateSshd

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@contextlib.contextmanager
def by_ssh(site):
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
            yield


ENGINES = {"ssh": by_ssh}


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_makes_the_arrays_of_inv_track(engine, site, tracked):
    with ENGINES[engine](site):
        site.fab("start-workers")
        site.ended(site.manage(task=",".join(CHAIN)))
        assert site.counts()["complete"] == MEMBERS * len(CHAIN)
        site.fab("collect")
        site.fab("stop-workers")
    made = site.made()
    assert len(made) == MEMBERS * len(CHAIN)
    assert arrays.differences(made, tracked) == []
