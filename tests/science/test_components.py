import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from stormtracks.science.components import components


@given(st.integers(1, 60), st.integers(0, 2**31), st.integers(0, 90))
def test_components_are_those_of_the_graph_by_their_smallest_number(size, seed, count):
    first, second = np.random.default_rng(seed).integers(0, size, (2, count))
    found = components(size, first, second)
    _, group = connected_components(coo_array((np.ones(count), (first, second)), shape=(size, size)), directed=False)
    least = np.full(size, size)
    np.minimum.at(least, group, np.arange(size))
    assert np.array_equal(found, least[group])


def test_a_long_chain_is_one_component():
    rank = np.random.default_rng(1).permutation(5000)
    assert not components(5000, rank[1:], rank[:-1]).any()
