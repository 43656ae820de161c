"""Libraries that science reads and writes GRIB, Zarr and Parquet by, loaded when they are first needed."""

from typing import Any

from stormtracks import extras
from stormtracks.science.errors import InputError


def load(extra: str) -> Any:  # none has types
    """The library of an extra.

    Parameters
    ----------
    extra : str
        "grib", "zarr" or "parquet".

    Raises
    ------
    InputError
        It is not installed, or not whole; the message says what to do.
    """
    try:
        return extras.load(extra)
    except extras.Lacking as error:
        raise InputError(str(error)) from error
