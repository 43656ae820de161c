"""Skill of lists and of their consensus, and how far its calibrated probability can be believed.

    python -m benchmarks.consensus_skill RESULTS[=PLANTED] [RESULTS[=PLANTED] ...] [--list tc] [--share 0.5]
                                         [--figure reliability.png] [--write calibration.json]

RESULTS has what `classify` made, and `vort_track` before it. With =PLANTED, a folder of `inv plant`, storms are
compared with what was planted; without it, with the best tracks that the lists were matched with. The calibration is
fitted on all seasons but one and tested on that one, for each of them; --write keeps the one that is fitted on all.
"""

import argparse
import dataclasses
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from stormtracks.science import lists, matching, plots, results, sphere
from stormtracks.science.consensus import calibration, consensus_of_lists, reliability
from stormtracks.science.errors import InputError
from stormtracks.science.settings import Settings
from stormtracks.science.synthetic import load_truth

LEAST_HOURS = 36.0
"""Planted storms count for POD if they last this long in the data."""


@dataclass(frozen=True)
class Season:
    """A year's lists with what is true of them: `storms` is sid -> highest wind (kt) of those that count."""

    label: str
    classifier: str
    members: list
    lists: list
    tracks: list
    storms: dict
    truth: object


def main(arguments=None):
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("seasons", nargs="+", metavar="RESULTS[=PLANTED]")
    parser.add_argument("--list", default="tc", choices=["tc"], help="the list")
    parser.add_argument("--share", type=float, default=0.5, help="share of the lists that must have a storm")
    parser.add_argument("--figure", type=Path, help="file for the reliability diagram")
    parser.add_argument("--write", type=Path, help="file of calibrations to write the new one to")
    options = parser.parse_args(arguments)
    seasons = [season for one in options.seasons for season in read(one)]
    report_skill(seasons, options.share)
    found = [storms_of(season) for season in seasons]
    tested = report_calibration(seasons, found)
    if options.figure and tested:
        plots.save(plots.reliability_diagram(tested), options.figure, overwrite=True)
    if options.write:
        write(options.write, seasons, found, tested)


def read(argument):
    """The seasons of a folder of results."""
    folder, _, planted = argument.partition("=")
    for year, members in results.choose(folder, "classify").items():
        headed = [results.load_list(folder, year, member) for member in members]
        truth = load_truth(Path(planted)) if planted else None
        found = [one for _, one in headed]
        if truth is not None:
            found = [with_truth(one, truth, member) for member, one in zip(members, found, strict=True)]
        places = [results.path(folder, "vort_track", year, member) for member in members]
        tracks = [results.load_tracks(place) for place in places]
        classifier = headed[0][0].provenance.get("settings", {}).get("classifier", "rule").partition(":")[0]
        label = f"{year}, {len(members)} members"
        yield Season(label, classifier, list(members), found, tracks, known(found, truth), truth)


def with_truth(storms, truth, member):
    """A list that is matched with what was planted."""
    keywords = Settings().keywords(matching.match)
    return lists.matched(storms, matching.match(storms.of("tc").tracks, truth.storms(member), truth.axis, **keywords))


def known(found, truth):
    """Highest wind of each true storm that counts: planted ones that last, observed ones that a season could see."""
    storms = {}
    if truth is None:
        for one in found:
            storms |= dict(zip(one.matches.sid.tolist(), one.matches.max_wind_kt.tolist(), strict=True))
        return storms
    for member in range(len(found)):
        best = truth.storms(member)
        last = best.start + best.row_size - 1
        hours = (best.time[last] - best.time[best.start]) / np.timedelta64(1, "h")
        winds = np.maximum.reduceat(best.wind_kt, best.start)
        storms |= {str(best.sid[row]): float(winds[row]) for row in np.flatnonzero(hours >= LEAST_HOURS)}
    return storms


