"""A run whose workers are jobs of a queue: they are kept up while work is left, waited for, and not blamed on tasks."""

import threading
import time

import pytest

from stormtracks.pyro_cluster.manager.dispatch import assignments
from stormtracks.pyro_cluster.manager.pilots import keeper, known, losses, pace
from stormtracks.pyro_cluster.manager.workers import discovery, rests
from stormtracks.pyro_cluster.manager.workers.supply import Pilot
from tests.dispatch_setting import Setting, until
from tests.simulated_queue import SimulatedQueue


@pytest.fixture(autouse=True)
def _soon(monkeypatch):
    """Seconds become hundredths of them."""
    monkeypatch.setattr(discovery, "FIND_SECONDS", 0.02)
    monkeypatch.setattr(rests, "FIRST_PAUSE", 0.02)
    monkeypatch.setattr(pace, "USUAL_SECONDS", 0.1)
    monkeypatch.setattr(pace, "LONGEST_SECONDS", 0.4)
    monkeypatch.setattr(pace, "LEAST_SECONDS", 0.03)
    monkeypatch.setattr(keeper, "LOSS_SECONDS", 0.02)
    monkeypatch.setattr(keeper, "SUBMITTED_SECONDS", 0.03)
    monkeypatch.setattr(keeper, "SETTLE_SECONDS", 0.02)
    monkeypatch.setattr(keeper, "ENTRIES_SECONDS", 0.05)
    monkeypatch.setattr(losses, "FATE_SECONDS", 0.5)


class Queued(Setting):
    """A setting whose workers are the jobs of a `SimulatedQueue`."""

    def __init__(self, *args, jobs=4, slots=1, work=None, **more):
        super().__init__(*args, supply=lambda cluster: SimulatedQueue(cluster, "tc", jobs, slots, work), **more)

    @property
    def queue(self):
        return self.supply

    def background(self):
        self.result = []
        thread = threading.Thread(target=lambda: self.result.append(self.run()))
        thread.start()
        return thread


def serve(setting):
    """A queue that starts what is pending at once."""

    def work():
        while not setting.dispatcher.ended:
            setting.queue.start_all()
            time.sleep(0.01)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()


def name_of(setting, peer):
    return next(name for name, worker in setting.cluster.workers.items() if worker is peer.worker)


def until_set(event):
    """Work that lasts until an event, or until its worker is killed."""

    def work(peer, year, member):
        while not event.is_set() and not peer.gone.is_set():
            time.sleep(0.005)
        return {}

    return work


def begun(setting):
    """The name of the one worker, once it is submitted, started and has begun a task."""
    until(lambda: setting.queue.names("pending"))
    (name,) = setting.queue.names("pending")
    setting.queue.start(name)
    until(lambda: any(peer.cell for peer in setting.cluster.workers[name].peers))
    return name


def test_jobs_are_submitted_for_the_work_there_is_and_the_run_ends():
    setting = Queued(1, 3, jobs=4)
    serve(setting)
    assert setting.run() == "complete"
    assert setting.queue.most == 3
    assert "tc: 3 submitted" in setting.shown


def test_three_tasks_left_and_four_slots_are_one_job():
    setting = Queued(1, 3, jobs=4, slots=4)
    serve(setting)
    assert setting.run() == "complete"
    assert setting.queue.most == 1


def test_a_run_waits_for_pending_jobs_longer_than_wait_and_says_so_once():
    setting = Queued(1, 2, jobs=2, wait=0.1)
    thread = setting.background()
    time.sleep(0.5)
    assert not setting.dispatcher.ended
    assert setting.dispatcher.keeper.waits == "waits for 2 jobs of tc: pending (Priority)"
    setting.queue.start_all()
    thread.join(10)
    assert setting.result == ["complete"]
    assert setting.shown.count("waits for 2 jobs of tc: pending (Priority)") == 1
    assert "waits for 2 jobs of tc: pending (Priority)" in setting.journal.waited


def test_a_run_whose_workers_have_all_left_waits_until_their_queue_was_asked(monkeypatch):
    monkeypatch.setattr(pace, "LEAST_SECONDS", 0.6)
    block = threading.Event()
    setting = Queued(1, 1, jobs=1, wait=0.1, work=until_set(block))
    thread = setting.background()
    name = begun(setting)
    setting.cluster.workers[name].stopping = True
    with setting.dispatcher.books.lock:
        (worker,) = setting.dispatcher.books.assignments.workers.values()
    setting.dispatcher._workforce.stopping(worker)
    setting.queue.end(name, by_queue=True)
    block.set()
    until(lambda: setting.queue.names("pending") or setting.dispatcher.ended)
    assert not setting.dispatcher.ended
    setting.queue.start_all()
    thread.join(10)
    assert setting.result == ["complete"]


def test_where_nothing_was_started_the_run_ends_as_without_a_queue():
    setting = Queued(1, 2, wait=0.2)
    setting.queue.wanted = False
    assert setting.run(5) == "no worker"
    assert setting.queue.pilots == {}


