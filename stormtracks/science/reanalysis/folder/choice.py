"""Which files of a year are read, of those that hold something: those of a level, of winds or of vorticity."""

from pathlib import Path

from stormtracks.label import Label
from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis.dataset import Dataset
from stormtracks.science.reanalysis.dimensions import levels
from stormtracks.science.reanalysis.fields import variables
from stormtracks.science.reanalysis.fields.contents import Looks
from stormtracks.science.reanalysis.folder.entries import Entry


def at_level(entries: list[Entry], level: float, looks: Looks, described: Dataset) -> list[Entry]:
    """The entries that may have a level.

    Raises
    ------
    LevelMissing
        None of a wind's files has it.

    Parameters
    ----------
    entries : list of Entry
    level : float
        hPa.
    looks : Looks
        What is inside files whose names do not say their level.
    described : Dataset
    """
    fitting = [entry for entry in entries if _has_level(entry, level, looks, described)]
    for role in sorted({entry.role for entry in entries} - {entry.role for entry in fitting}):
        others = [entry for entry in entries if entry.role == role]
        if not fitting or role in ("u", "v"):  # vorticity at another level does not matter where there are winds
            there = sorted({one for entry in others for one in _levels_of(entry, looks, described) or ()})
            raise variables.level_missing(others[0].path, role, level, there, looks.at(others[0].path).guess(role))
    return fitting


def _levels_of(entry: Entry, looks: Looks, described: Dataset) -> tuple[float, ...] | None:
    if entry.level is not None:
        return (entry.level,)
    if entry.year is not None or described.files:
        return None  # not opened for this: the field itself refuses a level that it does not have
    return looks.at(entry.path).levels(entry.role)


def _has_level(entry: Entry, level: float, looks: Looks, described: Dataset) -> bool:
    there = _levels_of(entry, looks, described)
    return there is None or levels.has(there, level)


def of_quantity(folder: Path, year: Label, entries: list[Entry], remarks: tuple[str, ...], looks: Looks) -> list[Entry]:
    """The entries of u and v where both are there, else those of vorticity.

    Raises
    ------
    InputError
        One wind is there without the other.

    Parameters
    ----------
    folder : Path
        For the message.
    year : int or str
        Likewise.
    entries : list of Entry
    remarks : tuple of str
        Said with the refusal.
    looks : Looks
    """
    roles = {entry.role for entry in entries}
    if {"u", "v"} <= roles:
        return [entry for entry in entries if entry.role != "vorticity"]
    if "vorticity" in roles:
        return [entry for entry in entries if entry.role == "vorticity"]
    there, lacking = ("u", "v") if "u" in roles else ("v", "u")
    fault = next((why for entry in entries if entry.year is None and (why := looks.at(entry.path).fault(lacking))), "")
    if fault:
        raise InputError(fault)
    names = ", ".join(entry.path.name for entry in entries[:3])
    besides = "".join(f"; {remark}" for remark in remarks)
    what = "year" if isinstance(year, int) else "start"
    raise InputError(f"{folder}: the {what} {year} has {there} ({names}) but no file with {lacking}; add it{besides}")