def report_skill(seasons, share):
    """Members' lists, and storms that a share of them holds."""
    print(
        f"{'season':20}{'':>12}{'POD 34 kt':>10}{'POD 64 kt':>10}{'FAR':>7}{'storms':>8}{'candidates':>12}"
        f"{'path km':>9}{'smooth':>8}"
    )
    for season in seasons:
        chosen, course = [one.of("tc") for one in season.lists], true_course(season)
        pods = [np.mean([pod(season, set(held(one)), least) for one in chosen]) for least in (34, 64)]
        false = np.nanmean([np.mean(one.matches.storm_of_track < 0) if len(one) else np.nan for one in chosen])
        own_km, member_km = member_errors(season, course)
        print(row(season.label, "a member", pods, false, np.mean([len(one) for one in chosen]), "", member_km, ""))
        agreed = agreed_of(season, share)
        sids = set(agreed.sid[~agreed.candidate].tolist())
        pods = [pod(season, sids, least) for least in (34, 64)]
        rough, smooth = (path_error(agreed, course, kind) for kind in ("", "smooth"))
        false = np.mean(agreed.candidate) if len(agreed) else np.nan
        print(row("", "consensus", pods, false, len(agreed), str(agreed.candidate.sum()), rough, f"{smooth:.1f}"))
        ratios = f"{rough / member_km:.2f} of a member's, {smooth / member_km:.2f} smoothed"
        print(f"{'':20}path: {ratios}; a member's from its own centre {own_km:.1f} km")


def row(label, who, pods, false, storms, candidates, path_km, smooth_km):
    """A row of the table of skill."""
    return (
        f"{label:20}{who:>12}{pods[0]:10.3f}{pods[1]:10.3f}{false:7.3f}{storms:8.1f}{candidates:>12}{path_km:9.1f}"
        f"{smooth_km:>8}"
    )


def held(storms):
    """Identifiers of the true storms that a list has."""
    rows = storms.matches.storm_of_track
    return storms.matches.sid[np.unique(rows[rows >= 0])].tolist()


def pod(season, sids, least_kt):
    wanted = {sid for sid, wind in season.storms.items() if wind >= least_kt}
    return len(wanted & sids) / len(wanted) if wanted else np.nan


def agreed_of(season, share, calibrated=None):
    year = int(season.label[:4])
    return consensus_of_lists(
        year, season.members, season.lists, season.tracks, min_share=share, calibration=calibrated
    )


def true_course(season):
    """(sid, time) -> mean true centre over the members: where a storm is, apart from what each member makes of it."""
    vectors = {}
    for member in season.members if season.truth else ():
        best = season.truth.storms(member)
        sids, places = best.sid[best.storm].tolist(), sphere.unit_vectors(best.lat, best.lon)
        for sid, time, vector in zip(sids, best.time.tolist(), places, strict=True):
            vectors.setdefault((sid, time), []).append(vector)
    return {key: sphere.lat_lon(np.mean(of, axis=0)) for key, of in vectors.items()}


def own_course(season, member):
    """(sid, time) -> true centre in one member."""
    best = season.truth.storms(member)
    keys = zip(best.sid[best.storm].tolist(), best.time.tolist(), strict=True)
    return dict(zip(keys, zip(best.lat, best.lon, strict=True), strict=True))


def member_errors(season, course):
    """Mean distance (km) of the members' listed storms from their own true centres, and from the true course."""
    own, common = [], []
    for member, one in zip(season.members if season.truth else (), season.lists, strict=False):
        sids = np.append(one.matches.sid, "")[one.matches.storm_of_track]
        own.append(distances(one.tracks, sids, own_course(season, member)))
        common.append(distances(one.tracks, sids, course))
    return [float(np.concatenate(of).mean()) if of else np.nan for of in (own, common)]


def path_error(agreed, course, kind=""):
    """Mean distance (km) of the consensus paths from the true course."""
    tracks = agreed.tracks
    if kind:
        tracks = dataclasses.replace(tracks, lat=agreed.lat_smooth, lon=agreed.lon_smooth)
    return float(np.mean(distances(tracks, agreed.sid, course))) if course else np.nan


