"""The engine with a line per start of a forecast: as with years; workers that are lost; a chain of tasks."""

import time

import pytest

from stormtracks.pyro_cluster.manager.dispatch import slots
from stormtracks.pyro_cluster.manager.workers import discovery
from stormtracks.pyro_cluster.pyro_task import TASKS
from tests.dispatch_setting import Setting, until

STARTS = [f"2025-06-{day:02d}T00" for day in (1, 8, 15, 22)]


@pytest.fixture(autouse=True)
def _soon(monkeypatch):
    monkeypatch.setattr(discovery, "FIND_SECONDS", 0.05)
    monkeypatch.setattr(slots, "REST_SECONDS", (0.01, 0.1))


def _cells(members):
    return sorted((start, member) for start in STARTS for member in range(members))


def test_every_member_of_every_start_is_done_once_by_workers_that_keep_to_a_start():
    setting = Setting(starts=STARTS, members=20)
    for name in ("a", "b", "c", "d"):
        setting.cluster.add(name, lambda *_: time.sleep(0.001) or {})
    assert setting.run_when_all_have_come() == "complete"
    assert setting.did() == _cells(20)
    first = [worker.did[0][0] for worker in setting.cluster.workers.values()]
    assert sorted(first) == STARTS  # each began with a start of its own


def test_a_worker_that_has_a_start_at_hand_continues_with_it():
    setting = Setting(starts=STARTS, members=5)
    setting.cluster.add("a", years=[1999, "2025-06-15T00", "2030-01-01T00"])
    assert setting.run() == "complete"
    assert setting.cluster.workers["a"].did[0] == ("2025-06-15T00", 0)


def test_starts_go_to_the_workers_that_have_their_data():
    setting = Setting(starts=STARTS, members=5)
    for name, those in (("a", STARTS[:2]), ("b", STARTS[2:])):
        setting.cluster.add(name, lambda *_: time.sleep(0.001) or {}, data_years=those)
    assert setting.run_when_all_have_come() == "complete"
    assert {start for start, _ in setting.cluster.workers["b"].did} == set(STARTS[2:])


def test_what_a_killed_worker_was_doing_is_done_by_another():
    setting = Setting(starts=STARTS, members=4)
    lost = setting.cluster.add("lost", lambda peer, *_: peer.gone.wait(20) and {})
    setting.dispatcher.start()
    until(lambda: any("joined" in line for line in setting.shown))
    until(lambda: any(peer.cell for peer in lost.peers))
    lost.kill()
    setting.cluster.workers.pop("lost")
    setting.cluster.add("b")
    assert setting.dispatcher.wait(20)
    setting.dispatcher.stop("over")
    assert (setting.dispatcher.ended, setting.faults) == ("complete", [])
    assert set(setting.cluster.workers["b"].did) == set(_cells(4))


def test_a_chain_of_tasks_comes_to_its_end_for_each_start():
    setting = Setting(starts=STARTS, members=3, task=",".join(TASKS))
    for name in ("a", "b"):
        setting.cluster.add(name, host=name, slots=1)
    assert setting.run() == "complete"
    assert setting.schedule.get_progress(include_year=True) == "".join(f"{start}: +++\n" for start in STARTS)
