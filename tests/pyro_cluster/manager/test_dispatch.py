"""The engine against simulated workers: whatever dies, the run ends complete or says what is missing."""

import copy
import threading
import time

import pytest

from stormtracks.pyro_cluster.manager.dispatch import announcer, slots
from stormtracks.pyro_cluster.manager.workers import discovery, heartbeats, rests
from tests.dispatch_setting import Setting, until


@pytest.fixture(autouse=True)
def _soon(monkeypatch):
    monkeypatch.setattr(discovery, "FIND_SECONDS", 0.05)
    monkeypatch.setattr(slots, "REST_SECONDS", (0.01, 0.1))
    monkeypatch.setattr(rests, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(rests, "FIRST_REST", 0.01)


def _all(years, members):
    return [(2000 + year, member) for year in range(years) for member in range(members)]


def test_every_task_is_done_once():
    setting = Setting(4, 25)
    for name in "abc":
        setting.cluster.add(name, slots=2)
    assert setting.run_when_all_have_come() == "complete"
    assert setting.did() == _all(4, 25)
    assert sorted((o.year, o.ensemble_member) for o in setting.journal.outcomes) == _all(4, 25)
    assert {line.split(":")[0] for line in setting.shown} == {f"worker {name} joined" for name in "abc"}


def test_nothing_to_do_ends_at_once():
    setting = Setting(1, 1)
    setting.schedule.get_task(2000, 0).status = "complete"
    assert setting.run() == "complete"


def test_each_distinct_remark_is_said_once_and_not_too_many(monkeypatch):
    monkeypatch.setattr(announcer, "MOST_REMARKS", 3)

    def work(peer, year, member):
        return {"remarks": [] if member else ["no level is stated", f"{year} lacks a time"]}

    setting = Setting(4, 2)
    setting.cluster.add("a", work)
    assert setting.run_when_all_have_come() == "complete"
    said = [line for line in setting.shown if line.startswith("note: ")]
    assert said.count("note: no level is stated") == 1 and len(said) == len(set(said)) == 4
    assert set(said) <= set(setting.journal.events)


def test_a_task_that_fails_everywhere_is_f_and_the_run_continues():
    def work(peer, year, member):
        return {"status": "failure", "error": "NaN in u"} if (year, member) == (2000, 1) else {}

    setting = Setting()
    setting.cluster.add("a", work)
    setting.cluster.add("b", work)
    assert setting.run_when_all_have_come() == "incomplete"
    assert setting.schedule.get_progress() == "+F+\n+++\n"
    last = [line for line in setting.shown if "2000 member 1: failure after attempt 3" in line]
    assert "on a, b" in last[0].replace("on b, a", "on a, b") and last[0].endswith("NaN in u")


def test_an_exception_from_a_worker_is_that_tasks_failure():
    def work(peer, year, member):
        raise ValueError("do_work takes no such thing")

    setting = Setting(1, 1, retries=0)
    setting.cluster.add("a", work)
    assert setting.run() == "incomplete"
    assert setting.journal.outcomes[0].error == "ValueError: do_work takes no such thing"


def test_a_killed_workers_tasks_are_done_by_others():
    begun = threading.Event()

    def hang(peer, year, member):
        begun.set()
        peer.gone.wait(60)
        return {}

    setting = Setting(1, 8)
    doomed = setting.cluster.add("doomed", hang, slots=2)
    setting.dispatcher.start()
    assert begun.wait(20)
    setting.cluster.add("other")
    until(lambda: len(setting.did()) == 6)
    doomed.kill()
    assert setting.run() == "complete" and setting.did() == _all(1, 8)
    lost = [line for line in setting.shown if "worker doomed lost: " in line]
    assert len(lost) == 1 and lost[0].endswith("; its 2 tasks are outstanding again")


@pytest.mark.slow
def test_a_worker_that_falls_silent_is_noticed_and_its_call_cut(monkeypatch):
    monkeypatch.setattr(heartbeats, "BEAT_SECONDS", 0.02)
    setting = Setting(1, 4)
    frozen = setting.cluster.add("frozen")
    frozen.description["slots"], setting.dispatcher._workforce._discovery._timeout = 2, 0.05
    frozen.work = lambda peer, year, member: frozen.freeze() or {}
    setting.dispatcher.start()
    setting.until_shown("worker frozen lost: no answer")
    setting.cluster.add("other")
    assert setting.run() == "complete" and setting.cluster.workers["other"].did


def test_half_of_twenty_workers_lost_at_once_costs_no_task():
    gate = threading.Event()

    def work(peer, year, member):
        gate.wait(20)
        return {}

    setting = Setting(4, 20, retries=0)
    workers = [setting.cluster.add(f"w{number}", work, slots=2) for number in range(20)]
    setting.dispatcher.start()
    until(lambda: setting.schedule.counts()["working"] == 40)
    for worker in workers[:10]:
        worker.kill()
    gate.set()
    assert setting.run() == "complete"
    assert sorted(set(setting.did())) == _all(4, 20)


def test_poison_is_f_with_its_victims_named_and_does_not_drain_the_cluster():
    setting = Setting(2, 10)

    def work(peer, year, member):
        if (year, member) == (2000, 4):
            peer.worker.kill()
        return {}

    for number in range(5):
        setting.cluster.add(f"w{number}", work, slots=2)
    assert setting.run_when_all_have_come() == "incomplete"
    assert setting.schedule.counts()["complete"] == 19
    assert sum(not worker.dead.is_set() for worker in setting.cluster.workers.values()) == 2
    failure = next(o for o in setting.journal.outcomes if o.status == "failure")
    assert (failure.year, failure.ensemble_member) == (2000, 4) and failure.worker.count(",") == 2


def test_a_worker_that_comes_late_gets_work():
    setting = Setting(1, 4)
    setting.dispatcher.start()
    time.sleep(0.1)
    setting.cluster.add("late")
    assert setting.run() == "complete"


def test_a_worker_that_comes_back_is_told_from_a_new_one():
    setting = Setting(1, 1)
    stay = threading.Event()
    first = setting.cluster.add("a", lambda peer, year, member: peer.gone.wait(60))
    setting.dispatcher.start()
    until(lambda: setting.schedule.counts()["working"])
    first.kill()
    setting.cluster.add("a", lambda peer, year, member: stay.wait(20) and {})
    setting.until_shown("a new worker of this name")
    stay.set()
    assert setting.run() == "complete"


def test_a_name_that_is_taken_over_is_shown_and_both_are_used():
    setting = Setting(1, 2)
    stay = threading.Event()
    first = setting.cluster.add("a", lambda peer, year, member: stay.wait(20) and {})
    setting.dispatcher.start()
    until(lambda: any(peer.cell for peer in first.peers))  # begun: what is only given out has no connection yet
    setting.cluster.add("a", lambda peer, year, member: stay.wait(20) and {})
    setting.until_shown("the name a now belongs to another worker")
    stay.set()
    assert setting.run() == "complete" and first.did


def test_no_worker_ends_the_run_after_the_stated_time():
    assert Setting(wait=0.1).run() == "no worker"


def test_a_stale_entry_is_shown_once():
    setting = Setting(wait=0.4)
    setting.cluster.add("stale").kill()
    assert setting.run() == "no worker"
    assert [line for line in setting.shown if "stale" in line] == [
        "worker stale is listed but does not answer: nothing listens there; it will be tried again"
    ]


@pytest.mark.parametrize("kind", ["dead", "old"])
def test_of_thousands_of_stale_entries_three_are_named_and_the_others_counted(kind):
    setting = Setting(wait=0.6)
    for number in range(200):
        worker = setting.cluster.add(f"q{number}", **({"version": "0.9"} if kind == "old" else {}))
        if kind == "dead":
            worker.kill()
    assert setting.run() == "no worker"
    lines = [line for line in setting.shown if "does not answer" in line or "is not used" in line]
    assert len(lines) == 4 and lines[-1].startswith("and 197 more alike; the last: worker q")


@pytest.mark.parametrize(
    ("description", "message"),
    [
        ({"version": "0.9"}, "not used: it runs stormtracks 0.9, but the manager runs 1; run fab deploy"),
        ({"tasks": ["wind", "rain"]}, "not used: it does not know the task vort_track, only rain, wind"),
    ],
)
def test_a_worker_that_does_not_fit_is_left_out(description, message):
    setting = Setting(wait=0.3)
    setting.cluster.add("other", **description)
    assert setting.run() == "no worker"
    assert len([line for line in setting.shown if message in line]) == 1


def test_what_does_not_describe_itself_as_a_worker_is_asked_again():
    setting = Setting(1, 1, wait=0.3)
    strange = setting.cluster.add("strange", slots="many")
    assert setting.run() == "no worker" and not strange.did
    assert "strange is listed but does not answer: its description makes no sense: 'slots' is text" in setting.shown[0]


def test_a_worker_of_another_version_works_where_that_is_allowed():
    setting = Setting(any_version=True)
    setting.cluster.add("other", version="0.9")
    assert setting.run() == "complete"


def test_one_worker_under_two_names_is_used_once():
    setting = Setting(1, 40)
    setting.cluster.add("a", lambda *cell: time.sleep(0.01) or {}, id="same")
    setting.cluster.add("b", lambda *cell: time.sleep(0.01) or {}, id="same")
    assert setting.run() == "complete"
    assert any("it is already connected" in line for line in setting.shown)


def test_a_busy_worker_rests_and_its_task_goes_to_another():
    setting = Setting(1, 6)
    setting.cluster.add("busy", lambda *cell: {"status": "busy"})
    setting.cluster.add("free", lambda *cell: time.sleep(0.02) or {})
    assert setting.run_when_all_have_come() == "complete"
    assert all(outcome.worker == "free" for outcome in setting.journal.outcomes)


def test_the_slots_of_a_busy_worker_do_not_wake_each_other(monkeypatch):
    monkeypatch.setattr(slots, "REST_SECONDS", (0.1, 0.1))
    setting, calls = Setting(1, 20), []
    setting.cluster.add("busy", lambda *cell: calls.append(cell) or {"status": "busy"}, slots=4)
    began = time.monotonic()
    setting.dispatcher.start()
    until(lambda: len(calls) >= 12)
    elapsed = time.monotonic() - began
    setting.dispatcher.stop("over")
    assert len(calls) <= 4 * (elapsed / 0.1 + 2)


def test_a_lost_nameserver_is_shown_and_work_continues():
    setting = Setting(1, 1)
    stay = threading.Event()
    setting.cluster.add("a", lambda *cell: stay.wait(20) and {})
    setting.dispatcher.start()
    until(lambda: setting.schedule.counts()["working"])
    setting.cluster.down = "no nameserver at h:9090"
    setting.until_shown("nameserver lost: no nameserver at h:9090; running tasks continue")
    setting.cluster.down = None
    setting.until_shown("nameserver is back")
    stay.set()
    assert setting.run() == "complete"


def test_while_the_journal_cannot_be_written_nothing_is_given_out():
    setting = Setting(1, 3)
    worker = setting.cluster.add("a")
    setting.dispatcher.trouble("the journal cannot be written: disk is full")
    setting.dispatcher.start()
    setting.until_shown("worker a joined")
    time.sleep(0.05)
    assert worker.did == [] and "disk is full; check the disk. No tasks are given out" in setting.shown[0]
    setting.dispatcher.trouble(None)
    assert setting.run() == "complete"


def test_a_journal_that_stays_unwritable_ends_the_run():
    setting = Setting(1, 3, wait=0.1)
    setting.cluster.add("a")
    setting.dispatcher.trouble("the journal cannot be written: disk is full")
    assert setting.run() == "journal"


def test_stopping_leaves_no_thread_and_makes_running_tasks_outstanding():
    setting = Setting(1, 4)
    left = setting.cluster.add("left", lambda peer, year, member: peer.gone.wait(60), slots=2)
    setting.dispatcher.start()
    until(lambda: sum(bool(peer.cell) for peer in left.peers) == 2)
    setting.dispatcher.stop("interrupted")
    assert setting.dispatcher.wait(0) and setting.dispatcher.ended == "interrupted"
    assert setting.schedule.get_progress() == "----\n"
    assert not setting.dispatcher._slots._held and not setting.dispatcher._slots._giving.is_alive()
    until(lambda: not [thread for thread in threading.enumerate() if thread.name.startswith("left/")])


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda made: made.calls.update({("gone", 0): None}), "calls are open to workers that have gone: .*gone"),
        (
            lambda made: made.heartbeats.update({"gone": None}),
            "workers that have gone still have a heartbeat: .*gone",
        ),
        (lambda made: setattr(_only(made), "lost", "why"), r"lost workers can still be given tasks: \['a'\]"),
        (lambda made: setattr(_only(made), "slots", 1), r"more tasks than slots: \['a'\]"),
        (lambda made: _only(made).running.clear(), "tasks in slots"),
    ],
)
def test_books_that_disagree_are_found(spoil, message):
    setting = Setting(1, 4)
    setting.cluster.add("a", lambda peer, year, member: peer.gone.wait(60), slots=2)
    setting.dispatcher.start()
    until(lambda: setting.schedule.counts()["working"] == 2)
    with setting.dispatcher.books.lock:
        setting.dispatcher.check()
        before = copy.copy(_only(setting.dispatcher.books))
        before.running = dict(before.running)
        spoil(setting.dispatcher.books)
        with pytest.raises(AssertionError, match=message):
            setting.dispatcher.check()
        vars(_only(setting.dispatcher.books)).update(vars(before))
        setting.dispatcher.books.heartbeats.pop("gone", None)
        setting.dispatcher.books.calls.pop(("gone", 0), None)
    setting.dispatcher.stop("over")
    assert setting.faults == []


def _only(books):
    """The one worker in the books."""
    (worker,) = books.assignments.workers.values()
    return worker


@pytest.mark.slow
def test_a_thousand_workers():
    setting = Setting(10, 300)
    setting.journal.check = lambda: None  # its time grows with the workers; `run` checks at the end
    for number in range(1000):
        setting.cluster.add(f"w{number}", lambda *cell: time.sleep(0.05) or {})
    assert setting.run(60) == "complete" and setting.did() == _all(10, 300)
