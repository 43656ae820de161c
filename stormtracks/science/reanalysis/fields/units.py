"""Units of further fields -> those that they are handed over in; a unit that is not understood is refused."""

import re
from dataclasses import dataclass
from pathlib import Path

from stormtracks.science.arrays import Floats
from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis.dimensions import pressure
from stormtracks.science.reanalysis.roles import ROLES
from stormtracks.science.reanalysis.stored.attributes import attribute
from stormtracks.science.reanalysis.stored.protocol import Variable

STANDARD_GRAVITY = 9.80665
"""m s-2: geopotential by this is geopotential height (WMO)."""
_ZERO_CELSIUS = 273.15

_NO_UNITS = {"none", "unknown", "undefined", "n/a", "na", "-", "?", "null"}
"""What some write who give none."""
_PLAIN = str.maketrans({"\u00b7": " ", "\u22c5": " ", "\u207b": "-", "\u2212": "-", "\u00b9": "1", "\u00b2": "2"})
"""Dots, minus signs and raised numbers of printed texts."""
_METRE_PER_SECOND = {"m/s", "ms-1", "m/s1", "1m/s", "ms^-1", "mps"}
_PER_SECOND = {"s-1", "1/s", "/s"}
_TRACKED = {"u": _METRE_PER_SECOND, "v": _METRE_PER_SECOND, "vorticity": _PER_SECOND}


@dataclass(frozen=True)
class Unit:
    """How values in a unit become those that are handed over: times `factor`, and `offset` more."""

    factor: float = 1.0
    offset: float = 0.0

    def convert(self, values: Floats) -> Floats:
        """Values as they are handed over: the same array, changed where it has to be."""
        if self.factor != 1.0:
            values *= values.dtype.type(self.factor)
        if self.offset:
            values += values.dtype.type(self.offset)
        return values

    def largest(self, role: str) -> float:
        """What no value of a role passes in this unit, its sign left out."""
        ends = ((end - self.offset) / self.factor for end in (ROLES[role].low, ROLES[role].high))
        return max(abs(end) for end in ends)


_SAME = Unit()
_GEOPOTENTIAL = Unit(1.0 / STANDARD_GRAVITY)
_CELSIUS = Unit(offset=_ZERO_CELSIUS)
_FURTHER = {
    "height": {
        "m": _SAME, "gpm": _SAME, "gm": _SAME, "geopotentialm": _SAME, "mgpm": _SAME, "m2/s2": _GEOPOTENTIAL,
        "m2s-2": _GEOPOTENTIAL, "j/kg": _GEOPOTENTIAL, "jkg-1": _GEOPOTENTIAL, "dam": Unit(10.0), "gpdm": Unit(10.0),
        "gpdam": Unit(10.0), "dagpm": Unit(10.0), "km": Unit(1000.0), "gpkm": Unit(1000.0),
    },
    "temperature": {
        "k": _SAME, "kelvin": _SAME, "kelvins": _SAME, "degk": _SAME, "degreesk": _SAME, "degreek": _SAME,
        "c": _CELSIUS, "degc": _CELSIUS, "celsius": _CELSIUS, "degreesc": _CELSIUS, "degreec": _CELSIUS,
        "\u00b0c": _CELSIUS, "degreescelsius": _CELSIUS, "degreecelsius": _CELSIUS,
    },
    "precipitable_water": {
        "kg/m2": _SAME, "kgm-2": _SAME, "mm": _SAME, "millim": _SAME, "cm": Unit(10.0), "m": Unit(1000.0),
        "g/cm2": Unit(10.0), "gcm-2": Unit(10.0),
    },
    "cape": {
        "j/kg": _SAME, "jkg-1": _SAME, "m2/s2": _SAME, "m2s-2": _SAME, "kj/kg": Unit(1000.0), "kjkg-1": Unit(1000.0),
    },
}  # fmt: skip


def of_variable(variable: Variable, role: str, path: Path) -> Unit:
    """The unit of a variable.

    Parameters
    ----------
    variable : Variable
    role : str
        A key of `roles.ROLES`.
    path : Path
        Of its file, for messages.

    Returns
    -------
    Unit
        That of winds and vorticity is the one that they must have; where they say none, they are taken to have it.

    Raises
    ------
    InputError
        A unit that is not one of the role's; a further field that says none, since several are usual.

    Notes
    -----
    Geopotential height is geopotential by the standard gravity, 9.80665 m s-2.
    """
    given = str(attribute(variable, "units")).strip()
    absent = given.lower() in {"", *_NO_UNITS}
    if role in _TRACKED:
        if not absent and plain(given) not in _TRACKED[role]:
            raise _refused(
                variable, path, f"the units are {given!r} and must be {ROLES[role].units!r}; convert the file"
            )
        return _SAME
    found = None if absent else _further(given, ROLES[role].quantity)
    if found is None:
        what = "it has no units" if absent else f"the units are {given!r}"
        usual = "m or m2 s-2" if ROLES[role].quantity == "height" else ROLES[role].units
        raise _refused(
            variable,
            path,
            f"{what}, and must be {usual}, say; state them (ncatted -a units,NAME,o,c,UNITS FILE), or convert the file",
        )
    return found


def plain(units: str) -> str:
    """Units without blanks, dots and signs of powers, in lower case: ``m**2 s**-2`` -> ``m2s-2``."""
    text = units.lower().translate(_PLAIN).replace("**", "").replace("^", "")
    text = re.sub(r"per[ _]", "/", text)
    text = re.sub(r"met(er|re)s?", "m", text)
    text = re.sub(r"sec(ond)?s?", "s", text)
    return re.sub(r"[\s.*(){}_\[\]]", "", text)


def _further(given: str, quantity: str) -> Unit | None:
    if quantity == "pressure":
        in_hpa = pressure.in_hpa(given)
        return None if in_hpa is None else Unit(round(in_hpa * 100.0, 9))
    return _FURTHER[quantity].get(plain(given))


def _refused(variable: Variable, path: Path, fault: str) -> InputError:
    return InputError(f"{path}: {variable.name}: {fault}")
