"""Where the archives are: the one table of addresses, which a person can override, and the files of a request."""

import dataclasses
import re
import string
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from stormtracks import strict_dataclass
from stormtracks.download.errors import DownloadError
from stormtracks.errors import BadValue

KINDS = {".nc": "netcdf", ".tar": "tar", ".csv": "csv"}


@dataclass(frozen=True)
class Archive:
    """How one data set is laid out at its server.

    Attributes
    ----------
    addresses : tuple of str
        Addresses with ``{variable}`` and ``{year}``; where the first has no such file, the next is asked.
    variables : tuple of str
        What is fetched when nothing is named.
    fields : tuple of str
        What is fetched besides where the fields are asked for that lists of storms are made with.
    known : tuple of str
        All variables (or files) that the archive is known to have; empty: any name is tried.
    years : tuple of int or None
        First and last year; None where files are not by year.
    contents : str
        For tar files: the names inside, with ``{variable}``, ``{year}``, ``{member}``. No others are unpacked.
    typical_bytes : int
        About how large one file is, for the first look at the free space; 0 where unknown.
    """

    addresses: tuple[str, ...]
    variables: tuple[str, ...]
    fields: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    years: tuple[int, int] | None = None
    contents: str = ""
    typical_bytes: int = 0

    def __post_init__(self) -> None:
        if not self.addresses or not self.variables:
            raise BadValue("'addresses' and 'variables' must not be empty")
        for address in self.addresses:
            _check_address(address)
            if kind(address) == "tar" and not self.contents:
                raise BadValue(f"'contents' must give the names of the files in the tar file {address}")
        _check_places(self.contents, {"variable", "year", "member"})


@dataclass(frozen=True)
class Item:
    """One file to fetch: where it may be, its name below the destination, and what it should be."""

    addresses: tuple[str, ...]
    name: str
    kind: str
    contents: str = ""
    typical_bytes: int = 0


def archive(dataset: str, overrides: Mapping[str, Any] | None = None) -> Archive:
    """The archive of a data set, with what a person overrides of the table.

    Parameters
    ----------
    dataset : str
        A name of the table, or one that `overrides` describes completely.
    overrides : mapping, optional
        Data set -> address, or -> mapping of `Archive`'s fields, of which those not named keep their values.

    Raises
    ------
    DownloadError
        Unknown data set, or an override that cannot be understood (which key, and what is allowed).
    """
    overrides = overrides or {}
    known = {**ARCHIVES, **overrides}
    if dataset not in known:
        raise DownloadError(strict_dataclass.unknown(dataset, [*known, "era5"], "data set"))
    ours = ARCHIVES.get(dataset)
    theirs = overrides.get(dataset, {})
    theirs = {"addresses": [theirs]} if isinstance(theirs, str) else theirs
    if not isinstance(theirs, Mapping):
        raise DownloadError(f"archives, {dataset}: expected an address or keys and values, not {theirs!r}")
    mapping = {**(dataclasses.asdict(ours) if ours else {}), **theirs}
    try:
        return strict_dataclass.build(Archive, mapping, f"archives, {dataset}")
    except strict_dataclass.KeyRefused as error:
        raise DownloadError(str(error)) from error


def items(
    archive: Archive,
    years: Iterable[int] | None = None,
    variables: Iterable[str] | None = None,
    fields: bool = False,
) -> tuple[Item, ...]:
    """The files that are asked for, year by year.

    Parameters
    ----------
    years : iterable of int, optional
        Needed where the archive is by year, and ignored where it is not.
    variables : iterable of str, optional
        None: the archive's usual ones.
    fields : bool
        Whether the archive's `fields` are asked for too.

    Raises
    ------
    DownloadError
        No fields are known of the archive; no year, or a year or variable that the archive does not have.
    """
    if fields and not archive.fields:
        raise DownloadError("no fields of this data set are known (--fields); name its variables with --variables")
    chosen = (*(variables or archive.variables), *(archive.fields if fields else ()))
    for variable in chosen:
        if not re.fullmatch(r"\w[\w.-]*", variable):
            raise DownloadError(f"{variable!r} is not the name of a variable; write one such as {archive.variables[0]}")
        if archive.known and variable not in archive.known:
            raise DownloadError(strict_dataclass.unknown(variable, archive.known, "variable"))
    found = [_item(archive, year, variable) for year in _years(archive, years) for variable in chosen]
    return tuple({item.name: item for item in found}.values())


