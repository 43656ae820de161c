import numpy as np
import pytest

from stormtracks.science.consensus.reliability import of_storms, reliability
from stormtracks.science.errors import InputError


def test_forecasts_that_come_true_as_often_as_they_say_lie_on_the_diagonal():
    rng = np.random.default_rng(0)
    chance = rng.random(20_000)
    made = reliability(chance, rng.random(20_000) < chance)
    assert made.worst() < 0.05 and made.number.sum() == 20_000
    assert ((made.low <= made.observed) & (made.observed <= made.high)).all()
    assert made.brier == pytest.approx(1 / 6, abs=0.01) and made.skill == pytest.approx(1 / 3, abs=0.03)


def test_overconfident_forecasts_are_seen():
    made = reliability([0.95] * 40, [True] * 20 + [False] * 20)
    assert made.worst() == pytest.approx(0.45) and made.skill < 0


def test_parts_with_few_forecasts_do_not_count_as_worst():
    made = reliability([0.05] * 19 + [0.95] * 20, [True] * 39)
    assert made.worst(20) == pytest.approx(0.05)
    assert np.isnan(made.worst(30)) and np.isnan(made.observed[5])


def test_climatology_has_no_skill_over_itself():
    assert reliability([0.5] * 10, [True, False] * 5).skill == 0


def test_no_forecast_is_no_score():
    assert np.isnan(reliability([], []).brier)


@pytest.mark.parametrize(("chance", "true"), [([1.2], [True]), ([np.nan], [True]), ([0.5], [])])
def test_what_is_no_probability_is_refused(chance, true):
    with pytest.raises(InputError, match="from 0 to 1"):
        reliability(chance, true)


def test_storms_without_a_calibration_are_left_out():
    assert of_storms(np.array([np.nan, 0.4]), np.array([True, True])).number.sum() == 1
