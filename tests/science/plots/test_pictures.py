"""Each figure as a reader sees it: against a kept picture, and with room for all that it says."""

import copy
import itertools

import numpy as np
import pytest
from drawings import DRAWINGS, FILMS
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.patches import Patch
from matplotlib.text import Text
from picture import BLUR, check, described, distance, drawn

from stormtracks.science.plots import Print

NARROW = {"tracks_arctic", "storm", "years_one", "density_pacific", "reliability", "genesis", "intensity_tc", "season"}
"""Those whose kept picture is one column wide."""
PROJECTIONS = {"tracks_atlantic": "lambert", "density_world": "south-polar", "field": "mercator"}


@pytest.mark.slow
@pytest.mark.parametrize("name", DRAWINGS)
def test_figure_is_as_it_was(name, tmp_path):
    check(DRAWINGS[name](Print(width_mm=89 if name in NARROW else 183)), name, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "projection"), PROJECTIONS.items())
def test_figure_in_another_projection_is_as_it_was(name, projection, tmp_path):
    check(DRAWINGS[name](Print(width_mm=89, projection=projection)), f"{name}_{projection}", tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("name", FILMS)
def test_frame_of_a_film_is_as_it_was(name, tmp_path):
    scene = FILMS[name](Print(width_mm=89))
    scene.show(scene.times[9])
    for artist in scene.figure.findobj(lambda one: one.get_animated()):
        artist.set_animated(False)  # so that it is part of the picture
    check(scene.figure, name, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("width", [89, 183])
@pytest.mark.parametrize("name", DRAWINGS)
def test_nothing_lies_on_anything_else_and_nothing_is_cut(name, width):
    figure = DRAWINGS[name](Print(width_mm=width, dpi=50))
    assert figure.get_size_inches()[0] == pytest.approx(width / 25.4)
    FigureCanvasAgg(figure).draw()
    renderer = figure.canvas.get_renderer()
    title, legend = figure._suptitle, figure.legends
    boxes = [title.get_window_extent(renderer), *(one.get_window_extent(renderer) for one in legend)]
    boxes += [axes.get_tightbbox(renderer) for axes in figure.axes if not twin(axes, figure.axes)]
    for box in boxes:
        assert box.x0 >= -1 and box.y0 >= -1, "something is cut at the left or below"
        assert box.x1 <= figure.bbox.width + 1 and box.y1 <= figure.bbox.height + 1, "at the right or above"
    for one, other in itertools.combinations(boxes, 2):
        assert overlap(one, other) <= 2.0, "two parts of the figure lie on one another"


def twin(axes, others):
    """Whether axes lie where earlier ones do: those of the wind."""
    before = others[: others.index(axes)]
    return any(np.allclose(axes.get_position().bounds, other.get_position().bounds) for other in before)


def overlap(one, other):
    """Height or width of the part that two boxes share, pixels, whichever is smaller."""
    wide = min(one.x1, other.x1) - max(one.x0, other.x0)
    high = min(one.y1, other.y1) - max(one.y0, other.y0)
    return min(wide, high)


ALTERED = {
    "label": (Text, lambda one: one.set_text(f"{one.get_text()}.")),
    "colour of a text": (Text, lambda one: one.set_color("#009e74")),
    "colour of a line": (LineCollection, lambda one: one.set_color("#009e74")),
    "width of a line": (LineCollection, lambda one: one.set_linewidth(9.0)),
    "line that is gone": (LineCollection, lambda one: one.set_visible(False)),
    "line elsewhere": (LineCollection, lambda one: one.set_segments([part + 1e6 for part in one.get_segments()])),
    "colour of an area": (Patch, lambda one: one.set_facecolor("#009e74")),
}
"""What is altered -> of which artist, and how."""


@pytest.mark.slow
def test_what_is_altered_is_noticed(tmp_path):
    figure = DRAWINGS["storm"](Print(width_mm=89))
    drawn(figure, tmp_path)
    kept = described(figure)
    shown = {kind: [one for one in figure.findobj(kind) if one.get_visible()] for kind, _ in ALTERED.values()}
    for name, (kind, alter) in ALTERED.items():
        chosen = next(one for one in shown[kind] if worth_it(one))
        copied = copy.copy(chosen)
        alter(chosen)
        assert described(figure) != kept, name
        chosen.__dict__.update(copied.__dict__)
        assert described(figure) == kept, name


def worth_it(artist):
    """Whether an artist is a text that is not empty, or not the coast."""
    if isinstance(artist, Text):
        return bool(artist.get_text().strip())
    return not isinstance(artist, LineCollection) or len(artist.get_segments()) < 100


def test_a_shift_of_half_a_pixel_is_forgiven_and_a_missing_line_is_not():
    picture = np.ones((60, 80, 4))
    picture[30, 10:70, :3] = 0.0
    shifted = (picture + np.roll(picture, 1, axis=0)) / 2
    gone = np.ones((60, 80, 4))
    assert distance(picture, shifted)[1] < 0.05 < distance(picture, gone)[1]
    assert distance(picture, picture[:-1]) == (np.inf, np.inf) and BLUR > 1
