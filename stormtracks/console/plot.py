"""`inv plot`: figures of results, as files."""

import numpy as np

from stormtracks.console.local_paths import best_tracks_file, local_path
from stormtracks.console.terminal import output, progress
from stormtracks.console.years import years as years_of
from stormtracks.errors import BadValue
from stormtracks.science import density, ibtracs, maxima, plots, reanalysis, results, summary, vorticity
from stormtracks.science.consensus import consensus
from stormtracks.science.errors import InputError
from stormtracks.science.settings import Settings
from stormtracks.strict_dataclass import unknown


def plot(kind, dest, options):
    """Draw one figure and say where it is."""
    if kind not in KINDS:
        raise BadValue(unknown(kind or "", KINDS, "figure"))
    options = options | {"results": local_path("results", options["results"])}
    region = options["region"] and tuple(float(edge) for edge in options["region"].split(","))
    if region and len(region) != 4:
        raise BadValue(f"--region must be south,north,west,east in degrees, not {options['region']!r}")
    figure = KINDS[kind](options | {"region": region})
    written = plots.save(figure, dest or f"{kind}.png", options["overwrite"])
    output().print(f"{written}", soft_wrap=True, markup=False)


def _tracks(options):
    """Tracks of a member, or the consensus, of a year with the best tracks."""
    year, member = _year(options), options["member"]
    if member is None:
        agreed = consensus(options["results"], year)
        tracks, known, title = agreed.tracks, agreed.sid != "", f"{year}: consensus of {len(agreed.members)} members"
    else:
        tracks, matches = results.load_matched(results.path(options["results"], "vort_track", year, int(member)))
        known, title = matches.storm_of_track >= 0, f"{year}, member {member}"
    return plots.year_tracks(tracks, _best(options, tracks.time), known, options["region"], title)


def _storm(options):
    """One storm in all its members, with the consensus."""
    year, wanted = _year(options), options["storm"] or ""
    if not wanted:
        raise BadValue("which storm? its name or sid with --storm; `inv summary --by consensus` lists them")
    agreed = consensus(options["results"], year)
    names = {str(sid): number for number, sid in enumerate(agreed.sid) if sid}
    names |= {str(name): number for number, name in enumerate(agreed.name) if name}
    if wanted.upper() not in names:
        raise InputError(
            f"--storm: {unknown(wanted, names, 'storm')} (a storm that a quarter of {year}'s members have)"
        )
    ensemble = [results.load_tracks(results.path(options["results"], "vort_track", year, m)) for m in agreed.members]
    best = _best(options, agreed.time)
    return plots.storm_members(agreed, names[wanted.upper()], ensemble, best, options["region"])


def _density(options):
    """Tracks per unit area and season, over all years and members."""
    found = results.choose(options["results"], "vort_track", years_of(options["years"]))
    places = [
        results.path(options["results"], "vort_track", year, m) for year, members in found.items() for m in members
    ]
    with progress("reading results") as report:
        values, grid = density.track_density(_seasons(places, report), region=options["region"])
    return plots.density(values, grid, options["region"], f"Density of tracks, {len(places)} seasons")


def _seasons(places, report):
    for count, place in enumerate(places, start=1):
        yield results.load_tracks(place)
        report(count, len(places))


def _field(options):
    """Cyclonic vorticity at one time with its maxima."""
    year, member = _year(options), int(options["member"] or 0)
    if not options["time"]:
        raise BadValue("which time? such as --time 2005-08-28T18")
    settings = Settings()
    chosen = settings.keywords(reanalysis.open_season)
    data = local_path("data", options["data"])
    with reanalysis.open_season(data, year, ensemble_member=member, **chosen) as season:
        step = int(np.argmin(np.abs(season.axis.times - np.datetime64(options["time"], "s"))))
        winds = [array[:, 0] for array in season.read(step, step + 1, [member])]
        field, grid, time = vorticity.cyclonic_from(winds, season.grid), season.grid, season.axis.times[step]
    title = f"{np.datetime_as_string(time, unit='h')}Z, member {member}"
    found = maxima.find(field, grid, **settings.keywords(maxima.find))
    return plots.vorticity_field(field[0], grid, found, options["region"], title)


def _series(options):
    """Storms per year beside the best tracks."""
    with progress("reading results") as report:
        made = summary.summarise(options["results"], years=years_of(options["years"]), progress=report)
    return plots.storms_per_year(made)


KINDS = {"tracks": _tracks, "storm": _storm, "density": _density, "field": _field, "years": _series}
"""Every figure by its name."""


def _year(options):
    chosen = years_of(options["years"])
    if chosen and len(chosen) == 1:
        return chosen[0]
    if not chosen:
        there = results.years(options["results"])
        if len(there) == 1:
            return there[0]
    raise BadValue("this figure is of one year: name it with --years")


def _best(options, times):
    path = best_tracks_file(options["best_tracks"])
    return None if path is None or not len(times) else ibtracs.load(path, times.min(), times.max())
