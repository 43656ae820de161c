"""Complete results are looked for with whoever may know: gone, there and not known are three things."""

import threading
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stormtracks.pyro_cluster.journal.identity import Run
from stormtracks.pyro_cluster.journal.journal import Journal
from stormtracks.pyro_cluster.journal.outcome import TaskOutcome
from stormtracks.pyro_cluster.manager.engines.door import PeerLost
from stormtracks.pyro_cluster.manager.holdings import Holdings
from stormtracks.pyro_cluster.manager.plan import ManagePlan

YEARS, MEMBERS = (2000, 2001), 4


class Peer:
    """A worker with some files, {year: names}, that lists `most` of them at a time."""

    def __init__(self, files, most=1000):
        self.files, self.most, self.asked = files, most, 0

    def list_results(self, task, years, options, after):
        self.asked += 1
        pairs = sorted((year, name) for year in years for name in self.files.get(year, ()))
        left = [pair for pair in pairs if after is None or list(pair) > after]
        page = left[: self.most]
        more = list(page[-1]) if len(left) > self.most else None
        return {"names": [[year, [name]] for year, name in page], "more": more}


class Failing(Peer):
    def __init__(self, error):
        self.error = error

    def list_results(self, *arguments):
        raise self.error


def holdings(folder, places=None, **plan):
    """A journal in which all tasks of each member are complete, done by the worker w0 (even members) or w1."""
    journal = Journal(Run("r", "work", *YEARS, MEMBERS), place=folder)
    for worker, results in (places or {}).items():
        journal.belongs(worker, {"results": results})
    for year in YEARS:
        for member in range(MEMBERS):
            path = f"/results/work/{year}/member_{member}.nc"
            journal.record(TaskOutcome(year, member, "complete", f"w{member % 2}", path=path))
    journal.close("complete")
    journal = Journal(Run("r", "work", *YEARS, MEMBERS), place=folder)
    return Holdings(journal, ManagePlan(*YEARS, MEMBERS, "work", **plan)), journal


def files(cells):
    return {year: [f"member_{member}.nc" for y, member in cells if y == year] for year in YEARS}


CELLS = [(year, member) for year in YEARS for member in range(MEMBERS)]


@settings(max_examples=20)
@given(st.sets(st.sampled_from(CELLS)), st.integers(1, 5))
def test_what_is_not_listed_is_gone_and_outstanding_again(tmp_path_factory, there, most):
    looked, journal = holdings(tmp_path_factory.mktemp("runs"))
    gone = looked.look("w0", Peer(files(there), most)) + looked.look("w1", Peer(files(there), most))
    assert set(gone) == set(CELLS) - there
    assert set(journal.complete) == there
    assert looked.unknown() == "" and bool(looked.remarks) == bool(gone)
    journal.close("complete")
    again = Journal(journal.run, place=journal.path.parent)
    assert set(again.complete) == there
    again.close("complete")


def test_who_is_away_or_cannot_say_has_lost_nothing(tmp_path):
    looked, journal = holdings(tmp_path)
    assert looked.unknown() == "8 results were not looked for: worker w0 is away, w1 is away"
    assert looked.look("w0", Failing(AttributeError("no list_results"))) == []
    assert looked.look("w1", Failing(PeerLost("gone"))) == []
    assert looked.unknown() == (
        "8 results were not looked for: worker w0 runs a version that cannot say which results it has, w1 is away"
    )
    assert set(journal.complete) == set(CELLS)


def test_who_is_away_for_good_is_told_from_who_may_be_started(tmp_path):
    looked, _ = holdings(tmp_path, workers=lambda: {"w1": ""})
    assert looked.unknown().endswith("worker w0 is away, and not in hosts.yaml any more, w1 is away")


@pytest.mark.parametrize("answer", [{}, {"names": 3, "more": None}, {"names": [], "more": [2000, "a"]}, None])
def test_an_answer_that_makes_no_sense_is_not_known(tmp_path, answer):
    looked, journal = holdings(tmp_path)
    peer = Peer({})
    peer.list_results = lambda *arguments: answer
    assert looked.look("w0", peer) == []
    assert "worker w0 cannot say which results it has" in looked.unknown()
    assert set(journal.complete) == set(CELLS)


def test_a_listing_that_drips_does_not_keep_a_run_from_beginning(tmp_path, monkeypatch):
    monkeypatch.setattr("stormtracks.pyro_cluster.manager.holdings.LISTING_SECONDS", 0.05)
    looked, _ = holdings(tmp_path)
    peer = Peer({})

    def page(task, years, options, after):
        time.sleep(0.01)
        return {"names": [], "more": [2000, f"{int(after[1] if after else 0) + 1:06d}"]}

    peer.list_results = page
    assert looked.look("w0", peer) == []
    assert "cannot say which results it has (its list takes longer than 0.05 s)" in looked.unknown()


def test_a_listing_says_why_it_cannot_be_made(tmp_path):
    looked, _ = holdings(tmp_path)
    peer = Peer({})
    peer.list_results = lambda *arguments: {"names": [], "more": None, "error": "the results folder is gone"}
    assert looked.look("w0", peer) == []
    assert "cannot say which results it has (the results folder is gone)" in looked.unknown()


