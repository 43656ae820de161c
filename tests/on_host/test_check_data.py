"""What a host's check says of its data: the look of `inv inspect`, and formats whose extra is not installed."""

import pytest

from stormtracks.on_host import check, packages
from tests.science.reanalysis.cases import Draft


@pytest.fixture
def data(tmp_path):
    (tmp_path / "x.grib2").write_bytes(b"GRIB\0\0\0\2" + bytes(40))
    return tmp_path


def look(data, **more):
    return check._LOOKS["data"]({"data": str(data), "local": False, "base": str(data), **more})


@pytest.mark.parametrize(
    ("local", "cure"),
    [(False, "write 'extras: [grib]' in hosts.yaml and run fab deploy"), (True, "run ./inv extras grib")],
)
def test_grib_without_its_extra(data, monkeypatch, local, cure):
    monkeypatch.setattr(packages, "lacking", lambda name: [f"{name} is missing"])
    assert look(data, local=local)["fault"] == f"there are GRIB data, and grib is missing: {cure}"
    Draft().level(850.0, "hPa")(data)
    found = look(data, local=local)
    assert found["fault"] is None and found["text"] == "2005 x 1" and found["notes"][0].endswith(cure)


def test_data_that_cannot_be_read(data, monkeypatch):
    monkeypatch.setattr(packages, "lacking", lambda name: [])
    assert look(data)["fault"].startswith(f"no year can be read in {data}: ")


def test_years_and_starts_in_a_cell():
    assert check._span({2005: 3, 2006: 3, 2008: 3, 2009: 2}) == "2005-2006 x 3, 2008 x 3, 2009 x 2"
    assert check._span({"2025-06-01T00": 51, "2025-06-08T00": 51}) == "2025-06-01T00 to 2025-06-08T00 x 51"
