"""Which model and run a file says that it is of: the files that a season joins must agree in that.

What differs between the files of one run is not looked at: history, dates of creation, tracking ids, versions of
tables, ``expver`` of ERA5 and its preliminary part.
"""

import re
from pathlib import Path

import netCDF4

from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis.attributes import attribute

_IDS = (
    "source_id", "model_id", "driving_source_id", "driving_model_id", "institution_id", "institute_id", "experiment_id",
    "sub_experiment_id", "variant_label", "realization", "realization_index", "initialization_index",
    "initialization_method", "physics_index", "physics_version", "forcing_index", "grid_label", "run_id", "expid",
    "GRIB_centre",
)  # fmt: skip
"""Attributes of CMIP and of converters, written by machines: equal in all files of a run."""
_MODELS = ("model", "model_name", "source")
"""Written by people: the model's name comes first, then what differs from file to file."""
_RUNS = ("case", "experiment", "experiment_name")
"""One run may begin as another; u and v of one time are of the same one."""
_DOUBTFUL = ("institution",)
"""An institution changes its name; what differs is said."""
_PARENT = "parent_experiment_id"
_NAMES = (*_IDS, *_MODELS, *_RUNS, *_DOUBTFUL)
_SAID_BY = {"model": "source_id", "model_name": "source_id", "source": "source_id", "experiment": "experiment_id",
            "experiment_name": "experiment_id", "institution": "institution_id"}  # fmt: skip
"""Texts that need not be compared where an id says the same."""
_OF_A_WIND = re.compile(
    r"[uvxy]|[uv]a|[uv]as|[uv]_?wnd|[uv]_?grd|[uv][_-]?winds?|(east|north)ward|zonal|meridional|winds?|components?"
    r"|[uv][_-]component|[uv]\d+|vo|vorticity|relative"
)

Stated = dict[str, tuple[str, Path]]
"""What files say of their model and run: attribute -> (value, the file that says it)."""


def of_file(nc: netCDF4.Dataset, path: Path) -> Stated:
    """What an open file says of its model and run."""
    there = set(nc.ncattrs())
    found = ((name, str(attribute(nc, name)).strip()) for name in (*_NAMES, _PARENT) if name in there)
    return {name: (value, path) for name, value in found if value and value.lower() not in ("none", "unknown", "n/a")}


def refuse_others(one: Stated, other: Stated, *, in_succession: bool) -> list[str]:
    """What may be of another run, a sentence each.

    Parameters
    ----------
    one, other : Stated
    in_succession : bool
        Whether they follow one another in time; where not, they are u and v of the same times.

    Raises
    ------
    InputError
        They are of different models or runs; both files and what they say are named.
    """
    doubts = []
    for name in _NAMES:
        if name not in one or name not in other or _SAID_BY.get(name, name) in (one.keys() & other.keys()) - {name}:
            continue
        (value, path), (another, other_path) = one[name], other[name]
        if value.lower() == another.lower():
            continue
        said = f"{name} {value!r} and {another!r}"
        names = f"{path.name} and {other_path.name}"
        if in_succession and name == "experiment_id" and _continues(one, other):
            doubts.append(f"{names} say {said}; one run continues the other")
        elif _is_other(name, value, another, in_succession):
            raise InputError(
                f"{path} and {other_path} are of different runs: they say {said}; use the files of one run (give them "
                "under 'files' of a dataset description), or, where it is one, write the same into both "
                f"(ncatted -a {name},global,o,c,VALUE FILE)"
            )
        elif name not in _MODELS or _words(value) != _words(another):
            doubts.append(f"{names} say {said}; taken to be of one run")
    return doubts


def _continues(one: Stated, other: Stated) -> bool:
    """Whether one is the experiment that the other began from: a scenario after the historical run of its model."""
    same_model = "source_id" in one and "source_id" in other
    pairs = ((one, other), (other, one))
    return same_model and any(
        _PARENT in later and later[_PARENT][0].lower() == earlier["experiment_id"][0].lower()
        for earlier, later in pairs
    )


def _is_other(name: str, value: str, another: str, in_succession: bool) -> bool:
    if name in _MODELS:
        words, others = _words(value), _words(another)
        return bool(words and others) and words[0] not in others and others[0] not in words
    return name in _IDS or (name in _RUNS and not in_succession)


def _words(value: str) -> list[str]:
    """The words of a text without those of one wind, numbers, paths, and the T of ERA5's preliminary part."""
    if "/" in value.strip("/") and " " not in value:
        return []
    words = (word.strip("._-+") for word in re.findall(r"[a-z][a-z0-9+._-]*", value.lower()))
    return [re.sub(r"(?<=\d)t$", "", word) for word in words if word and not _OF_A_WIND.fullmatch(word)]