def test_a_worker_with_the_same_folder_knows_what_is_there_but_not_what_is_gone(tmp_path):
    looked, journal = holdings(tmp_path, {"w1": "/shared", "other": "/shared"})
    looked.look("w0", Peer(files(CELLS)))
    present = {"w0": Peer({}), "other": Peer(files(CELLS[:4]))}
    looked.look_where_shared(present, {"w0": "/own", "other": "/shared"})
    assert looked.unknown() == "2 results were not looked for: worker w1 is away"
    assert set(journal.complete) == set(CELLS)


def test_what_was_collected_is_there(tmp_path):
    for year in YEARS:
        for member in (0, 1):
            path = Path(tmp_path, "here", "work", str(year), f"member_{member}.nc")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
    looked, _ = holdings(tmp_path / "runs", collected=tmp_path / "here")
    looked.look_here([])
    assert looked.unknown().startswith("4 results were not looked for")


def test_results_of_workers_that_are_away_are_given_up_where_that_is_asked_for(tmp_path):
    looked, journal = holdings(tmp_path)
    assert set(looked.redo(["w0"])) == {cell for cell in CELLS if cell[1] % 2}
    assert set(journal.complete) == {cell for cell in CELLS if not cell[1] % 2}


def test_of_a_chain_each_steps_results_are_looked_for_and_what_follows_a_gone_one_is_done_again(tmp_path):
    steps = ("work", "gather", "sift")
    run = Run("chain", ",".join(steps), 2000, 2000, 2)
    journal = Journal(run, place=tmp_path)
    for member, task in ((member, task) for member in range(2) for task in steps):
        path = f"/results/{task}/2000/member_{member}.nc"
        journal.record(TaskOutcome(2000, member, "complete", f"w{member}", path=path, task=task))
    journal.close("complete")
    journal = Journal(run, place=tmp_path)
    plan = ManagePlan(2000, 2000, 2, "work", collected=tmp_path / "here")
    object.__setattr__(plan, "task", run.task)  # such tasks are known to these tests only
    looked = Holdings(journal, plan)
    assert looked.unknown() == "6 results were not looked for: worker w0 is away, w1 is away"

    class OfTasks(Peer):
        def list_results(self, task, years, options, after):
            names = [] if task == "gather" else [[2000, ["member_0.nc"]]]
            return {"names": names, "more": None}

    assert looked.look("w0", OfTasks({})) == [(2000, 0, "gather")]
    assert (2000, 0, "sift") not in journal.complete and (2000, 0, "work") in journal.complete
    (tmp_path / "here" / "work" / "2000").mkdir(parents=True)
    (tmp_path / "here" / "work" / "2000" / "member_1.nc").touch()
    looked.look_here(["w0"])
    assert looked.unknown() == "2 results were not looked for: worker w1 is away"
    looked.forget([(2000, 1, "gather"), (2000, 1, "sift")])
    assert looked.unknown() == ""
    journal.close("incomplete")


# Workers of one entry of a queue


def of_entry(folder, tmp_path, **plan):
    """A journal in which all is complete, done by as many workers of the entry fast, all of which have gone."""
    journal = Journal(Run("r", "work", *YEARS, MEMBERS), place=folder)
    journal.belongs("fast", {"results": str(tmp_path / "results")})
    for year in YEARS:
        for member in range(MEMBERS):
            path = f"{tmp_path}/results/work/{year}/member_{member}.nc"
            journal.record(TaskOutcome(year, member, "complete", f"fast-{year}_{member}", path=path, entry="fast"))
    journal.close("complete")
    journal = Journal(Run("r", "work", *YEARS, MEMBERS), place=folder)
    return Holdings(journal, ManagePlan(*YEARS, MEMBERS, "work", **plan)), journal


def test_any_worker_of_an_entry_can_say_what_all_of_them_have_done(tmp_path):
    looked, journal = of_entry(tmp_path / "runs", tmp_path)
    assert looked.unknown() == "8 results were not looked for: worker fast is away"
    assert looked.look("fast", Failing(PeerLost("gone"))) == []
    peer = Peer(files(CELLS[1:]))
    assert looked.look("fast", peer) == CELLS[:1]
    assert (looked.unknown(), peer.asked) == ("", 1)
    assert looked.look("fast", peer) == [] and peer.asked == 1  # the next one of the entry is not asked again
    journal.close("complete")


def test_of_many_workers_of_an_entry_that_come_at_once_one_is_asked(tmp_path):
    looked, journal = of_entry(tmp_path / "runs", tmp_path)
    peers = [Peer(files(CELLS[1:])) for _ in range(8)]
    threads = [threading.Thread(target=looked.look, args=("fast", peer)) for peer in peers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(peer.asked for peer in peers) == 1
    assert len(looked.remarks) == 1
    journal.close("complete")


def test_results_of_an_entry_that_is_away_are_found_in_its_folder_here(tmp_path):
    here = {"fast": str(tmp_path / "results")}
    looked, journal = of_entry(tmp_path / "runs", tmp_path, workers=lambda: here)
    place = tmp_path / "results/work/2000/member_0.nc"
    place.parent.mkdir(parents=True)
    place.touch()
    looked.look_here([])
    assert looked.unknown() == "7 results were not looked for: worker fast is away"
    journal.close("complete")
