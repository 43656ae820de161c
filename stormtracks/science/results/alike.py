"""Whether results belong together: made with the same settings, data set, kind of inputs and rules."""

import hashlib
import itertools
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from stormtracks import label
from stormtracks.label import Label
from stormtracks.science.errors import ResultError
from stormtracks.science.remarks import Remark
from stormtracks.science.settings import ADDED, TASKS

SHOWN_GROUPS = 3
SHOWN_YEARS = 3
Cell = tuple[Label, int]
"""Year and ensemble member."""


class MixedResults(ResultError):
    """Results that were made differently and would be taken together."""


def traits(provenance: Mapping[str, Any]) -> dict[str, str]:
    """What results must have in common to be taken together, as JSON by name; what is not recorded is left out.

    Each setting, the recipes of the results that it is built on, what a list was told by and with which weights, the
    data set's description, the names of the inputs without what may differ within one series (years, months, members,
    the control's letter, a scenario after the past), and the major version of the software.
    """
    found: dict[str, Any] = {}
    if isinstance(provenance.get("settings"), Mapping):
        found |= {**ADDED, **provenance["settings"]}
    # What a result is built on was made alike too; the hash after the hyphen is each member's own.
    found |= {task: str(provenance[task]).partition("-")[0] for task in TASKS if task in provenance}
    found |= {name: provenance[name] for name in ("told_by", "weights", "dataset") if name in provenance}
    if provenance.get("inputs"):
        found["inputs"] = kinds_of_inputs(provenance)
    if provenance.get("version"):
        found["version"] = str(provenance["version"]).partition(".")[0]
    return {name: json.dumps(value, sort_keys=True) for name, value in found.items()}


def kinds_of_inputs(provenance: Mapping[str, Any]) -> list[str]:
    """Names of a result's inputs without what may differ within one series, each once."""
    return sorted({_kind(Path(file["path"]).name) for file in provenance["inputs"]})


def fingerprint(provenance: Mapping[str, Any]) -> str:
    """The traits of a result as twelve hexadecimal digits: the same for results that belong together."""
    return hashlib.sha256(json.dumps(traits(provenance), sort_keys=True).encode()).hexdigest()[:12]


class Recipes:
    """The traits of many results, one result after another; only those that differ take memory.

    Examples
    --------
    >>> from stormtracks.science.results import Recipes
    >>> recipes = Recipes()
    >>> for member, threshold in enumerate((2.5e-5, 2.5e-5, 9e-5)):
    ...     recipes.add(2005, member, {"settings": {"threshold_s1": threshold}})
    >>> recipes.differences()
    ['2005 member 2: threshold_s1 is 9e-05, not 2.5e-05']
    """

    def __init__(self) -> None:
        self._groups: dict[tuple[tuple[str, str], ...], list[Cell]] = {}

    def add(self, year: Label, ensemble_member: int, provenance: Mapping[str, Any]) -> None:
        """Take in one more result."""
        self.add_traits(year, ensemble_member, traits(provenance))

    def add_traits(self, year: Label, ensemble_member: int, known: Mapping[str, str]) -> None:
        """The same, of a result whose `traits` are known."""
        self._groups.setdefault(tuple(sorted(known.items())), []).append((year, ensemble_member))

    def differing(self) -> dict[str, list[Cell]]:
        """In what results differ from most of the others -> these results; empty where all belong together."""
        ordered = sorted(self._groups.items(), key=lambda item: -len(item[1]))
        found: dict[str, list[Cell]] = {}
        for key, cells in ordered[1:]:
            if text := _difference(dict(key), dict(ordered[0][0])):
                found.setdefault(text, []).extend(cells)
        return found

    def differences(self) -> list[str]:
        """The same in words, one text per kind of difference."""
        return [f"{listed(cells)}: {text}" for text, cells in self.differing().items()]

    def remarks(self, folder: object, mixed: bool = False) -> tuple[Remark, ...]:
        """Refuse results that do not belong together; with `mixed` the remark that they do not.

        Parameters
        ----------
        folder : path
            For the message.
        mixed : bool
            Whether they are wanted all the same.

        Raises
        ------
        MixedResults
            The message says which results differ, and in what.
        """
        found = self.differences()
        if not found:
            return ()
        shown = "; ".join(found[:SHOWN_GROUPS])
        if len(found) > SHOWN_GROUPS:
            shown += f"; and {len(found) - SHOWN_GROUPS} more kinds"
        if mixed:
            number = sum(map(len, self.differing().values()))
            return (Remark(f"results that were made differently are taken together: {shown}", number),)
        raise MixedResults(
            f"{folder}: these results were made differently and do not belong together: {shown}. Compute them again "
            "with --overwrite, move them to a folder of their own, or add --mixed to take them together all the same"
        )


def listed(cells: Iterable[Cell]) -> str:
    """Years and members as a text, such as "2005 members 0-3, 7; 2006 member 1".

    Examples
    --------
    >>> from stormtracks.science.results.alike import listed
    >>> listed([(2005, 0), (2005, 1), (2005, 4), (2006, 3)])
    '2005 members 0-1, 4; 2006 member 3'
    """
    years: dict[Label, list[int]] = {}
    for year, member in sorted(cells, key=lambda cell: (label.is_start(cell[0]), *cell)):
        years.setdefault(year, []).append(member)
    shown = [
        f"{year} member{'s' * (len(of) > 1)} {label.spans(of)}"
        for year, of in itertools.islice(years.items(), SHOWN_YEARS)
    ]
    what = "starts" if any(map(label.is_start, years)) else "years"
    more = [f"{len(years) - SHOWN_YEARS} more {what}"] if len(years) > SHOWN_YEARS else []
    return "; ".join(shown + more)


def _kind(name: str) -> str:
    """A file's name without what differs from year to year and from member to member of one series."""
    for pattern, kept in _OF_ONE_SERIES:
        name = pattern.sub(kept, name)
    return name


_OF_ONE_SERIES = (
    (re.compile(r"\d+"), "#"),
    (re.compile(r"(?<![a-z])(historical|hist|ssp#|rcp#)(?![a-z])", re.IGNORECASE), "experiment"),
    (re.compile(r"(?<![a-z])(ge)?(c|p|cf|pf|ctl|control)#?(?![a-z])", re.IGNORECASE), "member"),  # GEFS, S2S, TIGGE
    (re.compile(r"era#t(?![a-z])", re.IGNORECASE), "era#"),  # ERA5's last months, before they are final
)


def _difference(ours: Mapping[str, str], most: Mapping[str, str]) -> str:
    """In what traits differ that both are known to have, as text."""
    names = [name for name in sorted(ours.keys() & most.keys()) if ours[name] != most[name]]
    return ", ".join(f"{name} is {ours[name]:.200}, not {most[name]:.200}" for name in names)
