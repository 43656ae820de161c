"""Names for as long as they are heard of."""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from stormtracks.pyro_cluster.leases import LEASE_SECONDS, SILENT_SECONDS, Leases


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def test_a_name_that_is_heard_of_stays_and_another_goes(clock):
    names = Leases(clock=clock)
    names.take("heard", "PYRO:a@b:1", None)
    names.take("silent", "PYRO:a@b:2", None)
    for _ in range(3):
        clock.now += 0.4 * LEASE_SECONDS
        assert names.take("heard", "PYRO:a@b:1", "PYRO:a@b:1")
    assert names.page("", "", 9) == {"heard": "PYRO:a@b:1"} and names.holder("silent") is None
    assert names.take("silent", "PYRO:a@b:3", None)


def test_another_registration_that_came_in_between_is_seen(clock):
    names = Leases(clock=clock)
    names.take("a", "PYRO:a@b:1", None)
    assert not names.take("a", "PYRO:a@b:2", None) and names.holder("a") == "PYRO:a@b:1"


def test_where_there_is_no_room_the_longest_silent_goes(clock):
    names = Leases(2, clock)
    names.take("a", "PYRO:a@b:1", None)
    names.take("b", "PYRO:a@b:2", None)
    with pytest.raises(OverflowError, match="there are 2 names already"):
        names.take("c", "PYRO:a@b:3", None)
    clock.now += SILENT_SECONDS + 1
    names.take("a", "PYRO:a@b:1", "PYRO:a@b:1")
    names.take("c", "PYRO:a@b:3", None)
    assert set(names.page("", "", 9)) == {"a", "c"}


NAMES = st.text("abc", min_size=1, max_size=3)


class AnyOrder(RuleBasedStateMachine):
    """Whatever happens in whatever order: what is listed is what was heard of within the lease, page after page."""

    def __init__(self):
        super().__init__()
        self.clock = Clock()
        self.names = Leases(clock=self.clock)
        self.heard = {}

    @rule(name=NAMES, uri=st.sampled_from(["PYRO:a@b:1", "PYRO:a@b:2"]))
    def take(self, name, uri):
        assert self.names.take(name, uri, self.names.holder(name))
        self.heard[name] = uri, self.clock.now

    @rule(name=NAMES)
    def drop(self, name):
        assert self.names.drop(name) == (self.heard.pop(name, None) is not None)

    @rule(seconds=st.sampled_from([1, LEASE_SECONDS / 2, LEASE_SECONDS + 1]))
    def pass_time(self, seconds):
        self.clock.now += seconds
        self.heard = {n: one for n, one in self.heard.items() if self.clock.now - one[1] <= LEASE_SECONDS}
        len(self.names)

    @invariant()
    def pages_are_whole(self):
        found, after = {}, ""
        while page := self.names.page("", after, 2):
            found |= page
            after = max(page)
        assert found == {name: uri for name, (uri, _) in self.heard.items()} and list(found) == sorted(found)


TestAnyOrder = AnyOrder.TestCase
