"""The chart of what slots did: every attempt once in its lane, the table and the failures beside it."""

import itertools
import json
import re
import time

from hypothesis import given
from hypothesis import strategies as st

from stormtracks.pyro_cluster.journal.attempts import Attempt
from stormtracks.report import gantt

from .test_fragments import Elements

NOW = 1_000_000.0


def attempt(slot=0, began=0.0, seconds=10.0, status="complete", worker="w1", member=0, error=None, read=4.0):
    begin = NOW + began
    return Attempt(worker, slot, 2000, member, "vort_track", begin, begin + seconds, status, 8.0, read, error)


ATTEMPTS = st.lists(
    st.builds(
        attempt,
        slot=st.none() | st.integers(0, 3),
        began=st.floats(0, 1000),
        seconds=st.floats(0, 100),
        status=st.sampled_from([*gantt.STATES, "unheard of"]),
        worker=st.sampled_from(["w1", "w2/x", "<b>"]),
        error=st.none() | st.text(max_size=9),
    ),
    max_size=30,
)


@given(ATTEMPTS, st.lists(st.tuples(st.sampled_from(["w1", "w3"]), st.integers(0, 2)), max_size=4, unique=True))
def test_every_attempt_is_drawn_once_in_a_lane_of_its_worker(attempts, working):
    under_way = [{"worker": w, "slot": s, "year": 2001, "member": 1, "since": NOW + 990} for w, s in working]
    chart = gantt.chart(attempts, under_way, NOW + 1000)
    packed = json.loads(json.dumps(gantt.chart(attempts, under_way, NOW + 1000).packed()))
    assert len(packed["lane"]) == len(packed["begin"]) == len(packed["seconds"]) == len(attempts)
    assert all(
        packed["lanes"][lane].startswith(one.worker + "/") for lane, one in zip(packed["lane"], attempts, strict=True)
    )
    assert all(begin >= 0 and seconds >= 0 for begin, seconds in zip(packed["begin"], packed["seconds"], strict=True))
    assert {lane for lane, *_ in chart.under_way()} <= set(packed["lanes"])
    elements = Elements(chart.html())
    assert (
        elements.open == []
        and "<b>" not in chart.html()
        and elements.names.count("tr") == len(packed["lanes"]) + bool(packed["lanes"])
    )


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(1, 20)), min_size=1, max_size=20))
def test_attempts_of_a_journal_without_slots_do_not_overlap_in_a_lane(times):
    packed = gantt.chart([attempt(None, began, seconds) for began, seconds in times]).packed()
    spans = sorted(zip(packed["lane"], packed["begin"], packed["seconds"], strict=True))
    for (lane, begin, seconds), (other, later, _) in itertools.pairwise(spans):
        assert lane != other or later >= begin + seconds - 0.05


def test_shares_failures_and_table():
    bad = attempt(1, 20, status="outstanding", error="no <file>", member=7)
    present = {"worker": "w1", "slot": 0, "year": 2000, "member": 3, "since": NOW + 90}
    html = gantt.chart([attempt(), bad], [present], NOW + 100).html()
    assert "vort_track: 40 % reading, 60 % computing and waiting; 80 % of the time on a CPU" in html
    assert "2000 member 7 vort_track on w1, to be done again" in html and "no &lt;file&gt;" in html
    cells = re.findall(r"<td[^>]*>(.*?)</td>", html)
    assert cells == ["w1/0", "1", "0", "20", "2000 member 3 for 10 s", "w1/1", "0", "1", "12", "idle"]


def test_no_folder_of_the_machine_is_in_what_the_page_is_sent():
    packed = gantt.chart(
        [attempt(), attempt(1, status="failure", error="OSError: /scratch/ada/x.nc: no room")]
    ).packed()
    assert packed["error"] == {1: "OSError: x.nc: no room"}


def test_a_worker_whose_clock_is_ahead_has_no_share_below_nothing():
    ahead = {"worker": "w1", "slot": 0, "year": 2000, "member": 3, "since": NOW + 4000}
    cells = re.findall(r"<td[^>]*>(.*?)</td>", gantt.chart([attempt()], [ahead], NOW + 100).html())
    assert cells == ["w1/0", "1", "0", "0", "2000 member 3 for 0.0 s"]


def test_the_version_changes_with_each_attempt():
    one, two = gantt.chart([attempt()]), gantt.chart([attempt(), attempt(1)])
    assert one.version != two.version and one.version == gantt.chart([attempt()]).version
    assert gantt.chart([]).version == [0, 0.0] and gantt.chart([]).now <= time.time()


def test_nothing_is_said_of_reading_where_it_is_not_known():
    assert "reading" not in gantt.chart([attempt(read=None)]).html()
