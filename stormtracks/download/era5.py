"""The request for ERA5: a script for Copernicus's own client, which needs the person's own account."""

import json
from collections.abc import Iterable
from pathlib import Path

from stormtracks import disk
from stormtracks.download.errors import DownloadError

FIRST_YEAR = 1940
DATASET = "reanalysis-era5-pressure-levels"
VARIABLES = {"u": "u_component_of_wind", "v": "v_component_of_wind", "vo": "vorticity"}
"""Names in the files -> names in a request."""


def write_script(
    years: Iterable[int] | None,
    variables: Iterable[str] | None = None,
    dest: Path | str = ".",
    grid_degrees: float = 1.0,
    step_hours: int = 6,
    fields: bool = False,
) -> Path:
    """Write ``era5_request.py``, which fetches one file per year and request with the `cdsapi` client.

    Parameters
    ----------
    years : iterable of int
    variables : iterable of str, optional
        Of u, v, vo, or any name as the request has it; None: u and v.
    dest : path
        Folder of the script, and of the files that it fetches.
    grid_degrees : float
        Spacing that the archive interpolates to; 0.25 is the finest, and 16 times the data of 1.
    step_hours : int
        Hours between times, 1 to 24.
    fields : bool
        Whether the pressure at mean sea level and the heights at 200, 500 and 1000 hPa are asked for too.

    Returns
    -------
    Path
        The script. It fetches what is not there, each into a ``.part`` first, and can be run again.

    Raises
    ------
    DownloadError
        No year, one before 1940, or a step or grid that the archive does not have.
    """
    path = Path(dest) / "era5_request.py"
    text = script(years, variables, grid_degrees, step_hours, fields)
    disk.write_whole(path, text)
    return path


def script(
    years: Iterable[int] | None,
    variables: Iterable[str] | None = None,
    grid_degrees: float = 1.0,
    step_hours: int = 6,
    fields: bool = False,
) -> str:
    """The text of the script; see `write_script`."""
    wanted = sorted({int(year) for year in years or ()})
    if not wanted:
        raise DownloadError("no year was given; give years with --years")
    if wanted[0] < FIRST_YEAR:
        raise DownloadError(f"ERA5 has no data for {wanted[0]}; choose years from {FIRST_YEAR} onwards")
    if step_hours not in (1, 2, 3, 4, 6, 8, 12, 24) or not 0.25 <= grid_degrees <= 10:
        raise DownloadError(
            f"ERA5: the step must divide a day and the grid must be 0.25 to 10 degrees; given are {step_hours} h and "
            f"{grid_degrees} degrees"
        )
    common = {
        "product_type": ["reanalysis"],
        "month": [f"{month:02d}" for month in range(1, 13)],
        "day": [f"{day:02d}" for day in range(1, 32)],
        "time": [f"{hour:02d}:00" for hour in range(0, 24, step_hours)],
        "grid": [grid_degrees, grid_degrees],
        "data_format": "netcdf",
        "download_format": "unarchived",
    }
    winds = [VARIABLES.get(name, name) for name in variables or ("u", "v")]
    requests: dict[str, tuple[str, dict[str, list[str]]]] = {
        "era5_850hPa": (DATASET, {"variable": winds, "pressure_level": ["850"]}),
        **(_FIELDS if fields else {}),
    }
    bodies = {name: [dataset, {**asked, **common}] for name, (dataset, asked) in requests.items()}
    return _TEMPLATE.format(years=wanted, requests=json.dumps(bodies, indent=4))


_FIELDS: dict[str, tuple[str, dict[str, list[str]]]] = {
    "era5_msl": ("reanalysis-era5-single-levels", {"variable": ["mean_sea_level_pressure"]}),
    "era5_z": (DATASET, {"variable": ["geopotential"], "pressure_level": ["200", "500", "1000"]}),
}
"""Beginnings of names of files -> data set and request."""

_TEMPLATE = '''"""Fetch ERA5, one file per year and request, into the folder of this script.

Once: create an account, accept the licences of the data sets, put the key into ~/.cdsapirc
(https://cds.climate.copernicus.eu/how-to-api), then `pip install cdsapi`. After that: python era5_request.py
"""

import os
from pathlib import Path

import cdsapi

YEARS = {years}
REQUESTS = {requests}


def main():
    client = cdsapi.Client()
    for year in YEARS:
        for name, (dataset, request) in REQUESTS.items():
            target = Path(__file__).resolve().parent / f"{{name}}_{{year}}.nc"
            if target.exists():
                continue
            part = target.with_name(target.name + ".part")
            client.retrieve(dataset, {{**request, "year": [str(year)]}}, str(part))
            os.replace(part, target)


if __name__ == "__main__":
    main()
'''
