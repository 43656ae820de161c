"""The probability that is shipped: fitted on planted seasons, for each kind of evidence its own.

    python -m benchmarks.tc_probability RESULTS [RESULTS ...] [--members 0-5]
        [--save stormtracks/science/data/tc_probability.json]

Each folder has results of `vort_track` and `field_collection`, with the truth beside the data. What is fitted on all
years but one is tested on that one: the share of storms among the tracks of each tenth of probability.
"""

import argparse
import itertools
import json
from pathlib import Path

import numpy as np

from stormtracks.console.years import years as numbers_of
from stormtracks.science import lists, results
from stormtracks.science.lists import chance
from stormtracks.science.track_fields import TrackFields
from stormtracks.science.trial import matched_members

EVIDENCE = {"pressure": ("pressure_depth", "pressure_min"), "warm core": ("warm_core",), "wind": ("wind_max",)}
ALONE = {"wind": ("wind_max_distance",), "warm core": ("lower_thickness_asymmetry",)}
RIDGE = 0.1


def main(arguments=None):
    """Fit, print how reliable it is on other years, and write it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("results", type=Path, nargs="+")
    parser.add_argument("--members")
    parser.add_argument("--save", type=Path)
    options = parser.parse_args(arguments)
    members = [one for folder in options.results for one in members_of(folder, options.members)]
    years = sorted({one.year for one in members})
    coefficients = {}
    for known in itertools.product((True, False), repeat=3):
        there = [name for name, is_there in zip(EVIDENCE, known, strict=True) if is_there]
        name, samples = samples_of(members, there)
        coefficients[name] = fitted([sample for one in samples.values() for sample in one])
        for year in years if len(years) > 1 else ():
            others = fitted([sample for other in years if other != year for sample in samples[other]])
            print(f"{name}, {year}: {reliability(others, samples[year])}", flush=True)
    content = {
        "predictors": ["intercept", "ln margin", "ln days of life", "tens of degrees from the equator at birth"],
        "fitted_on": f"planted seasons of {', '.join(map(str, years))}, {len(members)} members in all; "
        f"{members[0].member.grid_degrees:g} degrees, {', '.join(members[0].member.kind['inputs'])}",
        "made_by": "benchmarks/tc_probability.py",
        "coefficients": coefficients,
    }
    if options.save:
        options.save.write_text(json.dumps(content, indent=2) + "\n")
    else:
        print(json.dumps(content, indent=2))


def members_of(folder, members):
    """Members of all years of a folder."""
    return matched_members(folder, results.choose(folder, "field_collection", None, numbers_of(members, "members")))


def samples_of(members, there):
    """Name of the evidence, and by year the predictors of tracks that may be cyclones and whether they are."""
    samples = {}
    for one in members:
        member = one.member
        hidden = {
            feature for name in EVIDENCE if name not in there for feature in (*EVIDENCE[name], *ALONE.get(name, ()))
        }
        values = {name: of for name, of in member.fields.values.items() if name not in hidden}
        fields = TrackFields(values, member.fields.made_of, {}, member.grid_degrees)
        verdict = lists.classes(member.tracks, fields, member.axis, grid_degrees=member.grid_degrees)
        may_be = verdict.margin > -np.inf
        x = chance.predictors(verdict.margin, member.tracks, member.axis)[may_be]
        samples.setdefault(one.year, []).append((x, one.is_storm[may_be]))
    return verdict.evidence.name, samples


def fitted(samples):
    """Intercept and weights of the predictors."""
    values, true = (np.concatenate(column) for column in zip(*samples, strict=True))
    found = lists.fit(values, true, ridge=RIDGE)
    if found.coefficients[2] > 0:  # what is born further from the equator is never more probable for that
        values = values * [1.0, 1.0, 0.0]
        found = lists.fit(values, true, ridge=RIDGE)
    weights = found.coefficients / found.spread
    return [round(float(value), 3) for value in (found.intercept - weights @ found.centre, *weights)]


def reliability(coefficients, samples):
    """Tracks and storms among them by tenth of probability, as text, and the Brier score."""
    values, true = (np.concatenate(column) for column in zip(*samples, strict=True))
    chances = 1 / (1 + np.exp(-(coefficients[0] + values @ np.array(coefficients[1:]))))
    tenth = np.minimum((10 * chances).astype(int), 9)
    parts = [
        f"{chances[tenth == k].mean():.2f}: {true[tenth == k].mean():.2f} of {(tenth == k).sum()}"
        for k in range(10)
        if (tenth == k).any()
    ]
    brier, climatology = np.mean((chances - true) ** 2), true.mean() * (1 - true.mean())
    return f"Brier {brier:.4f} (climatology {climatology:.4f}); {', '.join(parts)}"


if __name__ == "__main__":
    main()
