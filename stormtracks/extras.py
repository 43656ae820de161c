"""What reads some formats is installed only where it is asked for: extras, each with a file of requirements."""

from stormtracks.errors import BadValue

EXTRAS = {"grib": "GRIB", "zarr": "Zarr"}
"""Name of an extra -> the format that it reads."""


def requirements(name: str) -> str:
    """The name of an extra's file of requirements.

    Raises
    ------
    BadValue
        There is no such extra.
    """
    if name not in EXTRAS:
        raise BadValue(f"there is no extra {name!r}; choose from {', '.join(EXTRAS)}")
    return f"requirements-{name}.txt"


def remedy(name: str) -> str:
    """What to do where an extra is lacking, here or on a host.

    Examples
    --------
    >>> from stormtracks import extras
    >>> extras.remedy("grib")
    "install it: ./inv extras grib (pip install -r requirements-grib.txt, on hosts 'extras: [grib]' and fab deploy)"
    """
    how = f"./inv extras {name} (pip install -r {requirements(name)}, on hosts 'extras: [{name}]' and fab deploy)"
    return f"install it: {how}"
