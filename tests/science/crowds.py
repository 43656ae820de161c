"""Ensembles whose tracks are so near each other that many of them meet, at equal distances too."""

import numpy as np

from stormtracks.science import sphere
from stormtracks.science.records import Tracks


def ensemble_of(seed, members, most_tracks, steps, lat, lon):
    """Tracks of any length about a place, on a coarse grid, so that there are equal and just as far positions."""
    rng, ensemble = np.random.default_rng(seed), []
    for _ in range(members):
        sizes = rng.integers(1, steps + 1, rng.integers(0, most_tracks + 1))
        times = [np.sort(rng.choice(steps, size, replace=False)) for size in sizes]  # with gaps
        step = np.concatenate([np.zeros(0, int), *times])
        where = [np.round(centre + rng.normal(0, 6, len(step)), 1) for centre in (lat, lon)]
        time = np.datetime64("2005-08-01", "s") + step * np.timedelta64(6, "h")
        vorticity = np.full(len(step), 1e-4, np.float32)
        tracks = sizes, time, np.clip(where[0], -90, 90), sphere.wrap(where[1]), vorticity, np.arange(len(step))
        ensemble.append(Tracks(*tracks))
    return ensemble
