"""What all layouts have in common: files that are written step by step, and the fields in them."""

import abc
import contextlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from stormtracks.science.arrays import Floats
from stormtracks.science.synthetic.plan import Plan


@dataclass(frozen=True)
class Field:
    """A field of a planted season.

    Attributes
    ----------
    short_name, standard_name, units : str
        As 20CRv2c has them.
    level : int or None
        hPa; none at mean sea level.
    digits : int
        Decimal digits that are kept, as the archive rounds: steps of 1/16 for 1, and files of its size (a quarter of
        the raw for winds).
    """

    short_name: str
    standard_name: str
    units: str
    level: int | None
    digits: int

    def kept(self, values: Floats) -> Floats:
        """Values as netCDF4's ``least_significant_digit`` keeps them: whole multiples of a power of two.

        Sixteen bits of any of GRIB's packings hold them exactly, so that the same plan is the same numbers in every
        format.
        """
        scale = np.float32(2 ** int(np.ceil(np.log2(10**self.digits))))
        return np.around(values * scale) / scale


WINDS = {
    "u850": Field("u", "eastward_wind", "m s**-1", 850, 1),
    "v850": Field("v", "northward_wind", "m s**-1", 850, 1),
}
"""Fields of every season, by name."""

FURTHER = {
    "prmsl": Field("prmsl", "air_pressure_at_mean_sea_level", "Pa", None, 0),
    **{f"z{level}": Field("z", "geopotential_height", "gpm", level, 1) for level in (1000, 500, 200)},
}
"""Fields of a season that is like an archive's, by name."""


def fields_of(plan: Plan) -> dict[str, Field]:
    """The fields that a plan asks for, by name."""
    return WINDS | FURTHER if plan.like else WINDS


class Layout(abc.ABC):
    """Files, or stores, that are written step by step.

    Parameters
    ----------
    stack : contextlib.ExitStack
        Closes the files.
    paths : sequence of Path
        As many as `names` has.
    plan : Plan
    """

    @abc.abstractmethod
    def __init__(self, stack: contextlib.ExitStack, paths: Sequence[Path], plan: Plan) -> None: ...

    @staticmethod
    @abc.abstractmethod
    def names(plan: Plan) -> list[str]:
        """Names of the files, below the folder."""

    @abc.abstractmethod
    def write(self, step: int, fields: Mapping[str, Floats]) -> None:
        """Write one step of all fields of the plan, by name, each of shape (member, nlat, nlon)."""


TITLE = "Planted storms in an artificial background; not observations"


def provenance(plan: Plan) -> dict[str, str]:
    """Attributes that say where a file comes from."""
    return {"source": "stormtracks.science.synthetic", "plan": json.dumps(asdict(plan), sort_keys=True)}
