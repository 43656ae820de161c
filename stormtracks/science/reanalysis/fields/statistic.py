"""Statistics that look like winds: spreads, extremes, anomalies and climatologies, by whatever says so.

A mean over time is left to `means`; a mean over members is tracked on purpose at times, and said.
"""

import re
from typing import NamedTuple

from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis.dimensions.axes import Axis, is_text, scalars
from stormtracks.science.reanalysis.stored.attributes import attribute, text
from stormtracks.science.reanalysis.stored.protocol import Group, Variable

MEMBER_MEAN = "a mean over members"
CLIMATOLOGY = "a climatology"
_SPREAD, _EXTREME = "a spread", "an extreme"
_METHODS = {  # of cell_methods
    "standard_deviation": "a standard deviation", "variance": "a variance", "maximum": "a maximum",
    "minimum": "a minimum", "range": "a range", "sum": "a sum", "sum_of_squares": "a sum of squares",
    "root_mean_square": "a root mean square", "mid_range": "a mid range", "mode": "a mode",
    "maximum_absolute_value": "a maximum", "minimum_absolute_value": "a minimum",
    "mean_absolute_value": "a mean of amounts",
    "mean_of_upper_decile": "a mean of the largest", "percentile": "a percentile", "count": "a count",
    "max": "a maximum", "min": "a minimum", "std": "a standard deviation", "stddev": "a standard deviation",
    "stdev": "a standard deviation", "var": "a variance", "spread": "a spread", "anomaly": "an anomaly",
    "climatology": CLIMATOLOGY,
}  # fmt: skip
_METHOD = re.compile(r"((?:[\w.-]+: ?)+)([a-z_]+)((?: +(?:within|over|where) +\w+)*)")
_OF_MEMBERS = re.compile(r"realization|realisation|ens\w*|mem\w*|number|m|e|.*_?member|sample")
_OF_LEVELS = re.compile(r"lev(el)?s?|p?lev|pressure|pres|air_pressure|isobaric\w*|height|altitude|z")
_WORDS = {
    _SPREAD: r"spread|sprd|standard dev(iation)?s?|std\.? ?devs?|st\.? ?devs?|stddev|stdev|variances?|covariances?"
    r"|standard errors?|uncertaint(y|ies)|inter-?quartile( range)?|rmse|root mean square( errors?)?",
    _EXTREME: r"(daily|hourly|monthly|time|temporal|ensemble|absolute|\d+-?h(r|our(ly)?)?) (max|min)(imum)?s?"
    r"|(max|min)(imum)? (over|during|since|in the|within|of members|of the ensemble).*"
    r"|percentiles?|quantiles?(?![ -]?(delta[ -]?)?map)|deciles?|quartiles?"
    r"|\(?(maximum|minimum|max|min)\)?$|^(maximum|minimum|max|min) .*",
    "an anomaly": r"anomal(y|ies)|departures?|deviations?|increments?|tendenc(y|ies)|bias(es)?(?![ -])",
    "a value made from winds": r"differences?(?! scheme)|minus|trends?|regress(ed|ion)|correlations?|eofs?( \d+)?"
    r"|errors?|standardi[sz]ed|normali[sz]ed|probabilit(y|ies)|shear|gusts?",
    "not the whole wind": r"(a|quasi)?-?geostrophic|thermal wind|(ir|non-?)?rotational|(non-?)?divergent|storm-relative"
    r"|zonal mean removed|eddy (component|part|zonal|meridional|eastward|northward|u|v)",
    CLIMATOLOGY: r"climatolog(y|ies|ical)|long[- ]?term[- ]?mean|multi-?year mean|ltm",
}  # fmt: skip
_KINDS = {kind: re.compile(rf"(?<![a-z])({words})(?![a-z])") for kind, words in _WORDS.items()}
_MEAN_OF_MEMBERS = re.compile(
    r"(?<![a-z])(ens(emble)?|members?)[ _.-]?(mean|average|avg)(?![a-z])"
    r"|mean (of|over) (the )?(all )?(members|ensemble)"
)
_MODIFIERS = {
    "standard_error": _SPREAD,
    "number_of_observations": "a number of observations",
    "detection_minimum": "a limit of detection",
    "status_flag": "a flag",
}
_TRANSFORMED = re.compile(r"(square|product|magnitude|tendency|change_over_time|covariance|variance|derivative)_")
_IN_FILE_NAMES = {
    _SPREAD: re.compile(r"(?<![a-z])(sprd|spread|stddev|stdev|variance)(?![a-z])"),
    CLIMATOLOGY: re.compile(r"(?<![a-z])(ltm|climatology)(?![a-z])"),
}
_GRIB_STEPS = {"max": "a maximum", "min": "a minimum", "sd": "a standard deviation", "cov": "a covariance",
               "rms": "a root mean square", "accum": "a sum", "diff": "a difference", "ratio": "a ratio"}  # fmt: skip
_GRIB_TYPES = {"em": MEMBER_MEAN, "es": "a spread", "ses": "a spread", "ep": "a probability", "pb": "a probability",
               "pd": "a probability", "efi": "an index", "sot": "an index", "cd": CLIMATOLOGY, "cl": CLIMATOLOGY,
               "fcmax": "a maximum", "fcmin": "a minimum", "fcstdev": "a standard deviation"}  # fmt: skip


