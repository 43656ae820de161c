"""A word whenever no best track could have been seen: dates, region, or times of the day."""

import re

import numpy as np
import pytest

from stormtracks.science import ibtracs
from stormtracks.science.records import InputFile, TimeAxis
from stormtracks.science.settings import Settings
from stormtracks.science.tasks import unmatched

FILE = "sample/ibtracs/IBTrACS.NA.v04r00.nc"
CASES = {
    "long after the file's end": ("2025-12-01", 6.0, {}, r"v04r00\.nc ends on \S+ \d\d, the data are of 2025-12-01 00"),
    "long before its begin": ("1700-08-01", 6.0, {}, r"v04r00\.nc begins on \S+ \d\d, the data are of 1700-08-01 00"),
    "no storm at the time": ("1987-03-01", 6.0, {}, r"has no best track at the time of the data: .* 1987-03-01 00"),
    "another region": ("1987-09-08", 6.0, {"region": (-50, 0, 20, 100)}, r"is in the region -50, 0, 20, 100; correct"),
    "half past": (
        "1987-09-08T01:30", 3.0, {},
        r"has 6 observations at the data's times, 01:30, 04:30, 07:30, \.\.\.; set best_track_times=interpolate",
    ),
    "too few of them": (
        "1987-09-08", 6.0, {"min_common_times": 60}, "60 observations in the data's 9 times",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("begin", "step_hours", "settings", "words"), CASES.values(), ids=CASES)
def test_why_the_table_of_best_tracks_is_empty(begin, step_hours, settings, words):
    hours = step_hours * np.arange(9)
    axis = TimeAxis(np.datetime64(begin, "s") + (3600 * hours).astype("timedelta64[s]"), hours)
    best = ibtracs.load(FILE, axis.times[0], axis.times[-1])
    said = unmatched.reason(InputFile.of(FILE), best, axis, Settings(**settings))
    assert re.search(words, said), said
