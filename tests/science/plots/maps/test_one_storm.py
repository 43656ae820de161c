import dataclasses

import numpy as np
from drawings import ensemble, in_pieces, observed
from ensembles import member_result
from matplotlib.text import Text

from stormtracks.science import calendars
from stormtracks.science.consensus.year_consensus import consensus_of
from stormtracks.science.plots import storm_members
from stormtracks.science.plots.maps.one_storm import OneStorm

DAY = np.timedelta64(1, "D")


def plain(text):
    return text.replace("\u00a0", " ")


def agreed(members=5):
    made = [member_result(member, missing=(0,) if member == 1 else ()) for member in range(members)]
    return consensus_of(2005, range(members), [one.tracks for one in made], [one.matches for one in made])


def test_a_path_is_not_drawn_where_nobody_has_the_storm_and_the_title_says_so():
    tracks, one = in_pieces()
    storm = OneStorm.of(one, range(len(one)), tracks, observed())
    assert [len(path.time) for path in storm.paths] == [6, 6]
    assert len(storm.mean) == 2 and len(storm.mean.time) == 12
    said = "found in 5 of 5 members, in 2 pieces: 1–2 Aug 2005, 3–4 Aug 2005"
    assert said in plain(storm.title)


def test_groups_of_one_best_track_are_all_drawn_with_the_members_of_each():
    storms = agreed()
    twice = dataclasses.replace(storms, sid=np.where(np.arange(len(storms)) < 2, storms.sid[0], storms.sid))
    storm = OneStorm.of(twice, [0, 1], ensemble())
    assert len(storm.paths) == 2 and "in 2 pieces" in storm.title and " by 4, " in storm.title


def test_what_lies_long_before_or_after_the_observed_storm_is_left_out_and_said():
    best = observed()
    early = best.time < best.time[0] + DAY
    short = dataclasses.replace(
        best.take(best.sid == best.sid[0]), row_size=np.array([4]), **{n: getattr(best, n)[:4] for n in COLUMNS}
    )
    assert early[:4].all()
    near, whole = (OneStorm.of(agreed(), 0, ensemble(), short, whole=one) for one in (False, True))
    assert near.beyond == "consensus ends on 4 Aug" and whole.beyond == ""
    assert near.members.time.max() <= short.time.max() + DAY < whole.members.time.max()


def test_a_candidate_has_its_name_and_its_own_time():
    storms = agreed()
    number = int(np.flatnonzero(storms.candidate)[0])
    assert plain(OneStorm.of(storms, number, ensemble()).title).startswith("Candidate C2005-001, 11–14 Aug 2005, found")


def test_a_storm_of_a_calendar_of_360_days_has_that_calendars_dates():
    storms = agreed()
    number = int(np.flatnonzero(storms.candidate)[0])
    shift = calendars.of_date(2005, 2, 29, "360_day") - storms.time[storms.points(number)][0]
    own = dataclasses.replace(storms, time=storms.time + shift, calendar="360_day")
    tracks = [dataclasses.replace(one, time=one.time + shift, calendar="360_day") for one in ensemble()]
    assert ", 29 Feb to 2 Mar 2005, found" in plain(OneStorm.of(own, number, tracks).title)
    figure = storm_members(own, number, tracks)
    figure.canvas.draw()
    said = {text.get_text() for text in figure.findobj(Text)}
    assert {"29 Feb", "30", "1 Mar", "2"} <= said


COLUMNS = ("time", "lat", "lon", "wind_kt", "pressure_hpa")
