"""Which members of an ensemble a file says that it holds, and of which run: what files of each member are told by."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from stormtracks.science.reanalysis.fields.variables import Candidate
from stormtracks.science.reanalysis.stored.attributes import attribute
from stormtracks.science.reanalysis.stored.protocol import Group

_CASE = re.compile(r"(?P<run>.*?[A-Za-z0-9][._-])(?P<label>LE2-\d{4}\.\d{3}|\d{3,4})")
"""A case of CESM or E3SM ends in its member: ``b.e21.BHISTcmip6.f09_g17.LE2-1021.002``, ``v2.LR.historical_0101``."""
_LABELS = (
    "variant_label", "member_id", "ensemble_member", "ensemble_member_label", "ensemble_member_id", "realization",
    "realisation", "realization_index", "perturbation_number", "perturbationNumber", "ensemble",
)  # fmt: skip
"""Attributes of a file that may name its member."""
_CMIP5 = ("realization", "initialization_method", "physics_version")
_RUNS = (
    "source_id", "model_id", "driving_source_id", "driving_model_id", "experiment_id", "sub_experiment_id",
    "grid_label", "GRIB_centre",
)  # fmt: skip
"""Attributes that all members of an ensemble have alike."""
_LABEL = re.compile(r"(?=.*\d)[A-Za-z0-9][A-Za-z0-9_.+-]{0,39}")


@dataclass(frozen=True)
class OwnMember:
    """What a file says of the members in it.

    Attributes
    ----------
    labels : tuple of str
        Of its members; none where nothing says which they are.
    said_by : str
        What says so: the name of an attribute, or "coordinate".
    run : frozenset of str
        What all files of an ensemble say alike, the members aside.
    """

    labels: tuple[str, ...] = ()
    said_by: str = ""
    run: frozenset[str] = frozenset()


def of_file(group: Group, found: Sequence[Candidate]) -> OwnMember:
    """What an open file says of the members in it.

    Parameters
    ----------
    group : Group
    found : sequence of Candidate
        Its variables; those that can be used have their members along an axis, or in a scalar coordinate.
    """
    label, run, said_by = _by_attributes(group)
    runs = frozenset(f"{name} {value}" for name in _RUNS if (value := _text(group, name))) | run
    structure = next((one.structure for one in found if one.structure is not None), None)
    if structure is not None and structure.names_members and structure.members != (_text(group, "variant_label"),):
        return OwnMember(structure.members, "coordinate", runs)
    if structure is not None and len(structure.members) > 1:
        return OwnMember(run=runs)  # counted from 1: of which members nothing says
    return OwnMember((label,) if label else (), said_by, runs)


def _by_attributes(group: Group) -> tuple[str, frozenset[str], str]:
    """Label of the one member that the attributes of a file name, what else its case says, and what names it."""
    case = _CASE.fullmatch(_text(group, "case"))
    run = frozenset([f"case {case['run']}"]) if case else frozenset[str]()
    if _text(group, "variant_label"):
        return _text(group, "variant_label"), run, "variant_label"
    if case:
        return case["label"], run, "case"
    numbers = [_text(group, name) for name in _CMIP5]
    if all(number.isdigit() for number in numbers):
        return "r{}i{}p{}".format(*numbers), run, "realization"
    named = ((name, _text(group, name)) for name in _LABELS)
    said_by, label = next(((name, value) for name, value in named if _LABEL.fullmatch(value)), ("", ""))
    return label, run, said_by


def _text(group: Group, name: str) -> str:
    return str(attribute(group, name)).strip()
