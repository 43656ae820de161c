"""Libraries of tables, data sets and shapes, loaded when they are first needed."""

from typing import Any

from stormtracks import extras


def load(package: str) -> Any:
    """pandas, xarray or geopandas.

    Raises
    ------
    Lacking
        It is not installed; the message says what to do.
    """
    return extras.load("notebook", package)
