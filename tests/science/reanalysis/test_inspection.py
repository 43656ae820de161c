"""What `inspect` says of folders: what is there, what it would cost, and why what is not read is not."""

import json
import sys
from collections import Counter

import numpy as np
import pytest

from stormtracks import extras
from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis import inspect
from stormtracks.science.reanalysis.inspected_files import Reason
from stormtracks.science.reanalysis.stored.netcdf.source import Source
from tests.science.reanalysis.cases import HOURS, Draft
from tests.science.reanalysis.conftest import SAMPLE


def draft(hours=HOURS, **said):
    return Draft(hours=hours).level(850.0, "hPa").file_says(**said)


def reasons(found):
    return {tuple(one.files): (one.reason, one.remedy) for one in found.reasons}


def test_the_sample():
    found = inspect(SAMPLE / "20crv2c_1987", measured=True)
    year = found.years[1987]
    assert year.members == ("1", "2", "3", "4", "5") and year.variables == {"u": "u850", "v": "v850"}
    assert (year.first, year.last, year.times, year.step_hours) == (
        "1987-09-09T00:00:00",
        "1987-09-10T18:00:00",
        8,
        6.0,
    )
    assert year.reading.together and year.reading.chunks == 16 and year.reading.seconds > 0
    assert year.reading.value_bytes == 8 * 2 * 91 * 180 * 4 * 5
    assert year.reading.file_bytes == sum(
        (SAMPLE / "20crv2c_1987" / f"{name}_1987.nc").stat().st_size for name in ("u850", "v850")
    )
    assert found.is_usable and not found.reasons


def test_variables_and_those_without_a_role(tmp_path):
    made = draft()
    wind = made.variables["u"]
    for name in ("vo", "tsurf"):
        made.variables[name] = type(wind)(wind.dimensions, wind.values, {"units": "s-1"})
    made.variables["u10"] = type(wind)(
        ("time", "lat", "lon"), wind.values[:, 0], {"units": "m s-1", "long_name": "u at 10 m"}
    )
    made(tmp_path)
    found = {one.name: one for one in inspect(tmp_path).variables}
    assert {name: one.roles for name, one in found.items()} == {
        "u": ["u"],
        "v": ["v"],
        "vo": ["vorticity"],
        "tsurf": [],
        "u10": [],
    }
    assert found["u"].levels_hpa == [850.0] and found["u"].files == 1 and found["u"].example == "x.nc"


def test_a_description_that_names_what_is_not_there_is_the_cause(tmp_path):
    draft()(tmp_path)
    found = inspect(tmp_path, {"variables": {"u": "east", "v": "north"}})
    assert found.reasons[0].remedy == "the dataset description names east, north: correct its 'variables'"
    assert found.why_nothing.endswith(found.reasons[0].remedy)


def test_a_field_at_levels_that_nothing_asks_for_is_said(tmp_path):
    draft()(tmp_path)
    other = Draft(hours=HOURS).level(500.0, "hPa")
    wind = other.variables["u"]
    other.variables["t"] = type(wind)(wind.dimensions, wind.values, {"units": "K", "standard_name": "air_temperature"})
    other(tmp_path, "t.nc", only=["t"])
    found = inspect(tmp_path)
    assert [(one.roles, one.levels_hpa) for one in found.variables if one.name == "t"] == [([], [500.0])]
    assert reasons(found) == {("t.nc",): ("is at 500 hPa", "fetch 850 hPa if lists shall use it")}


def test_each_file_that_is_not_used_and_why(tmp_path):
    draft()(tmp_path, "good.nc")
    (tmp_path / "page.nc").write_bytes(b"<!DOCTYPE html>")
    (tmp_path / "data.zip").write_bytes(b"PK\3\4")
    (tmp_path / "good.nc~").write_bytes((tmp_path / "good.nc").read_bytes())
    (tmp_path / "next.nc.part").write_bytes(b"CDF")
    (tmp_path / "notes.txt").write_text("mine")
    draft().rename(u="q", v="r")(tmp_path, "humid.nc")
    draft().winds_say(units="knots")(tmp_path, "knots.nc")
    found = inspect(tmp_path)
    why = reasons(found)
    assert found.is_usable and found.members == {2005: 1}
    assert why["page.nc",] == ("is a web page, not data, so the download failed", "download it again")
    assert why["data.zip",] == ("is a zip archive", "unpack it and use the .nc files inside")
    assert (
        why["good.nc~",][0] == "by its name a copy of good.nc" and "not written to the end" in why["next.nc.part",][0]
    )
    assert why["humid.nc",][0].endswith("recognised (it has q, r)") and "'variables'" in why["humid.nc",][1]
    assert "knots" in why["knots.nc",][0]
    assert ("notes.txt",) not in why and Counter(one.format for one in found.files)["not data"] == 1


