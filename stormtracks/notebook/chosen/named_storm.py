"""The consensus of the year in which a storm is, by its name."""

from stormtracks.errors import BadValue, NotThere
from stormtracks.label import spans
from stormtracks.notebook.chosen.selection import Selection
from stormtracks.science.consensus import ConsensusTracks, candidate
from stormtracks.strict_dataclass import unknown


def agreed_of(selection: Selection, wanted: str) -> ConsensusTracks:
    """The consensus of the one chosen year that has a storm.

    Parameters
    ----------
    selection : Selection
    wanted : str
        Name or sid of a best track, or name of a candidate, in capitals.

    Raises
    ------
    NotThere
        No best track, or no consensus track, is this storm.
    BadValue
        Several years have one.
    """
    named, found, known = candidate(wanted), [], set()
    for season in selection.seasons():
        names = {*season.matches.sid.tolist(), *season.matches.name.tolist()} - {""}
        known |= names
        if wanted in names or (named and named.year == season.year):
            found.append(season.year)
    if not found:
        raise NotThere(f"{unknown(wanted, known, 'storm')} (in {spans(selection.years())})")
    if len(found) > 1:
        raise BadValue(f"{wanted} is a storm of {spans(found)}; choose the year: .sel(year={found[0]})")
    agreed = selection.opened.agreed(found[0], selection.choice.list_name, selection.choice.members)
    if not agreed.called(wanted).any():
        raise NotThere(
            f"{wanted}: no consensus track of {found[0]} is this storm: too few members have it, or most of its "
            f'tracks belong to another one; the tracks that match it: .sel(storm="{wanted}").tracks'
        )
    return agreed
