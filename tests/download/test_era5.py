"""The script for the cdsapi client, run with a client that stands in for Copernicus's."""

import json
import subprocess
import sys

import pytest

from stormtracks.download import DownloadError, download
from stormtracks.download.era5 import write_script

CLIENT = """
import json
class Client:
    def retrieve(self, dataset, request, target):
        print(json.dumps([dataset, request, target]))
        open(target, "w").write("data")
"""


def test_the_script_fetches_what_is_not_there(tmp_path):
    path = write_script([2005, 2006], ["vo"], tmp_path, grid_degrees=0.5, step_hours=12)
    (tmp_path / "cdsapi.py").write_text(CLIENT)
    (tmp_path / "era5_850hPa_2006.nc").write_text("there")
    done = subprocess.run([sys.executable, path], capture_output=True, text=True, check=True, timeout=30)
    assert done.stdout.count("reanalysis-era5-pressure-levels") == 1
    for part in ('"vorticity"', '"year": ["2005"]', '"grid": [0.5, 0.5]', '"time": ["00:00", "12:00"]'):
        assert part in done.stdout
    assert sorted(p.name for p in tmp_path.glob("*.nc*")) == ["era5_850hPa_2005.nc", "era5_850hPa_2006.nc"]


def test_the_script_fetches_pressure_and_heights_too_where_they_are_asked_for(tmp_path):
    path = write_script([2005], None, tmp_path, fields=True)
    (tmp_path / "cdsapi.py").write_text(CLIENT)
    done = subprocess.run([sys.executable, path], capture_output=True, text=True, check=True, timeout=30)
    asked = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(dataset, request["variable"], request.get("pressure_level")) for dataset, request, _ in asked] == [
        ("reanalysis-era5-pressure-levels", ["u_component_of_wind", "v_component_of_wind"], ["850"]),
        ("reanalysis-era5-single-levels", ["mean_sea_level_pressure"], None),
        ("reanalysis-era5-pressure-levels", ["geopotential"], ["200", "500", "1000"]),
    ]
    assert sorted(p.name for p in tmp_path.glob("*.nc")) == [
        "era5_850hPa_2005.nc",
        "era5_msl_2005.nc",
        "era5_z_2005.nc",
    ]


def test_download_writes_it_and_says_how_to_run_it(tmp_path):
    report = download("era5", [1979], dest=tmp_path)
    assert report.complete and (tmp_path / "era5_request.py").exists()
    assert "python" in report.summary() and "account" in report.summary()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1939],), "no data for 1939; choose years from 1940"),
        (((),), "no year was given"),
        (([2005], None, ".", 0.1), "0.25 to 10"),
        (([2005], None, ".", 1.0, 5), "must divide a day .* given are 5 h"),
    ],
)
def test_what_the_archive_does_not_have_is_refused(arguments, message):
    with pytest.raises(DownloadError, match=message):
        write_script(*arguments)