def test_nothing_that_can_be_tracked(tmp_path):
    draft()(tmp_path, "u.nc", only=["u"])
    found = inspect(tmp_path)
    assert not found.is_usable and not found.members and "has u (u.nc) but no file with v" in found.why_nothing
    assert found.refusals == {2005: found.why_nothing}
    (tmp_path / "empty").mkdir()
    assert "it has no files at all" in inspect(tmp_path / "empty").why_nothing


def test_members_with_labels_and_gaps(tmp_path):
    for label in ("r1i1p1f1", "r2i1p1f1"):
        draft(np.delete(HOURS, [3, 4]), variant_label=label)(tmp_path, f"uv_{label}.nc")
    year = inspect(tmp_path).years[2005]
    assert year.members == ("r1i1p1f1", "r2i1p1f1") and (year.times, year.missing_times) == (len(HOURS) - 2, 2)
    assert year.reading.files == 1 and "told apart by variant_label" in " ".join(year.remarks)


def test_one_year_only_and_plain_values(tmp_path):
    for year in (2005, 2006):
        Draft(since=f"hours since {year}-08-01").level(850.0, "hPa")(tmp_path, f"uv_{year}.nc")
    assert list(inspect(tmp_path).years) == [2005, 2006]
    found = inspect(tmp_path, years=(2006,), measured=True)
    assert list(found.years) == [2006]
    plain = json.loads(json.dumps(found.to_json()))
    assert plain["usable"] and plain["years"]["2006"]["members"] == ["1"] and plain["variables"][0]["roles"] == ["u"]
    assert inspect(tmp_path, years=(1999,)).why_nothing.endswith(
        "there is no year 1999; choose from 2005-2006, or fetch it"
    )


def test_no_file_is_opened_twice(tmp_path, monkeypatch):
    for number, hours in enumerate(np.split(HOURS, 4)):
        draft(hours)(tmp_path, f"uv_{number}.nc")
    opened = Counter()
    begin = Source.__init__
    monkeypatch.setattr(
        Source, "__init__", lambda self, path, *rest: (opened.update([path.name]), begin(self, path, *rest))[1]
    )
    assert inspect(tmp_path).members == {2005: 1}
    assert set(opened.values()) == {1}


def test_a_year_whose_values_no_task_would_take_is_refused(tmp_path):
    for year, factor in ((2005, 1e4), (2006, 1)):
        made = Draft(since=f"hours since {year}-08-01").level(850.0, "hPa")
        made.stored("u", made.variables["u"].values * factor)
        made(tmp_path, f"uv_{year}.nc")
    found = inspect(tmp_path, measured=True)
    assert list(found.years) == [2006] and "more than any real u" in found.refusals[2005]
    assert list(inspect(tmp_path).years) == [2005, 2006]


def test_no_such_folder(tmp_path):
    with pytest.raises(InputError, match="there is no such folder of data; check the path"):
        inspect(tmp_path / "none")


def test_what_a_format_lacks_is_a_reason_with_its_remedy(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "eccodes", None)  # so Python says of a module that is not there
    with pytest.raises(extras.Lacking) as lacking:
        extras.load("grib")
    reason = Reason.of(f"{tmp_path / 'x.grib'}: {lacking.value}", tmp_path / "x.grib", files=["x.grib"])
    assert reason.reason == "GRIB needs the package eccodes, which is not installed"
    assert reason.remedy.startswith("install it: ./inv extras grib (pip install -r requirements-grib.txt, ")
