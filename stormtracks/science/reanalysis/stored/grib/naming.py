"""What eccodes calls a product: names, units, kind of level; each kind is asked once."""

from typing import Any

from stormtracks.science.reanalysis.stored.grib import library

_TEXTS = ("shortName", "name", "units", "cfName", "typeOfLevel", "stepType", "dataType", "centre",
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
        found: Names = {name: library.value(handle, name, str) for name in _TEXTS}
        found |= {name: library.value(handle, name, int) for name in _NUMBERS}
    return {name: value for name, value in found.items() if value is not None}


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
