"""Steps in runs of whole stored chunks, as far as memory allows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormtracks.science.passes.runs import READ_BYTES, WHOLE_BYTES, most_steps, runs
from stormtracks.science.records import Block, Grid


@given(
    cuts=st.lists(st.booleans(), max_size=60).map(lambda rest: np.array([True, *rest])),
    count=st.integers(1, 20),
    most=st.integers(1, 40),
)
def test_runs_are_all_steps_once_and_split_a_chunk_only_where_it_is_too_long(cuts, count, most):
    found = runs(cuts, count, most)
    steps = [step for one in found for step in range(one.start, one.stop)]
    assert steps == list(range(len(cuts)))
    assert all(one.stop - one.start <= max(count, most) for one in found)
    edges = [*np.flatnonzero(cuts).tolist(), len(cuts)]
    lengths = np.diff(edges)
    if lengths.max(initial=0) <= max(count, most):
        assert all(one.start in edges for one in found)
    assert all(one.stop - one.start >= count or one.stop == len(cuts) for one in found) or most < len(cuts)


@pytest.mark.parametrize("count", [1, 4, 16, 100])
def test_files_of_a_step_per_chunk_are_read_in_runs_of_equal_length(count):
    wanted = [slice(start, min(start + count, 50)) for start in range(0, 50, count)]
    assert runs(np.ones(50, bool), count, most=1) == wanted


def test_a_chunk_that_is_too_long_is_cut_into_equal_parts():
    cuts = np.arange(30) % 15 == 0
    assert [one.stop - one.start for one in runs(cuts, 2, 7)] == [5] * 6


@pytest.mark.parametrize(("kept", "limit"), [(True, READ_BYTES), (False, WHOLE_BYTES)])
def test_no_more_is_read_at_a_time_than_memory_allows(kept, limit):
    grid, block = Grid(np.linspace(-90, 90, 181), np.arange(360.0), True), Block(40, 1, kept)
    steps = most_steps(grid, 10, block)
    assert steps * 10 * 2 * 4 * 181 * 360 <= limit < (steps + 1) * 10 * 2 * 4 * 181 * 360
    assert most_steps(grid, 10_000, block) == 1


def test_one_field_that_is_not_kept_is_enough_to_read_more_at_a_time():
    assert Block.largest([Block(1, 5), Block(40, 1, kept=False)]) == Block(40, 5, kept=False)
    assert Block.largest([]) == Block(1, 1)
