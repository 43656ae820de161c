"""One figure of each kind, of data whose truth is known, to be held against pictures and looked over for room."""

import dataclasses

import numpy as np
from ensembles import OBSERVED, START, STEP, join, matches_of, member_result, true_tracks

from stormtracks.science import heads, plots, summary
from stormtracks.science.climatology.census import Cells
from stormtracks.science.climatology.density import track_density
from stormtracks.science.climatology.population import Population
from stormtracks.science.comparison import pair
from stormtracks.science.consensus.reliability import reliability
from stormtracks.science.consensus.year_consensus import consensus_of
from stormtracks.science.records import BestTracks, Grid, Maxima, Tracks

ATLANTIC, PACIFIC, ARCTIC = (0, 50, -90, -20), (-10, 40, 140, -120), (50, 90, -180, 180)


def observed():
    """The three observed storms, with a wind."""
    storms = [(np.arange(first, first + len(lat)), lat, lon) for first, lat, lon in true_tracks()[:3]]
    step, lat, lon = (np.concatenate([storm[part] for storm in storms]) for part in range(3))
    wind = (30 + 40 * np.sin(step / 8.0) ** 2).astype("f4")
    names = np.array(["ARLENE", "", "POLAR"])
    row_size, season = np.full(3, 16, "i4"), np.full(3, 2005, "i4")
    time = START + step * STEP
    return BestTracks(np.array(OBSERVED), names, np.array(["NA"] * 3), season, row_size, time, lat, lon, wind, wind)


def ensemble(members=5):
    """The tracks of the members of 2005."""
    return [member_result(member, missing=(0,) if member == 1 else ()).tracks for member in range(members)]


def in_pieces(members=5):
    """Members that all lose the first storm for two days: the consensus has two pieces of it."""
    first, lat, lon = true_tracks()[0]
    halves = [(first, lat[:6], lon[:6]), (first + 10, lat[10:], lon[10:])]
    made = [join(halves, 2005, np.random.default_rng(member), 80.0) for member in range(members)]
    matches = [dataclasses.replace(matches_of([0, -1, -1], one), storm_of_track=np.array([0, 0])) for one in made]
    return made, consensus_of(2005, range(members), made, matches, min_common_times=4, min_points=4)


def field():
    """Vorticity with two vortices, and winds that turn around them; shape (37, 72)."""
    grid = Grid(np.arange(-90.0, 91, 5), np.arange(0.0, 360, 5), True)
    lat, lon = np.meshgrid(grid.lat, grid.lon, indexing="ij")
    values, east, north = (np.zeros(grid.shape) for _ in range(3))
    for y, x, strength in ((20.0, 180.0, 9e-5), (10.0, 215.0, -4e-5)):
        apart = np.exp(-((lat - y) ** 2 + (lon - x) ** 2) / 100.0)
        values += strength * apart
        east -= 2e4 * strength * (lat - y) * apart
        north += 2e4 * strength * (lon - x) * apart
    return values, grid, (east, north)


def years(of):
    """A summary of some years, whose spread differs from year to year."""
    made = []
    for number, year in enumerate(of):
        found = summary.Spread.of(np.array([6, 7, 8, 9, 12]) + number % 3)
        pod = summary.Spread.of(np.array([0.6, 0.7, 0.8, 0.85, 1.0]) - 0.02 * (number % 4))
        tracks = summary.Spread.of(np.array([300, 310, 320, 325, 360]) + 10 * (number % 5))
        made.append(summary.YearStatistics(year, 5, 12 + number % 3, tracks, found, pod, pod, ()))
    return summary.Summary("vort_track", tuple(made), made[0], (), ())


def of_storm(printed):
    """A storm that all members lose for two days."""
    tracks, agreed = in_pieces()
    return plots.storm_members(agreed, range(len(agreed)), tracks, observed(), printed=printed)


def of_field(printed):
    """The field with all that may lie on it."""
    values, grid, winds = field()
    maxima = Maxima(np.zeros(2, "i4"), np.array([20.0, -60]), np.array([180.0, -179]), np.array([9e-5, 5e-5], "f4"))
    more = {"winds": winds, "tracks": ensemble()[0], "best": observed(), "time": START + 12 * STEP}
    return plots.vorticity_field(values, grid, maxima, PACIFIC, "2005-08-04T00Z, member 0", printed=printed, **more)


def of_year(region, **how):
    """Tracks of one member, two of them known."""
    known = np.arange(5) < 3
    return lambda printed: plots.year_tracks(
        ensemble()[0], observed(), known, region, "Sample, Aug 2005: member 0", printed=printed, **how
    )


def of_density(region):
    """Density of the tracks of all members."""
    values, grid = track_density(ensemble(), spacing_deg=5.0)
    title = "Track density: sample, Aug 2005, 5 members"
    return lambda printed: plots.density(values, grid, region, title, printed=printed)


