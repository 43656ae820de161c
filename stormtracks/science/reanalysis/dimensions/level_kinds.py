"""Kinds of level that are not pressures: hybrid, sigma, model and isentropic levels, heights, by whatever says so."""

import re
from collections.abc import Callable

from stormtracks.science.reanalysis.dimensions import pressure
from stormtracks.science.reanalysis.stored.attributes import attribute, text
from stormtracks.science.reanalysis.stored.protocol import Group, Variable

METRES = {"m": 1.0, "metre": 1.0, "metres": 1.0, "meter": 1.0, "meters": 1.0, "km": 1000.0, "kilometer": 1000.0}
"""Units of height, in metres."""
HYBRID, HEIGHTS, DEPTHS = "hybrid model levels", "heights", "depths"
_WORDS = {  # in long names
    HYBRID: re.compile(r"hybrid|model.?lev|\beta\b|ref(erence)? (full|half) pressure|generali[sz]ed"),
    "sigma levels": re.compile(r"sigma"),
    "isentropic levels": re.compile(r"isentrop|potential temperature|\btheta\b"),
    "levels of potential vorticity": re.compile(r"potential vorticity|\bpvu?\b"),
    HEIGHTS: re.compile(r"height|altitude|above (the )?(ground|sea)"),
    DEPTHS: re.compile(r"depth"),
}
_NAMES = {
    HYBRID: re.compile(r".*hybrid.*|.*model_?lev.*|mlevs?|bottom_top.*|p_?(full|half)|eta\w*|ml|.*generalvertical.*"),
    "sigma levels": re.compile(r".*sigma.*|lv_sigm\w*|lv_hybl\w*"),
    "isentropic levels": re.compile(r".*theta.*|.*isentropic.*|lv_thel\w*"),
    "levels of potential vorticity": re.compile(r".*potential_?vorticity.*|pv|pvu|lv_pvl\w*"),
    HEIGHTS: re.compile(r"height.*|alt(itude)?s?|lv_htgl\w*"),
    DEPTHS: re.compile(r".*depth.*"),
    "levels at the surface": re.compile(r"surface|mean_?sea|sfc|lv_sfc\w*"),
}
_MODEL_UNITS = {"level", "levels", "layer", "layers", "model_level", "model_levels", "sigma", "sigma_level", "hybrid"}
_OTHER_UNITS = {
    "k": "isentropic levels",
    "kelvin": "isentropic levels",
    "degk": "isentropic levels",
    "pvu": "levels of potential vorticity",
    "k m2 kg-1 s-1": "levels of potential vorticity",
}

Kind = tuple[str, str]
"""A kind of level, and what says so; ("", "") where nothing does."""


def of_coordinate(group: Group, coordinate: Variable) -> Kind:
    """Kind of a level coordinate that is not a pressure, and what says so; ("", "") for a pressure, or if nothing does.

    A formula, coefficients and words of a hybrid level go before units of pressure: these levels often have some.
    """
    found = next(filter(any, (rule(group, coordinate) for rule in _BEFORE_UNITS)), ("", ""))
    if any(found) or _is_pressure(coordinate):
        return found
    return next(filter(any, (rule(group, coordinate) for rule in _AFTER_UNITS)), ("", ""))


def _by_formula(group: Group, coordinate: Variable) -> Kind:
    standard_name = text(coordinate, "standard_name")
    formula = next((name for name in ("formula_terms", "formula") if attribute(coordinate, name) != ""), "")
    if not formula and not standard_name.startswith(("atmosphere_", "ocean_", "hybrid_")):
        return "", ""
    is_hybrid = "hybrid" in standard_name or not standard_name
    return HYBRID if is_hybrid else "model levels", _said(standard_name) if standard_name else f"it has {formula}"


def _by_coefficients(group: Group, coordinate: Variable) -> Kind:
    name = next((name for name in ("hyam", "hybm") if _along(group, name, coordinate)), "")
    has_a = any(_along(group, a, coordinate) for a in ("ap", "a", "ap_bnds", "a_bnds"))
    if not name and has_a and any(_along(group, b, coordinate) for b in ("b", "b_bnds")):
        name = "b, beside ap or a,"
    return (HYBRID, f"{name} lies along it") if name else ("", "")


def _along(group: Group, name: str, coordinate: Variable) -> bool:
    """Whether a variable lies along a coordinate; bounds have one more dimension."""
    if not coordinate.dimensions or name not in group.variables:
        return False
    dimensions = group.variables[name].dimensions
    return (dimensions[:-1] if name.endswith("_bnds") else dimensions) == coordinate.dimensions


def _by_number(group: Group, coordinate: Variable) -> Kind:
    standard_name, units = text(coordinate, "standard_name"), text(coordinate, "units")
    if standard_name != "model_level_number" and units not in _MODEL_UNITS:
        return "", ""
    return "model levels", f"units {units!r}" if units else _said(standard_name)


def _by_words(group: Group, coordinate: Variable) -> Kind:
    words = text(coordinate, "long_name")
    kinds = [kind for kind, pattern in _WORDS.items() if pattern.search(words)]
    if _is_pressure(coordinate):  # "pressure height" is no height
        kinds = [kind for kind in kinds if kind not in (HEIGHTS, DEPTHS)]
    return (kinds[0], f"long_name {words!r}") if kinds else ("", "")


def _by_hybrid_name(group: Group, coordinate: Variable) -> Kind:
    return (HYBRID, "by its name") if _NAMES[HYBRID].fullmatch(coordinate.name.lower()) else ("", "")


def _by_units(group: Group, coordinate: Variable) -> Kind:
    units = text(coordinate, "units")
    kind = _OTHER_UNITS.get(units.replace("**", "").replace("^", ""), "")
    if units in METRES:
        is_depth = _NAMES[DEPTHS].fullmatch(coordinate.name.lower()) or text(coordinate, "standard_name") == "depth"
        kind = DEPTHS if is_depth else HEIGHTS
    return (kind, f"units {units!r}") if kind else ("", "")


def _by_name(group: Group, coordinate: Variable) -> Kind:
    kind = next((kind for kind, names in _NAMES.items() if names.fullmatch(coordinate.name.lower())), "")
    return (kind, "by its name") if kind else ("", "")


_Rule = Callable[[Group, Variable], Kind]
_BEFORE_UNITS: tuple[_Rule, ...] = (_by_formula, _by_coefficients, _by_number, _by_words, _by_hybrid_name)
_AFTER_UNITS: tuple[_Rule, ...] = (_by_units, _by_name)


def _is_pressure(coordinate: Variable) -> bool:
    return pressure.in_hpa(str(attribute(coordinate, "units"))) is not None


def _said(standard_name: str) -> str:
    return f"standard_name {standard_name!r}"
