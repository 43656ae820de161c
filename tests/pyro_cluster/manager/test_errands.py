"""What may wait is done aside: in order for each, nobody's delay is another's, and no thread stays."""

import threading
import time

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


@pytest.mark.parametrize(("most", "in_all"), [(1, 3), (2, 3), (4, 1)])
def test_thousands_have_so_many_threads_together_and_each_is_done_in_turn(most, in_all):
    errands, lock, now, peak, done = Errands(most, in_all), threading.Lock(), [0], [0], []

    def errand(whose, number):
        with lock:
            now[0] += 1
            peak[0] = max(peak[0], now[0])
        time.sleep(0.0005)
        with lock:
            now[0] -= 1
            done.append((whose, number))

    for number in range(5):
        for whose in range(40):
            errands.add(whose, lambda whose=whose, number=number: errand(whose, number), "one of many")
    assert all(errands.finish(whose, 20) for whose in range(40))
    assert sorted(done) == [(whose, number) for whose in range(40) for number in range(5)]
    assert peak[0] <= in_all
    if most == 1:
        assert [[number for who, number in done if who == whose] for whose in range(40)] == [list(range(5))] * 40
    wait_for(lambda: "one of many" not in {thread.name for thread in threading.enumerate()})


def test_who_waits_for_a_thread_is_waited_for(monkeypatch):
    errands, stay, done = Errands(1, 1), threading.Event(), []
    errands.add("a", lambda: stay.wait(20), "a")
    errands.add("b", lambda: done.append(1), "b")
    assert not errands.finish("b", 0.01) and not done
    stay.set()
    assert errands.finish("b", 20) and done == [1]


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
