"""What an export says of a list's storms besides where they are: the columns that the formats have in common."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from stormtracks.science.lists import CLASSES, StormList
from stormtracks.science.results import layout, list_layout

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes
    ----------
    kind : str or type
        Type in NetCDF.
    line : str
        Format in a line of text.
    attributes : dict of str
        CF attributes, which also explain the column beside a text file.
    """

    kind: str | type[str]
    line: str
    attributes: Mapping[str, Any]

    @property
    def meaning(self) -> str:
        """What a person must know to read the column."""
        unit = self.attributes.get("units", "1")
        said = "UTC, ISO 8601; empty if never" if unit.startswith("seconds") else "" if unit == "1" else unit
        return ", ".join(filter(None, (said, self.attributes["long_name"])))

    def texts(self, values: Array) -> list[Any]:
        """What the line's format takes; a time as ISO 8601, an empty text where there is none."""
        if values.dtype.kind == "M":
            return ["" if np.isnat(time) else str(time) for time in values.astype("datetime64[s]")]
        return values.tolist()


def _of_storms(name: str, kind: str, line: str) -> Column:
    return Column(kind, line, list_layout.STORMS[name].attributes)


def _around(name: str, line: str) -> Column:
    known = layout.FIELDS[name].attributes
    return Column("f4", line, {key: known[key] for key in known if key not in ("_FillValue", "coordinates")})


PER_TRACK = {
    "storm_class": Column(str, "%s", {"long_name": f"class of the storm: {', '.join(CLASSES[1:])}"}),
    "tc_probability": _of_storms("probability", "f4", "%.3f"),
    "tc_first": _of_storms("tc_first", "i8", "%s"),
    "tc_last": _of_storms("tc_last", "i8", "%s"),
    "intensity_max": _of_storms("intensity_max", "f4", "%.1f"),
    "pressure_lowest": _of_storms("pressure_lowest", "f4", "%.0f"),
    "genesis_lat": _of_storms("genesis_lat", "f8", "%.2f"),
    "genesis_lon": _of_storms("genesis_lon", "f8", "%.2f"),
}
"""Of each track."""

PER_POINT = {
    "tropical": _of_storms("tropical", "i1", "%d"),
    "wind_max": _around("wind_max", "%.1f"),
    "pressure_min": _around("pressure_min", "%.0f"),
    "pressure_lat": _around("pressure_lat", "%.2f"),
    "pressure_lon": _around("pressure_lon", "%.2f"),
    "pressure_depth": _around("pressure_depth", "%.0f"),
    "warm_core": _around("warm_core", "%.1f"),
}
"""Of each point."""


def per_track(storms: StormList) -> dict[str, Array]:
    """The columns of a list's tracks, by the names of `PER_TRACK`."""
    names = np.array(CLASSES, dtype=object)[storms.storm_class]
    others = {name: getattr(storms, name) for name in PER_TRACK if name not in ("storm_class", "tc_probability")}
    return {"storm_class": names, "tc_probability": storms.probability, **others}


def per_point(storms: StormList) -> dict[str, Array]:
    """The columns of a list's points, by the names of `PER_POINT`; NaN where nothing is known."""
    unknown = np.full(len(storms.tracks.time), np.nan, np.float32)
    values = {name: storms.fields.get(name, unknown) for name in PER_POINT if name != "tropical"}
    return {"tropical": storms.tropical.astype(np.int8), **values}
