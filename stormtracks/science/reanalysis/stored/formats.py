"""What a file or folder is by its name and first bytes; of what is not read, the one thing to do about it."""

import os
import re
from pathlib import Path
from typing import Literal

from stormtracks import web_path

Kind = Literal["netCDF", "GRIB", "Zarr", ""]
"""What can be opened; "" for nothing of it."""

NETCDF = ".nc", ".nc3", ".nc4", ".cdf", ".netcdf", ".netcdf4"
"""Ends of the names of netCDF files."""
_GRIB = re.compile(r"\.(?:gri?b[12]?|gb2?)$|\.pgrb2?[a-z]?\.")
"""Names of GRIB files that say so; many say nothing (``.f006``, no suffix)."""
_MAGIC = (b"\x89HDF\r\n\x1a\n", b"CDF\x01", b"CDF\x02", b"CDF\x05")
_TEXTS = (
    ".txt", ".md", ".py", ".json", ".yaml", ".yml", ".csv", ".log", ".sh", ".xml", ".pdf", ".png", ".jpg", ".idx",
    ".svg", ".ipynb", ".toml", ".md5", ".sha256", ".rst",
)  # fmt: skip
"""Ends of names of what lies beside data and is not asked what it is."""
HEAD_BYTES = 1024
"""Of a file that are looked at."""
_ZARR = ".zgroup", ".zarray", ".zmetadata", "zarr.json"

_STARTS = {
    b"PK": ("zip", "is a zip archive; unpack it and use the .nc files inside"),
    b"\x1f\x8b": ("gzip", "is compressed with gzip; unpack it"),
    b"BZh": ("bzip2", "is compressed with bzip2; unpack it"),
    b"\xfd7zXZ": ("xz", "is compressed with xz; unpack it"),
    b"\x28\xb5\x2f\xfd": ("zstd", "is compressed with zstd; unpack it"),
    b"\x0e\x03\x13\x01": ("HDF4", "HDF4 is not read; convert it with h4tonccf FILE FILE.nc"),
    b"version https://git-lfs": ("Git LFS", "is a Git LFS pointer, not the data; fetch them: git lfs pull"),
    b"<": ("HTML", "is a web page, not data, so the download failed; download it again"),
}


def named_netcdf(name: str) -> bool:
    """Whether the name says that it is a netCDF file."""
    return name.lower().endswith(NETCDF)


def named_grib(name: str) -> bool:
    """Whether the name says that it is a GRIB file.

    Examples
    --------
    >>> from stormtracks.science.reanalysis.stored.formats import named_grib
    >>> named_grib("era5.grib"), named_grib("gep01.t00z.pgrb2a.0p50.f006"), named_grib("era5.grib.index")
    (True, True, False)
    """
    return _GRIB.search(name.lower()) is not None


def is_suffix(word: str) -> bool:
    """Whether a word is the end of names of a format, and so tells formats apart, not members.

    Examples
    --------
    >>> from stormtracks.science.reanalysis.stored.formats import is_suffix
    >>> is_suffix("grib2"), is_suffix("nc"), is_suffix("m01")
    (True, True, False)
    """
    name = f"x.{word}"
    return named_netcdf(name) or named_grib(name) or name.endswith(".zarr")


def is_netcdf(path: Path) -> bool:
    """Whether a file is to be looked into: its name says netCDF, or its first bytes do (``wrfout_d01...``, ``.h5``)."""
    return named_netcdf(path.name) or (not _is_beside(path.name) and head(path).startswith(_MAGIC))


def is_data(path: Path) -> bool:
    """Whether a file or folder is to be looked into: it is of a format that is read."""
    if is_netcdf(path) or is_zarr(path):
        return True
    return not _is_beside(path.name) and (named_grib(path.name) or is_grib(head(path)))


def kind(path: Path) -> Kind:
    """The format of a file or folder."""
    if is_zarr(path):
        return "Zarr"
    return of_start(head(path)) or ("netCDF" if named_netcdf(path.name) else "")


def of_start(start: bytes) -> Kind:
    """The format of a file that begins so."""
    if start.startswith(_MAGIC):
        return "netCDF"
    return "GRIB" if is_grib(start) else ""


def is_grib(start: bytes) -> bool:
    """Whether a file that begins so is GRIB; a bulletin's heading may stand before a message of edition 1 or 2."""
    at = start.find(b"GRIB")
    return at == 0 or (at > 0 and start[at + 7 : at + 8] in (b"\x01", b"\x02"))


def is_zarr(folder: Path | str) -> bool:
    """Whether a folder is a Zarr store, or an array of one; an address on the web can only be one."""
    if web_path.is_address(folder):
        return True
    if not os.path.isdir(folder):  # noqa: PTH112 - ten thousand files are looked at
        return False
    path = os.fspath(folder)
    return path.endswith(".zarr") or any(os.path.exists(os.path.join(path, mark)) for mark in _ZARR)  # noqa: PTH110, PTH118


def other(path: Path) -> tuple[str, str]:
    """Kind and remedy of a file that is not netCDF; two empty texts where nothing is known of it.

    Examples
    --------
    >>> from pathlib import Path
    >>> from stormtracks.science.reanalysis.stored.formats import other
    >>> other(Path("README.md"))
    ('', '')
    """
    return ("", "") if _is_beside(path.name) else of_head(head(path), path)


def of_head(start: bytes, path: Path) -> tuple[str, str]:
    """The same from the first bytes of a file."""
    plain = start.lstrip()
    if plain.startswith(b"PK") and any(mark in start for mark in (b".zgroup", b".zarray", b".zmetadata", b"zarr.json")):
        return "zip", "is a Zarr store in a zip archive; unpack it into a folder of its own"
    for magic, known in _STARTS.items():
        if plain.startswith(magic):
            return known
    if b"/annex/objects/" in start[:256] and not start.startswith(_MAGIC):
        return "git-annex", f"is a git-annex pointer, not the data; fetch them: git annex get {path.name}"
    if start[257:262] == b"ustar":
        return "tar", "is a tar archive; unpack it"
    named = "netCDF" if named_netcdf(path.name) else "GRIB" if named_grib(path.name) else ""
    if not start and named:
        return "empty", "is empty (0 bytes); download it again"
    if named and _is_text(start):
        return "text", f"is a text, not {named}; it begins with {plain[:40].decode()!r}; download it again"
    if named == "GRIB" and not of_start(start):
        return "unknown", f"no GRIB message is in its first {HEAD_BYTES} bytes; copy or download it again"
    return "", ""


def head(path: Path) -> bytes:
    """The first bytes of a file; none of one that cannot be read."""
    try:
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - half the time, of ten thousand files
            return file.read(HEAD_BYTES)
    except OSError:
        return b""


def _is_text(start: bytes) -> bool:
    """Whether all of it is readable ASCII, as an error message that a server sent in place of a file."""
    return start.isascii() and all(byte >= 32 or byte in b"\t\r\n" for byte in start)


def _is_beside(name: str) -> bool:
    return name.lower().endswith(_TEXTS)
