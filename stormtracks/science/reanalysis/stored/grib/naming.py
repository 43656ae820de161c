"""What eccodes calls a product: names, units, kind of level; each kind is asked once."""

from typing import Any

from stormtracks.science.reanalysis.stored.grib import library

OF_PARAMETER = ("shortName", "name", "units")
"""Each of these loads a table of its own in eccodes, which takes 0.1 s; one more has the numbers of parameters."""
PARAMETERS = {
    129: ("z", "Geopotential", "m**2 s**-2"),
    130: ("t", "Temperature", "K"),
    131: ("u", "U component of wind", "m s**-1"),
    132: ("v", "V component of wind", "m s**-1"),
    133: ("q", "Specific humidity", "kg kg**-1"),
    135: ("w", "Vertical velocity", "Pa s**-1"),
    138: ("vo", "Vorticity (relative)", "s**-1"),
    151: ("msl", "Mean sea level pressure", "Pa"),
    155: ("d", "Divergence", "s**-1"),
    156: ("gh", "Geopotential height", "gpm"),
    157: ("r", "Relative humidity", "%"),
    260074: ("prmsl", "Pressure reduced to MSL", "Pa"),
}
"""What `OF_PARAMETER` are of parameters that many files have, by their numbers in ECMWF's database of parameters."""
_TEXTS = ("cfName", "typeOfLevel", "stepType", "dataType", "centre",
          "subCentre", "class", "stream", "system", "method", "model", "referenceDate", "modelVersionDate",
          "edition", "generatingProcessIdentifier")  # fmt: skip
_NUMBERS = ("number", "totalNumber", "numberOfForecastsInEnsemble", "perturbationNumber")

Names = dict[str, Any]
"""Key of eccodes -> value; what it does not know is left out."""


def of_message(data: bytes) -> Names:
    """The names of a message.

    Raises
    ------
    library.Unreadable
    """
    with library.opened(data) as handle:
        found = _of_parameter(handle)
        found |= {name: library.value(handle, name, str) for name in _TEXTS}
        found |= {name: library.value(handle, name, int) for name in _NUMBERS}
    return {name: value for name, value in found.items() if value is not None}


def _of_parameter(handle: Any) -> Names:
    known = PARAMETERS.get(library.value(handle, "paramId", int) or 0)
    if known is not None:
        return dict(zip(OF_PARAMETER, known, strict=True))
    return {name: library.value(handle, name, str) for name in OF_PARAMETER}


def number(names: Names, is_open: bool = True) -> int:
    """The number of the member that eccodes tells; -1 where there is none, or it is of a single forecast.

    A control forecast (ECMWF's type ``cf``) is member 0, also where it is written like a single one. Of a seasonal
    system the first member is 0, whatever is said of how many there are.

    Parameters
    ----------
    names : Names
    is_open : bool
        Whether only eccodes can tell it.
    """
    if names.get("dataType") == "cf":
        return 0
    if not is_open:
        return -1
    found: Any = names.get("number", names.get("perturbationNumber", -1))
    of: Any = names.get("totalNumber", names.get("numberOfForecastsInEnsemble", 0))
    return int(found) if found > 0 or of > 0 or (found == 0 and "system" in names) else -1