def kind(address: str) -> str:
    """What an address leads to, by the end of its name: 'netcdf', 'tar' or 'csv'."""
    return KINDS[PurePosixPath(urlsplit(address).path).suffix]


def _years(archive: Archive, years: Iterable[int] | None) -> Sequence[int | None]:
    if archive.years is None:
        return (None,)
    wanted = sorted({int(year) for year in years or ()})
    if not wanted:
        raise DownloadError("no year was given, but this data set has one file per year; give years with --years")
    first, last = archive.years
    outside = [year for year in wanted if not first <= year <= last]
    if outside:
        raise DownloadError(f"no data for {', '.join(map(str, outside))}; choose years from {first} to {last}")
    return wanted


def _item(archive: Archive, year: int | None, variable: str) -> Item:
    filled = tuple(address.format(variable=variable, year=year) for address in archive.addresses)
    contents = ""
    if archive.contents:  # a pattern for whole names, in which only the member is free
        contents = re.escape(archive.contents.format(variable=variable, year=year, member="\0"))
        contents = contents.replace(re.escape("\0"), r"\d{1,4}")
    name = PurePosixPath(urlsplit(filled[0]).path).name
    return Item(filled, name, kind(filled[0]), contents, archive.typical_bytes)


def _check_address(address: str) -> None:
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise BadValue(f"an address must begin with https:// or http://, not {address!r}")
    if PurePosixPath(parts.path).suffix not in KINDS:
        raise BadValue(f"an address must end in a file name with {', '.join(KINDS)}, not {address!r}")
    _check_places(address, {"variable", "year"})


def _check_places(template: str, allowed: set[str]) -> None:
    try:
        places = {field for _, field, _, _ in string.Formatter().parse(template) if field is not None}
    except ValueError as error:
        raise BadValue(f"the braces of {template!r} do not match ({error}); correct them") from error
    if places - allowed:
        known = ", ".join(f"{{{place}}}" for place in sorted(allowed))
        raise BadValue(f"{template!r} may contain only {known} in braces")
    if PurePosixPath(template).is_absolute() or ".." in PurePosixPath(template).parts:
        raise BadValue(f"{template!r} points outside the destination; write it without '..' and without a leading '/'")


def destination(item: Item, folder: Path | str) -> Path:
    """Where an item's file goes."""
    return Path(folder) / item.name


_NERSC = "https://portal.nersc.gov"
_V2C = "20C_Reanalysis_version2c_ensemble/analysis/{variable}/{variable}_{year}.nc"
_V3 = "archive/home/projects/incite11/www/20C_Reanalysis_version_3/everymember_anal_netcdf/subdaily"
_IBTRACS = (
    "https://www.ncei.noaa.gov/data/international-best-track-archive-for-climate-stewardship-ibtracs/"
    "v04r01/access/netcdf/IBTrACS.{variable}.v04r01.nc"
)

ARCHIVES = {
    # One file per variable and year, with all members. The archive has swapped the two addresses more than once.
    "20crv2c": Archive(
        addresses=(f"{_NERSC}/pydap/{_V2C}", f"{_NERSC}/project/20C_Reanalysis/{_V2C}"),
        variables=("u850", "v850"),
        fields=("prmsl", "z200", "z500", "z1000"),
        known=(
            "prmsl",
            "u850",
            "v850",
            "t850",
            "rh850",
            "u9950",
            "v9950",
            "t9950",
            "rh9950",
            "z200",
            "z500",
            "z1000",
            "omega500",
            "pwat",
            "cape",
            "u250",
            "v250",
        ),
        years=(1851, 2014),
        typical_bytes=1_400_000_000,
    ),
    # One tar per variable and year, with one file per member. It is served from tape: slow to begin, and without
    # ranges, so that it cannot be resumed.
    "20crv3": Archive(
        addresses=(f"{_NERSC}/{_V3}/{{variable}}/{{variable}}_{{year}}.tar",),
        variables=("UGRD850", "VGRD850"),
        fields=("PRMSL",),  # of heights, only HGT500 is known to be there
        years=(1806, 2015),
        contents="{year}/{variable}.{year}_mem{member}.nc",
    ),
    "ibtracs": Archive(
        addresses=(_IBTRACS,),
        variables=("ALL",),
        known=("ALL", "NA", "EP", "WP", "NI", "SI", "SP", "SA", "since1980", "last3years", "ACTIVE"),
        typical_bytes=30_000_000,
    ),
}
