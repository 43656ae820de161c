"""Names of parameters that are not asked of eccodes, against what it says."""

import pytest
from needs import need_extra

from stormtracks.science.reanalysis.stored.grib import naming
from tests.science.reanalysis.grib_messages import message

eccodes = need_extra("grib")


def by_eccodes(data):
    """The three names as eccodes tells them."""
    handle = eccodes.codes_new_from_message(data)
    found = {name: eccodes.codes_get(handle, name, str) for name in naming.OF_PARAMETER}
    eccodes.codes_release(handle)
    return found


@pytest.mark.parametrize("centre", ["ecmf", "kwbc"])
@pytest.mark.parametrize("edition", [1, 2])
def test_common_parameters_are_called_as_eccodes_calls_them(edition, centre):
    numbers = set(naming.PARAMETERS) - ({260074} if edition == 1 or centre == "ecmf" else set())
    for number in sorted(numbers):
        data = message("u", 0, edition=edition, before={"centre": centre}, after={"paramId": number})
        asked = naming.of_message(data)
        assert {name: asked[name] for name in naming.OF_PARAMETER} == by_eccodes(data)
