"""Land is put together once per host, and whatever is kept of it is as good as what is made anew."""

import numpy as np
import pytest

from stormtracks import private
from stormtracks.science.climatology import land
from stormtracks.science.climatology.coasts import on_land


@pytest.fixture
def places(monkeypatch):
    """Positions on a grid; what is known of land is forgotten before and after."""
    land._both.cache_clear()
    yield np.meshgrid(np.arange(-89.7, 90.0, 3.1), np.arange(-179.3, 180.0, 2.9))
    land._both.cache_clear()


def kept():
    return list(private.state("land").glob("*.land"))


def test_what_is_kept_is_what_is_made(places, monkeypatch):
    made = on_land(*places)
    assert len(kept()) == 1 and made.any() and not made.all()
    land._both.cache_clear()
    monkeypatch.setattr(land, "_together", None)  # it is not asked for again
    assert np.array_equal(on_land(*places), made)


def test_what_is_damaged_is_made_anew(places):
    made = on_land(*places)
    (file,) = kept()
    file.write_bytes(file.read_bytes()[:-1000])
    land._both.cache_clear()
    assert np.array_equal(on_land(*places), made)


def test_where_nothing_can_be_kept_it_is_made(places, monkeypatch, tmp_path):
    made = on_land(*places)
    (tmp_path / "file").touch()
    monkeypatch.setenv("STORMTRACKS_HOME", str(tmp_path / "file"))
    land._both.cache_clear()
    assert land._place() is None and np.array_equal(on_land(*places), made)
