"""Units of pressure, as UDUNITS knows them and as people write them, in hPa."""

import functools
import re

_HPA_BY_NAME = {
    "pascal": 0.01,
    "bar": 1000.0,
    "atmosphere": 1013.25,
    "standard_atmosphere": 1013.25,
    "torr": 1013.25 / 760,
}
_HPA_BY_SYMBOL = {"Pa": 0.01, "bar": 1000.0, "atm": 1013.25, "torr": 1013.25 / 760}
_BY_NAME = {
    "giga": 1e9, "mega": 1e6, "kilo": 1e3, "hecto": 1e2, "deca": 1e1, "deka": 1e1,
    "deci": 1e-1, "centi": 1e-2, "milli": 1e-3, "micro": 1e-6, "": 1.0,
}  # fmt: skip
_BY_SYMBOL = {
    "G": 1e9, "M": 1e6, "k": 1e3, "h": 1e2, "da": 1e1, "d": 1e-1, "c": 1e-2, "m": 1e-3, "u": 1e-6, "": 1.0,
}  # fmt: skip
_OTHERS = {
    "mmhg": 1013.25 / 760, "mm_hg": 1013.25 / 760, "millimeter_hg": 1013.25 / 760, "inhg": 33.86389, "in_hg": 33.86389,
    "n m-2": 0.01, "n/m2": 0.01, "newton m-2": 0.01, "newton/m2": 0.01, "kg m-1 s-2": 0.01, "kg/m/s2": 0.01,
    "j m-3": 0.01, "dyn cm-2": 0.001, "dyne cm-2": 0.001, "psi": 68.947573,
    "millib": 1.0, "hecto pascal": 1.0, "milli bar": 1.0, "hpascal": 1.0, "hpascals": 1.0,
}  # fmt: skip
_FACTOR = re.compile(r"([-+]?\d+(?:\.\d*)?(?:e[-+]?\d+)?|10(?:\^|\*\*)[-+]?\d+)\s*[*x.]?\s*(?=[a-z])", re.IGNORECASE)


def _spellings() -> tuple[dict[str, float], dict[str, float]]:
    """Units by their exact spelling, and by what is left of it in lower case where that means one thing only."""
    exact = {
        prefix + symbol: factor * unit
        for prefix, factor in _BY_SYMBOL.items()
        for symbol, unit in _HPA_BY_SYMBOL.items()
    }
    exact["mb"] = 1.0
    lower: dict[str, float] = dict(_OTHERS)
    for prefix, factor in _BY_NAME.items():
        for name, unit in _HPA_BY_NAME.items():
            lower |= dict.fromkeys((prefix + name, prefix + name + "s"), factor * unit)
    lower |= dict.fromkeys(("hpa", "hpas"), 1.0)
    for symbol in ("Pa", "kPa", "bar", "mbar", "dbar", "cbar", "kbar", "mb", "atm", "torr"):  # not mPa, MPa
        lower |= dict.fromkeys((symbol.lower(), symbol.lower() + "s"), exact[symbol])
    return exact, lower


_EXACT, _LOWER = _spellings()


@functools.lru_cache(1024)
def in_hpa(units: str) -> float | None:
    """How many hPa a unit is; None where it is no unit of pressure.

    Examples
    --------
    >>> from stormtracks.science.reanalysis.dimensions.pressure import in_hpa
    >>> in_hpa("hectopascals"), in_hpa("Pa"), in_hpa("100 Pa"), in_hpa("sigma_level")
    (1.0, 0.01, 1.0, None)
    """
    plain = _bare(units)
    found = _FACTOR.match(plain)
    factor = 1.0
    if found and plain.lower() not in _LOWER:
        factor, plain = _value(found[1]), plain[found.end() :]
    unit = _EXACT.get(plain, _LOWER.get(_powers(plain.lower())))
    return None if unit is None or factor <= 0 else round(factor * unit, 12)


def _bare(units: str) -> str:
    """A unit without blanks around it, brackets, a full stop, or the other spelling of itself in brackets."""
    text = units.replace("µ", "u").replace("μ", "u").strip("\0 \t\n.")
    whole = re.fullmatch(r"[\[(](.*)[\])]", text)
    text = (whole[1] if whole else re.sub(r"\s*[\[(].*[\])]$", "", text)).strip()
    return re.sub(r"\s+", " ", text)


def _powers(units: str) -> str:
    """``m**-2``, ``m^-2`` and ``m.s-2`` as UDUNITS writes them by itself: ``m-2``, ``m s-2``."""
    return re.sub(r"(?<=[a-z0-9])[.*](?=[a-z])", " ", units.replace("**", "").replace("^", ""))


def _value(number: str) -> float:
    base, _, power = re.sub(r"\*\*|\^", "^", number).partition("^")
    return float(base) ** int(power) if power else float(base)
