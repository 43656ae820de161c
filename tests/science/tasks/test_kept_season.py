"""What is known of a season's files is found out once for all members, and anew where anything was done to them."""

import functools
import os
import shutil
from pathlib import Path

import pytest

from stormtracks.science import reanalysis
from stormtracks.science.errors import InputError
from stormtracks.science.settings import Settings, Setup
from stormtracks.science.tasks import kept_season


@pytest.fixture
def setup(planted, tmp_path):
    shutil.copytree(planted["20crv2c"], tmp_path / "data")
    return Setup(tmp_path / "data", tmp_path)


@pytest.fixture
def opened(monkeypatch):
    """The members for which a season was opened."""
    kept_season._kept.clear()
    seen = []

    @functools.wraps(reanalysis.open_season)  # so that its parameters can still be looked up
    def open_season(*arguments, **named):
        seen.append(named["ensemble_member"])
        return before(*arguments, **named)

    before = reanalysis.open_season
    monkeypatch.setattr(reanalysis, "open_season", open_season)
    yield seen
    kept_season._kept.clear()


def read(setup, member, year=2005):
    with kept_season.with_further(year, member, setup) as (season, further):
        return season.read(0, 1, [member])[0].sum(), further.roles


def open_files(folder):
    return [link for link in Path("/proc/self/fd").iterdir() if str(folder) in str(link.resolve())]


def test_a_season_is_opened_once_for_all_members_and_no_file_stays_open(setup, opened):
    first = [read(setup, member)[0] for member in range(4)]
    assert opened == [0] and len(set(first)) == 4 and open_files(setup.data) == []
    assert [read(setup, member)[0] for member in range(4)] == first


def test_other_settings_or_years_are_another_season(setup, opened):
    read(setup, 0)
    other = Setup(setup.data, setup.results, settings=Settings(season=("08-26", "08-27")))
    read(other, 1)
    with pytest.raises(InputError, match="2006"):
        read(setup, 2, year=2006)
    read(setup, 3)
    assert opened == [0, 1, 2, 3]


def test_a_member_that_is_not_there_is_refused_as_before(setup, opened):
    read(setup, 0)
    with pytest.raises(InputError, match="there is no member 4; choose 0 to 3"):
        read(setup, 4)


def test_a_file_that_came_or_changed_is_seen(setup, opened, with_fields):
    assert read(setup, 0)[1] == ()
    shutil.copy(with_fields["20crv2c"] / "prmsl_2005.nc", setup.data / "other.nc")
    read(setup, 1)
    os.utime(setup.data / "u850_2005.nc", (1, 1))
    read(setup, 2)
    (setup.data / "other.nc").unlink()
    read(setup, 3)
    assert opened == [0, 1, 2, 3]


def test_what_went_wrong_is_not_kept(setup, opened):
    with pytest.raises(ZeroDivisionError), kept_season.season(2005, 0, setup):
        1 / 0  # noqa: B018
    with pytest.raises(InputError, match="changed while being read"), kept_season.season(2005, 1, setup):
        os.utime(setup.data / "u850_2005.nc", (1, 1))
    read(setup, 2)
    assert opened == [0, 1, 2] and open_files(setup.data) == []


def test_members_with_files_of_their_own_are_opened_each(planted, tmp_path, opened):
    setup = Setup(Path(planted["20crv3"]), tmp_path)
    for member in range(2):
        read(setup, member)
    assert opened == [0, 1]
