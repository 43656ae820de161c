"""For which years and starts there are data at all: what is sure, what is not, and how little is looked at again."""

import shutil

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stormtracks.science import pipeline
from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis import coverage, inventory
from stormtracks.science.reanalysis.fields import contents
from tests import forecast_data


@pytest.fixture(autouse=True)
def _own_state(tmp_path, monkeypatch):
    monkeypatch.setenv("STORMTRACKS_HOME", str(tmp_path / "home"))


@pytest.fixture
def opened(monkeypatch):
    """Names of the files that are opened."""
    names, before = [], contents.open_source
    monkeypatch.setattr(contents, "open_source", lambda path: names.append(path.name) or before(path))
    monkeypatch.setattr(contents, "_known", type(contents._known)())
    return names


@pytest.fixture
def daily(tmp_path, write_file, recipe, fields_of):
    """Writes a file of u and v of some hours from New Year 2005 on: daily("x.nc", 0)."""

    def make(name, first_hour):
        one = recipe(hours=[first_hour, first_hour + 6.0], since="hours since 2005-01-01")
        return write_file(tmp_path / "data" / name, dict(zip("uv", fields_of(one), strict=True)), one)

    return make


def test_names_that_say_the_year_are_believed_and_no_file_is_opened(tmp_path, opened):
    for year in range(1800, 2000):
        (tmp_path / f"u850_{year}.nc").touch()
    (tmp_path / "UGRD850.2000_mem001.nc").touch()
    assert coverage.of(tmp_path) == list(range(1800, 2001)) and opened == []


def test_other_files_are_looked_into_once_for_all_processes(tmp_path, daily, opened):
    for number in range(4):
        daily(f"era5_{number}.nc", 24 * 365 * number)
    assert coverage.of(tmp_path / "data") == [2005, 2006, 2007, 2008] and len(opened) == 4
    contents._known.clear()  # as in another process
    assert coverage.of(tmp_path / "data") == [2005, 2006, 2007, 2008] and len(opened) == 4
    daily("era5_9.nc", 24 * 365 * 6)
    contents._known.clear()
    assert coverage.of(tmp_path / "data") == [2005, 2006, 2007, 2008, 2010] and opened[4:] == ["era5_9.nc"]


def test_a_file_that_grows_or_goes_is_noticed(tmp_path, daily):
    assert coverage.of(daily("a.nc", 0).parent) == [2005]
    daily("a.nc", 24 * 365 * 2)
    assert coverage.of(tmp_path / "data") == [2007]
    (tmp_path / "data" / "a.nc").unlink()
    assert coverage.of(tmp_path / "data") == []


def test_a_file_that_cannot_be_read_makes_all_unsure_unless_its_name_says_its_years(tmp_path, daily):
    daily("a.nc", 0)
    (tmp_path / "data" / "b_201007.nc").write_bytes(b"\x89HDF\r\n\x1a\n, of which the rest is still on its way")
    assert coverage.of(tmp_path / "data") == [2005, 2010]
    (tmp_path / "data" / "b.nc").write_bytes(b"\x89HDF\r\n\x1a\n, of which the rest is still on its way")
    assert coverage.of(tmp_path / "data") is None
    (tmp_path / "data" / "b.nc").unlink()
    shutil.copy(daily("a.nc", 24 * 365 * 2), tmp_path / "data" / "b_201007.nc")  # now it is whole: what it says counts
    assert coverage.of(tmp_path / "data") == [2007]


def test_what_lies_on_the_web_or_behind_a_link_that_leads_nowhere_is_not_known(tmp_path, daily):
    assert coverage.of("https://example.org/era5.zarr") is None
    daily("a.nc", 0)
    assert coverage.of(tmp_path / "data", {"files": {"u": "https://example.org/u.zarr", "v": "v.nc"}}) is None
    (tmp_path / "data" / "b.nc").symlink_to("/nowhere/b.nc")
    assert coverage.of(tmp_path / "data") is None
    with pytest.raises(InputError, match="no such folder"):
        coverage.of(tmp_path / "other")


def test_forecasts_are_known_by_their_starts_as_a_task_counts_them(tmp_path):
    forecast_data.write(tmp_path)
    for _ in range(2):
        found = coverage.of(tmp_path)
        assert [one for one in found if isinstance(one, str)] == list(forecast_data.STARTS)
        contents._known.clear()


def test_a_description_with_the_year_in_its_names_is_enough(tmp_path, daily, opened):
    for year in (1990, 1991):
        shutil.copy(daily("a.nc", 0), tmp_path / "data" / f"wind.{year}.nc")
    files = {"files": {"u": "wind.{year}.nc", "v": "wind.{year}.nc"}}
    assert coverage.of(tmp_path / "data", files) == [1990, 1991] and opened == []


@pytest.mark.parametrize("spoil", [b"", b"{}", b'{"proof": 1}', b"\xff"])
def test_a_record_that_does_not_prove_itself_is_made_anew(tmp_path, daily, spoil):
    assert coverage.of(daily("a.nc", 0).parent) == [2005]
    for record in (tmp_path / "home" / "coverage").iterdir():
        record.write_bytes(spoil)
    assert coverage.of(tmp_path / "data") == [2005]


def test_hosts_with_other_disks_at_the_same_path_do_not_undo_each_others_records(tmp_path, daily, opened, monkeypatch):
    hosts, folder = {"one": tmp_path / "disk1", "two": tmp_path / "disk2"}, tmp_path / "data"
    for number, disk in enumerate(hosts.values()):
        daily("a.nc", 24 * 365 * 2 * number)
        folder.rename(disk)
    for _ in range(3):
        for host, disk in hosts.items():
            monkeypatch.setattr("platform.node", lambda host=host: host)
            disk.rename(folder)
            coverage.of(folder)
            folder.rename(disk)
            contents._known.clear()
    assert len(opened) == 2


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(st.sampled_from(["a", "b", "c.part", "d (1)", "e_1999", "x/f"]), unique=True), data=st.data())
def test_no_year_that_a_task_can_do_is_ever_denied(tmp_path_factory, write_file, recipe, fields_of, names, data):
    folder = tmp_path_factory.mktemp("any")
    for name in names:
        hours = [24.0 * 365 * data.draw(st.integers(0, 2)) + hour for hour in (0, 6)]
        one = recipe(hours=hours, since="hours since 2005-01-01")
        roles = data.draw(st.sampled_from(["uv", "u", "v"]))
        fields = {role: values for role, values in zip("uv", fields_of(one), strict=True) if role in roles}
        path = write_file(folder / f"{name}.nc", fields, one)
        if data.draw(st.integers(0, 5)) == 0:
            path.write_bytes(path.read_bytes()[:100])
    known, there = coverage.of(folder), inventory(folder)
    assert known is None or set(there) <= set(known)


def test_the_door_says_it_for_the_tasks_that_read_data(sample):
    setup = {"data": str(sample / "20crv2c_1987")}
    assert {task: look(setup) for task, look in pipeline.YEARS.items()} == {
        "vort_track": [1987],
        "field_collection": [1987],
    }
    assert pipeline.YEARS["vort_track"]({}) is None
