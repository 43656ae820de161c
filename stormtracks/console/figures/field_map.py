"""`inv plot --kind field`: the vorticity of one time."""

from pathlib import Path

import numpy as np

from stormtracks.console.figures import origin
from stormtracks.console.figures.chosen import TASK, Figure, Options, best_tracks_of, year_of
from stormtracks.console.local_paths import data_folder
from stormtracks.errors import BadValue
from stormtracks.science import calendars, maxima, plots, reanalysis, results, vorticity
from stormtracks.science.arrays import Times
from stormtracks.science.settings import Settings


def field_at_time(options: Options) -> Figure:
    """Cyclonic vorticity at one time with its maxima, found as those of the result were."""
    year, member, wanted = year_of(options), options["member"] or 0, options["time"]
    if not wanted:
        raise BadValue("--time is missing; give a time, such as --time 2005-08-28T18")
    place = results.path(options["results"], TASK, year, member)
    if not place.exists():
        raise BadValue(f"{place}: there is no such result, but the field needs its settings; run inv track first")
    settings = results.load_settings(place)
    with _season(options, place, settings) as season:
        calendar = season.axis.calendar
        step = step_of(season.axis.times, wanted, calendar)
        winds = [array[:, 0] for array in season.read(step, step + 1, [member])]
        field, grid, time = vorticity.cyclonic_from(winds, season.grid), season.grid, season.axis.times[step]
    header, tracks = results.load_headed_tracks(place)
    said = f"{calendars.text(time, calendar, 'h')}Z"
    if time != calendars.of_text(wanted, calendar):
        options["said"].append(f"there is no field of {wanted}; {said} is the nearest")
    title = f"{origin.data(header.provenance)}, {said}, member {member}"
    found = maxima.find(field, grid, **settings.keywords(maxima.find))
    return plots.vorticity_field(
        field[0],
        grid,
        found,
        options["region"],
        title,
        winds=(winds[0][0], winds[1][0]) if len(winds) == 2 else None,
        tracks=tracks,
        best=best_tracks_of(options, tracks, place),
        time=time,
        printed=options["printed"],
    )


def step_of(times: Times, wanted: str, calendar: str) -> int:
    """The number of the time that is nearest to the one wanted, which must not lie outside the season."""
    time = calendars.of_text(wanted, calendar)
    if not times[0] <= time <= times[-1]:
        first, last = (calendars.text(end, calendar, "h") for end in (times[0], times[-1]))
        raise BadValue(f"--time: {wanted} is not in the season, which is from {first} to {last}; choose a time of that")
    return int(np.argmin(np.abs(times - time)))


def _season(options: Options, place: Path, settings: Settings) -> reanalysis.Season:
    """The season that a result was made from."""
    header = results.load_header(place)
    chosen = settings.keywords(reanalysis.open_season) | {"dataset": header.provenance.get("dataset")}
    return reanalysis.open_season(
        data_folder(options["data"]), header.year, ensemble_member=header.ensemble_member, **chosen
    )
