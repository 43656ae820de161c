"""Addresses of data on the web, which travel wherever a path does: ``https://HOST/...``, ``s3://BUCKET/...``."""

import re
from os import PathLike, fspath
from pathlib import Path

SCHEMES = "https", "http", "s3", "gs"
_ADDRESS = re.compile(rf"({'|'.join(SCHEMES)}):/{{1,2}}(?=[^/])")
"""With one slash as well: that is what a plain path leaves of an address."""


class WebPath(type(Path())):  # type: ignore[misc]  # the class of paths of this system
    """An address as a path: names below it are joined by ``/``, and as text it has its two slashes again.

    What asks the file system finds nothing there. Only `science.reanalysis.stored` reads from it.

    Examples
    --------
    >>> from stormtracks import web_path
    >>> place = web_path.of("s3://bucket/era5.zarr")
    >>> str(place / "u"), place.name
    ('s3://bucket/era5.zarr/u', 'era5.zarr')
    """

    __slots__ = ()

    def __str__(self) -> str:
        return _ADDRESS.sub(r"\1://", super().__str__(), count=1)


def is_address(text: str | PathLike[str]) -> bool:
    """Whether a text or path is an address on the web, also one that a plain path has taken a slash from."""
    return _ADDRESS.match(fspath(text)) is not None


def of(text: str | PathLike[str]) -> Path:
    """A path of this machine, or a `WebPath` where the text is an address."""
    if is_address(text):
        return WebPath(fspath(text))
    return text if isinstance(text, Path) else Path(text)


def below(folder: str | PathLike[str], name: str) -> Path:
    """What a name below a folder stands for; a name that is an address of its own stands for itself."""
    return of(name) if is_address(name) else of(folder) / name
