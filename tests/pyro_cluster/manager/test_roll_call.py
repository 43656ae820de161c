"""Workers of one entry of a queue are asked as one: by the entry's name, whatever their own names and hosts."""

import pytest

from stormtracks.pyro_cluster.journal.outcome import TaskOutcome
from stormtracks.pyro_cluster.manager.engines.door import PeerLost
from stormtracks.pyro_cluster.manager.plan import ManagePlan
from stormtracks.pyro_cluster.manager.roll_call import NotBelonging, RollCall
from stormtracks.version import code_version

EXTENT = (2000, 2000, 4)


class Peer:
    """A worker of an entry that has these files in its results folder, and counts what it is asked."""

    def __init__(self, name, entry, files=(), results="/shared", **more):
        self.files, self.listed, self.claims = files, 0, []
        self.description = {"worker": name, "id": f"id of {name}", "entry": entry, "places": {"results": results}}
        self.description |= {"version": code_version(), "tasks": ["vort_track"], "host": f"node of {name}", **more}
        self.asked, self.says = None, ""

    def describe(self):
        return self.asked(self, dict(self.description)) if self.asked else dict(self.description)

    def claim_results(self, task, extent, options, who):
        self.claims.append(tuple(extent))
        if isinstance(self.says, Exception):
            raise self.says
        return {"refused": "", "conflict": self.says}

    def list_results(self, *arguments):
        self.listed += 1
        return {"names": [[2000, list(self.files)]], "more": None}

    def close(self):
        pass


class Cluster:
    """These workers, all listed at once."""

    call_seconds = 5.0

    def __init__(self, *peers):
        self.peers = {peer.description["worker"]: peer for peer in peers}
        self.kept, self.asked = {}, None

    def find(self):
        return {name: name for name in self.peers}

    def connect(self, uri, timeout=None):
        return self.peers[uri]


@pytest.fixture
def begun(tmp_path):
    """begun(peers, hosts) -> a roll call over these workers, and a journal in which an entry's workers did all."""
    journals = []

    def begin(*peers, hosts=None):
        plan = ManagePlan(*EXTENT, journals=tmp_path, run="r", hosts_file="hosts.yaml" if hosts else "")
        if hosts:
            plan = ManagePlan(
                *EXTENT, journals=tmp_path, run="r", hosts_file="hosts.yaml", workers=lambda: dict.fromkeys(hosts, "")
            )
        roll_call = RollCall(Cluster(*peers), plan)
        roll_call.call()
        roll_call.claim(plan)
        journals.append(plan.journal())
        return roll_call, journals[-1]

    yield begin
    for journal in journals:
        journal.close("complete")


def _done(begun, tmp_path):
    """A run that workers of fast have completed."""
    plan = ManagePlan(*EXTENT, journals=tmp_path, run="r")
    journal = plan.journal()
    journal.belongs("fast", {"results": "/shared"})
    for member in range(4):
        path = f"/shared/vort_track/2000/{member}.nc"
        journal.record(TaskOutcome(2000, member, "complete", f"fast-1_{member}", path=path, entry="fast"))
    journal.close("complete")


def test_an_entry_of_hosts_yaml_lets_all_its_workers_in(begun):
    roll_call, journal = begun(*(Peer(f"fast-1_{number}", "fast") for number in range(3)), hosts=["fast"])
    roll_call.admit(journal)
    assert journal.places == {"fast": {"data": "", "dataset": "", "best_tracks": "", "results": "/shared"}}
    assert roll_call.folders() == {"fast": "/shared"}


def test_a_worker_of_another_entry_is_left_out(begun):
    roll_call, journal = begun(Peer("slow-1_1", "slow"), hosts=["fast", "slow-1_1"])
    roll_call.admit(journal)
    assert journal.places == {}
    described = roll_call._asked(None, Peer("slow-1_2", "slow").description)
    assert described["refused"].startswith("it is not in hosts.yaml")


def test_results_of_workers_that_are_gone_are_looked_for_once_with_any_other(begun, tmp_path):
    _done(begun, tmp_path)
    peers = [Peer(f"fast-7_{number}", "fast", ["0.nc", "1.nc", "2.nc"]) for number in range(5)]
    roll_call, journal = begun(*peers)
    roll_call.admit(journal)
    assert sum(peer.listed for peer in peers) == 1
    assert journal.complete == [(2000, member) for member in range(3)]
    assert roll_call.unknown() == ""
    assert len(roll_call.remarks()) == 1


def test_one_that_comes_later_can_say_it_too(begun, tmp_path):
    _done(begun, tmp_path)
    roll_call, journal = begun()
    roll_call.admit(journal)
    assert roll_call.unknown() == "4 results were not looked for: worker fast is away"
    late = Peer("fast-9_1", "fast", ["0.nc", "1.nc", "2.nc", "3.nc"])
    assert "refused" not in roll_call._asked(late, late.description)
    assert roll_call.unknown() == ""


def test_an_entry_with_another_results_folder_than_before_is_refused(begun, tmp_path):
    _done(begun, tmp_path)
    roll_call, journal = begun(Peer("fast-9_1", "fast", results="/elsewhere"))
    with pytest.raises(
        NotBelonging, match="worker fast-9_1: when it took part in run r, 'results' was /shared, now /e"
    ):
        roll_call.admit(journal)


def test_results_in_the_way_are_looked_for_by_one_worker_of_an_entry(begun):
    roll_call, journal = begun(Peer("fast-1_1", "fast"))
    roll_call.admit(journal)
    later = [Peer(f"fast-2_{number}", "fast") for number in range(3)]
    for peer in later:
        roll_call._asked(peer, peer.description)
    assert [peer.claims for peer in later] == [[(2000, 2000, 0)]] * 3  # it is still noted that the run writes there


@pytest.mark.parametrize("says", ["2000 member 1: other settings", PeerLost("gone")])
def test_until_one_has_looked_and_found_nothing_the_others_look_too(begun, says):
    roll_call, journal = begun()
    roll_call.admit(journal)
    first, second = Peer("fast-1_1", "fast"), Peer("fast-1_2", "fast")
    first.says = says
    for peer in (first, second):
        roll_call._asked(peer, peer.description)
    assert second.claims == [EXTENT]
