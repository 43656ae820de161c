import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg

from stormtracks.science.plots import Print
from stormtracks.science.plots.maps import MapSheet, MapView
from stormtracks.science.plots.maps.names import Name, add_names

REGION = (0, 40, -90, -30)


def sheet():
    return MapSheet.of(MapView.of(REGION), Print(width_mm=89), "")


def boxes(made):
    """What the names cover, as the renderer says, pixels."""
    renderer = FigureCanvasAgg(made.figure).get_renderer()
    return [text.get_window_extent(renderer) for text in made.figure.texts]


def test_names_stand_beside_their_places_and_a_shorter_one_where_the_long_one_has_no_room():
    made = sheet()
    place = made.view.place(20.0, -60.0)
    long = "a name that is longer than any map of one column is wide, whatever its place may be"
    assert add_names(made, [Name(place, (long, "short"))]) == 0
    assert [text.get_text() for text in made.figure.texts] == ["short"]


def test_what_lies_outside_and_what_has_no_room_is_left_out_and_counted():
    made = sheet()
    inside, outside = made.view.place(20.0, -60.0), made.view.place(60.0, -60.0)
    assert add_names(made, [Name(outside, ("far",)), *[Name(inside, ("near",))] * 30]) > 15
    assert {text.get_text() for text in made.figure.texts} == {"near"}


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 40), st.floats(-90, -30)), min_size=2, max_size=12))
def test_no_name_lies_on_another_or_beyond_the_map(places):
    made = MADE
    for text in list(made.figure.texts):
        text.remove()
    names = [Name(made.view.place(lat, lon), (f"Storm {number}",)) for number, (lat, lon) in enumerate(places)]
    add_names(made, names)
    found = boxes(made)
    for one, other in itertools.combinations(found, 2):
        wide = min(one.x1, other.x1) - max(one.x0, other.x0)
        assert wide < 3 or min(one.y1, other.y1) - max(one.y0, other.y0) < 3
    x, y, width, height = np.array(made.map_box) * made.figure.dpi
    assert all(x - 3 < b.x0 and b.x1 < x + width + 3 and y - 3 < b.y0 and b.y1 < y + height + 3 for b in found)


MADE = sheet()
