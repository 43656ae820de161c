"""Results of small ensembles whose truth is known: what summaries, consensus, exports and figures are tested with."""

import numpy as np

from stormtracks.science import results, sphere
from stormtracks.science.records import Matches, Maxima, TimeAxis, Tracks

STEP = np.timedelta64(6, "h")
START = np.datetime64("2005-08-01T00", "s")
OBSERVED = ("2005213N15329", "2005215N10179", "2005217N70010")
"""An Atlantic storm, one that crosses the date line, one that passes the pole."""


def true_tracks():
    """(first step, lat, lon) of four storms: the three observed ones and one that nobody observed."""
    steps = np.arange(16)
    return [
        (0, 12 + 0.8 * steps, -30 - 1.8 * steps),
        (10, 10 + 0.5 * steps, sphere.wrap(172 + 1.4 * steps)),
        (20, 89 - np.abs(8 - steps) * 1.2, np.where(steps < 8, 10.0, -170.0)),
        (40, -15 - 0.7 * steps, 60 - 1.1 * steps),
    ]


def member_result(member, year=2005, seed=0, missing=(), noise_km=80.0):
    """A result that has the storms, but for the `missing`, with errors of its own, and one short track of its own."""
    rng = np.random.default_rng((seed, year, member))
    stray = (60, rng.uniform(-50, 50) + 0.3 * np.arange(7), rng.uniform(-180, 180) + 0.5 * np.arange(7))
    kept = [number for number in range(4) if number not in missing]
    tracks = join([*(true_tracks()[number] for number in kept), stray], year, rng, noise_km)
    hours = 6.0 * np.arange(80)
    shift = np.datetime64(f"{year}-08-01", "s") - START
    axis = TimeAxis(START + shift + (hours * 3600).astype("timedelta64[s]"), hours)
    maxima = Maxima(((tracks.time - axis.times[0]) // STEP).astype(np.int32), tracks.lat, tracks.lon, tracks.vorticity)
    matches = matches_of([kept.index(storm) if storm in kept else -1 for storm in range(3)], tracks)
    return results.Result(year, member, f"m{member:02d}", "vort_track", axis, maxima, tracks, matches, {"version": "1"})


def join(storms, year, rng, noise_km):
    """Tracks from (first step, lat, lon), each point moved at random."""
    row_size = np.array([len(lat) for _, lat, _ in storms], np.int32)
    nothing = np.zeros(0)
    steps = np.concatenate([nothing, *(first + np.arange(len(lat)) for first, lat, _ in storms)]).astype(int)
    lat, lon = (np.concatenate([nothing, *(storm[axis] for storm in storms)]) for axis in (1, 2))
    moved = sphere.unit_vectors(lat, lon) + rng.normal(0, noise_km / sphere.EARTH_RADIUS_KM / 1.4, (len(lat), 3))
    lat, lon = sphere.lat_lon(moved)
    time = np.datetime64(f"{year}-08-01", "s") + steps * STEP
    vorticity = (5e-5 + 4e-5 * np.sin(steps / 8.0) ** 2).astype(np.float32)
    return Tracks(row_size, time, lat, lon, vorticity, np.arange(len(lat)))


def matches_of(tracks_of_storms, tracks):
    """Matches of the three observed storms with the tracks of these numbers (-1: missed)."""
    track = np.array(tracks_of_storms, np.int32)
    hit = track >= 0
    never = np.datetime64("NaT", "s")
    first = np.full(len(track), never)
    first[hit] = tracks.time[tracks.start[track[hit]]]
    storm_of_track = np.full(len(tracks), -1, np.int32)
    storm_of_track[track[hit]] = np.flatnonzero(hit)
    return Matches(
        np.array(OBSERVED), np.array(["ARLENE", "", "POLAR"]), np.array([64, 33, np.nan], np.float32), track,
        np.where(hit, 16, 0).astype(np.int32), np.where(hit, 100.0, np.nan), first, first + 15 * STEP,
        np.where(hit, 12.0, np.nan), storm_of_track,
    )  # fmt: skip


def save_ensemble(folder, members=8, years=(2005,), missing=None, **how):
    """Results of an ensemble; `missing` says member -> storms that it has not."""
    for year in years:
        for member in range(members):
            results.save(member_result(member, year, missing=(missing or {}).get(member, ()), **how), folder)
    return folder


def save_best_tracks(path):
    """The three observed storms, where they are, as a file of best tracks of 2005."""
    rows = [
        "SID,SEASON,NUMBER,BASIN,SUBBASIN,NAME,ISO_TIME,NATURE,LAT,LON,WMO_WIND,WMO_PRES,TRACK_TYPE,USA_WIND,USA_PRES"
    ]
    rows.append(",Year,,,,,,,degrees_north,degrees_east,kts,mb,,kts,mb")
    tracks = member_result(0, noise_km=0.0).tracks
    for number, (sid, name) in enumerate(zip(OBSERVED, ("ARLENE", "", "POLAR"), strict=True)):
        for point in range(*tracks.points(number).indices(len(tracks.time))):
            time = str(tracks.time[point]).replace("T", " ")
            where = f"{tracks.lat[point]:.2f},{tracks.lon[point]:.2f}"
            rows.append(f"{sid},2005,{number},NA,MM,{name},{time},TS,{where},60,990,main,60,990")
    path.write_text("\n".join(rows) + "\n")
    return path
