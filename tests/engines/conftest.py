"""Planted data, the results that `inv track` makes of them, and a site where engines do the same."""

import pytest
from engines.site import CHAIN, MEMBERS, YEAR, Site, plant
from fab import Operator


@pytest.fixture(scope="session")
def planted(tmp_path_factory):
    """A folder of planted data, which nobody changes."""
    folder = tmp_path_factory.mktemp("planted") / "data"
    plant(folder)
    return folder


@pytest.fixture(scope="session")
def tracked(planted, tmp_path_factory):
    """Results of `inv track` of all members, every task of the chain, as `arrays.of` has them."""
    site = Site(Operator(tmp_path_factory.mktemp("tracked")), planted)
    site.configure(site.entry("here", launch="local"))
    words = ["track", f"--year={YEAR}", f"--task={','.join(CHAIN)}", f"--settings={site.settings}"]
    for member in range(MEMBERS):
        site.inv(*words, f"--ensemble-member={member}")
    return site.made()


@pytest.fixture
def operator(tmp_path):
    tmp_path.chmod(0o700)
    return Operator(tmp_path)


@pytest.fixture
def site(operator, planted):
    """A site on loopback."""
    return Site(operator, planted)
