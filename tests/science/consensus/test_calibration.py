import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormtracks.science.consensus import calibration
from stormtracks.science.consensus.calibration import Calibration
from stormtracks.science.consensus.reliability import reliability
from stormtracks.science.errors import InputError

MEMBERS = 8


def storms(number, seed):
    """Storms that are real as often as half of the share of the members that hold them says, and a tenth more."""
    rng = np.random.default_rng(seed)
    held = rng.integers(1, MEMBERS + 1, number)
    chance = 0.1 + 0.8 * held / MEMBERS
    return np.arange(MEMBERS) < held[:, None], np.clip(held / MEMBERS - 0.05, 0, 1), rng.random(number) < chance, chance


def test_fitted_on_one_season_it_is_reliable_on_another():
    held, probability, real, _ = storms(3000, seed=1)
    fitted = Calibration.fit(calibration.features(held, probability), real)
    held, probability, real, chance = storms(3000, seed=2)
    found = fitted.probability(held, probability)
    assert np.abs(found - chance).max() < 0.1
    made = reliability(found, real)
    assert made.worst(100) < 0.1 and made.brier < made.climatology


def test_what_speaks_against_it_gets_no_negative_weight():
    held, probability, real, _ = storms(500, seed=3)
    fitted = Calibration.fit(calibration.features(held, 1 - probability), real)
    assert fitted.weights[1] == 0 and fitted.weights[0] > 0


@given(
    weights=st.tuples(st.floats(0, 3), st.floats(0, 3)),
    probability=st.floats(0, 1),
    held=st.integers(0, MEMBERS - 1),
    more=st.floats(0, 1),
)
def test_more_lists_and_more_probability_are_never_less_probable(weights, probability, held, more):
    one = Calibration(-0.5, weights)
    lists = np.arange(MEMBERS) < np.array([[held], [held + 1], [held]])
    chance = np.array([probability, probability, probability + more * (1 - probability)])
    found = one.probability(lists, chance)
    assert ((found >= 0) & (found <= 1)).all()
    assert found[1] >= found[0] - 1e-12 and found[2] >= found[0] - 1e-12


@pytest.mark.parametrize(
    ("real", "message"), [([], "no storm"), ([True] * 3, "all are real"), ([False], "none is real")]
)
def test_nothing_to_fit_on_is_refused(real, message):
    with pytest.raises(InputError, match=message):
        Calibration.fit(np.zeros((len(real), 2)), np.array(real, bool))


def test_file_keeps_what_it_was_fitted_on_and_other_lists(tmp_path):
    path = tmp_path / "calibration.json"
    calibration.save(path, {"tc, rule": Calibration(-1.0, (1.0, 0.5), {"fitted_on": "2005"})})
    calibration.save(path, {"etc, rule": Calibration(0.0, (1.0, 0.0))})
    one = calibration.load(path)
    assert one == Calibration(-1.0, (1.0, 0.5), {"fitted_on": "2005"})
    assert calibration.load(path, "etc").intercept == 0.0
    assert calibration.load(path, "tc", "logistic") is None


@pytest.mark.parametrize("text", ["", "[]", '{"calibrations": {"tc, rule": {"weights": [1]}}}'])
def test_other_files_are_refused(tmp_path, text):
    path = tmp_path / "other.json"
    path.write_text(text)
    with pytest.raises(InputError, match="not a file of calibrations"):
        calibration.load(path)


def test_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError, match=r"nothing\.json"):
        calibration.load(tmp_path / "nothing.json")


def test_shipped_calibrations_say_what_they_were_fitted_on():
    kept = json.loads(calibration.SHIPPED.read_text())["calibrations"]
    for one in kept.values():
        assert one["fitted_on"] and one["tested_on"] and min(one["weights"]) >= 0
    assert calibration.shipped("tc", "guess:work") is None
