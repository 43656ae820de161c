import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from storm_lists import storm_list

from stormtracks.science.climatology.energy import KNOT_M_S, energy, stage, storm_maximum, wind_of_pressure
from stormtracks.science.errors import InputError


def steady(wind_kt):
    """A list whose storms have this wind at every point."""
    one = storm_list(0)[0]
    wind = np.full(len(one.tracks.time), wind_kt * KNOT_M_S)
    return dataclasses.replace(one, fields={"wind_max": wind})


def test_ace_of_a_day_of_hundred_knots_is_four():
    one = steady(100.0)
    made = energy(one)
    day = np.flatnonzero(one.tropical)[:4]
    assert made.ace[day].sum() == pytest.approx(4.0) and made.days[day].sum() == 1.0
    assert made.pdi[day].sum() == pytest.approx((100 * KNOT_M_S) ** 3 * 86400 / 1e9)


def test_weak_winds_have_days_and_dissipation_but_no_ace():
    made = energy(steady(33.9))
    assert made.ace.sum() == 0 and made.days.sum() > 0 and made.pdi.sum() > 0
    assert energy(steady(34.0)).ace.sum() > 0


def test_only_tropical_points_count_unless_all_are_asked_for():
    one = steady(50.0)
    assert energy(one).days.sum() == one.tropical.sum() / 4
    assert energy(one, counted=stage(one, "etc")).days.sum() == (~one.tropical).sum() / 4


def at_other_times(one, factor=1.0, shift_hours=0):
    """The same storms with the steps between their times so much longer, and later by some hours."""
    first = one.tracks.time.min()
    apart = ((one.tracks.time - first).astype(float) * factor).astype("timedelta64[s]")
    times = first + apart + np.timedelta64(shift_hours, "h")
    return dataclasses.replace(one, tracks=dataclasses.replace(one.tracks, time=times))


@pytest.mark.parametrize("factor", [1 / 6, 0.5])
def test_times_between_the_synoptic_ones_do_not_count(factor):
    one = at_other_times(steady(50.0), factor)
    made = energy(one)
    synoptic = one.tracks.time.astype("datetime64[h]").astype(int) % 6 == 0
    assert made.days.sum() == 0.25 * (synoptic & one.tropical).sum() and not made.ace[~synoptic].any()


@pytest.mark.parametrize(("factor", "shift_hours"), [(1.0, 3), (2.0, 0), (4.0, 0), (4.0, 9), (0.5, 1)])
def test_data_without_the_synoptic_times_count_as_much_as_others_a_day(factor, shift_hours):
    one, other = steady(50.0), at_other_times(steady(50.0), factor, shift_hours)
    for amount in ("days", "ace", "pdi"):
        there, here = (getattr(energy(each), amount).sum() for each in (other, one))
        assert there == pytest.approx(factor * here)


def test_unknown_winds_add_nothing():
    one = dataclasses.replace(storm_list(0)[0], fields={})
    made = energy(one)
    assert made.ace.sum() == 0 and np.isnan(made.wind_kt).all()


def test_winds_of_pressure_need_the_pressure():
    one = storm_list(0)[0]
    made = energy(one, wind="pressure")
    np.testing.assert_allclose(made.wind_kt, wind_of_pressure(one.fields["pressure_min"].astype(float)))
    with pytest.raises(InputError, match="'wind' must be one of"):
        energy(one, wind="guess")


@given(rows=st.sets(st.integers(0, 3)))
@settings(max_examples=16, deadline=None)
def test_ace_is_additive_over_storms(rows):
    one = storm_list(0)[0]
    parts = [one.take(np.array(sorted(part), int)) for part in (rows, set(range(4)) - rows)]
    for name in ("days", "ace", "pdi"):
        whole = getattr(energy(one), name).sum()
        assert sum(getattr(energy(part), name).sum() for part in parts) == pytest.approx(whole)


def test_highest_of_counted_points():
    one = storm_list(0)[0]
    every = storm_maximum(one, energy(one).wind_kt, np.ones(len(one.tropical), bool))
    np.testing.assert_allclose(every, one.intensity_max / KNOT_M_S, rtol=1e-5)
    assert np.isnan(storm_maximum(one, energy(one).wind_kt, np.zeros(len(one.tropical), bool))).all()
