"""What an export says besides where tracks are, of a list's storms and of forecasts: columns of all formats."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from stormtracks.science import leads
from stormtracks.science.consensus import ConsensusStorms, ConsensusTracks
from stormtracks.science.lists import CLASSES, StormList
from stormtracks.science.records import Tracks
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
"""Of each track of a member's list."""

PER_POINT = {
    "tropical": _of_storms("tropical", "i1", "%d"),
    "wind_max": _around("wind_max", "%.1f"),
    "pressure_min": _around("pressure_min", "%.0f"),
    "pressure_lat": _around("pressure_lat", "%.2f"),
    "pressure_lon": _around("pressure_lon", "%.2f"),
    "pressure_depth": _around("pressure_depth", "%.0f"),
    "warm_core": _around("warm_core", "%.1f"),
}
"""Of each point of a member's list."""

_CANDIDATE = {"long_name": "name of a candidate, which no best track knows; empty of an observed storm"}
CANDIDATES = {"candidate": Column(str, "%s", _CANDIDATE)}
"""Of each track of a consensus, of lists or not."""

_SHARE = {"long_name": "share of the members whose list has the storm", "units": "1"}
_CALIBRATED = {"long_name": "probability that the storm is real, calibrated", "units": "1"}
_MEAN, _STD = "mean of the members", "standard deviation of the members"
OF_CONSENSUS = {
    "share": Column("f4", "%.3f", _SHARE),
    "tc_probability": _of_storms("probability", "f4", "%.3f"),
    "calibrated": Column("f4", "%.3f", _CALIBRATED),
    "intensity_max": Column("f4", "%.1f", {"long_name": f"highest wind: {_MEAN}", "units": "m s-1"}),
    "intensity_max_std": Column("f4", "%.1f", {"long_name": f"highest wind: {_STD}", "units": "m s-1"}),
    "pressure_lowest": Column("f4", "%.0f", {"long_name": f"lowest pressure: {_MEAN}", "units": "Pa"}),
    "pressure_lowest_std": Column("f4", "%.0f", {"long_name": f"lowest pressure: {_STD}", "units": "Pa"}),
}
"""Of each storm of a consensus of lists."""

ALONG_CONSENSUS = {
    "tropical": Column("f4", "%.3f", {"long_name": "share of its members in which it is tropical then", "units": "1"}),
    "wind_max": Column("f4", "%.1f", {"long_name": f"highest wind within 500 km: {_MEAN}", "units": "m s-1"}),
    "wind_std": Column("f4", "%.1f", {"long_name": f"highest wind within 500 km: {_STD}", "units": "m s-1"}),
    "pressure_min": Column("f4", "%.0f", {"long_name": f"lowest pressure within 350 km: {_MEAN}", "units": "Pa"}),
    "pressure_std": Column("f4", "%.0f", {"long_name": f"lowest pressure within 350 km: {_STD}", "units": "Pa"}),
    "lat_smooth": Column("f8", "%.3f", {"long_name": "latitude, smoothed in time", "units": "degrees_north"}),
    "lon_smooth": Column("f8", "%.3f", {"long_name": "longitude, smoothed in time", "units": "degrees_east"}),
}
"""Of each point of it."""

_START = layout.FORECAST["forecast_reference_time"].attributes
OF_FORECASTS = {"forecast_reference_time": Column("i8", "%s", {**_START, "_FillValue": layout.NOT_A_TIME})}
"""Of each track of a forecast; not known of a year's that stands beside those."""

ALONG_FORECASTS = {"lead": Column("f4", "%g", {**layout.FORECAST["lead"].attributes})}
"""Of each point of it."""

Columns = Mapping[str, Column]


def columns(selection: Mapping[str, Any], is_consensus: bool) -> tuple[Columns, Columns]:
    """Columns of tracks and of points of a selection, as it describes itself: lists and forecasts have some."""
    of_forecasts, along_forecasts = (OF_FORECASTS, ALONG_FORECASTS) if "starts" in selection else ({}, {})
    of_tracks: Columns = {**of_forecasts, **(CANDIDATES if is_consensus else {})}
    if "list" not in selection:
        return of_tracks, along_forecasts
    of_storms, along = (OF_CONSENSUS, ALONG_CONSENSUS) if is_consensus else (PER_TRACK, PER_POINT)
    return {**of_tracks, **of_storms}, {**along_forecasts, **along}


def of_forecast(tracks: Tracks, provenance: Mapping[str, Any]) -> tuple[dict[str, Array], dict[str, Array]]:
    """The columns of the tracks and of the points of a forecast, by the names of `OF_FORECASTS`; of a year unknown."""
    lead = leads.of_times(tracks.time, provenance)
    if lead is None:
        never = np.full(len(tracks), "NaT", "datetime64[s]")
        return {"forecast_reference_time": never}, {"lead": np.full(len(tracks.time), np.nan)}
    start = leads.moment(provenance[leads.KEY]["start"], provenance[leads.KEY]["calendar"])
    return {"forecast_reference_time": np.full(len(tracks), start)}, {"lead": lead}


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


def of_consensus(agreed: ConsensusTracks) -> tuple[dict[str, Array], dict[str, Array]]:
    """The columns of a consensus: names of candidates; of lists also those of `OF_CONSENSUS` and `ALONG_CONSENSUS`."""
    called = {"candidate": agreed.candidate_name.astype(object)}
    if not isinstance(agreed, ConsensusStorms):
        return called, {}
    of_storms = {name: getattr(agreed, name) for name in OF_CONSENSUS if name not in ("share", "tc_probability")}
    names = {"wind_max": "wind", "pressure_min": "pressure"}
    along = {name: getattr(agreed, names.get(name, name)) for name in ALONG_CONSENSUS}
    return {**called, "share": agreed.share, "tc_probability": agreed.probability, **of_storms}, along
