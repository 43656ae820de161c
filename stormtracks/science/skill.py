"""How well tracks show storms whose truth is known: found or missed, how near, in how many pieces; false tracks."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from stormtracks.science import matching, sphere
from stormtracks.science.arrays import Bools, Floats, Ints
from stormtracks.science.records import BestTracks, Tracks
from stormtracks.science.synthetic import Truth

_NEAR_KM = 300.0
_NEAR_TIMES = 3


@dataclass(frozen=True)
class Skill:
    """What became of one member's planted storms.

    Attributes
    ----------
    ensemble_member : int
    storms : tuple of str
        Identifiers of the storms that count.
    missed : tuple of str
        Those of them that no track matches.
    tracks, false_tracks : int
        All tracks, and those that are neither a planted storm (of any strength) nor a piece of one.
    mean_error_km, median_error_km : float
        Distance between the true centre and the matched track at every time that both have; NaN where none is matched.
    pieces : float
        Tracks that follow a storm for some time, mean over the storms found; NaN where none is.
    coverage : float
        Share of the storms' times that their matched track has.
    """

    ensemble_member: int
    storms: tuple[str, ...]
    missed: tuple[str, ...]
    tracks: int
    false_tracks: int
    mean_error_km: float
    median_error_km: float
    pieces: float
    coverage: float

    @property
    def pod(self) -> float:
        """Probability of detection; NaN without storms."""
        return 1 - len(self.missed) / len(self.storms) if self.storms else np.nan

    @property
    def far(self) -> float:
        """False alarm ratio; NaN without tracks."""
        return self.false_tracks / self.tracks if self.tracks else np.nan


def score(
    truth: Truth,
    ensemble_member: int,
    tracks: Tracks,
    *,
    least_wind_kt: float = 34.0,
    least_hours: float = 36.0,
    **limits: Any,
) -> Skill:
    """Compare a member's tracks with its planted storms.

    Parameters
    ----------
    truth : Truth
        What was planted (see `synthetic`).
    ensemble_member : int
        Counted from 0.
    tracks : Tracks
    least_wind_kt, least_hours : float
        Only storms count that reach this wind (knots) and last this long in the data (hours).
    **limits
        What makes a track and a storm the same: the keywords of `matching.match`.

    Returns
    -------
    Skill

    Notes
    -----
    A track is a piece of a storm if, at three times or more, it is the nearest of all tracks to the storm's centre and
    within 300 km of it. The error is that of centres between grid points: planted ones lie anywhere.
    """
    storms = truth.storms(ensemble_member)
    matches = matching.match(tracks, storms, truth.axis, **limits)
    counted = _counted(storms, least_wind_kt, least_hours)
    matched = {str(sid): int(track) for sid, track in zip(matches.sid, matches.track, strict=True) if track >= 0}
    sids = [str(sid) for sid in storms.sid[counted]]
    found = [int(row) for row in np.flatnonzero(counted) if str(storms.sid[row]) in matched]
    errors = [_errors(storms, row, tracks, matched[str(storms.sid[row])]) for row in found]
    every = np.concatenate(errors) if errors else np.full(1, np.nan)
    pieces = _pieces(storms, tracks)[found]
    return Skill(
        ensemble_member=ensemble_member,
        storms=tuple(sids),
        missed=tuple(sid for sid in sids if sid not in matched),
        tracks=len(tracks),
        false_tracks=int((matches.storm_of_track < 0).sum()),
        mean_error_km=float(every.mean()),
        median_error_km=float(np.median(every)),
        pieces=float(pieces.mean()) if len(pieces) else np.nan,
        coverage=float(sum(map(len, errors)) / max(storms.row_size[counted].sum(), 1)),
    )


def _counted(storms: BestTracks, least_wind_kt: float, least_hours: float) -> Bools:
    """Which storms are strong and long-lived enough, shape (nstorms,) of bool."""
    if not len(storms):
        return np.zeros(0, bool)
    last = storms.time[storms.start + storms.row_size - 1]
    life = (last - storms.time[storms.start]) / np.timedelta64(1, "h")
    return (np.fmax.reduceat(storms.wind_kt, storms.start) >= least_wind_kt) & (life >= least_hours)


def _errors(storms: BestTracks, row: int, tracks: Tracks, track: int) -> Floats:
    """Distances (km) at the times that a storm and a track have in common."""
    storm, line = storms.points(row), tracks.points(track)
    _, here, there = np.intersect1d(storms.time[storm], tracks.time[line], assume_unique=True, return_indices=True)
    true = storms.lat[storm][here], storms.lon[storm][here]
    seen = tracks.lat[line][there], tracks.lon[line][there]
    return sphere.distance_km(*true, *seen)


def _pieces(storms: BestTracks, tracks: Tracks) -> Ints:
    """Number of tracks that follow each storm, shape (nstorms,)."""
    followed = np.full(len(storms.time), -1)
    order = np.argsort(tracks.time, kind="stable")
    times, first = np.unique(tracks.time[order], return_index=True)
    groups = dict(zip(times.tolist(), np.split(order, first[1:]), strict=True)) if len(times) else {}
    track = tracks.track
    for point, time in enumerate(storms.time.tolist()):
        there = groups.get(time, np.zeros(0, int))
        distance = sphere.distance_km(storms.lat[point], storms.lon[point], tracks.lat[there], tracks.lon[there])
        if len(there) and distance.min() <= _NEAR_KM:
            followed[point] = track[there[distance.argmin()]]
    lines = [followed[storms.points(row)] for row in range(len(storms))]
    counts = [np.unique(line[line >= 0], return_counts=True)[1] for line in lines]
    return np.array([(count >= _NEAR_TIMES).sum() for count in counts], int)
