"""The description of files: what it may say, and what it stands for."""

import pytest

from stormtracks.science.reanalysis import Dataset
from stormtracks.science.reanalysis.dataset import pattern
from stormtracks.strict_dataclass import KeyRefused


@pytest.mark.parametrize(
    ("template", "path", "groups"),
    [
        ("u10_{year}.nc", "u10_1999.nc", {"year": "1999"}),
        ("{year}/u_{year}_m{member:03d}.nc", "2001/u_2001_m012.nc", {"year": "2001", "member": "012"}),
        ("{year}/u_{year}.nc", "2001/u_2002.nc", None),
        ("*/u*.nc", "a/u850.nc", {}),
        ("u*.nc", "a/u850.nc", None),
        ("u.nc", "uxnc", None),
        ("m{member:03d}", "m12", None),
    ],
)
def test_templates(template, path, groups):
    found = pattern(template).fullmatch(path)
    assert (found and found.groupdict()) == groups


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ({"file": {}}, "did you mean 'files'"),
        ({"files": {"u": "a.nc"}}, "must have u and v"),
        ({"files": {"u": "a", "w": "b"}}, "unknown key 'w'"),
        ({"files": {"vorticity": "/etc/passwd"}}, "inside the data folder"),
        ({"files": {"vorticity": "../x.nc"}}, "inside the data folder"),
        ({"files": {"vorticity": "x_{month}.nc"}}, r"may contain \{year\}"),
        ({"level": "high"}, "'level' must be a number"),
        ({"level": float("inf")}, "'level' must be a finite number of hPa above 0"),
        ({"level": float("nan")}, "'level' must be a finite number"),
        ({"level": -850.0}, "'level' must be a finite number of hPa above 0, not -850"),
        ({"level": 0}, "'level' must be a finite number of hPa above 0"),
        ({"variables": {"u": "u", "v": "u"}}, "'variables': 'u' is given for u and v"),
        ({"variables": {"u": "u", "v": "v", "vorticity": "v"}}, "'variables': 'v' is given for v and vorticity"),
        ({"first_member": -1}, "'first_member' must be 0 to 999999, as in file names, not -1"),
        ({"first_member": 10**23}, "'first_member' must be 0 to 999999"),
        ({"variables": ["u"]}, "must be keys and values"),
    ],
)
def test_descriptions_that_are_refused(mapping, words):
    with pytest.raises(KeyRefused, match=words):
        Dataset.from_mapping(mapping, "hosts.yaml, dataset")


def test_a_dataset_is_itself():
    assert Dataset.from_mapping(Dataset(level=700.0)).level == 700
