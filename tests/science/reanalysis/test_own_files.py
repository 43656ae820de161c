"""Members that have files of their own: whose values are whose, and what lies beside the winds."""

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stormtracks.science.reanalysis import open_further, open_season
from stormtracks.science.reanalysis.dataset import pattern
from stormtracks.science.reanalysis.fields.contents import FileContents
from stormtracks.science.reanalysis.folder import own_files
from stormtracks.science.reanalysis.folder.entries import Entry
from tests.science.reanalysis import grib_messages
from tests.science.reanalysis.cases import Draft


def winds(strength, **said):
    """Winds at 850 hPa of some strength."""
    made = Draft().level(850.0, "hPa").file_says(**said)
    for one in made.winds:
        one.values = (one.values * strength).astype("f4")
    return made


def strongest(season, members):
    """The fastest u of some members, at the first time."""
    return np.abs(season.read(0, 1, members)[0]).max(axis=(0, 2, 3))


def test_each_member_has_its_own_values(tmp_path):
    for number in (3, 10, 1):
        winds(number)(tmp_path, f"mem{number:02d}/uv.nc")
    with open_season(tmp_path, 2005) as season:
        assert season.members == ("mem01", "mem03", "mem10")
        one, three, ten = strongest(season, [0, 1, 2])
        np.testing.assert_allclose([three / one, ten / one], [3, 10], rtol=1e-5)
        np.testing.assert_array_equal(strongest(season, [2, 0]), [ten, one])
        assert [file.path.parent.name for file in season.inputs(2)] == ["mem10"]


def test_a_control_and_the_perturbed_members_in_another_file(tmp_path):
    winds(1).coordinate("number", (), 0, standard_name="realization")(tmp_path, "cf.nc")
    perturbed = winds(1).members([1, 2, 3], "number", standard_name="realization")
    for one in perturbed.winds:
        one.values = one.values * np.array([2, 3, 4], "f4")[:, None, None, None]
    perturbed(tmp_path, "pf.nc")
    with open_season(tmp_path, 2005) as season:
        assert season.members == ("0", "1", "2", "3")
        speeds = strongest(season, [0, 1, 2, 3])
        np.testing.assert_allclose(speeds / speeds[0], [1, 2, 3, 4], rtol=1e-5)
        np.testing.assert_array_equal(strongest(season, [3, 0, 1]), speeds[[3, 0, 1]])
        assert [file.path.name for file in season.inputs(2)] == ["pf.nc"]


@pytest.mark.parametrize("said", [True, False], ids=["inside", "by names"])
def test_it_is_said_that_a_year_lacks_a_member_of_other_years(tmp_path, said):
    for year, members in ((2005, (1, 2, 3)), (2006, (2, 3))):
        for member in members:
            own = {"variant_label": f"r{member}i1p1f1"} if said else {}
            made = Draft(np.arange(0, 24, 6.0), since=f"hours since {year}-08-01").file_says(**own)
            made(tmp_path, f"uv_r{member}i1p1f1_{year}.nc")
    said_of = "other years have 1 more (r1i1p1f1); the members of this year are counted without them"
    for year, is_said in ((2005, False), (2006, True)):
        with open_season(tmp_path, year) as season:
            assert (said_of in season.remarks) is is_said


@pytest.mark.parametrize("own_files", [False, True], ids=["in the winds' files", "in files of their own"])
def test_pressure_of_each_member(tmp_path, own_files):
    for number in (1, 2):
        made = winds(1, variant_label=f"r{number}i1p1f1")
        wind = made.variables["u"].values[:, 0]
        pressure = np.broadcast_to(1e5 + number - np.linspace(0, 5e3, wind.shape[-1]), wind.shape).astype("f4")
        made.coordinate("psl", ("time", "lat", "lon"), pressure, named=False, units="Pa")
        made(tmp_path, f"uv_r{number}.nc", only=["u", "v"] if own_files else None)
        if own_files:
            made(tmp_path, f"psl_r{number}.nc", only=["psl"])
    with open_season(tmp_path, 2005) as season, open_further(tmp_path, 2005, season) as further:
        values = [float(further.read("pressure", 0, 1, [number]).max()) for number in (0, 1)]
        assert values == [100001.0, 100002.0], further.missing