def test_stop_workers_during_a_run_means_no_more_jobs():
    setting = Queued(1, 20, jobs=2, wait=0.3, work=lambda *task: time.sleep(0.02) or {})
    thread = setting.background()
    until(lambda: len(setting.queue.names("pending")) == 2)
    setting.queue.start_all()
    until(lambda: len(setting.did()) > 2)
    setting.queue.wanted = False
    for name in setting.queue.names("running"):
        setting.queue.end(name, by_queue=True, why="its job was cancelled")
    thread.join(10)
    assert setting.result == ["no worker"]
    assert setting.queue.most == 2 and not setting.queue.names("pending")
    assert "tc: no more jobs are submitted, as fab stop-workers has stopped it" in setting.shown


def test_an_allocation_that_ends_is_replaced_and_costs_its_task_nothing():
    block = threading.Event()
    setting = Queued(1, 1, jobs=2, retries=0, work=until_set(block))
    thread = setting.background()
    for why in ("its job was preempted", "the time of its job was over", "the node of its job failed"):
        name = begun(setting)
        setting.queue.end(name, by_queue=True, why=why)
        setting.until_shown(f"worker {name} lost: {why}; its 1 task is outstanding again")
    block.set()
    until(lambda: setting.queue.names("pending"))
    setting.queue.start_all()
    thread.join(10)
    assert setting.result == ["complete"]
    assert [outcome.attempts for outcome in setting.journal.outcomes] == [1]
    assert setting.queue.most == 1


def test_a_task_that_ends_its_workers_is_still_a_failure():
    def poison(peer, year, member):
        setting.queue.end(name_of(setting, peer), why="its job ended by itself (FAILED)")
        return {}

    setting = Queued(1, 1, jobs=1, retries=1, work=poison)
    serve(setting)
    assert setting.run() == "incomplete"
    (last,) = setting.journal.outcomes[-1:]
    assert last.status == "failure" and "last: its job ended by itself (FAILED)" in last.error
    assert last.attempts == 2


def test_memory_that_ran_out_is_said_and_counts():
    why = "its job ran out of memory: lower 'slots' or raise 'memory_limit_mb' of tc in hosts.yaml"

    def greedy(peer, year, member):
        setting.queue.end(name_of(setting, peer), why=why)
        return {}

    setting = Queued(1, 1, jobs=1, retries=1, work=greedy)
    serve(setting)
    assert setting.run() == "incomplete"
    assert sum(why in line for line in setting.shown) == 2
    assert why in setting.journal.outcomes[-1].error


def test_all_pilots_that_are_lost_together_are_asked_for_once():
    block = threading.Event()
    setting = Queued(1, 4, jobs=4, work=until_set(block))
    thread = setting.background()
    until(lambda: len(setting.queue.names("pending")) == 4)
    setting.queue.start_all()
    until(lambda: setting.schedule.counts()["working"] == 4)
    time.sleep(1.0)  # looks are rare by now
    before = len(setting.queue.looks)
    for name in setting.queue.names("running"):
        setting.queue.end(name, by_queue=True, why="its job was preempted")
    until(lambda: sum("was preempted" in line for line in setting.shown) == 4)
    assert len(setting.queue.looks) == before + 1
    until(lambda: len(setting.queue.names("pending")) == 4)
    block.set()
    setting.queue.start_all()
    thread.join(10)
    assert setting.result == ["complete"]


def test_a_task_that_brings_down_one_node_after_the_other_ends_as_a_failure(monkeypatch):
    monkeypatch.setattr(assignments, "MOST_INTERRUPTIONS", 3)

    def panic(peer, year, member):
        setting.queue.end(name_of(setting, peer), by_queue=True, why="the node of its job failed")
        return {}

    setting = Queued(1, 1, jobs=1, work=panic)
    serve(setting)
    assert setting.run() == "incomplete"
    error = setting.journal.outcomes[-1].error
    assert error == "each of 3 times its worker was lost by the doing of the queue; last: the node of its job failed"


def test_jobs_that_never_come_end_the_waiting():
    setting = Queued(1, 5, jobs=1, wait=0.3)

    def spoil():
        while not setting.dispatcher.ended:
            for name in setting.queue.names("pending"):
                setting.queue.end(name, why="its job ended by itself (FAILED)")
            time.sleep(0.01)

    threading.Thread(target=spoil, daemon=True).start()
    assert setting.run() == "no worker"
    assert len(setting.queue.pilots) <= known.FRUITLESS + 1  # the look that shows the last one ended has submitted
    (reason,) = setting.dispatcher.keeper.hindrances()
    assert reason.startswith("tc: 3 jobs in a row ended by themselves without having begun a task")
    assert any(line.startswith("tc: 3 jobs in a row") and "No more are submitted" in line for line in setting.shown)