def of_reliability(printed):
    """Probabilities that are too low."""
    said = np.repeat([0.15, 0.45, 0.85], [30, 40, 5])
    return plots.reliability_diagram(reliability(said, np.arange(75) % 3 > 0), printed=printed)


def of_comparison(printed):
    """Two members, of which the second lacks a storm and has others of its own."""
    one, other = member_result(0).tracks, member_result(1, missing=(3,), noise_km=160.0).tracks
    found = pair(one, other)
    only = [np.setdiff1d(np.arange(len(of)), paired) for of, paired in ((one, found.one), (other, found.other))]
    sets = one.take(found.one), one.take(only[0]), other.take(only[1])
    return plots.compared_tracks(*sets, ("season", "motion"), title="2005, member 0", printed=printed)


def population(strengths=False, members=5, seasons=range(2000, 2008)):
    """Tracks whose strength, lifetime and month are drawn from known distributions; some are observed storms."""
    rng = np.random.default_rng(1)
    cells = Cells.of({year: tuple(range(members)) for year in seasons})
    number = (8 if strengths else 60) * members * len(seasons)
    of_tracks = _heads(
        rng, number, np.where(rng.random(number) < (0.7 if strengths else 0.1), "2005213N15329", ""), strengths
    )
    of_storms = _heads(rng, 6 * len(seasons), np.full(6 * len(seasons), "2005213N15329"), True)
    member, year = (np.arange(number) // part % size for part, size in ((1, members), (members, len(seasons))))
    storm_year = np.arange(6 * len(seasons)) % len(seasons)
    return Population(cells, of_tracks, member, year, of_storms, storm_year, data="sample")


def _heads(rng, number, sid, strengths):
    """Heads of so many tracks in the Atlantic."""
    lat, lon, hours = rng.uniform(10, 30, number), rng.uniform(-80, -30, number), rng.gamma(2.0, 50.0, number)
    month = rng.choice(12, number, p=np.array([0, 0, 0, 0, 1, 2, 3, 6, 8, 4, 1, 0]) / 25)
    first = np.datetime64("2005-01-15", "s") + month * np.timedelta64(30, "D")
    ends = [(first, first + (3600 * hours).astype("timedelta64[s]")), (lat, lat + 20), (lon, lon + 15)]
    time, north, east = (np.stack(one, axis=1).ravel() for one in ends)
    peak = np.repeat(4e-5 + rng.gamma(2.0, 3e-5, number), 2).astype("f4")
    tracks = Tracks(np.full(number, 2), time, north, east, peak, np.arange(2 * number))
    wind = rng.gamma(6.0, 5.0, number)
    more = {"wind_m_s": wind.astype("f4"), "pressure_pa": (101500 - 100 * wind).astype("f4")} if strengths else {}
    return dataclasses.replace(heads.of(tracks), sid=sid, **more)


def of_ends(printed):
    """Where tracks begin, and where the observed storms did."""
    found = population()
    values, grid = found.density("genesis", ATLANTIC, spacing_deg=5.0)
    marks = plots.Marks(*found.observed_ends("genesis"), "IBTrACS, first points (48)")
    title, label = f"Genesis: {found.seasons}", "first points per 10$^6$ km$^2$ and season"
    return plots.density(values, grid, ATLANTIC, title, label=label, marks=marks, printed=printed)


DRAWINGS = {
    "tracks_atlantic": of_year(ATLANTIC, muted=True),
    "tracks_world": of_year(None),
    "tracks_arctic": of_year(ARCTIC),
    "storm": of_storm,
    "density_world": of_density(None),
    "density_pacific": of_density(PACIFIC),
    "field": of_field,
    "years_one": lambda printed: plots.storms_per_year(years([2005]), printed=printed),
    "years_two": lambda printed: plots.storms_per_year(years([2005, 2006]), printed=printed),
    "years_many": lambda printed: plots.storms_per_year(years(range(1990, 2006)), printed=printed),
    "reliability": of_reliability,
    "compared": of_comparison,
    "genesis": of_ends,
    "intensity": lambda printed: plots.intensity(population(), printed=printed),
    "intensity_tc": lambda printed: plots.intensity(population(True), "tc", printed=printed),
    "lifetime": lambda printed: plots.lifetime(population(), printed=printed),
    "season": lambda printed: plots.season(population(), printed=printed),
    "season_tc": lambda printed: plots.season(population(True, 1, [2005]), "tc", printed=printed),
}
"""Name -> figure of a `Print`."""


def film_of_storm(printed):
    """The storm in two pieces, moving."""
    tracks, agreed = in_pieces()
    return plots.storm_film(agreed, range(len(agreed)), tracks, observed(), printed=printed)


def film_of_year(printed):
    """Tracks of one member, moving; two of them are known."""
    known = np.arange(5) < 3
    return plots.year_film(ensemble()[0], observed(), known, ATLANTIC, "Sample: member 0", muted=True, printed=printed)


FILMS = {"film_of_storm": film_of_storm, "film_of_year": film_of_year}
"""Name -> scene of a `Print`."""