def test_the_description_that_a_refusal_names_finds_the_files(tmp_path):
    names = [f"run/{wind}wind_{which}_20050801-20050831.nc" for wind in "uv" for which in ("a1", "b7")]
    for name in names:
        winds(1)(tmp_path, name, only=[name[4]])
    with pytest.raises(Exception, match="write this dataset description: ") as refused:
        open_season(tmp_path, 2005)
    said = str(refused.value).partition("description: files: ")[2]
    assert said == '{u: "run/uwind_{member}_*.nc", v: "run/vwind_{member}_*.nc"}'
    assert all(pattern(f"run/{name[4]}wind_{{member}}_*.nc", texts=True).fullmatch(name) for name in names)
    with open_season(
        tmp_path, 2005, dataset={"files": {wind: f"run/{wind}wind_{{member}}_*.nc" for wind in "uv"}}
    ) as season:
        assert season.members == ("a1", "b7")


def grib_values(season, members):
    """u of some members at the first time, N to S."""
    return season.read(0, 1, members)[0][0, :, ::-1]


@pytest.mark.parametrize("edition", [1, 2])
def test_a_control_and_the_perturbed_members_in_grib(tmp_path, edition):
    kind = {"before": grib_messages.mars("cf")} if edition == 1 else {}
    (tmp_path / "cf").write_bytes(grib_messages.winds(0, 6, member=0, edition=edition, **kind))
    perturbed = (grib_messages.winds(0, 6, member=number, edition=edition) for number in (1, 2))
    (tmp_path / "pf").write_bytes(b"".join(perturbed))
    with open_season(tmp_path, 2005) as season:
        assert season.members == ("0", "1", "2")
        expected = [grib_messages.values("u", 0, number) for number in (2, 0, 1)]
        np.testing.assert_array_equal(grib_values(season, [2, 0, 1]), expected)


def test_the_mean_and_the_spread_beside_members_in_grib(tmp_path):
    for name, number in (("gec00", 0), ("gep01", 1)):
        (tmp_path / f"{name}.f006").write_bytes(grib_messages.winds(0, 6, member=number))
    for name, code in (("geavg", 0), ("gespr", 4)):
        derived = {"productDefinitionTemplateNumber": 2}, {"derivedForecast": code, "numberOfForecastsInEnsemble": 30}
        (tmp_path / f"{name}.f006").write_bytes(grib_messages.winds(0, 6, before=derived[0], after=derived[1]))
    with open_season(tmp_path, 2005) as season:
        assert season.members == ("0", "1")
        np.testing.assert_array_equal(grib_values(season, [1])[0], grib_messages.values("u", 0, 1))
        said = " ".join(season.remarks)
        assert "geavg.f006 was left out: is a mean over members" in said and "gespr.f006 was left out" in said


_labels = st.lists(st.integers(1, 999), min_size=2, max_size=6, unique=True)


@given(
    labels=_labels,
    before=st.sampled_from(["", "run/", "a.b_", "X1-"]),
    after=st.sampled_from(["", "_x", "/y"]),
    dates=st.sampled_from(["", "_20050801", "_2005080100-2005083118"]),
)
@settings(max_examples=60, deadline=None)
def test_a_description_fits_the_files_that_it_is_made_of_and_tells_them_apart(labels, before, after, dates):
    paths = [Path("/data", f"{before}w{label}{after}{dates}.nc") for label in labels]
    found = own_files.description(Path("/data"), [Entry("u", path) for path in paths], Alike())
    template = re.fullmatch(r'files: \{u: "(.*)"\}', found)[1]
    names = [path.relative_to("/data").as_posix() for path in paths]
    matched = [pattern(template, texts=True).fullmatch(name) for name in names]
    assert all(matched) and len({one["member"] for one in matched}) == len(labels)


class Alike:
    """Files of the same times, which say nothing."""

    def at(self, path):
        return FileContents(())
