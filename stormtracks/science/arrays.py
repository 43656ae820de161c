"""Names of the kinds of arrays that functions take and return; shapes and units are in their docstrings."""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.floating[Any]]
"""Numbers: positions, distances, winds, vorticity; of single or double precision."""

Ints: TypeAlias = npt.NDArray[np.integer[Any]]
"""Whole numbers: indices, counts, steps."""

Bools: TypeAlias = npt.NDArray[np.bool_]
"""Masks."""

Times: TypeAlias = npt.NDArray[np.datetime64]
"""Dates, to the second."""

Texts: TypeAlias = npt.NDArray[np.str_]
"""Names and identifiers."""
