"""Members of an ensemble that have files of their own, told apart by what the files say, else by their names.

Files are members where their labels differ and their times do not. Nothing is told apart that may mean something else:
files of different models or experiments, or names of which a number differs that nothing calls a member.
"""

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from stormtracks.science.arrays import Times
from stormtracks.science.reanalysis.dataset import in_order
from stormtracks.science.reanalysis.fields.contents import Looks
from stormtracks.science.reanalysis.folder.entries import Entry
from stormtracks.science.reanalysis.folder.member_names import Names
from stormtracks.science.reanalysis.stored import formats

_NAMED = 3

Labels = tuple[str, ...]


@dataclass(frozen=True)
class Told:
    """Which file is of which members.

    Attributes
    ----------
    labels : dict of Path to tuple of str
        File -> labels of the members in it.
    said_by : str
        By what they are told apart, for a remark.
    """

    labels: Mapping[Path, Labels]
    said_by: str

    @property
    def groups(self) -> list[Labels]:
        """Labels of the members that share files, in the schedule's order."""
        first = {labels[0]: labels for labels in self.labels.values()}
        return [first[label] for label in in_order(first)]

    @property
    def remark(self) -> str:
        """How the members are told apart."""
        labels = [label for group in self.groups for label in group]
        return f"{len(labels)} members with files of their own ({named(labels)}), told apart by {self.said_by}"

    def numbered(self, entries: Iterable[Entry]) -> list[Entry]:
        """The entries with the numbers and labels of their groups."""
        numbers = {labels: number for number, labels in enumerate(self.groups)}
        found = ((one, self.labels[one.path]) for one in entries)
        return [dataclasses.replace(one, number=numbers[own], label=name(own)) for one, own in found]

    def held(self) -> dict[int | None, Labels]:
        """Number of a group -> labels of its members; nothing where each has one."""
        return dict(enumerate(self.groups)) if any(len(group) > 1 for group in self.groups) else {}


def name(labels: Labels) -> str:
    """What members that share files are called together."""
    return labels[0] if len(labels) == 1 else f"{labels[0]} to {labels[-1]}"


def named(labels: Sequence[str]) -> str:
    """Some labels, for a remark: ``mem000, mem001, mem002, ... mem009``."""
    return ", ".join(labels if len(labels) <= _NAMED + 1 else [*labels[:_NAMED], f"... {labels[-1]}"])


def tell(folder: Path, entries: Sequence[Entry], looks: Looks, of_forecasts: bool = False) -> Told | None:
    """Which members each of some files holds; None where they are not of several members beyond doubt.

    Parameters
    ----------
    folder : Path
        The folder of data.
    entries : sequence of Entry
        Files of one year.
    looks : Looks
        What is inside them.
    of_forecasts : bool
        Whether they are of forecasts: members that began at different times need have no time in common.
    """
    roles = [one.role for one in entries]
    if len(set(roles)) == len(roles) or any(one.number is not None for one in entries):
        return None  # a file per role is one member's, or everyone's: it need not be looked into
    owns = {path: looks.at(path).own for path in {one.path for one in entries}}
    inside = {path: own.labels for path, own in owns.items()}
    by_names = {} if any(inside.values()) else _by_names(folder, entries, looks)
    for labels, said_by in ((inside, _said_by(own.said_by for own in owns.values())), (by_names, "their names")):
        runs: dict[Labels, set[frozenset[str]]] = {}
        for path, own in labels.items():
            runs.setdefault(own, set()).add(owns[path].run)
        alike = all(run == next(iter(runs.values())) for run in runs.values())
        if not (_several(labels) and alike):
            continue
        if (of_forecasts and labels is inside) or _same_times(entries, labels, lambda path: looks.at(path).times):
            return Told(labels, said_by)
    return None


def of_all(folder: Path, entries: Sequence[Entry], looks: Looks) -> dict[Path, Labels]:
    """Labels of the members in files of all years: those that the files say, else those that their names say.

    Parameters
    ----------
    folder : Path
        The folder of data.
    entries : sequence of Entry
        Files of all years.
    looks : Looks
        What is inside them.
    """
    inside = {one.path: looks.at(one.path).own.labels for one in entries}
    return inside if any(inside.values()) else _by_names(folder, entries, looks)


def elsewhere(told: Told, labels: Mapping[Path, Labels], looks: Looks) -> list[str]:
    """Labels of the members that other files of the same run have, and those that were told apart have not.

    Parameters
    ----------
    told : Told
        What was told of the files of a year.
    labels : mapping of Path to tuple of str
        Those in the files of all years, see `of_all`.
    looks : Looks
        What is inside them.
    """
    runs = {looks.at(path).own.run for path in told.labels}
    there = {label for path, own in labels.items() if looks.at(path).own.run in runs for label in own}
    return in_order(there - {label for own in told.labels.values() for label in own})


def description(folder: Path, entries: Sequence[Entry], looks: Looks) -> str:
    """The description by which files are told apart where they are of several members; "" where no names say it."""
    templates: dict[str, str] = {}
    for role in dict.fromkeys(one.role for one in entries):
        names = Names.of(folder, [one.path for one in entries if one.role == role], looks)
        if names is None or any(formats.is_suffix(label) for label in names.labels):
            return ""
        templates[role] = names.template
    files = ", ".join(f'{role}: "{template}"' for role, template in templates.items())
    return f"files: {{{files}}}" if templates else ""


def _said_by(each: Iterable[str]) -> str:
    names = dict.fromkeys(filter(None, each))
    return "the members inside" if list(names) == ["coordinate"] else f"{' and '.join(names)} inside"


def _several(labels: Mapping[Path, Labels]) -> bool:
    """Whether files hold several sets of members, none of which has a member of another."""
    sets = set(labels.values())
    members = [label for one in sets for label in one]
    return len(sets) > 1 and () not in sets and len(members) == len(set(members))


def _same_times(entries: Sequence[Entry], labels: Mapping[Path, Labels], times_of: Callable[[Path], Times]) -> bool:
    """Whether the members of each group have times that those of another have, in each role."""
    for role in dict.fromkeys(one.role for one in entries):
        groups: dict[Labels, list[Times]] = {}
        for one in entries:
            if one.role == role:
                groups.setdefault(labels[one.path], []).append(times_of(one.path))
        times = [np.unique(np.concatenate(each)) for each in groups.values()]
        every, count = np.unique(np.concatenate(times), return_counts=True)
        if not all(np.isin(each, every[count > 1]).any() for each in times):
            return False
    return True


def _by_names(folder: Path, entries: Sequence[Entry], looks: Looks) -> dict[Path, Labels]:
    """The members that names say, of files that do not say themselves which they hold; else nothing."""
    found: dict[Path, Labels] = {}
    for role in dict.fromkeys(one.role for one in entries):
        paths = [one.path for one in entries if one.role == role]
        names = Names.of(folder, paths, looks)
        if names is None or not names.say_members:
            return {}
        found |= {path: (label,) for path, label in zip(paths, names.labels, strict=True)}
    return found
