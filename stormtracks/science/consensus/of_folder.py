"""A year of results -> its consensus tracks, or the consensus of its lists."""

import dataclasses
import os
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from stormtracks.errors import BadValue
from stormtracks.label import Label
from stormtracks.science import results
from stormtracks.science.consensus.calibration import shipped
from stormtracks.science.consensus.grouping.groups import ConsensusSettings
from stormtracks.science.consensus.grouping.points import Points
from stormtracks.science.consensus.list_consensus import MAX_OFFSET_KM, MIN_SHARE, consensus_of_lists
from stormtracks.science.consensus.mean import ConsensusTracks
from stormtracks.science.consensus.storms import ConsensusStorms
from stormtracks.science.consensus.year_consensus import consensus_of_points
from stormtracks.science.errors import ResultError
from stormtracks.science.lists import LISTS, StormList
from stormtracks.science.records import Matches, Tracks
from stormtracks.strict_dataclass import unknown

LIST_TASK = "classify"
Folder = str | os.PathLike[str]

_CALIBRATED_WITH = frozenset({"pressure_depth", "warm_core", "wind_max"})
"""What lists were told by that the shipped calibrations were fitted on: of winds alone far more storms are false."""


def consensus(
    folder: Folder,
    year: Label,
    *,
    task: str = "vort_track",
    list: str | None = None,  # noqa: A002
    members: Iterable[int] | None = None,
    recipes: results.Recipes | None = None,
    **thresholds: Any,
) -> ConsensusTracks:
    """One track per storm over the members of a year: storms of best tracks, and candidates that none of them knows.

    With `list` the storms are those of the members' lists, and candidates come only from there.

    Parameters
    ----------
    folder : path
        Folder of the results.
    year : int or str
    task : str
        Task whose results have the tracks; not looked at with `list`.
    list : {'tc', 'etc'}, optional
        The list of tropical or of extratropical cyclones, of the results of ``classify``; none: all tracks.
    members : iterable of int, optional
        Members to look at; none: all that are there.
    recipes : Recipes, optional
        Takes in how each result was made, for a caller who compares them; none: results that were made differently
        are refused here.
    **thresholds
        Fields of `ConsensusSettings` by name, such as ``min_share=0.5``; the others have their defaults. Of lists
        `min_share` is 0.5 by default; with 0 one list is enough; the calibrated probability says what it is worth.

    Returns
    -------
    ConsensusTracks
        With `list` a `ConsensusStorms`, which also has probability and intensity. Candidates have names where neither
        thresholds nor some of the members are asked for: other ones make another consensus, with other candidates.

    Raises
    ------
    ResultError
        No result of the year or a member asked for; or a list was made of other tracks than those that are there now.
    MixedResults
        Results that were made differently, without `recipes`.
    BadValue
        A threshold out of its range.

    Examples
    --------
    >>> import tempfile
    >>> from stormtracks.science import pipeline
    >>> from stormtracks.science.consensus import consensus
    >>> folder = tempfile.mkdtemp()
    >>> inputs = {"data": "sample/20crv2c_1987", "best_tracks": "sample/ibtracs/IBTrACS.NA.v04r00.nc"}
    >>> for member in (0, 1):
    ...     _ = pipeline.run_task(1987, member, "vort_track", {"results": folder, **inputs})
    >>> agreed = consensus(folder, 1987, min_share=1.0)
    >>> [str(name) for name in agreed.name[~agreed.candidate]]
    ['CINDY']

    Tropical cyclones that both members' lists hold.

    >>> for task in ("field_collection", "classify"):
    ...     for member in (0, 1):
    ...         _ = pipeline.run_task(1987, member, task, {"results": folder, **inputs})
    >>> listed = consensus(folder, 1987, list="tc", min_share=1.0)
    >>> len(listed), [str(name) for name in listed.name[~listed.candidate]]
    (4, ['CINDY'])
    """
    made_by = task if list is None else LIST_TASK
    numbers = results.choose(folder, made_by, [year], members)[year]
    seen = results.Recipes() if recipes is None else recipes
    if list is None:
        agreed = _of_tracks(folder, year, task, numbers, seen, thresholds)
    else:
        agreed = _of_lists(folder, year, list, numbers, seen, thresholds)
    if recipes is None:
        seen.remarks(folder)
    usual = _usual(list, thresholds) and numbers == results.choose(folder, made_by, [year])[year]
    return agreed if usual else dataclasses.replace(agreed, candidate_name=np.full(len(agreed), "", "U1"))


