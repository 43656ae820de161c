"""A year of results -> its consensus tracks."""

import numpy as np

from stormtracks.science import results
from stormtracks.science.consensus.groups import ConsensusSettings, group
from stormtracks.science.consensus.mean import ConsensusTracks, mean_tracks
from stormtracks.science.consensus.names import best_tracks, merge_pieces
from stormtracks.science.consensus.pairs import Points


def consensus(folder, year, settings=None, task="vort_track", members=None):
    """One track a storm over the members of a year, best tracks' storms and candidates.

    Parameters
    ----------
    folder : path
        Folder of the results.
    year : int
    settings : ConsensusSettings, optional
    task : str
    members : iterable of int, optional
        Members to look at; none: all that are there.

    Returns
    -------
    ConsensusTracks

    Raises
    ------
    ResultError
        No result of the year or a member asked for.
    """
    numbers = results.choose(folder, task, [year], members)[year]
    loaded = [results.load_matched(results.path(folder, task, year, number)) for number in numbers]
    ensemble, matches = zip(*loaded, strict=True)
    return consensus_of(year, numbers, ensemble, matches, settings or ConsensusSettings())


def consensus_of(year, members, ensemble, matches, settings):
    """The same from records: a list of Tracks and one of Matches, one each a member."""
    points = Points.of(ensemble)
    labels = group(points, settings)
    path = mean_tracks(points, labels, settings.path_share)
    merged = merge_pieces(labels, path, best_tracks(points, labels, matches, settings.min_matched_share))
    if merged is not labels:
        labels, path = merged, mean_tracks(points, merged, settings.path_share)
    labels, path = _in_order(labels, path, _kept(path, settings))
    known = best_tracks(points, labels, matches, settings.min_matched_share)
    count = len(np.unique(path["group"]))
    row_size = np.bincount(path.pop("group"), minlength=count).astype(np.int32)
    held_by = np.zeros((count, len(members)), bool)
    held_by[labels[labels >= 0], points.member[labels >= 0]] = True
    storm_of = tuple(np.split(labels, np.cumsum([len(tracks) for tracks in ensemble])[:-1]))
    names = known.sid[:count], known.name[:count], known.matched[:count]
    return ConsensusTracks(year, np.array(members), held_by, *names, row_size, storm_of=storm_of, **path)


def _kept(path, settings):
    """Which groups have a mean path that is long and strong enough, shape (ngroups,) of bool."""
    size = np.bincount(path["group"])
    peak = np.zeros(len(size))
    np.maximum.at(peak, path["group"], path["vorticity"])
    return (size >= settings.min_points) & (peak >= settings.min_peak)


def _in_order(labels, path, kept):
    """Groups renumbered by the first time of their path, then from south to north; those that are not kept dropped."""
    inside = kept[path["group"]]
    path = {name: values[inside] for name, values in path.items()}
    group, first = np.unique(path["group"], return_index=True)
    order = np.lexsort((path["lat"][first], path["time"][first]))
    new = np.full(max(labels.max(initial=-1), 0) + 2, -1)  # the last, and so -1, stays -1
    new[group[order]] = np.arange(len(group))
    points = np.lexsort((path["time"], new[path["group"]]))
    path = {name: values[points] for name, values in path.items()}
    path["group"] = new[path["group"]]
    return new[labels], path