_NO_WIND = "a statistic and no wind at any time; use the winds themselves"
_NO_FIELD = "a statistic and not the field at any time; use the field itself"
_BY_FILE_NAME = "by the name of its file"


class Statistic(NamedTuple):
    """What a variable is a statistic of, and what says so: ("a standard deviation", "cell_methods '...'")."""

    kind: str
    because: str


def find(group: Group, variable: Variable, axes: list[Axis], file_name: str) -> Statistic | None:
    """The statistic that a variable is; None for a wind at its times, and for a mean over time."""
    return (
        _by_cell_methods(variable)
        or _by_standard_name(variable)
        or _by_grib(variable)
        or _by_climatology(group, variable, axes)
        or _by_words(variable)
        or _by_file_name(file_name.lower())
    )


def remark(found: Statistic | None, by_user: bool, where: str, tracked: bool = True) -> str:
    """What is said about a statistic that is tracked: a mean over members, or an anomaly that the user names.

    Where it is not `tracked`, it is another field than the winds or vorticity.

    Raises
    ------
    InputError
        It is one that has no storms of its own.
    """
    if found is None:
        return ""
    if found.kind == MEMBER_MEAN:
        return f"is {found.kind} ({found.because}); its storms are weaker than those of its members"
    if by_user and found.kind in ("an anomaly", "a value made from winds", "not the whole wind"):
        return f"is {found.kind} ({found.because}), as the description names it"
    rename = "; where it is none, rename the file" if found.because == _BY_FILE_NAME else ""
    what = _NO_WIND if tracked else _NO_FIELD
    raise InputError(f"{where}: is {found.kind} ({found.because}), {what}{rename}")


def _by_cell_methods(variable: Variable) -> Statistic | None:
    methods = text(variable, "cell_methods")
    if not methods:
        return None
    because = f"cell_methods {methods!r}"
    mean_of_members = None
    for names, method, qualifiers in _METHOD.findall(re.sub(r"\([^)]*\)", "", methods)):
        if method in _METHODS:
            return Statistic(_METHODS[method], because)
        if "time:" in names and "over" in qualifiers.split() and method in ("mean", "median"):
            return Statistic(CLIMATOLOGY, because)
        if method == "median" and "time:" in names:
            return Statistic("a median", because)
        if method in ("mean", "median") and _are_levels_gone(variable.group, re.findall(r"[\w.-]+", names)):
            return Statistic("a mean over levels", because)
        if method in ("mean", "median") and any(_OF_MEMBERS.fullmatch(name) for name in re.findall(r"[\w.-]+", names)):
            mean_of_members = Statistic(MEMBER_MEAN, because)
    return mean_of_members


def _are_levels_gone(group: Group, names: list[str]) -> bool:
    """Whether names are of levels that the file no longer has; ncwa calls it a mean where it drops the only one."""
    levels = [name for name in names if _OF_LEVELS.fullmatch(name)]
    return bool(levels) and not any(name in group.variables for name in levels)


def _by_standard_name(variable: Variable) -> Statistic | None:
    """By CF's modifiers (``x_wind standard_error``) and transformations (``square_of_eastward_wind``)."""
    standard_name = text(variable, "standard_name")
    because = f"standard_name {standard_name!r}"
    modifier = standard_name.partition(" ")[2].strip()
    if modifier in _MODIFIERS:
        return Statistic(_MODIFIERS[modifier], because)
    found = _TRANSFORMED.match(standard_name)
    return Statistic(f"a {found[1].replace('_', ' ')}", because) if found else None


def _by_grib(variable: Variable) -> Statistic | None:
    for name, kinds in (("GRIB_stepType", _GRIB_STEPS), ("GRIB_dataType", _GRIB_TYPES)):
        value = text(variable, name)
        if value in kinds:
            return Statistic(kinds[value], f"{name} {value!r}")
    return None


def _by_climatology(group: Group, variable: Variable, axes: list[Axis]) -> Statistic | None:
    own = [axis.coordinate for axis in axes if axis.role == "time" and axis.coordinate is not None]
    for coordinate in own or scalars(group, variable, "time"):
        if not is_text(coordinate):
            for name in ("climatology", "climo_period", "ltm_range"):
                if attribute(coordinate, name) != "":
                    return Statistic(CLIMATOLOGY, f"{coordinate.name} has the attribute {name!r}")
    return None


def _by_words(variable: Variable) -> Statistic | None:
    for name in ("statistic", "long_name", "standard_name", "var_desc"):
        words = text(variable, name).replace("_", " ")
        if not words:
            continue
        kind = next((kind for kind, pattern in _KINDS.items() if pattern.search(words)), "")
        if not kind and name == "statistic" and re.fullmatch(r"(max|min)(imum)?|median|mode|variance|sum|other", words):
            kind = f"a {words}" if words != "other" else ""
        if not kind and _MEAN_OF_MEMBERS.search(words):
            kind = MEMBER_MEAN
        if kind:
            return Statistic(kind, f"{name} {words!r}")
    return None


def _by_file_name(name: str) -> Statistic | None:
    kind = next((kind for kind, pattern in _IN_FILE_NAMES.items() if pattern.search(name)), "")
    if not kind and re.search(r"(?<![a-z])ens_?mean(?![a-z])", name):
        kind = MEMBER_MEAN
    return Statistic(kind, _BY_FILE_NAME) if kind else None
