"""Headers with damaged bytes: read or refused, never a traceback of another kind."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis import open_season


@pytest.fixture(scope="module")
def healthy(tmp_path_factory, write_file, recipe, fields_of):
    """u and v of a classic file each, as bytes."""
    folder, made = tmp_path_factory.mktemp("healthy"), recipe(format="NETCDF3_CLASSIC", create={}, members=(1, 2))
    fields = zip("uv", fields_of(made), strict=True)
    return [write_file(folder / f"{name}850_2005.nc", {name: values}, made).read_bytes() for name, values in fields]


@settings(max_examples=120)
@given(damage=st.lists(st.tuples(st.integers(0, 900), st.integers(0, 255)), min_size=1, max_size=6))
@pytest.mark.filterwarnings("ignore:invalid value encountered in cast:RuntimeWarning")
def test_a_damaged_header_is_read_or_refused_by_name(healthy, damage):
    u, v = bytearray(healthy[0]), healthy[1]
    for place, byte in damage:
        u[place] = byte
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "u850_2005.nc").write_bytes(u)
        Path(folder, "v850_2005.nc").write_bytes(v)
        try:
            with open_season(folder, 2005) as season:
                season.read(0, len(season.axis), slice(None))
        except InputError as refusal:
            assert folder in str(refusal)


def test_a_name_that_is_not_text(tmp_path, healthy):
    (tmp_path / "u850_2005.nc").write_bytes(healthy[0].replace(b"\0\0\0\x03lat", b"\0\0\0\x03l\xfft", 1))
    (tmp_path / "v850_2005.nc").write_bytes(healthy[1])
    with pytest.raises(InputError, match=r"u850_2005.nc: cannot be read as netCDF .*utf-8"):
        open_season(tmp_path, 2005)
