"""Which model and run a file says that it is of: the files that a season joins must agree in that.

What differs between the files of one run is not looked at: history, dates of creation, tracking ids, versions of
tables, ``expver`` of ERA5 and its preliminary part.
"""

import re
from pathlib import Path

from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis.stored.attributes import attribute, names
from stormtracks.science.reanalysis.stored.protocol import Group

_IDS = (
    "source_id", "model_id", "driving_source_id", "driving_model_id", "institution_id", "institute_id", "experiment_id",
    "sub_experiment_id", "variant_label", "realization", "realization_index", "initialization_index",
    "initialization_method", "physics_index", "physics_version", "forcing_index", "grid_label", "run_id", "expid",
    "GRIB_centre", "GRIB_class", "GRIB_system",
)  # fmt: skip
"""Attributes of CMIP and of converters, written by machines: equal in all files of a run."""
_OF_MEMBERS = ("variant_label", "realization", "realization_index", "case", "run_id", "expid")
_MODELS = ("model", "model_name", "source")
"""Written by people: the model's name comes first, then what differs from file to file."""
_RUNS = ("case", "experiment", "experiment_name")
"""One run may begin as another; u and v of one time are of the same one."""
_DOUBTFUL = ("institution",)
"""An institution changes its name; what differs is said."""
_PARENT = "parent_experiment_id"
_NAMES = (*_IDS, *_MODELS, *_RUNS, *_DOUBTFUL)
_MODEL_IDS = ("source_id", "model_id")
_SAID_BY = {"model": _MODEL_IDS, "model_name": _MODEL_IDS, "source": _MODEL_IDS, "institution_id": _MODEL_IDS,
            "institute_id": _MODEL_IDS, "experiment": ("experiment_id",), "experiment_name": ("experiment_id",),
            "institution": ("institution_id", "institute_id")}  # fmt: skip
"""What need not be compared where an id says the same; one institute may go on with another's run (MPI-M and DKRZ)."""
_EARLIER = re.compile(r"(esm-?)?hist.*|highressst-present")
_LATER = re.compile(r"(esm-?)?(ssp|rcp|hist).*|highres(sst)?-future")
"""Experiments that one run goes through, whether or not it names its parent."""
_GENERIC = {
    "reanalysis", "reanalyses", "analysis", "analyses", "model", "models", "model-generated", "data", "dataset",
    "output", "downloaded", "retrieved", "extracted", "converted", "created", "derived", "obtained", "computed",
    "produced", "processed", "subset", "fetched", "requested", "from", "by", "of", "the", "and", "for", "with",
    "in", "on", "at", "via", "using", "to", "a", "ecmwf", "copernicus", "c3s", "cds", "mars", "api", "climate",
    "change", "service", "store", "european", "atmosphere", "atmospheric", "global", "file", "files", "level",
    "levels", "pressure", "hourly", "daily", "monthly", "version", "preliminary", "final", "instantaneous",
    "observations",
}  # fmt: skip
"""Words that say where data came from or what they are like, not of which model they are."""
_SAME = {"cfsv2": "cfsr", "gdas": "gfs"}
"""Names of what goes on with another."""
_OF_A_WIND = re.compile(
    r"[uvxy]|[uv]a|[uv]as|[uv]_?wnd|[uv]_?grd|[uv][_-]?winds?|(east|north)ward|zonal|meridional|winds?|components?"
    r"|[uv][_-]component|[uv]\d+|vo|vorticity|relative"
)

Stated = dict[str, tuple[str, Path]]
"""What files say of their model and run: attribute -> (value, the file that says it)."""


def of_file(group: Group, path: Path) -> Stated:
    """What an open file says of its model and run."""
    there = set(names(group))
    found = ((name, str(attribute(group, name)).strip()) for name in (*_NAMES, _PARENT) if name in there)
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
        if (
            name not in one
            or name not in other
            or any(said in one and said in other for said in _SAID_BY.get(name, ()))
        ):
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
                "under 'files' of a dataset description"
                + (", with {member} in the names of members of an ensemble" if name in _OF_MEMBERS else "")
                + f"), or, where it is one, write the same into both (ncatted -a {name},global,o,c,VALUE FILE)"
            )
        elif name not in _MODELS or _words(value) != _words(another):
            doubts.append(f"{names} say {said}; taken to be of one run")
    return doubts


def _continues(one: Stated, other: Stated) -> bool:
    """Whether one is the experiment that the other began from: a scenario after the historical run of its model."""
    same_model = any(name in one and name in other for name in _MODEL_IDS)
    return same_model and any(_began_from(later, earlier) for earlier, later in ((one, other), (other, one)))


def _began_from(later: Stated, earlier: Stated) -> bool:
    first, second = (each["experiment_id"][0].lower() for each in (earlier, later))
    if _PARENT in later and later[_PARENT][0].lower() == first:
        return True
    return _EARLIER.fullmatch(first) is not None and _LATER.fullmatch(second) is not None


def _is_other(name: str, value: str, another: str, in_succession: bool) -> bool:
    if name in _MODELS:
        words, others = _model_words(value), _model_words(another)
        return bool(words and others) and not (_is_among(words[0], others) or _is_among(others[0], words))
    return name in _IDS or (name in _RUNS and not in_succession)


def _words(value: str) -> list[str]:
    """The words of a text without those of one wind, numbers, paths, and the T of ERA5's preliminary part."""
    if "/" in value.strip("/") and " " not in value:
        return []
    words = (word.strip("._-+") for word in re.findall(r"[a-z][a-z0-9+._-]*", value.lower()))
    return [re.sub(r"(?<=\d)t$", "", word) for word in words if word and not _OF_A_WIND.fullmatch(word)]


def _model_words(value: str) -> list[str]:
    """The words that may name a model."""
    words = (word for word in _words(value) if word not in _GENERIC)
    return [_SAME.get(word, word) for word in words if not re.search(r"\.(nc4?|gri?b2?|zarr|html?)$", word)]


def _is_among(word: str, others: list[str]) -> bool:
    """Whether a name is among others, hyphens aside (JRA55), also with a stream or a part behind it (20CRv3.MO)."""
    plain = re.sub("[-_]", "", word)
    return any(re.sub("[-_]", "", one) == plain or re.match(rf"{re.escape(word)}[._-][a-z]", one) for one in others)
