"""The table of addresses: filled in, overridden, and refused by name."""

import pytest

from stormtracks.download import archives
from stormtracks.download.errors import DownloadError


def addresses(dataset, years=None, variables=None, overrides=None, fields=False):
    items = archives.items(archives.archive(dataset, overrides), years, variables, fields)
    return [item.addresses[0] for item in items]


def test_every_year_and_variable_has_its_address():
    found = addresses("20crv2c", [1987, 1986])
    assert [address.rsplit("/", 2)[1:] for address in found] == [
        ["u850", "u850_1986.nc"],
        ["v850", "v850_1986.nc"],
        ["u850", "u850_1987.nc"],
        ["v850", "v850_1987.nc"],
    ]


def test_the_fields_that_lists_are_made_with_are_fetched_besides():
    found = [address.rsplit("/", 1)[1] for address in addresses("20crv2c", [1987], fields=True)]
    assert found == [f"{name}_1987.nc" for name in ("u850", "v850", "prmsl", "z200", "z500", "z1000")]
    assert addresses("20crv3", [1987], ["UGRD10m"], fields=True)[1].endswith("PRMSL/PRMSL_1987.tar")
    with pytest.raises(DownloadError, match="no fields of this data set are known"):
        addresses("ibtracs", fields=True)


def test_best_tracks_need_no_year():
    assert addresses("ibtracs", variables=["NA"])[0].endswith("/v04r01/access/netcdf/IBTrACS.NA.v04r01.nc")


def test_only_the_expected_names_fit_a_tar():
    item = archives.items(archives.archive("20crv3"), [2005])[0]
    assert item.contents == r"2005/UGRD850\.2005_mem\d{1,4}\.nc"


def test_an_address_can_be_overridden_alone():
    assert addresses("20crv3", [2005], ["UGRD10m"], {"20crv3": "https://mirror.org/{variable}.{year}.tar"}) == [
        "https://mirror.org/UGRD10m.2005.tar"
    ]


def test_a_new_data_set_can_be_described():
    mine = {"mine": {"addresses": ["http://here/{variable}{year}.nc"], "variables": ["ua"], "years": [1, 9]}}
    assert addresses("mine", [5], overrides=mine) == ["http://here/ua5.nc"]


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("ftp://old/{variable}_{year}.nc", "must begin with https"),
        ("https://x/{variable}_{year}.zip", r"must end in a file name with \.nc, \.tar, \.csv"),
        ("https://x/{var}_{year}.nc", "may contain only {variable}, {year}"),
        ("https://x/{variable_{year}.nc", "braces|only"),
        ("https://x/{year.__class__}.nc", "only {variable}, {year}"),
        ("https://x/../{year}.nc", "points outside the destination"),
        ({"adress": "x"}, "unknown key 'adress'; did you mean 'addresses'"),
        ({"addresses": []}, "must not be empty"),
        (7, "expected an address or keys and values, not 7"),
    ],
)
def test_an_override_that_cannot_be_meant_is_refused(override, message):
    with pytest.raises(DownloadError, match=message):
        archives.archive("20crv2c", {"20crv2c": override})


@pytest.mark.parametrize(
    ("dataset", "years", "variables", "message"),
    [
        ("20crv2", [1987], None, "unknown data set '20crv2'; did you mean '20crv2c'"),
        ("20crv2c", [2015, 1850], None, "no data for 1850, 2015; choose years from 1851 to 2014"),
        ("20crv2c", None, None, "no year was given"),
        ("20crv2c", [1987], ["u85"], "did you mean 'u850'"),
        ("20crv3", [1987], ["../../etc"], "is not the name of a variable; write one such as UGRD850"),
        ("ibtracs", None, ["NP"], "unknown variable 'NP'"),
    ],
)
def test_a_request_that_cannot_be_met_is_refused(dataset, years, variables, message):
    with pytest.raises(DownloadError, match=message):
        addresses(dataset, years, variables)
