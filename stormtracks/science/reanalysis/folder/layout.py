"""The files of one year, or of one forecast, by what they hold and by member."""

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis.dataset import Dataset
from stormtracks.science.reanalysis.folder.entries import Entry, refuse_copies


@dataclass(frozen=True)
class Layout:
    """The files of one year.

    Attributes
    ----------
    files : dict
        Role -> number of the member in file names (None where files hold all members) -> tuple of Path.
    labels : dict
        Number -> label of the member, in the schedule's order; {None: ""} where the files say what members there are.
    remarks : tuple of str
        Files that were left out, and why; by what members are told apart.
    held : dict
        Number -> labels of the members that are together in its files, where several have files of their own together
        (a control and the perturbed members); else empty.
    description : str
        The description of files which are of several members, if names that differ are those of members; "" where
        they are told apart, or no names differ so.
    starts : dict of Path to str
        File -> start of the forecast that is read of it; empty where a year is read.
    lagged : bool
        Whether members began at different times, so that each has times of its own.
    """

    files: dict[str, dict[int | None, tuple[Path, ...]]]
    labels: dict[int | None, str]
    remarks: tuple[str, ...] = ()
    held: dict[int | None, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    description: str = ""
    starts: dict[Path, str] = dataclasses.field(default_factory=dict)
    lagged: bool = False

    @classmethod
    def of(
        cls,
        folder: Path,
        entries: list[Entry],
        described: Dataset,
        remarks: tuple[str, ...],
        members: Mapping[int | None, str] | None = None,
    ) -> Self:
        """The files by role and member.

        Parameters
        ----------
        folder : Path
            For messages.
        entries : list of Entry
        described : Dataset
            Says from which number on members are counted.
        remarks : tuple of str
        members : dict, optional
            Number -> label of all members that there are, if not those of the entries.

        Raises
        ------
        InputError
            Files of all members beside files of each; two copies of a file; no member.
        """
        files: dict[str, dict[int | None, list[Entry]]] = {}
        labels: dict[int | None, str] = dict(members or {})
        for entry in sorted(entries, key=lambda entry: entry.role):
            files.setdefault(entry.role, {}).setdefault(entry.number, []).append(entry)
            labels.setdefault(entry.number, entry.label)
        if None in labels and len(labels) > 1:
            single = next(entry.path for entry in entries if entry.number is None)
            other = next(entry.path for entry in entries if entry.number is not None)
            raise InputError(
                f"{folder}: two layouts contain the same year: {single} and {other}; remove one, or describe the "
                "right one in a dataset description"
            )
        refuse_copies(entries)
        numbers = [None] if None in labels else _numbering(labels, described)
        if not numbers:
            raise InputError(
                f"{folder}: all members are below the dataset's first_member {described.first_member}; correct it"
            )
        return cls(
            {
                role: {number: tuple(entry.path for entry in one) for number, one in by_number.items()}
                for role, by_number in files.items()
            },
            {number: labels.get(number, str(number)) for number in numbers},
            remarks,
        )

    @property
    def own_files(self) -> bool:
        """Whether members have files of their own; where not, files hold all of them."""
        return None not in self.labels

    @property
    def places(self) -> list[tuple[int | None, int]]:
        """The number in `labels` of each member of the schedule, and its place on the member axis of these files."""
        return [(number, place) for number in self.labels for place in range(len(self.held.get(number, ("",))))]

    @property
    def member_labels(self) -> tuple[str, ...]:
        """Labels of all members, in the schedule's order."""
        return tuple(one for number, label in self.labels.items() for one in self.held.get(number, (label,)))


def _numbering(numbers: Iterable[int | None], described: Dataset) -> list[int | None]:
    """Numbers of members in the schedule's order: those that there are, or all from `first_member` on."""
    known = sorted(number for number in numbers if number is not None)
    return list(known if described.first_member is None else range(described.first_member, known[-1] + 1))
