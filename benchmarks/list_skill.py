"""Skill of the lists on planted seasons: tropical cyclones by the rule and by a function fitted on the other years,
time steps of hurricanes, and extratropical cyclones.

    inv plant --like 20crv2c --year 2005 --start 2005-08-01 --stop 2005-11-01 --dest DATA/2005
    inv track --task vort_track,field_collection --year 2005 --ensemble-member 0 --data DATA/2005 --results RESULTS
    python -m benchmarks.list_skill RESULTS [--members 0-5] [--rule-only]

The truth lies beside the data, as `inv plant` leaves it. A planted low counts where pressure rises by 200 Pa on every
way out to 5.5 degrees for 48 hours, sampled where it was planted. A listed extratropical cyclone is false if nothing
that was planted is near it.
"""

import argparse
from pathlib import Path

import numpy as np

from stormtracks.console.years import years as numbers_of
from stormtracks.science import lists, matching, reanalysis, results
from stormtracks.science.lists.sustained import steps_of, sustained
from stormtracks.science.records import Ragged
from stormtracks.science.settings import Settings
from stormtracks.science.synthetic import load_truth
from stormtracks.science.synthetic.truth import truth_name
from stormtracks.science.track_fields import Points, Sampler, TrackFields
from stormtracks.science.trial import CLASSES_KT, matched_members, trial
from stormtracks.science.trial.curve import Curve

LOWS = ("midlatitude_low", "warm_seclusion", "subtropical_low")
BLOCK_STEPS = 40
ALOFT = ("warm_core", "lower_thickness_asymmetry", "thermal_wind_lower", "thermal_wind_upper")
PRESSURE = ("pressure_min", "pressure_lat", "pressure_lon", "pressure_depth")


def main(arguments=None):
    """Print tables for all years of a results folder."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("results", type=Path)
    parser.add_argument("--members", help="such as 0-5; default: all that have results")
    parser.add_argument("--rule-only", action="store_true", help="of each year the rule alone, also with less known")
    options = parser.parse_args(arguments)
    chosen = results.choose(options.results, "field_collection", None, numbers_of(options.members, "members"))
    if options.rule_only:
        by_evidence(options.results, chosen)
        return
    print("| tested | list | storms a member | " + " | ".join(f"POD {kt:g} kt" for kt in CLASSES_KT) + " | FAR |")
    print("|---|---|---|" + "---|" * (len(CLASSES_KT) + 1))
    steps = {}
    for year, members in chosen.items():
        others = {other: of for other, of in chosen.items() if other != year}
        found = trial(options.results, others, {year: members})
        steps[year] = found.steps
        for row in found.rows:
            pods = " | ".join(str(row.pod[kt]) for kt in CLASSES_KT)
            print(f"| {year}, {len(members)} members | {row.by} | {row.listed:.1f} | {pods} | {row.far} |")
    for year, each in steps.items():
        for name, skill in each.items():
            print(f"{year}, time steps of {name}: {skill}")
    for year, members in chosen.items():
        print(f"{year}, extratropical cyclones: {extratropical(options.results, year, members)}")


def by_evidence(folder, chosen):
    """Print what the rule finds in each year with all that was collected, without heights, and with winds alone."""
    print("| planted | known | POD 34 kt | POD 64 kt | FAR |\n|---|---|---|---|---|")
    for year, members in chosen.items():
        matched = list(matched_members(folder, {year: members}))
        for known, without in (("all", ()), ("no heights", ALOFT), ("winds alone", (*ALOFT, *PRESSURE))):
            curve = Curve.of(matched, [by_rule(one.member, without) for one in matched])
            pods = " | ".join(str(curve.pod(1, kt)) for kt in CLASSES_KT[:2])
            print(f"| {year}, {len(members)} members | {known} | {pods} | {curve.far(1)} |", flush=True)


def by_rule(member, without):
    """1 for each track that the rule lists as a tropical cyclone if some fields are not known, else 0."""
    values = {name: of for name, of in member.fields.values.items() if name not in without}
    fields = TrackFields(values, member.fields.made_of)
    verdict = lists.classes(member.tracks, fields, member.axis, grid_degrees=member.grid_degrees)
    return np.isin(verdict.storm_class, [lists.CLASSES.index(name) for name in lists.LISTS["tc"]]).astype(float)


def extratropical(folder, year, members):
    """How many planted lows the lists have, and how much of the lists is false, as text."""
    found = wanted = listed = false = 0
    for one in matched_members(folder, {year: members}):
        truth = load_truth(truth_of(one.member.tracked))
        member = one.member
        verdict = lists.classes(member.tracks, member.fields, member.axis, grid_degrees=member.grid_degrees)
        etc = lists.listed(member.tracks, member.fields, verdict).of("etc").tracks
        limits = Settings().keywords(matching.match)
        lows = truth.cyclones(one.ensemble_member, classes=LOWS)
        deep = lows.take(is_deep(lows, member, year, one.ensemble_member))
        hits = matching.match(etc, deep, member.axis, **limits)
        anything = matching.match(etc, truth.cyclones(one.ensemble_member), member.axis, **limits)
        found, wanted = found + int(hits.hit.sum()), wanted + len(deep)
        listed, false = listed + len(etc), false + int((anything.storm_of_track < 0).sum())
    return (
        f"POD {found / max(wanted, 1):.2f} of {wanted:,} lows, FAR {false / max(listed, 1):.2f} of {listed:,} listed, "
        f"{listed / len(members):.0f} a member"
    )


def is_deep(lows, member, year, ensemble_member):
    """Which lows are 200 Pa deep for 48 hours where they were planted."""
    depth = np.full(len(lows.time), np.nan)
    step = np.searchsorted(member.axis.times, lows.time)
    step[step == len(member.axis)] = -1
    there = (step >= 0) & (member.axis.times[step] == lows.time)
    data = truth_of(member.tracked).parent
    with (
        reanalysis.open_season(data, year, ensemble_member=ensemble_member) as season,
        reanalysis.open_further(data, year, season, ensemble_member=ensemble_member) as further,
    ):
        sampler = Sampler(further.grid("pressure"))
        for first in range(0, len(season.axis), BLOCK_STEPS):
            stop = min(first + BLOCK_STEPS, len(season.axis))
            here = np.flatnonzero(there & (step >= first) & (step < stop))
            pressure = further.read("pressure", first, stop, [ensemble_member])[:, 0]
            nowhere = np.full(len(here), np.nan)
            points = Points(step[here] - first, lows.lat[here], lows.lon[here], nowhere, nowhere)
            depth[here] = sampler.sample({"pressure": pressure}, points)["pressure_depth"]
    rows = Ragged()
    rows.row_size = lows.row_size
    return sustained(depth, np.ones(len(depth), bool), rows, steps_of(Settings.etc_hours, member.axis)) >= 200.0


def truth_of(header):
    """The truth beside the data that a result was made from."""
    folders = dict.fromkeys(Path(file["path"]).parent for file in header.provenance["inputs"])
    places = [place for folder in folders for place in (folder, folder.parent)]
    return next(place / truth_name(header.year) for place in places if (place / truth_name(header.year)).is_file())


if __name__ == "__main__":
    main()
