"""GRIB files that hold more than one series of winds, or less: the right fields are read, or the file is refused.

Each field has values of its own parameter, time and member, so that a wrong one cannot pass for the right one.
"""

import numpy as np
import pytest
from needs import need_extra

from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis import open_season
from tests.science.reanalysis.grib_messages import FIRST, LAT, LON, latitudes, mars, message, values, winds

need_extra("grib")

FINE = np.arange(90.0, -91, -5), np.arange(0.0, 360, 5)
NCEP_MEAN = {"productDefinitionTemplateNumber": 2, "derivedForecast": 0}
NCEP_SPREAD = {"productDefinitionTemplateNumber": 2, "derivedForecast": 4}
TIME_MEAN = {"productDefinitionTemplateNumber": 8}
ERA_INTERIM = {0: 0, 3: 3, 6: 0, 9: 9, 12: 0, 15: 3, 18: 0, 21: 9}
"""Hour -> lead: analyses every 6 hours, forecasts from 00 and 12 for the times between."""


def interim():
    return b"".join(
        winds(hour, lead=lead, edition=1, before=mars("fc" if lead else "an")) for hour, lead in ERA_INTERIM.items()
    )


READ = {
    "other parameters, and winds at 10 m": (
        lambda: winds(0, 6, edition=1) + b"".join(message(name, 0, edition=1) for name in ("t", "z", "10u", "10v")),
        (0, 6), None,
    ),
    "u of edition 1, v of edition 2": (lambda: message("u", 0, edition=1) + message("v", 0), (0,), None),
    "members, unsorted": (lambda: b"".join(winds(12, 0, 6, member=one) for one in (2, 0, 1)), (0, 6, 12), (0, 1, 2)),
    "members of edition 1, the control first": (
        lambda: winds(0, 6, edition=1, before=mars("cf", number=0)) + winds(0, 6, edition=1, member=1)
        + winds(0, 6, edition=1, member=2),
        (0, 6), (0, 1, 2),
    ),
    "another field of members with starts of their own": (
        lambda: winds(0, 6) + b"".join(message("t", 6 * one + 12, lead=12, member=one) for one in (0, 1)), (0, 6), None,
    ),
    "another field of analyses by member": (
        lambda: winds(0, 6) + b"".join(message("t", 6 * one, member=one) for one in (0, 1)), (0, 6), None,
    ),
    "a field again": (lambda: winds(0, 6) + winds(6), (0, 6), None),
    "mean and spread of members before the members": (
        lambda: b"".join(winds(0, 6, before=before) for before in (NCEP_MEAN, NCEP_SPREAD))
        + winds(0, 6, member=1) + winds(0, 6, member=2),
        (0, 6), (1, 2),
    ),
    "mean of ECMWF's members before the members": (
        lambda: winds(0, edition=1, before=mars("em", number=0)) + winds(0, edition=1, member=1)
        + winds(0, edition=1, member=2),
        (0,), (1, 2),
    ),
    "analyses, and forecasts for the times between": (interim, tuple(ERA_INTERIM), None),
    "lagged members at the same times": (
        lambda: b"".join(winds(hour, member=one, lead=hour + 6 * one) for hour in (0, 6, 12) for one in (0, 1)),
        (0, 6, 12), (0, 1),
    ),
    "one forecast, its leads in minutes": (
        lambda: winds(0, lead=0) + winds(6, lead=6, after={"stepUnits": "m"}), (0, 6), None,
    ),
    "leads of more than 255 hours": (
        lambda: b"".join(winds(hour, lead=3000 + hour, edition=1) for hour in (0, 6)), (0, 6), None,
    ),
    "rows from S to N": (
        lambda: b"".join(
            message(name, 0, grid=(LAT[::-1], LON), field=values(name, 0)[::-1], after={"jScansPositively": 1})
            for name in "uv"
        ),
        (0,), None,
    ),
    "columns from W of Greenwich": (
        lambda: b"".join(
            message(name, 0, grid=(LAT, LON - 180), field=np.roll(values(name, 0), 18, axis=1)) for name in "uv"
        ),
        (0,), None,
    ),
    "columns before rows": (
        lambda: b"".join(
            message(name, 0, field=values(name, 0).T, after={"jPointsAreConsecutive": 1}) for name in "uv"
        ),
        (0,), None,
    ),
}  # fmt: skip
"""What is in the file -> its bytes, the hours, the members."""


@pytest.mark.parametrize("name", READ)
def test_the_right_fields_are_read(tmp_path, name):
    made, hours, members = READ[name]
    (tmp_path / "winds.grib").write_bytes(made())
    with open_season(tmp_path, 2005) as season:
        assert season.axis.times.tolist() == [(FIRST + hour).astype("M8[s]").item() for hour in hours]
        if members is not None:
            assert season.members == tuple(map(str, members))
        found = season.read(0, len(hours), list(range(len(season.members))))
    for parameter, field in zip("uv", found, strict=True):
        for step, hour in enumerate(hours):
            for place, member in enumerate(members or (0,)):
                assert np.array_equal(field[step, place, ::-1], values(parameter, hour, member)), (parameter, hour)


