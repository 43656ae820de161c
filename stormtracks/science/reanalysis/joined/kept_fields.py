"""What is known of the fields of files that were looked into: a season that is opened after that opens them no more.

Only where a whole folder is looked at (`inspect`): a task opens the files of one year, and reads them.
"""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from pathlib import Path

from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis.dataset import Dataset
from stormtracks.science.reanalysis.fields import contents
from stormtracks.science.reanalysis.fields.field import Field
from stormtracks.science.reanalysis.joined.stored_field import StoredField, stored_field
from stormtracks.science.reanalysis.roles import FURTHER, ROLES, TRACKED
from stormtracks.science.reanalysis.stored.protocol import Source
from stormtracks.science.records import InputFile

Fields = dict[tuple[Path, str, float], tuple[StoredField, InputFile]]
"""By path, role and level (hPa; 0 for what has none)."""
_kept: ContextVar[Fields | None] = ContextVar("fields of files that were looked into", default=None)


@contextlib.contextmanager
def keeping(described: Dataset, level: float) -> Iterator[Callable[[Source], None]]:
    """Keep the fields of files that are looked into, as long as the block lasts.

    Parameters
    ----------
    described : Dataset
    level : float
        hPa, at which winds or vorticity will be read.

    Yields
    ------
    callable
        Is given each file while it is open.
    """
    fields: Fields = {}
    before = _kept.set(fields)
    try:
        yield lambda source: fields.update(_fields(source, described, level))
    finally:
        _kept.reset(before)


def of(path: Path, role: str, level: float) -> tuple[StoredField, InputFile] | None:
    """A field that was kept, and what its file was then; None for one that was not."""
    fields = _kept.get()
    return None if fields is None else fields.get((path, role, level))


def _fields(source: Source, described: Dataset, level: float) -> Fields:
    """The fields of an open file that can be used; why others cannot is said when a season opens them."""
    found: Fields = {}
    for role, at in _levels(source, described, level).items():
        with contextlib.suppress(InputError):
            found[source.path, role, at] = stored_field(Field(source, role, at, described), source.path), source.file
    return found


def _levels(source: Source, described: Dataset, level: float) -> Mapping[str, float]:
    """Role -> the level at which it will be read: of further fields the first that there is."""
    tracked, further = (contents.of_source(source, described, roles).candidates for roles in (TRACKED, FURTHER))
    found = dict.fromkeys((one.role for one in tracked), level)
    for one in further:
        at = next((each for each in ROLES[one.role].levels if one.is_at(each)), None if ROLES[one.role].levels else 0.0)
        if at is not None:
            found.setdefault(one.role, at)
    return found
