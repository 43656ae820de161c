"""What may wait is done aside: in order for each, nobody's delay is another's, and no thread stays."""

import threading

import pytest

from stormtracks.pyro_cluster.manager.dispatch.errands import Errands
from tests.processes import wait_for


def test_errands_of_one_are_done_in_order_and_no_thread_stays():
    errands, done = Errands(), []
    for number in range(200):
        errands.add("a", lambda number=number: done.append(number), "errands of a")
    assert errands.finish("a", 20)
    assert done == list(range(200))
    wait_for(lambda: "errands of a" not in {thread.name for thread in threading.enumerate()})


def test_who_hangs_delays_only_itself_and_has_so_many_threads_at_most():
    errands, stay, done = Errands(3), threading.Event(), threading.Event()
    try:
        for _ in range(10):
            errands.add("hangs", lambda: stay.wait(20), "hangs")
        errands.add("other", done.set, "other")
        assert done.wait(20)
        assert sum(thread.name == "hangs" for thread in threading.enumerate()) == 3
        assert not errands.finish("hangs", 0.01)
    finally:
        stay.set()
    assert errands.finish("hangs", 20)


def test_without_a_thread_it_is_said_and_not_done(monkeypatch):
    errands, done = Errands(), []
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", _no_thread)
        with pytest.raises(RuntimeError):
            errands.add("a", lambda: done.append(1), "a")
    errands.add("a", lambda: done.append(2), "a")
    assert errands.finish("a", 20) and done == [2]


def test_without_another_thread_those_that_there_are_do_it(monkeypatch):
    errands, stay, done = Errands(2), threading.Event(), []
    errands.add("a", lambda: stay.wait(20), "a")
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", _no_thread)
        errands.add("a", lambda: done.append(1), "a")
    stay.set()
    assert errands.finish("a", 20) and done == [1]


def test_one_that_fails_costs_no_other():
    errands, done = Errands(), []
    for number in range(3):
        errands.add("a", lambda number=number: done.append(number) or 1 // (number - 1), "a")
    assert errands.finish("a", 20) and done == [0, 1, 2]


def _no_thread(thread):
    raise RuntimeError("can't start new thread")
