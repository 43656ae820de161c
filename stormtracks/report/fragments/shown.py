"""Values as the page shows them: escaped, and without the folders of the machine that made it."""

import re
from datetime import UTC, datetime
from html import escape
from pathlib import Path

# A path from the root or the home folder, also behind "host:"; not the slashes of an address or of a fraction.
_PATH = re.compile(r"(?<![\w/.~-])(?:~\w*)?(?!//)(?:/[^\s/:;,'\"<>()|]+)+/?|\b[A-Za-z]:(?:\\[^\s\\:;,'\"<>()|]+)+")


def shown(value: object) -> str:
    """A value as HTML: nothing in it can run, and nothing in it names a folder of the machine."""
    return escape(without_folders(str(value)))


def without_folders(text: str) -> str:
    """A text in which each path from the root is only its last part, since a page is passed on.

    Examples
    --------
    >>> from stormtracks.report.fragments.shown import without_folders
    >>> without_folders("/data/20cr/uwnd.2005.nc: no such file; see https://www.psl.noaa.gov/data")
    'uwnd.2005.nc: no such file; see https://www.psl.noaa.gov/data'
    """
    return _PATH.sub(lambda found: re.split(r"[/\\]", found[0].rstrip("/"))[-1], text.replace("file://", ""))


def file_name(path: object) -> str:
    """The last part of a path, which may have blanks in its folders; what has no folder stays."""
    return Path(str(path)).name or str(path)


def moment(seconds: float | None) -> str:
    """A time, in seconds since 1970, to the minute."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC") if seconds else "unknown"
