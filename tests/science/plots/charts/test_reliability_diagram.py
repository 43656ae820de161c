import numpy as np

from stormtracks.science.consensus.reliability import reliability
from stormtracks.science.plots import reliability_diagram


def test_points_lie_where_the_reliability_says_and_few_are_pale():
    made = reliability([0.15] * 30 + [0.85] * 5, [True] * 10 + [False] * 20 + [True] * 5)
    figure = reliability_diagram(made)
    upper, lower = figure.axes
    many, few = (line for line in upper.lines if line.get_marker() == "o")
    np.testing.assert_allclose(many.get_xydata(), [[0.15, 1 / 3]])
    np.testing.assert_allclose(few.get_xydata(), [[0.85, 1.0]])
    assert few.get_alpha() < many.get_alpha()
    assert [bar.get_height() for bar in lower.patches if bar.get_height()] == [30, 5]
    assert f"{made.brier:.3f}" in figure.get_suptitle()
