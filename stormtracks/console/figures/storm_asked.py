"""--storm: a name, an identifier of IBTrACS or the name of a candidate -> its year, and its rows of the consensus."""

import difflib
from collections.abc import Callable, Sequence

import numpy as np

from stormtracks.console.terminal import progress
from stormtracks.errors import BadValue
from stormtracks.label import Label
from stormtracks.readable import some
from stormtracks.science.arrays import Ints
from stormtracks.science.consensus import ConsensusTracks, candidate
from stormtracks.science.records import Matches
from stormtracks.strict_dataclass import unknown


def year_of(wanted: str, years: Sequence[Label], matches_of: Callable[[Label], Matches]) -> Label:
    """The one of some years that has a storm: the only one, that in a candidate's name, or that of the best track.

    Parameters
    ----------
    wanted : str
        In capitals.
    years : list of int or str
        Those that may be meant.
    matches_of : callable
        The matches of a year, of any member: each lists all best tracks that there were, found or missed.

    Raises
    ------
    BadValue
        No year has the storm, or several have one of that name.
    """
    if named := candidate(wanted):
        if named.year not in years:
            raise BadValue(f"--storm: {wanted} is of {named.year}; there are results of {_listed(years)} only")
        return named.year
    if len(years) == 1:
        return years[0]
    found, known = _with_best_track(wanted, years, matches_of)
    if not found:
        near = difflib.get_close_matches(wanted, sorted(known), n=1)
        meant = f"did you mean {near[0]!r}? " if near else ""
        raise BadValue(
            f"--storm: none of {_listed(years)} has a storm {wanted!r}; {meant}"
            "`inv summary --by storm` lists those that there are"
        )
    if len(found) > 1 and len(set(found.values())) == 1:  # at the turn of a year, in the results of both
        found = {year: sid for year, sid in found.items() if str(year) == sid[:4]} or found
    if len(found) > 1:
        choice = some([f"{year}: {sid}" for year, sid in found.items()], most=8)
        raise BadValue(f"--storm: several years have a storm {wanted} ({choice}); give the identifier, or --years")
    return next(iter(found))


def list_of(wanted: str, asked: str | None) -> str | None:
    """The list that a storm is of: that in a candidate's name, else the one that is asked for; None: all tracks.

    Parameters
    ----------
    wanted : str
        In capitals.
    asked : {'tc', 'etc'}, optional

    Raises
    ------
    BadValue
        They differ.

    Examples
    --------
    >>> from stormtracks.console.figures.storm_asked import list_of
    >>> list_of("TC2005-001", None), list_of("C2005-001", None), list_of("KATRINA", "tc")
    ('tc', None, 'tc')
    """
    if not (named := candidate(wanted)):
        return asked
    if asked not in (None, named.list_name):
        of = f"the list {named.list_name}" if named.list_name else "all tracks"
        raise BadValue(f"--storm: {wanted} is a candidate of {of}; leave --list {asked} out")
    return named.list_name


def rows_of(agreed: ConsensusTracks, wanted: str, least: str) -> Ints:
    """The rows of a consensus that are a storm: all its pieces.

    Parameters
    ----------
    agreed : ConsensusTracks
    wanted : str
        In capitals.
    least : str
        Which storms a consensus has, for the message.

    Raises
    ------
    BadValue
        There is no such storm, or there are several of that name.
    """
    rows = np.flatnonzero(agreed.called(wanted))
    sids = sorted({str(agreed.sid[row]) for row in rows})
    if len(sids) > 1:
        raise BadValue(f"--storm: {agreed.year} has several storms {wanted} ({', '.join(sids)}); give the identifier")
    if not len(rows):
        if candidate(wanted) and len(agreed) and not (agreed.candidate_name != "").any():
            raise BadValue(
                f"--storm: {wanted} is a name of the consensus of all members, and candidates of other ones have none; "
                "leave --members out"
            )
        names = (agreed.candidate_name,) if candidate(wanted) else (agreed.name, agreed.sid)
        known = sorted({str(name) for of in names for name in of if name})
        raise BadValue(f"--storm: {unknown(wanted, known, 'storm')} (only storms in at least {least} of {agreed.year})")
    return rows


def _with_best_track(
    wanted: str, years: Sequence[Label], matches_of: Callable[[Label], Matches]
) -> tuple[dict[Label, str], set[str]]:
    """The years matched with a best track of that name or identifier, with its identifier; and all that there are."""
    found: dict[Label, str] = {}
    known: set[str] = set()
    with progress("looking for the storm") as report:
        for count, year in enumerate(years, start=1):
            matches = matches_of(year)
            rows = np.flatnonzero(matches.called(wanted))
            if len(rows):
                found[year] = str(matches.sid[rows[0]])
            known.update(matches.sid.tolist(), matches.name.tolist())
            report(count, len(years))
    return found, known - {""}


def _listed(years: Sequence[Label]) -> str:
    return some([str(year) for year in years], most=8)