REFUSED = {
    "a member lacks a time": (
        lambda: winds(0, 6, member=0) + winds(0, member=1) + message("v", 6, member=1),
        r"u: there is no field of member 1, 2005-08-25 06:00, 850 hPa; of 4 combinations 3 are there",
    ),
    "two fields of one time differ": (
        lambda: winds(0, 6) + message("u", 6, field=values("u", 99)),
        r"u: two different fields are of start 2005-08-25 06:00, 850 hPa",
    ),
    "two grids": (
        lambda: winds(0) + b"".join(message(name, 0, grid=FINE, field=np.ones((37, 72))) for name in "uv"),
        "several variables could be u: u, u_2",
    ),
    "a field without a member beside members": (
        lambda: winds(0) + winds(0, member=1) + winds(0, member=2), r"several variables could be u: u( .*)?, u_2",
    ),
    "a mean over time beside the winds": (
        lambda: winds(6, lead=6, before=TIME_MEAN, after={"typeOfStatisticalProcessing": 0}) + winds(6, lead=6),
        r"several variables could be u: avg_u .*, u",
    ),
    "maxima over time": (
        lambda: winds(6, lead=6, before=TIME_MEAN, after={"typeOfStatisticalProcessing": 2}), "is a maximum",
    ),
    "a spread": (lambda: winds(0, before=NCEP_SPREAD), "is a standard deviation"),
    "pairs of members of one number": (
        lambda: b"".join(
            message(name, 0, member=1, field=values(name, kind), after={"typeOfEnsembleForecast": kind})
            for kind in (2, 3) for name in "uv"
        ),
        "two different fields are of member 1",
    ),
    "winds at 10 m alone": (
        lambda: message("10u", 0, edition=1) + message("10v", 0, edition=1), "winds.grib has 10u, 10v",
    ),
    "cells whose places are in another file (ICON)": (
        lambda: b"".join(
            message(name, 0, sample="GRIB2", before={"gridType": "unstructured_grid", "numberOfDataPoints": 100},
                    field=np.arange(100))
            for name in "uv"
        ),
        "does not know where the cells of its grid lie .*; remap it with the file of its grid: cdo remapdis",
    ),
    "u and v on different grids": (
        lambda: message("u", 0) + message("v", 0, grid=FINE, field=np.ones((37, 72))), "on different grids",
    ),
}  # fmt: skip
"""What is in the file -> its bytes, what the refusal says."""


@pytest.mark.parametrize("name", REFUSED)
def test_what_could_be_read_in_two_ways_is_refused(tmp_path, name):
    made, said = REFUSED[name]
    (tmp_path / "winds.grib").write_bytes(made())
    with pytest.raises(InputError, match=said):
        open_season(tmp_path, 2005).close()


@pytest.mark.parametrize("kind", ["an", "fc"])
def test_the_first_field_of_a_forecast_is_of_it_also_in_a_file_of_its_own(tmp_path, kind):
    """A file per lead, as NCEP has them; the first one is called an analysis. It was left out in silence."""
    for lead in (0, 6, 12):
        type_ = {"typeOfProcessedData": "fc" if lead else kind}
        (tmp_path / f"gfs.f{lead:03d}").write_bytes(winds(lead, lead=lead, after=type_))
    with open_season(tmp_path, "2005-08-25T00") as season:
        assert season.axis.times.tolist() == [(FIRST + lead).astype("M8[s]").item() for lead in (0, 6, 12)]
        assert np.array_equal(season.read(0, 1, [0])[0][0, 0, ::-1], values("u", 0))


@pytest.mark.parametrize("edition", [1, 2])
def test_rows_of_a_full_gaussian_grid_are_where_eccodes_says(tmp_path, edition):
    rows = np.repeat(np.arange(64.0), 128)
    (tmp_path / "winds.grib").write_bytes(
        b"".join(message(name, 0, sample="regular_gg_pl", edition=edition, field=rows) for name in "uv")
    )
    with open_season(tmp_path, 2005) as season:
        assert season.grid.lat[::-1].tolist() == pytest.approx(latitudes(f"regular_gg_pl_grib{edition}"), abs=1e-3)
        assert np.array_equal(season.read(0, 1, [0])[0][0, 0, ::-1].ravel(), rows)


def test_means_and_spreads_in_files_beside_those_of_members_are_left_out_and_said(tmp_path):
    """GEFS has geavg and gespr beside the members' files, with the same parameters, levels and times."""
    for lead in (0, 6):
        for name, before in (("geavg", NCEP_MEAN), ("gespr", NCEP_SPREAD)):
            made = b"".join(message(one, lead, lead=lead, before=before, field=values(one, 99)) for one in "uv")
            (tmp_path / f"{name}.t00z.pgrb2a.0p50.f{lead:03d}").write_bytes(made)
        for member in (1, 2):
            made = winds(lead, lead=lead, member=member)
            (tmp_path / f"gep{member:02d}.t00z.pgrb2a.0p50.f{lead:03d}").write_bytes(made)
    for label in (2005, "2005-08-25T00"):
        with open_season(tmp_path, label) as season:
            assert season.members == ("1", "2") and len(season.axis) == 2
            assert np.array_equal(season.read(1, 2, [1])[0][0, 0, ::-1], values("u", 6, 2))
            said = " ".join(season.remarks)
            assert "geavg.t00z.pgrb2a.0p50.f000 was left out: is a mean over members, which are there too" in said
            assert "gespr.t00z.pgrb2a.0p50.f000 was left out: u: is a standard deviation" in said
