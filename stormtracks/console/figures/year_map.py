"""`inv plot --kind tracks`: the tracks of a year, of a member or on which the members agree."""

from dataclasses import replace

import numpy as np

from stormtracks.console.figures import origin
from stormtracks.console.figures.chosen import (
    Figure,
    Options,
    asked_text,
    best_tracks_of,
    list_text,
    loaded,
    task_of,
    year_of,
)
from stormtracks.console.filtering import kept_of
from stormtracks.readable import counted
from stormtracks.science import heads, plots, results
from stormtracks.science.consensus import consensus
from stormtracks.science.filters import Filter, Tally
from stormtracks.science.records import BestTracks, Tracks
from stormtracks.science.region import Region


def tracks_of_year(options: Options) -> Figure:
    """Tracks of a member, or the consensus, of a year with the best tracks; all of them, or those of a list."""
    folder, year, member, tally = options["results"], year_of(options), options["member"], Tally(options["filter"])
    if member is None:
        of = {"members": options["members"], "recipes": options["recipes"]}
        agreed = kept_of(consensus(folder, year, list=options.get("list"), **of), tally)
        made_from = results.path(folder, task_of(options), year, agreed.members[0])
        tracks, known, whose = agreed.paths, agreed.sid != "", f"consensus of {counted(len(agreed.members), 'member')}"
        drawn = agreed.prominent()
        what = "observed storms, and tracks that half of the members have"
    else:
        made_from = results.path(folder, task_of(options), year, member)
        found = loaded(options, made_from, tally)
        tracks, matches = found.tracks, found.matches
        known, whose = matches.storm_of_track >= 0, f"member {member}"
        drawn, what = known, "observed storms"
    tally.check()
    title = f"{origin.title(year, tracks, made_from)}: {whose}{list_text(options)}{asked_text(options)}"
    best = _there(options["filter"], best_tracks_of(options, tracks, made_from))
    draw = plots.year_film if options["moving"] else plots.year_tracks
    chosen = options["filter"].min_share is not None or options["filter"].matched is not None
    if options.get("list") or chosen or not drawn.any():
        drawn = np.ones(len(tracks), bool)
    if options.get("all") or not len(tracks):
        return draw(tracks, best, known, options["region"], title, printed=options["printed"])
    if not drawn.all():
        options["said"].append(f"{drawn.sum()} of {len(tracks)} tracks are drawn: {what}; --all draws all")
        title += f" ({what})"
    tracks, known = tracks.take(drawn), known[drawn]
    look = {"muted": not options.get("list"), "printed": options["printed"]}
    return draw(tracks, best, known, options["region"] or _around(tracks, best), title, **look)


def _there(asked: Filter, best: BestTracks | None) -> BestTracks | None:
    """The best tracks that are where and when tracks are asked for."""
    place = replace(asked, region=None).of_place
    return best.take(place.keeps(heads.of_best_tracks(best), best)) if best is not None and place else best


def _around(tracks: Tracks, best: BestTracks | None) -> Region:
    """Where the observed storms of the time are; where there are none, some tracks."""
    places: Tracks | BestTracks = tracks if best is None or not len(best) else best
    return plots.region_of(places.lat, places.lon)
