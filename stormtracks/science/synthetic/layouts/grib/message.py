"""A planted field as a GRIB message: its parameter, level, member, time and packing."""

from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np

from stormtracks.science import libraries
from stormtracks.science.arrays import Floats
from stormtracks.science.records import Grid
from stormtracks.science.synthetic.layouts.layout import Field

_BITS = 16
_PARAMETERS = {
    "ecmf": {"u": 131, "v": 132, "z": 156, "prmsl": 151},
    "kwbc": {"u": 131, "v": 132, "z": 156, "prmsl": 260074},
}
"""``paramId`` of each field, by centre. Heights, not geopotential: these are exact in 16 bits."""


@dataclass(frozen=True)
class Kind:
    """What messages of a file have in common.

    Attributes
    ----------
    edition : int
        1 or 2.
    packing : str
        eccodes' ``packingType``.
    centre : str
        'ecmf' or 'kwbc'.
    sample : str
        eccodes' sample that messages are made from, without the edition.
    """

    edition: int
    packing: str = "grid_simple"
    centre: str = "ecmf"
    sample: str = "regular_ll_pl"


class Message:
    """A message that is written again and again, with other values.

    Parameters
    ----------
    kind : Kind
    grid : Grid or None
        Rows are stored N->S; none: that of the sample.
    field : Field
    members : int
        Size of the ensemble; of one, messages have no ``number``.
    """

    def __init__(self, kind: Kind, grid: Grid | None, field: Field, members: int) -> None:
        self._library = libraries.load("grib")
        self.handle = self._library.codes_grib_new_from_samples(f"{kind.sample}_grib{kind.edition}")
        self._members = members
        self._put({"centre": kind.centre} | (_regular(grid) if grid else {}))
        if members > 1:
            self._put(_ENSEMBLE[kind.edition] | {"numberOfForecastsInEnsemble": members})
        self._put({"paramId": _PARAMETERS[kind.centre][field.short_name]})
        self._put({"typeOfLevel": "isobaricInhPa", "level": field.level} if field.level else {"typeOfLevel": "meanSea"})
        if kind.packing != "grid_simple":
            self._put({"packingType": kind.packing})

    def _put(self, keys: dict[str, Any]) -> None:
        for key, value in keys.items():
            self._library.codes_set(self.handle, key, value)

    def set(self, start: np.datetime64, lead_hours: int, member: int, values: Floats) -> None:
        """Put in the start (of an analysis: the time), the lead, the member and the values, in stored order."""
        when = start.astype("datetime64[s]").item()
        self._put({"dataDate": int(f"{when:%Y%m%d}"), "dataTime": int(f"{when:%H%M}"), "step": lead_hours})
        if self._members > 1:
            self._put({"number": member})
        self._put({"bitsPerValue": _BITS})  # again: spatial differencing has put there what it used, which is less
        self._library.codes_set_values(self.handle, np.ascontiguousarray(values, np.float64).ravel())

    def say(self, keys: dict[str, Any]) -> None:
        """Put in further keys of eccodes."""
        self._put(keys)

    def write(self, file: BinaryIO) -> None:
        """Write the message as it is now."""
        self._library.codes_write(self.handle, file)

    def close(self) -> None:
        """Let the library have its memory back."""
        self._library.codes_release(self.handle)

    def points(self) -> tuple[Floats, Floats]:
        """Latitude and longitude of each point of a sample's reduced grid, degrees."""
        number = int(self._library.codes_get_array(self.handle, "pl").sum())
        self._library.codes_set_values(self.handle, np.zeros(number))  # a sample has points only once it has values
        lat, lon = (self._library.codes_get_array(self.handle, name) for name in ("latitudes", "longitudes"))
        return lat, lon


_ENSEMBLE: dict[int, dict[str, Any]] = {
    1: {"setLocalDefinition": 1, "localDefinitionNumber": 1, "class": "ea", "type": "an", "stream": "enda"},
    2: {"productDefinitionTemplateNumber": 1},
}
"""What makes a message one of an ensemble, by edition; GRIB 1 has no members but in ECMWF's own section."""


def _regular(grid: Grid) -> dict[str, Any]:
    step = float(grid.lon[1] - grid.lon[0])
    return {
        "Ni": len(grid.lon), "Nj": len(grid.lat),
        "latitudeOfFirstGridPointInDegrees": float(grid.lat[-1]),
        "latitudeOfLastGridPointInDegrees": float(grid.lat[0]),
        "longitudeOfFirstGridPointInDegrees": 0.0, "longitudeOfLastGridPointInDegrees": float(grid.lon[-1]),
        "iDirectionIncrementInDegrees": step, "jDirectionIncrementInDegrees": step,
    }  # fmt: skip
