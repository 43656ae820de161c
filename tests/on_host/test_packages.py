"""Installed packages beside requirements.txt."""

import numpy
import pytest

from stormtracks.on_host import check, packages


def test_requirements_are_read():
    needed = packages.needed()
    assert needed["Pyro4"] == ">=4.82,<5"
    assert needed["numpy"].startswith(">=")
    assert not any("#" in name for name in needed)


def test_what_is_installed_here_is_what_is_required():
    needed = packages.needed()
    assert [packages.fault(name, bounds) for name, bounds in needed.items()] == [None] * len(needed)


@pytest.mark.parametrize(
    ("bounds", "fault"),
    [
        ("", None),
        (">=1", None),
        (">=1,<1.1", f"numpy is {numpy.__version__}, but must be <1.1"),
        (">=99.1", f"numpy is {numpy.__version__}, but must be >=99.1"),
        (f"=={numpy.__version__}.0", None),
        (f"!={numpy.__version__}", f"numpy is {numpy.__version__}, but must be !={numpy.__version__}"),
    ],
)
def test_versions_are_compared(bounds, fault):
    assert packages.fault("numpy", bounds) == fault


def test_a_missing_package_is_told():
    assert packages.fault("no-such-package-here", ">=1") == "no-such-package-here is missing"


def test_what_an_extra_needs_besides(monkeypatch):
    more = packages.needed(["grib", "zarr"]).keys() - packages.needed().keys()
    assert more == {"eccodes", "tensorstore"}
    monkeypatch.setattr(packages, "installed", lambda name: None)
    assert packages.lacking("grib") == ["eccodes is missing"]


@pytest.mark.parametrize(("local", "remedy"), [(True, "run ./inv extras grib"), (False, "run fab deploy, or install")])
def test_what_installs_a_missing_extra(monkeypatch, local, remedy):
    installed = packages.installed
    monkeypatch.setattr(packages, "installed", lambda name: None if name == "eccodes" else installed(name))
    found = check.run({"extras": ["grib"], "local": local, "version": ""})["findings"]["packages"]
    assert found["fault"].startswith(f"eccodes is missing: {remedy}")
