"""Files and what is known of each: by its name, by the user's description, or by what is inside."""

import dataclasses
import re
import string
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis import dataset, stated
from stormtracks.science.reanalysis.dataset import Dataset
from stormtracks.science.reanalysis.folder import listing
from stormtracks.science.reanalysis.folder.listing import Found


@dataclass(frozen=True)
class Entry:
    """A file and what its name (or its content) says: None for what it leaves open.

    Attributes
    ----------
    role : str
        What it holds: a key of `roles.ROLES`.
    path : Path
    year : int or None
        Calendar year of all that is in it.
    number : int or None
        Of its member; None where it holds all of them.
    label : str
        What its member is called.
    level : float or None
        hPa.
    identity : Identity or None
        What the file is, whatever leads to it.
    start : str or None
        Label of the forecast that it is of.
    lead : float or None
        Of its one time, hours.
    """

    role: str
    path: Path
    year: int | None = None
    number: int | None = None
    label: str = ""
    level: float | None = None
    identity: listing.Identity | None = None
    start: str | None = None
    lead: float | None = None


def matching(folder: Path, files: list[Found], templates: Mapping[str, str], texts: bool = False) -> list[Entry]:
    """The files that templates by role fit, with `texts` also those whose members have labels instead of numbers.

    Parameters
    ----------
    folder : Path
    files : list of Found
    templates : dict of str to str
        Role -> template of the description.
    texts : bool
        Whether members have labels in place of numbers.
    """
    entries = []
    for role, template in templates.items():
        pattern = dataset.pattern(template, texts)
        for file in files:
            name = pattern.fullmatch(file.path)
            if name:
                year = int(name["year"]) if "year" in pattern.groupindex else None
                number, label = (None, name.groupdict().get("member", "")) if texts else member(name)
                said = stated.of_name(name)
                entries.append(Entry(role, file.place(folder), year, number, label, None, file.identity, *said))
    return entries


def labelled(entries: list[Entry], described: Dataset) -> list[Entry]:
    """Entries with members numbered in the order of their labels.

    Raises
    ------
    InputError
        The description counts members by numbers.
    """
    if entries and described.first_member is not None:
        raise InputError(
            f"{entries[0].path}: {{member}} stands for {entries[0].label!r} and first_member for a number; leave "
            "'first_member' out of the description"
        )
    numbers = {label: number for number, label in enumerate(dataset.in_order(entry.label for entry in entries))}
    return [dataclasses.replace(entry, number=numbers[entry.label]) for entry in entries]


def once(entries: list[Entry]) -> list[Entry]:
    """Each file once for what it is: a link to a file that is there too says nothing new."""
    seen: dict[tuple, Entry] = {}
    for entry in entries:
        seen.setdefault((entry.role, entry.year, entry.number, entry.identity), entry)
    return list(seen.values())


def member(name: re.Match[str]) -> tuple[int | None, str]:
    """Number and label of the member that a matched file name says."""
    if "member" not in name.re.groupindex or name["member"] is None:
        return None, ""
    before = name.string[: name.start("member")]
    letters = before[len(before.rstrip(string.ascii_letters)) :]
    return int(name["member"]), (letters if len(letters) > 1 else "") + name["member"]


def refuse_copies(entries: list[Entry]) -> None:
    """Two files of one name are copies of one another: which one is meant cannot be known.

    Raises
    ------
    InputError
        There are two of a role, year and member.
    """
    seen: dict[tuple, Path] = {}
    for entry in entries:
        key = (entry.role, entry.path.name, entry.year, entry.number)
        if entry.year is not None and seen.setdefault(key, entry.path) != entry.path:
            raise InputError(
                f"two files could be {entry.role}: {seen[key]} and {entry.path}; remove one, or describe the right one "
                "in a dataset description"
            )
