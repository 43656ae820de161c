"""Who waits at the gate, and in which order they get their turn."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormtracks.pyro_cluster.wire.strangers import (
    FORGET_SECONDS,
    MOST_HOSTS,
    SILENT_SECONDS,
    STRANGER_SECONDS,
    Strangers,
    host_of,
)


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def strangers(clock):
    return Strangers(clock)


def hosts(strangers):
    return [stranger.host for stranger in strangers]


def test_whose_strangers_cost_least_comes_first_and_one_of_a_members_host_before(strangers):
    dear, cheap, new, member = (strangers.add(None, (f"10.0.0.{n}", 1)) for n in range(4))
    strangers.attended(dear, 0.5)
    strangers.attended(cheap, 0.1)
    strangers.attended(member, 1.0)
    strangers.proved(member)
    assert strangers.in_turn([dear, cheap, member, new]) == [new, member, cheap, dear]


def test_what_was_long_ago_is_forgotten(strangers, clock):
    dear, cheap = (strangers.add(None, (f"10.0.0.{n}", 1)) for n in range(2))
    strangers.attended(dear, 1.0)
    for _ in range(20):
        clock.now += FORGET_SECONDS + 0.1
        strangers.attended(cheap, 0.01)
    assert strangers.in_turn([cheap, dear]) == [dear, cheap]


def test_who_has_sent_something_has_more_time(strangers, clock):
    silent, slow = (strangers.add(None, ("10.0.0.1", n)) for n in range(2))
    strangers.attended(slow, 0.001)
    clock.now = SILENT_SECONDS + 0.1
    assert strangers.late() == [silent]
    clock.now = STRANGER_SECONDS + 0.1
    assert set(strangers.late()) == {silent, slow}


def test_a_crowd_makes_room_first_by_its_longest_silent(strangers):
    one = strangers.add(None, ("10.0.0.1", 1))
    first, second, _ = (strangers.add(None, ("10.0.0.2", n)) for n in range(3))
    strangers.attended(first, 0.001)
    assert strangers.to_displace() is second
    for stranger in list(strangers):
        if stranger is not one:
            strangers.remove(stranger)
    assert strangers.to_displace() is one
    strangers.remove(one)
    assert strangers.to_displace() is None


def test_of_crowds_alike_one_without_members_makes_room(strangers):
    member, other = (strangers.add(None, (f"10.0.0.{n}", 1)) for n in range(2))
    strangers.proved(member)
    assert strangers.to_displace() is other


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("10.1.2.3", "10.1.2.3"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:10.1.2.3", "10.1.2.3"),
        ("::1", "::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("?", "?"),
    ],
)
def test_what_counts_as_one_host(address, host):
    assert host_of((address, 1)) == host


@given(st.lists(st.tuples(st.integers(0, 5), st.floats(0, 1)), max_size=40), st.data())
def test_nobody_is_forgotten_and_the_books_stay_small(events, data):
    clock = Clock()
    strangers, there = Strangers(clock), set()
    for number, seconds in events:
        clock.now += seconds
        stranger = strangers.add(None, (f"10.0.0.{number}", 1))
        there.add(stranger)
        strangers.attended(stranger, seconds)
        if data.draw(st.booleans()):
            gone = strangers.to_displace()
            strangers.remove(gone)
            there.remove(gone)
    assert set(strangers) == there and sorted(strangers.in_turn(there), key=id) == sorted(there, key=id)
    for stranger in there:
        strangers.remove(stranger)
    assert len(strangers) == 0 and strangers.to_displace() is None and not strangers._crowds


def test_many_hosts_are_not_kept_for_ever(strangers, clock):
    for number in range(MOST_HOSTS + 10):
        stranger = strangers.add(None, (f"h{number}", 1))
        strangers.attended(stranger, 1.0)
        strangers.proved(stranger)
        strangers.remove(stranger)
    clock.now += FORGET_SECONDS + 1
    strangers.attended(stranger, 1.0)
    assert len(strangers._cost) <= MOST_HOSTS and len(strangers._members_hosts) == MOST_HOSTS