def test_the_reason_of_a_queue_that_submits_no_more_ends_the_waiting_also_where_jobs_are_pending():
    setting = Queued(1, 5, jobs=2, wait=0.2)
    setting.queue.submit(2)
    setting.queue.stopped = "three jobs ended before their workers registered: module: command not found"
    assert setting.run(5) == "no worker"
    assert setting.dispatcher.keeper.hindrances() == [f"tc: {setting.queue.stopped}"]


@pytest.mark.slow
def test_a_login_node_that_is_down_is_said_once_and_what_was_pending_counts_for_a_while(monkeypatch):
    monkeypatch.setattr(known, "SILENT_SECONDS", 2.0)
    setting = Queued(1, 2, jobs=2, wait=0.1)
    thread = setting.background()
    until(lambda: len(setting.queue.names("pending")) == 2)
    setting.queue.down = "login does not answer in time"
    setting.until_shown("the queue of tc cannot be asked: login does not answer in time")
    time.sleep(0.4)
    assert not setting.dispatcher.ended and "known" in setting.dispatcher.keeper.waits
    thread.join(10)
    assert setting.result == ["no worker"]
    assert sum("cannot be asked" in line for line in setting.shown) == 1
    assert len(setting.queue.looks) <= 6


def test_a_queue_that_can_be_asked_again_is_said_and_used():
    setting = Queued(1, 2, jobs=2, wait=5)
    setting.queue.down = "login does not answer in time"
    thread = setting.background()
    setting.until_shown("cannot be asked")
    setting.queue.down = None
    setting.until_shown("the queue of tc can be asked again")
    setting.queue.start_all()
    thread.join(10)
    assert setting.result == ["complete"]


def test_a_look_that_hangs_delays_neither_tasks_nor_the_end():
    setting = Queued(1, 30, jobs=1, work=lambda *task: time.sleep(0.01) or {})
    (name,) = setting.queue.submit()
    setting.queue.start(name)
    setting.queue.hang.clear()
    began = time.monotonic()
    assert setting.run() == "complete"
    assert time.monotonic() - began < 3
    setting.queue.hang.set()


def test_a_loss_whose_queue_says_nothing_counts_as_any_other(monkeypatch):
    block = threading.Event()
    setting = Queued(1, 1, jobs=1, work=until_set(block))
    thread = setting.background()
    name = begun(setting)
    setting.cluster.workers.pop(name).kill()  # its job still runs
    setting.until_shown(f"worker {name} lost: ")  # by its call or by its heartbeat, whichever ends first
    assert any(line.endswith("; its 1 task is outstanding again") for line in setting.shown)
    until(lambda: setting.dispatcher.books.assignments._troubles)
    setting.queue.pilots[name] = setting.queue.pilots[name]._replace(state="ended")
    block.set()
    until(lambda: setting.queue.names("pending"))
    setting.queue.start_all()
    thread.join(10)
    assert setting.result == ["complete"]


@pytest.mark.parametrize(
    ("pilot", "line"),
    [
        (Pilot("pending"), "its job was put back into the queue"),
        (Pilot("pending", True, "its job is suspended"), "its job is suspended"),
    ],
)
def test_a_job_that_its_queue_put_back_or_suspended_costs_its_task_nothing(pilot, line):
    block = threading.Event()
    setting = Queued(1, 1, jobs=1, retries=0, work=until_set(block))
    thread = setting.background()
    name = begun(setting)
    setting.queue.end(name)
    setting.queue.pilots[name] = pilot
    setting.until_shown(f"worker {name} lost: {line}")
    block.set()
    setting.queue.start(name)
    thread.join(10)
    assert setting.result == ["complete"]
    assert [outcome.attempts for outcome in setting.journal.outcomes] == [1]


def test_a_bug_in_a_look_is_said_and_the_next_one_comes(monkeypatch):
    setting = Queued(1, 1, jobs=1)
    keep, calls = setting.queue.keep, []

    def buggy(entry, outstanding):
        calls.append(entry)
        return keep(entry, outstanding) if len(calls) > 1 else {}["bug"]

    monkeypatch.setattr(setting.queue, "keep", buggy)
    serve(setting)
    assert setting.run() == "complete"
    assert "a bug in the look at the queue of tc: KeyError: 'bug'; the run continues" in setting.shown


def test_an_interrupted_run_does_not_wait_for_what_a_queue_may_say(monkeypatch):
    monkeypatch.setattr(losses, "FATE_SECONDS", 20)
    setting = Queued(1, 1, jobs=1, work=until_set(threading.Event()))
    setting.dispatcher.start()
    name = begun(setting)
    setting.queue.hang.clear()
    setting.cluster.workers.pop(name).kill()
    until(lambda: setting.dispatcher.keeper.losses.of("tc"))
    began = time.monotonic()
    setting.dispatcher.stop("interrupted")
    assert time.monotonic() - began < 2
    assert setting.schedule.counts()["outstanding"] == 1
    setting.check()
    setting.queue.hang.set()
