"""What the tasks of a run counted -> lines that say what was found; plain Python, so that `inv status` answers at once.

A storm that each of 80 members finds is one storm, so no line is a sum over members.
"""

from collections.abc import Mapping
from typing import Protocol

from stormtracks.readable import counted


class Counted(Protocol):
    """What is known of one task over all years and members, such as a `StepState`.

    Attributes
    ----------
    task : str
    counts : mapping
        Sums over the complete tasks.
    means, most : mapping
        Mean and maximum over the members, summed over the years.
    complete : int
        Tasks that are.
    """

    @property
    def task(self) -> str: ...
    @property
    def counts(self) -> Mapping[str, float]: ...
    @property
    def means(self) -> Mapping[str, float]: ...
    @property
    def most(self) -> Mapping[str, float]: ...
    @property
    def complete(self) -> int: ...


def findings(of: Counted, line: str = "") -> list[str]:
    """What was found, in lines.

    Parameters
    ----------
    of : Counted
    line : str
        What each line of the run's grid is, where there are several: "year", or "forecast", which may see the same
        storm as another one.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> from stormtracks.science.findings import findings
    >>> sums, means, most = {"storms": 224, "matches": 223}, {"storms": 28, "matches": 27.9}, {"storms": 28}
    >>> findings(SimpleNamespace(task="vort_track", counts=sums, means=means, most=most, complete=16), "year")
    ['28 observed storms; a member finds 27.9 of them (99 %)']
    """
    if not of.complete:
        return []
    per = {name: total / of.complete for name, total in of.counts.items()}
    where = f"per member and {line}" if line else "per member"
    shown = [_observed(of, line)] if of.counts.get("storms") else []
    tracks = _number(per.get("tracks", 0))
    if "features" in per:
        kinds = _number(per["features"] + per.get("missing_features", 0))
        shown.append(f"{_number(per['features'])} of {kinds} fields along {tracks} tracks {where}")
    elif "tc" in per:
        cyclones = ", ".join(f"{_number(per.get(key, 0))} {name}" for key, name in _KINDS.items())
        shown.append(f"{cyclones} {where}, of {tracks} tracks")
    elif "tracks" in per:
        shown.append(f"{tracks} tracks {where}")
    if per.get("missing_times"):
        shown.append(f"{_number(per['missing_times'])} times missing in the data {where}")
    return shown


_KINDS = {"tc": "tropical", "etc": "extratropical", "hybrid": "hybrid cyclones"}


def _observed(of: Counted, line: str) -> str:
    who = "a list of tropical cyclones has" if "tc" in of.counts else "a member finds"
    found, there = of.counts.get("matches", 0), of.counts["storms"]
    # All of them is 100 %, and nothing else is.
    share = 100 if found == there else min(99, round(100 * found / there))
    if line == "forecast":
        there, found = there / of.complete, found / of.complete
        return f"{there:,.1f} observed storms per forecast; {who} {found:,.1f} of them ({share} %)"
    storms = round(of.most["storms"])
    several = counted(storms, "observed storm")
    return f"{several}; {who} {of.means.get('matches', 0):,.1f} of {'it' if storms == 1 else 'them'} ({share} %)"


def _number(value: float) -> str:
    """One digit behind the point for small means that are not whole."""
    return f"{value:,.0f}" if value >= 100 or value == round(value) else f"{value:,.1f}"