def _usual(name: str | None, thresholds: dict[str, Any]) -> bool:
    """Whether thresholds are those that a consensus has by default."""
    of_lists = {"min_share": MIN_SHARE, "max_offset_km": MAX_OFFSET_KM}
    defaults = dataclasses.asdict(ConsensusSettings()) | (of_lists if name else {})
    return all(defaults.get(key, value) == value for key, value in thresholds.items())


def _of_tracks(
    folder: Folder, year: Label, task: str, numbers: Sequence[int], seen: results.Recipes, thresholds: dict[str, Any]
) -> ConsensusTracks:
    points, matches = _loaded(folder, year, task, numbers, seen)
    return consensus_of_points(year, numbers, points, matches, **thresholds)


def _loaded(
    folder: Folder, year: Label, task: str, numbers: Sequence[int], seen: results.Recipes
) -> tuple[Points, Sequence[Matches]]:
    """The points of all tracks, which alone are kept of them, and what they match."""
    matches = []

    def tracks_of_members() -> Iterator[Tracks]:
        for number in numbers:
            header, tracks, of_member = results.load_headed(results.path(folder, task, year, number))
            seen.add(year, number, header.provenance)
            matches.append(of_member)
            yield tracks

    return Points.of(tracks_of_members()), matches


def _of_lists(
    folder: Folder, year: Label, name: str, numbers: Sequence[int], seen: results.Recipes, thresholds: dict[str, Any]
) -> ConsensusStorms:
    if name not in LISTS:
        raise BadValue(unknown(name, LISTS, "list"))
    headers, lists = zip(*(results.load_list(folder, year, number) for number in numbers), strict=True)
    for number, header in zip(numbers, headers, strict=True):
        seen.add(year, number, header.provenance)
    tracks = _tracks_of_lists(folder, year, numbers, headers, lists)
    if "calibration" not in thresholds:
        classifier = headers[0].provenance.get("settings", {}).get("classifier", "rule")
        known = all(_CALIBRATED_WITH.issubset(one.provenance.get("made_of", _CALIBRATED_WITH)) for one in headers)
        thresholds = thresholds | {"calibration": shipped(name, classifier) if known else None}
    return consensus_of_lists(year, numbers, lists, tracks, name=name, **thresholds)


def _tracks_of_lists(
    folder: Folder,
    year: Label,
    numbers: Sequence[int],
    headers: Sequence[results.Header],
    lists: Sequence[StormList],
) -> Sequence[Tracks]:
    """All tracks of the members, by whose numbers the lists know them; none where those of a member are elsewhere."""
    places = [results.path(folder, "vort_track", year, number) for number in numbers]
    if not all(place.exists() for place in places):
        return []
    found = []
    for number, place, header, storms in zip(numbers, places, headers, lists, strict=True):
        base, tracks = results.load_headed_tracks(place)
        wanted = header.provenance.get("vort_track")
        replaced = wanted is not None and wanted != results.foundation_of_tracks(base, tracks)
        if replaced or len(tracks) != len(storms.every_class):
            raise ResultError(
                f"{results.path(folder, LIST_TASK, year, number)}: was made of other tracks than those of {place} now; "
                "run --task vort_track,field_collection,classify with --overwrite, or move that result elsewhere"
            )
        found.append(tracks)
    return found
