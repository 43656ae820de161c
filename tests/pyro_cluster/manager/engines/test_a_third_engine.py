"""What docs/architecture.md says of a third engine is enough to write one: a pool of processes does a run."""

import contextlib
import io

import pytest

from stormtracks.pyro_cluster import pyro_manager
from stormtracks.pyro_cluster.manager.engines import choice
from stormtracks.pyro_cluster.manager.engines.asked import GuestEntry
from stormtracks.pyro_cluster.manager.plan import ManagePlan
from tests.pool_engine import PoolCluster


@pytest.fixture
def manage(home, tmp_path, monkeypatch):
    """A run by that engine: manage(what its tasks do, ...) -> (exit status, output)."""
    monkeypatch.setitem(choice.ENGINES, "pool", lambda: PoolCluster)
    monkeypatch.setattr(pyro_manager, "on_signals", lambda handler: contextlib.nullcontext())

    def run(do, members=4, **given):
        setup = {"data": str(tmp_path), "results": str(tmp_path / "results")}
        given = {"settings": {"do": do}, "wait": 5.0, "timeout": "none", **given}
        entry = GuestEntry("pool", setup, "tests.dask_tasks:TASKS")
        plan = ManagePlan(2000, 2000, members, engine="pool", entry=entry, journals=tmp_path / "journals", **given)
        out = io.StringIO()
        return pyro_manager.run(plan, out, out), out.getvalue()

    return run


@pytest.mark.slow
def test_a_third_engine_does_a_run_and_resumes_it(manage, tmp_path):
    status, text = manage("write_result", task="vort_track,field_collection,classify")
    assert status == 0, text
    assert len(list((tmp_path / "results").glob("*/2000/*.json"))) == 12
    assert "a pool of processes" in text
    status, text = manage("write_result", task="vort_track,field_collection,classify")
    assert (status, "12 of 12 tasks are complete" in text) == (0, True)


@pytest.mark.slow
def test_a_third_engine_loses_workers_and_says_what_it_lacks(manage):
    status, text = manage("killed", members=1, retries=1)
    assert status == 1
    assert "lost: its process has ended; its 1 task is outstanding again" in text
