"""The queueing network of the scale model against what can be reckoned by hand."""

import math

import pytest

from benchmarks.simulation import Cluster, Work, simulate

FREE = 1e15
"""Bytes a second: no waiting for a disk."""


@pytest.mark.parametrize(("tasks", "slots"), [(1, 1), (7, 1), (7, 2), (8, 4), (3, 5)])
def test_alike_tasks_are_done_in_rounds(tasks, slots):
    done = simulate(Cluster(1, slots, 1, FREE), Work(tasks, 2.0, spread=0.0))
    assert done.seconds == pytest.approx(2.0 * math.ceil(tasks / slots))


def test_one_file_server_is_the_limit_of_many_readers():
    work = Work(200, 1.0, read_bytes=1000.0, spread=0.0)
    done = simulate(Cluster(50, 2, 1, 100.0), work)
    assert done.seconds == pytest.approx(200 * 1000 / 100, rel=0.02)
    assert done.disk_use > 0.98


def test_a_lonely_reader_has_all_of_the_disk():
    done = simulate(Cluster(1, 1, 1, 100.0), Work(3, 1.0, read_bytes=1000.0, spread=0.0))
    assert done.seconds == pytest.approx(3 * (10 + 1))
    assert done.disk_use == pytest.approx(10 / 11)


def test_disks_of_their_own_scale_with_the_hosts():
    work = Work(64, 1.0, read_bytes=100.0, spread=0.0)
    one, eight = (simulate(Cluster(hosts, 2, hosts, 100.0), work).seconds for hosts in (1, 8))
    assert one == pytest.approx(8 * eight)


def test_a_slow_manager_is_the_limit_of_short_tasks():
    done = simulate(Cluster(100, 1, 1, FREE, dispatch_seconds=0.5), Work(400, 1.0, spread=0.0))
    assert done.seconds == pytest.approx(400 * 0.5 + 1.0)
    assert done.manager_use > 0.99


def test_heartbeats_take_their_share_of_the_manager():
    done = simulate(Cluster(50, 1, 1, FREE, 0.5, heartbeat_load=0.01), Work(400, 1.0, spread=0.0))
    assert done.seconds == pytest.approx(400 * 0.5 / (1 - 0.5) + 1.0)


def test_slots_without_work_are_counted_in_the_tail():
    done = simulate(Cluster(1, 2, 1, FREE), Work(3, 2.0, spread=0.0))
    assert done.tail == pytest.approx(0.5)
