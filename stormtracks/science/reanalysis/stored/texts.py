"""Texts in a variable, whole or one letter at a time."""

import math

import numpy as np

from stormtracks.science.reanalysis.stored.attributes import attribute
from stormtracks.science.reanalysis.stored.protocol import Variable


def of_variable(variable: Variable) -> tuple[str, ...]:
    """The texts of a variable that holds some, blanks and NULs around them removed."""
    values = variable.stored()
    if variable.kind == "letters" and values.ndim:
        if not values.shape[-1]:
            return ("",) * math.prod(values.shape[:-1])
        words = np.ascontiguousarray(values).view(f"S{values.shape[-1]}")
        encoding = str(attribute(variable, "_Encoding")) or "utf-8"
        return tuple(_decoded(word, encoding) for word in words.ravel())
    return tuple(_decoded(value, "utf-8") for value in values.ravel())


def _decoded(value: object, encoding: str) -> str:
    if not isinstance(value, bytes):
        return str(value).strip("\0 ")
    try:
        return value.decode(encoding, "replace").strip("\0 ")
    except LookupError:  # an encoding that Python does not know
        return value.decode("utf-8", "replace").strip("\0 ")
