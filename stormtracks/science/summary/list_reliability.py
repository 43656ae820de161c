"""Lists of a folder -> how far their probabilities can be believed, where best tracks say which storms were real."""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from stormtracks.errors import BadValue
from stormtracks.label import Label
from stormtracks.readable import some
from stormtracks.science import results
from stormtracks.science.arrays import Bools, Floats
from stormtracks.science.climatology.basins import BASINS, basin, covered
from stormtracks.science.consensus import ConsensusStorms, consensus
from stormtracks.science.consensus.reliability import Reliability, reliability
from stormtracks.science.errors import ResultError
from stormtracks.science.summary.list_summary import TASK

CALIBRATED, MEAN = "calibrated probability", "mean probability of the members"


@dataclass(frozen=True)
class ListReliability:
    """What `list_reliability` finds.

    Attributes
    ----------
    made : Reliability
        Of every storm that one list or more of a year has.
    said_by : str
        `CALIBRATED`, or `MEAN` where there is no calibration for such lists.
    years : tuple of int or str
        Those that best tracks are there of.
    members : int
        The most that a year has.
    remarks : tuple of str
    """

    made: Reliability
    said_by: str
    years: tuple[Label, ...]
    members: int
    remarks: tuple[str, ...]


def list_reliability(
    folder: str | os.PathLike[str],
    years: Iterable[Label] | None = None,
    members: Iterable[int] | None = None,
    *,
    recipes: results.Recipes | None = None,
    keep: Callable[[ConsensusStorms], Bools] | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> ListReliability:
    """Compare the probability of each listed tropical cyclone with whether it was observed.

    Parameters
    ----------
    folder : path
        Folder of the results, with those of the task ``classify``.
    years : iterable of int or str, optional
    members : iterable of int, optional
        None: all that are there.
    recipes : Recipes, optional
        As of `consensus`.
    keep : callable, optional
        Which storms of a year's consensus to look at, a mask.
    progress : callable, optional
        Called as ``progress(done, total)`` after each year.

    Returns
    -------
    ListReliability

    Raises
    ------
    ResultError
        No list, or none of a year with best tracks.

    Notes
    -----
    A storm is one that at least one member's list has; it is real where best tracks know it, however weak it was.
    Storms that begin in a basin with next to no best track in all these years are left out: nobody looked there.
    """
    chosen = results.choose(folder, TASK, years, members)
    found: list[tuple[Label, ConsensusStorms]] = []
    sids: set[str] = set()
    for done, (year, numbers) in enumerate(chosen.items(), start=1):
        known = {str(sid) for sid in results.load_list(folder, year, numbers[0])[1].matches.sid}
        if known:
            sids |= known
            found.append((year, _storms(folder, year, numbers, recipes)))
        if progress is not None:
            progress(done, len(chosen))
    if not found:
        raise ResultError(f"{folder}: no best tracks with these lists, which could say what was real; give others")
    probability, real, remarks = _judged([storms for _, storms in found], covered(sids), keep)
    without = [str(year) for year in chosen if year not in dict(found)]
    if without:
        remarks.append(f"left out: {some(without, 5)}, since no best tracks are with these lists")
    calibrated = all(np.isfinite(storms.calibrated).all() for _, storms in found)
    most = max(len(numbers) for numbers in chosen.values())
    return ListReliability(
        reliability(probability, real),
        CALIBRATED if calibrated else MEAN,
        tuple(year for year, _ in found),
        most,
        tuple(remarks),
    )


def _storms(
    folder: str | os.PathLike[str], year: Label, members: Sequence[int], recipes: results.Recipes | None
) -> ConsensusStorms:
    agreed = consensus(folder, year, list="tc", members=members, recipes=recipes, min_share=0.0)
    if not isinstance(agreed, ConsensusStorms):
        raise BadValue("the consensus of lists is one of storms")
    return agreed


def _judged(
    seasons: Sequence[ConsensusStorms], known: Bools, keep: Callable[[ConsensusStorms], Bools] | None
) -> tuple[Floats, Bools, list[str]]:
    """Probability of each storm, whether it was real, and what is said of those that nobody could judge."""
    use_calibrated = all(np.isfinite(storms.calibrated).all() for storms in seasons)
    chances, outcomes, left = [np.zeros(0)], [np.zeros(0, bool)], 0
    for storms in seasons:
        asked = np.ones(len(storms), bool) if keep is None else keep(storms)
        where = basin(storms.lat[storms.start], storms.lon[storms.start])
        judged = known[where] | (storms.sid != "")
        left += int((asked & ~judged).sum())
        chance = storms.calibrated if use_calibrated else storms.probability
        chances.append(chance[asked & judged])
        outcomes.append((storms.sid != "")[asked & judged])
    remarks = []
    if left:
        basins = ", ".join(code for code, seen in zip(BASINS, known, strict=True) if not seen)
        number = f"{left} storm{'' if left == 1 else 's'} that begin{'s' if left == 1 else ''} in {basins}"
        remarks.append(f"left out: {number}, where there is next to no best track")
    return np.concatenate(chances), np.concatenate(outcomes), remarks
