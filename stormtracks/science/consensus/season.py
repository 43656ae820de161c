"""A year of results -> its consensus tracks."""

import numpy as np

from stormtracks.science import results
from stormtracks.science.consensus.groups import ConsensusSettings, group
from stormtracks.science.consensus.mean import ConsensusTracks, mean_tracks
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
    labels, path = _in_order(labels, path)
    count = len(np.unique(path["group"]))
    row_size = np.bincount(path.pop("group"), minlength=count).astype(np.int32)
    held_by = np.zeros((count, len(members)), bool)
    held_by[labels[labels >= 0], points.member[labels >= 0]] = True
    storm_of = tuple(np.split(labels, np.cumsum([len(tracks) for tracks in ensemble])[:-1]))
    sid, name, matched = _names(storm_of, matches, settings.min_matched_share * held_by.sum(axis=1))
    return ConsensusTracks(year, np.array(members), held_by, sid, name, matched, row_size, storm_of=storm_of, **path)


def _in_order(labels, path):
    """Groups renumbered by the first time of their path, then from south to north; those without a path dropped."""
    group, first = np.unique(path["group"], return_index=True)
    order = np.lexsort((path["lat"][first], path["time"][first]))
    new = np.full(max(labels.max(initial=-1), 0) + 2, -1)  # the last, and so -1, stays -1
    new[group[order]] = np.arange(len(group))
    points = np.lexsort((path["time"], new[path["group"]]))
    path = {name: values[points] for name, values in path.items()}
    path["group"] = new[path["group"]]
    return new[labels], path


def _names(storm_of, matches, fewest):
    """Best track that most members' tracks of each storm are: sid, name, how many members; '' and 0 below `fewest`."""
    votes = [_votes(own, m) for own, m in zip(storm_of, matches, strict=True)]
    storm, sid, name = (np.concatenate(column) for column in zip(*votes, strict=True))
    known, first, index = np.unique(sid.astype(str), return_index=True, return_inverse=True)
    count = np.zeros((len(fewest), len(known) + 1), np.int64)
    np.add.at(count, (storm, index), 1)
    matched = count.max(axis=1, initial=0)
    enough = (matched > 0) & (matched >= fewest)
    choose = np.where(enough, count.argmax(axis=1), len(known))
    return np.append(known, "")[choose], np.append(name[first], "")[choose], np.where(enough, matched, 0)


def _votes(storm_of, matches):
    """Storm, sid and name of each best track that one member's tracks of a storm are, each pair once."""
    row = matches.storm_of_track
    storm = storm_of[: len(row)]
    both = np.unique(np.stack([storm, row])[:, (storm >= 0) & (row >= 0)], axis=1)
    return both[0], matches.sid[both[1]], matches.name[both[1]]
