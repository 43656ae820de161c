"""For which years and starts a folder has data at all: cheap first, what was found in each file is kept.

A year that is named here may still be refused by a task; one that is not named would be refused for certain. Whatever
is in doubt, such as a file that cannot be read now, makes all of it unknown.

What names do not say is looked up in the files. What was found is kept in the user's own folder, by the path, size and
time of change of each file, so that one more file costs one look. A record is believed where it proves itself, and
saves time only.
"""

import contextlib
import hashlib
import json
import logging
import os
import platform
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stormtracks import disk, private, sealed, version, web_path
from stormtracks.errors import StormtracksError
from stormtracks.label import Label
from stormtracks.science.reanalysis.dataset import Dataset
from stormtracks.science.reanalysis.folder import leftovers
from stormtracks.science.reanalysis.folder.listing import state_of
from stormtracks.science.reanalysis.folder.survey import Survey

KIND = "years of a folder of data 1"
MOST_RECORDS = 50
"""Folders of which records are kept; those that were used longest ago are removed."""

_UNREAD = (-1, -1)
"""In place of the state of a file that could not be read: it is looked into again."""

log = logging.getLogger(__name__)


def of(data: str | Path, dataset: Dataset | Mapping[str, Any] | None = None) -> list[Label] | None:
    """The years, and the starts of forecasts, that a folder has any data for; None where that is not sure.

    Parameters
    ----------
    data : path
    dataset : Dataset or mapping, optional
        Description of files that do not fit the known layouts.

    Returns
    -------
    list of int or str, or None
        Ascending, years first. None for what lies on the web, which nobody lists; where part of the folder cannot be
        looked at; and where a file cannot be read whose name does not say of which years it is.

    Raises
    ------
    InputError
        There is no such folder.

    Examples
    --------
    >>> from stormtracks.science.reanalysis import coverage
    >>> coverage.of("sample/20crv2c_1987")
    [1987]
    """
    described = Dataset.from_mapping(dataset or {})
    folder = web_path.of(data)
    if any(map(web_path.is_address, (str(folder), *described.files.values()))):
        return None
    survey = Survey(folder, described)
    if survey.listing.faults:
        return None
    state = {path: (size, changed) for path, size, changed in state_of(folder, survey.listing.files)}
    record = _Record.of(folder, described)
    digest = hashlib.sha256(repr(sorted(state.items())).encode()).hexdigest()
    if record.labels is None or record.digest != digest:
        files = {str(path): _of_file(survey, path, state[str(path)], record) for path in survey.nameless}
        labels = _labels(survey, files.values())
        record = _Record({path: one for path, one in files.items() if one is not None}, digest, labels)
        _keep(_places(folder, described), record)
    return record.labels


@dataclass(frozen=True)
class _File:
    """What a file had inside, when it was of this size and had this time of change."""

    state: tuple[int, int]
    years: tuple[int, ...]
    has_starts: bool


@dataclass(frozen=True)
class _Record:
    """What was found in a folder: of each file that was opened, and of all of it in this state; None: not sure."""

    files: Mapping[str, _File] = field(default_factory=dict)
    digest: str = ""
    labels: list[Label] | None = None

    @classmethod
    def of(cls, folder: Path, described: Dataset) -> "_Record":
        """What is kept of a folder; nothing where that does not prove itself."""
        with contextlib.suppress(StormtracksError):
            for place in _places(folder, described):
                if (kept := _opened(place)) is not None:
                    files = {path: _File((size, at), tuple(of), starts) for path, size, at, of, starts in kept["files"]}
                    return cls(files, kept["digest"], kept["labels"])
        return cls()

    @property
    def text(self) -> str:
        """As it is written."""
        files = [[path, *one.state, list(one.years), one.has_starts] for path, one in self.files.items()]
        return sealed.sealed(KIND, {"files": files, "digest": self.digest, "labels": self.labels})


def _of_file(survey: Survey, path: Path, state: tuple[int, int], record: _Record) -> _File | None:
    """What a file has inside; None where that is not known, nor of which years it is."""
    known = record.files.get(str(path))
    if known is not None and known.state == state:
        return known
    inside = survey.inside(path)
    if inside is not None:
        return _File(state, tuple(sorted(inside.years)), bool(inside.starts))
    said = leftovers.years_said(path)
    return _File(_UNREAD, tuple(sorted(said)), False) if said else None


def _labels(survey: Survey, files: Collection[_File | None]) -> list[Label] | None:
    """The years and starts of all files; None where it is not known of some."""
    known = [one for one in files if one is not None]
    if len(known) < len(files):
        return None
    years = survey.named_years.union(*(one.years for one in known))
    if survey.names_starts or any(one.has_starts for one in known):  # which takes all of a forecast's files to say
        if any(one.state == _UNREAD for one in known):
            return None
        return [*sorted(years.union(survey.years)), *survey.starts]
    return sorted(years)


def _places(folder: Path, described: Dataset) -> list[Path]:
    """Where the records of a folder lie, as this version of the code looks at it: this host's, and any host's.

    Hosts may share the user's own folder, and have other disks at the same path; or share the data too.
    """
    known_by = [str(folder.absolute()), repr(described), version.code_version()]
    names = (hashlib.sha256(json.dumps([*known_by, host]).encode()).hexdigest()[:32] for host in (platform.node(), ""))
    return [private.state("coverage") / f"{name}.json" for name in names]


def _opened(place: Path) -> dict[str, Any] | None:
    try:
        with private.open_file(place) as file:
            kept = sealed.opened(KIND, file.read().decode())
        os.utime(place)
    except (OSError, StormtracksError, UnicodeDecodeError):
        return None
    return kept


def _keep(places: Iterable[Path], record: _Record) -> None:
    try:
        text = record.text
        for place in places:
            disk.write_whole(place, text, mode=0o600, durable=False)
        kept = sorted(place.parent.glob("*.json"), key=lambda path: -path.stat().st_mtime)
        for old in kept[MOST_RECORDS:]:
            old.unlink(missing_ok=True)
    except (OSError, StormtracksError) as error:
        log.info("what was found in the folder of data is not kept: %s", error)
