"""Files that are copies of others, or not yet whole, by their names: no further data of a season.

Editors, file managers, browsers and downloads leave them beside the data, and what is inside them looks like data.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import PurePosixPath

_LOOKS = re.compile(
    r"[~#!(]|cop[iy]|kopie|cópia|[ ._-](?:old|orig|backup|bak)|\.\d{1,3}$"
    r"|\.(?!(?:nc[34]?|cdf|netcdf4?|h5|he5|gri?b2?)$)[a-z!]+\d*$",
    re.IGNORECASE,
)
"""What a name needs to be looked at: of thousands few do."""
_UNFINISHED = re.compile(
    r".+\.(?:part(?:ial)?|filepart|crdownload|opdownload|!ut|aria2|download|te?mp|sw[op]|incomplete)", re.IGNORECASE
)
_COPY = r"(?:copy|copies|kopie|copie|copia|cópia)"
_SURE = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?P<stem>.+?)(?P<suffix>)(?:\.~\d+~|~)",  # editors
        r"#(?P<stem>.+)#(?P<suffix>)",
        rf"(?P<stem>.+?)(?P<suffix>)[._-](?:{_COPY}|ba?ck?(?:up)?|bak|bkp|old|orig|save?|rej|dist)\d*",
        r"(?P<stem>.+\.(?:nc|cdf|netcdf)\d?)(?P<suffix>)\.\d{1,3}",  # wget: x.nc.1
        rf"(?P<stem>.+?)[ ._-]+\(?(?:\w+ )?{_COPY}(?: ?\(?\d+\)?)?\)?(?P<suffix>\.\w+)",  # x - Copy (2).nc
        rf"{_COPY} (?:\(?\d+\)? )?(?:of|von|de|di) (?P<stem>.+?)(?P<suffix>\.\w+)",
    )
)
_UNSURE = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?P<stem>.+?) ?\(\d{1,2}\)(?P<suffix>\.\w+)",  # browsers: also of another file that is called the same
        r"(?P<stem>.+?)[ ._-]\(?(?:old|orig(?:inal)?|backup|bak)\d*\)?(?P<suffix>\.\w+)",
    )
)


@dataclass
class Copies:
    """Files that are left out.

    Attributes
    ----------
    of : dict of str to str
        Path of a copy -> that of its original.
    unfinished : list of str
        Paths of files that some program has not written to their ends.
    """

    of: dict[str, str] = field(default_factory=dict)
    unfinished: list[str] = field(default_factory=list)

    def __contains__(self, path: str) -> bool:
        return path in self.of or path in self.unfinished


def find(paths: Collection[str], adds_times: Callable[[str, str], bool]) -> Copies:
    """The copies among some files.

    Parameters
    ----------
    paths : collection of str
        Below the folder of data.
    adds_times : callable
        Whether a file has times that another has not, and so is no copy of it: asked where the name leaves it open.

    Examples
    --------
    >>> from stormtracks.science.reanalysis.folder import copies
    >>> found = copies.find(["a/x.nc", "a/x.nc~", "a/x (1).nc", "b/x copy.nc", "y.nc.part"], lambda one, other: False)
    >>> found.of, found.unfinished
    ({'a/x.nc~': 'a/x.nc', 'a/x (1).nc': 'a/x.nc'}, ['y.nc.part'])
    """
    there, found = set(paths), Copies()
    for path in paths:
        name = PurePosixPath(path).name
        if not _LOOKS.search(name):
            continue
        if _UNFINISHED.fullmatch(name):
            found.unfinished.append(path)
            continue
        sure = [one for one in _originals(path, _SURE) if one in there]
        unsure = [one for one in _originals(path, _UNSURE) if one in there and not adds_times(path, one)]
        if sure or unsure:
            found.of[path] = (sure or unsure)[0]
    return found


def _originals(path: str, patterns: tuple[re.Pattern[str], ...]) -> list[str]:
    """What a file may be a copy of, by its name."""
    folder, slash, name = path.rpartition("/")
    matches = (pattern.fullmatch(name) for pattern in patterns)
    return [f"{folder}{slash}{match['stem']}{match['suffix']}" for match in matches if match]
