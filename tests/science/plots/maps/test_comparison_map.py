"""The map of two sets of tracks, beside a picture that was looked at.

To renew it, delete the picture, run the test, and look at what it has written.
"""

from pathlib import Path

import matplotlib.image
import numpy as np
import pytest
from ensembles import member_result

from stormtracks.science import plots
from stormtracks.science.comparison import pair
from stormtracks.science.plots.printed import Print

PICTURE = Path(__file__).parents[1] / "pictures" / "compared_tracks.png"


@pytest.fixture(scope="module")
def drawn():
    one, other = member_result(0).tracks, member_result(1, missing=(3,), noise_km=160.0).tracks
    found = pair(one, other)
    only = [np.setdiff1d(np.arange(len(of)), paired) for of, paired in ((one, found.one), (other, found.other))]
    sets = one.take(found.one), one.take(only[0]), other.take(only[1])
    return plots.compared_tracks(*sets, ("season", "motion"), title="2005, member 0", printed=Print(width_mm=120.0))


def test_the_legend_counts(drawn):
    labels = [text.get_text() for legend in drawn.legends for text in legend.get_texts()]
    assert labels == ["in both: 3", "only season: 2", "only motion: 1"]


def test_it_is_as_it_was_looked_at(drawn, tmp_path):
    made = plots.save(drawn, tmp_path / "made.png", dpi=50)
    if not PICTURE.exists():
        PICTURE.write_bytes(made.read_bytes())
        pytest.fail(f"{PICTURE.name} was written: look at it, and run the test again")
    now, kept = (matplotlib.image.imread(path)[..., :3] for path in (made, PICTURE))
    assert now.shape == kept.shape
    assert np.abs(now - kept).mean() < 0.01, "draws something else; look at it, and renew the picture if it is right"


def test_nothing_is_an_empty_map():
    none = member_result(0).tracks.take(np.zeros(0, int))
    assert plots.compared_tracks(none, none, none).axes
