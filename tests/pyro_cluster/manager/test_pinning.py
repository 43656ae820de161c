"""Years that lie on the disks of some hosts only: each task goes where its data are, none fails for want of them."""

import time

import pytest

from stormtracks.pyro_cluster.manager.dispatch import slots
from stormtracks.pyro_cluster.manager.dispatch.whereabouts import share
from stormtracks.pyro_cluster.manager.workers import discovery, heartbeats
from stormtracks.pyro_cluster.pyro_task import TASKS
from tests.dispatch_setting import Setting, until


@pytest.fixture(autouse=True)
def _soon(monkeypatch):
    monkeypatch.setattr(discovery, "FIND_SECONDS", 0.05)
    monkeypatch.setattr(heartbeats, "BEAT_SECONDS", 0.02)
    monkeypatch.setattr(slots, "REST_SECONDS", (0.01, 0.1))


class Disk:
    """What a worker does whose data are some years."""

    def __init__(self, years):
        self.years, self.lacked = set(years), 0

    def __call__(self, peer, year, ensemble_member):
        time.sleep(0.002)
        if peer.task != "classify" and year not in self.years:
            self.lacked += 1
            return {"status": "failure", "error": f"there is no year {year}", "lacks_data": True}
        return {}


def _halves(setting, known=True, **more):
    disks = Disk(range(2000, 2004)), Disk(range(2003, 2008))  # 2003 lies on both
    for name, disk in zip("ab", disks, strict=True):
        years = {"data_years": sorted(disk.years), "data_seen": 1} if known else {}
        setting.cluster.add(name, disk, slots=2, **years, **more)
    return disks


def test_each_year_goes_where_it_lies_and_one_that_lies_on_both_to_either():
    setting = Setting(years=8, members=5, retries=0)
    disks = _halves(setting)
    assert setting.run_when_all_have_come() == "complete"
    assert [disk.lacked for disk in disks] == [0, 0] and len(setting.did()) == 40
    assert any("worker a has data for 2000-2003 (4 of 8); the others go" in line for line in setting.shown)


def test_a_chain_of_tasks_stays_where_the_data_are_but_for_the_step_that_reads_none():
    setting = Setting(years=8, members=3, retries=0, task=",".join(TASKS))
    readers = ["vort_track", "field_collection"]
    disks = _halves(setting, data_tasks=readers, host="h", places={"results": "/shared"})
    assert setting.run_when_all_have_come() == "complete"
    assert [disk.lacked for disk in disks] == [0, 0] and setting.schedule.counts()["complete"] == 8 * 3 * len(TASKS)


def test_nothing_fails_for_want_of_data_though_nobody_knows_yet_what_there_is():
    setting = Setting(years=8, members=5, retries=0)
    disks = _halves(setting, known=False)
    assert setting.run_when_all_have_come() == "complete"
    assert setting.schedule.counts()["complete"] == 40
    assert sum(disk.lacked for disk in disks) <= 2 * 8  # per slot and year at most one try in vain


def test_what_becomes_known_in_a_run_is_used():
    setting = Setting(years=8, members=40, retries=0)
    disks = _halves(setting, known=False)
    setting.dispatcher.start()
    for worker, disk in zip(setting.cluster.workers.values(), disks, strict=True):
        worker.learn(sorted(disk.years))
    until(lambda: all(worker.years is not None for worker in setting.dispatcher.workers()))
    lacked = [disk.lacked for disk in disks]
    assert setting.dispatcher.wait(20) and setting.dispatcher.ended == "complete"
    setting.dispatcher.stop("over")
    assert sum(disk.lacked for disk in disks) <= sum(lacked) + 4  # what was under way when it became known


def test_data_that_arrive_in_a_run_are_used():
    setting = Setting(years=2, members=3, retries=0)
    held = Disk([2000])
    only = setting.cluster.add("only", held, data_years=[2000], data_seen=1)
    other = setting.cluster.add("other", Disk([2001]), data_years=[2001], data_seen=1)
    other.stopping = True  # it would have the rest, but takes nothing more
    setting.dispatcher.start()
    until(lambda: len(only.did) == 3)
    held.years.add(2001)
    only.learn([2000, 2001])
    assert setting.dispatcher.wait(20) and setting.dispatcher.ended == "complete"
    setting.dispatcher.stop("over")


def test_a_year_that_nobody_has_is_tried_so_that_its_failure_shows():
    setting = Setting(years=9, members=1, retries=0)
    disks = _halves(setting)
    assert setting.run_when_all_have_come() == "incomplete"
    assert sum(disk.lacked for disk in disks) == 2  # each was asked once
    assert [outcome.error for outcome in setting.journal.outcomes if outcome.status == "failure"] == [
        "there is no year 2008"
    ]


def test_how_the_share_of_a_worker_is_written():
    assert share([2000, 2001], range(2000, 2002)) == ""
    assert share([1950], range(2000, 2002)) == "none (0 of 2)"
    assert share({2000, 2002, 2004, 2006}, range(2000, 2008)) == "2000, 2002, 2004, ... (4 of 8)"
    starts = [f"2025-06-{day:02d}T00" for day in (1, 8, 15)]
    assert share(starts[:2], starts) == "2025-06-01T00..2025-06-08T00 (2 of 3)"
