"""The request for ERA5: a script for Copernicus's own client, which wants an account of the person's own."""

import json
from pathlib import Path

from stormtracks.download.errors import DownloadError

FIRST_YEAR = 1940
DATASET = "reanalysis-era5-pressure-levels"
VARIABLES = {"u": "u_component_of_wind", "v": "v_component_of_wind", "vo": "vorticity"}
"""Names in the files -> names in a request."""


def write_script(years, variables=None, dest=".", grid_degrees=1.0, step_hours=6):
    """Write ``era5_request.py``, which fetches one file a year with the `cdsapi` client.

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
    text = script(years, variables, grid_degrees, step_hours)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)
    return path


def script(years, variables=None, grid_degrees=1.0, step_hours=6) -> str:
    """The text of the script; see `write_script`."""
    years = sorted({int(year) for year in years or ()})
    if not years or years[0] < FIRST_YEAR:
        raise DownloadError(f"ERA5 begins in {FIRST_YEAR}; asked for: {', '.join(map(str, years)) or 'none'}")
    if step_hours not in (1, 2, 3, 4, 6, 8, 12, 24) or not 0.25 <= grid_degrees <= 10:
        raise DownloadError(
            f"ERA5: the step must divide a day, not {step_hours} h, and the grid be 0.25 to 10 "
            f"degrees, not {grid_degrees}"
        )
    request = {
        "product_type": ["reanalysis"],
        "variable": [VARIABLES.get(name, name) for name in variables or ("u", "v")],
        "pressure_level": ["850"],
        "month": [f"{month:02d}" for month in range(1, 13)],
        "day": [f"{day:02d}" for day in range(1, 32)],
        "time": [f"{hour:02d}:00" for hour in range(0, 24, step_hours)],
        "grid": [grid_degrees, grid_degrees],
        "data_format": "netcdf",
        "download_format": "unarchived",
    }
    body = json.dumps(request, indent=4)
    return _TEMPLATE.format(dataset=DATASET, years=years, request=body)


_TEMPLATE = '''"""Fetch ERA5 winds at 850 hPa, a file a year, into the folder of this script.

Once: make an account, accept the licence of the data set, put the key into ~/.cdsapirc
(https://cds.climate.copernicus.eu/how-to-api), then `pip install cdsapi`. After that: python era5_request.py
"""

import os
from pathlib import Path

import cdsapi

DATASET = "{dataset}"
YEARS = {years}
REQUEST = {request}


def main():
    client = cdsapi.Client()
    for year in YEARS:
        target = Path(__file__).resolve().parent / f"era5_850hPa_{{year}}.nc"
        if target.exists():
            continue
        part = target.with_name(target.name + ".part")
        client.retrieve(DATASET, {{**REQUEST, "year": [str(year)]}}, str(part))
        os.replace(part, target)


if __name__ == "__main__":
    main()
'''
