"""The land of the shipped Natural Earth file, for the page's map."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from stormtracks import science
from stormtracks.report.trackdata.packing import pack

LAND = Path(science.__file__).parent / "data" / "ne_110m_land.geojson"


def coast() -> dict[str, Any]:
    """The land of the shipped Natural Earth file, packed: rings in 0.01 degree."""
    features = json.loads(LAND.read_text(encoding="utf-8"))["features"]
    rings = [np.asarray(ring) for feature in features for polygon in _polygons(feature["geometry"]) for ring in polygon]
    points = np.round(np.concatenate(rings) * 100).astype("i2")
    size = np.array([len(ring) for ring in rings], "u2")
    return pack({"size": size}, {"lon": points[:, 0].copy(), "lat": points[:, 1].copy()})


def _polygons(geometry: Mapping[str, Any]) -> list[Any]:
    return geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
