"""What NumPy does in many passes over memory, compiled: an accelerator that may be missing, with the same results.

Each function that uses it (`maxima.find`, `linking.link`) has NumPy as its other path, and asks here which to take.
`build` compiles it; nothing else does.
"""

import ctypes
import functools
import os
from typing import Literal

from stormtracks.science.kernel import build

SWITCH = "STORMTRACKS_KERNEL"
"""The variable of the environment that turns it off, where it is "off"."""


def library() -> ctypes.CDLL | None:
    """The compiled kernel; None where it was not built from these sources, cannot be loaded, or is turned off.

    Examples
    --------
    >>> import os
    >>> from stormtracks.science import kernel
    >>> os.environ["STORMTRACKS_KERNEL"] = "off"
    >>> kernel.library() is None, kernel.in_use()
    (True, 'numpy')
    >>> del os.environ["STORMTRACKS_KERNEL"]
    """
    return None if os.environ.get(SWITCH) == "off" else _loaded()


def in_use() -> Literal["compiled", "numpy"]:
    """Which of the two makes results in this process."""
    return "numpy" if library() is None else "compiled"


@functools.cache
def _loaded() -> ctypes.CDLL | None:
    place = build.FOLDER / build.name()
    if not build.is_sound(place):
        return None
    try:
        found = ctypes.CDLL(str(place))
        found.built_from.restype = ctypes.c_char_p
    except (OSError, AttributeError):  # there is none, or it is damaged, or of another system
        return None
    return found if found.built_from() == build.built_from().encode() else None
