"""The map of two sets of tracks; `test_pictures` holds it against a picture."""

import numpy as np
from drawings import DRAWINGS
from ensembles import member_result

from stormtracks.science import plots
from stormtracks.science.plots import Print


def test_the_legend_counts():
    labels = [text.get_text() for legend in DRAWINGS["compared"](Print()).legends for text in legend.get_texts()]
    assert labels == ["in both: 3", "only season: 2", "only motion: 1"]


def test_nothing_is_an_empty_map():
    none = member_result(0).tracks.take(np.zeros(0, int))
    assert plots.compared_tracks(none, none, none).axes