def distances(tracks, sids, course):
    """Distances (km) of the points of tracks from the places of their storms, where these are known."""
    keys = zip(np.asarray(sids)[tracks.row].tolist(), tracks.time.tolist(), strict=True)
    places = [(point, *course[key]) for point, key in enumerate(keys) if key in course]
    point, lat, lon = (np.array(column) for column in zip(*places, strict=True)) if places else (np.zeros(0, int),) * 3
    return sphere.distance_km(tracks.lat[point], tracks.lon[point], lat, lon)


def storms_of(season):
    """All storms that any list has: what a calibration is fitted on, and whether each is true."""
    agreed = agreed_of(season, 0.0)
    return calibration.features(agreed.held_by, agreed.probability), ~agreed.candidate, agreed


def report_calibration(seasons, found):
    """Fit on all seasons but one, test on that one; all tests together as a `Reliability`."""
    chances, outcomes = [], []
    for number, season in enumerate(seasons):
        others = [one for other, one in enumerate(found) if other != number]
        if not others:
            print("\na calibration is tested on a season that it was not fitted on: give two or more")
            return None
        try:
            fitted = fitted_on(others)
        except InputError as error:
            print(f"\n{season.label} is not tested: {error}")
            continue
        chance = fitted.probability(found[number][2].held_by, found[number][2].probability)
        made = reliability.reliability(chance, found[number][1])
        print(f"\ntested on {season.label}, fitted on the others: {formula(fitted)}")
        print(f"{len(chance)} storms, {found[number][1].mean():.2f} of them real; {scores(made)}")
        chances.append(chance)
        outcomes.append(found[number][1])
    if not chances:
        return None
    made = reliability.reliability(np.concatenate(chances), np.concatenate(outcomes))
    print(f"\nall tests together: {scores(made)}")
    print(f"{'tenth':>10}{'storms':>8}{'said':>8}{'real':>8}   90 %")
    for row in range(len(made.number)):
        if made.number[row]:
            print(
                f"{made.edges[row]:5.1f}-{made.edges[row + 1]:.1f}{made.number[row]:8d}{made.forecast[row]:8.3f}"
                f"{made.observed[row]:8.3f}   {made.low[row]:.2f}-{made.high[row]:.2f}"
            )
    return made


def fitted_on(found, about=None):
    """A calibration fitted on the storms of some seasons."""
    features, real = (np.concatenate([one[part] for one in found]) for part in (0, 1))
    return calibration.Calibration.fit(features, real, about)


def formula(fitted):
    """A calibration as a text."""
    share, probability = fitted.weights
    return f"log odds = {fitted.intercept:.2f} + {share:.2f} of the share + {probability:.2f} of the probability"


def scores(made):
    """A reliability as a text."""
    return (
        f"Brier {made.brier:.4f}, climatology {made.climatology:.4f}, skill {made.skill:.2f}, worst tenth "
        f"{made.worst():.3f}"
    )


def write(path, seasons, found, tested):
    """Keep the calibration that is fitted on all seasons."""
    kinds = {season.classifier for season in seasons}
    if len(kinds) > 1:
        raise SystemExit(
            f"the lists were made by different classifiers ({', '.join(sorted(kinds))}); give those of one"
        )
    about = {
        "fitted_on": [f"{'planted' if season.truth else 'real'} {season.label}" for season in seasons],
        "storms": int(sum(len(one[1]) for one in found)),
        "real": int(sum(one[1].sum() for one in found)),
        "tested_on": "each of these seasons by a fit on the others" if tested else "",
        "brier": round(tested.brier, 4) if tested else None,
        "brier_of_climatology": round(tested.climatology, 4) if tested else None,
    }
    fitted = fitted_on(found, about)
    calibration.save(path, {f"tc, {kinds.pop()}": fitted})
    print(f"\n{path}: {formula(fitted)}")


if __name__ == "__main__":
    main()
