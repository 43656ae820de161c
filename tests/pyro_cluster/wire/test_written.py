"""A call that is written in parts is, byte for byte, what Pyro's serializer writes."""

from hypothesis import example, given, settings
from hypothesis import strategies as st
from Pyro4 import util

from stormtracks.pyro_cluster import wire
from stormtracks.pyro_cluster.wire import written

scalars = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text()
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3), max_leaves=8
)


@settings(max_examples=50)
@given(st.text(), st.lists(values, max_size=5), st.integers(0, 4))
@example("obj_1", [2000, 3, "vort_track", {"settings": {"threshold_s1": 5e-5}, "timeout": None}], 3)
@example("obj_1", ["it's"], 0)
@example("obj_1", [True], 1)
@example("obj_1", [], 0)
def test_a_call_is_written_as_the_serializer_writes_it(target, arguments, number):
    shared = [wire.Text(value) if place == number else value for place, value in enumerate(arguments)]
    expected = util.get_serializer("serpent").dumpsCall(target, "do_work", tuple(arguments), {})
    assert written.call(target, "do_work", shared) == expected
