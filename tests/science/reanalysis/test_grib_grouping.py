"""How fields become variables: their axes, and the refusal of what is not whole."""

import numpy as np
import pytest
from needs import need_extra

from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis import open_season
from stormtracks.science.reanalysis.stored.grib import catalogue, grids, table
from stormtracks.science.reanalysis.stored.grib.source import Source
from tests.science.reanalysis.grib_messages import mars, message, values, winds
from tests.science.reanalysis.test_grib_values import packed

eccodes = need_extra("grib")


@pytest.fixture
def opened(tmp_path):
    """Opens a file of some messages."""
    sources = []

    def open_(data):
        path = tmp_path / "x.grib"
        path.write_bytes(data)
        sources.append(Source(path))
        return sources[-1].root

    yield open_
    for source in sources:
        source.close()


def test_members_and_times_in_any_order_of_messages(opened):
    cells = [(member, hour) for hour in (0, 6, 12) for member in (2, 0, 1)]
    group = opened(b"".join(message("u", hour, member=member) for member, hour in cells[::-1]))
    u = group.variables["u"]
    assert u.dimensions == ("number", "time", "level", "latitude", "longitude")
    assert group.variables["number"].stored().tolist() == [0, 1, 2]
    for member, hour in cells:
        np.testing.assert_array_equal(
            u.stored((member, hour // 6, 0, slice(0, 19), slice(0, 36))), values("u", hour, member)
        )


def test_starts_by_leads(opened):
    group = opened(b"".join(message("u", start + lead, lead=lead) for start in (0, 24) for lead in (0, 6, 12)))
    assert group.variables["u"].dimensions[:2] == ("start", "lead")
    assert group.variables["lead"].stored().tolist() == [0, 6, 12]
    assert group.variables["start"].attributes["standard_name"] == "forecast_reference_time"
    np.testing.assert_array_equal(group.variables["u"].stored()[1, 2, 0], values("u", 36))


def test_a_control_without_a_number_is_member_0(opened):
    mars_2 = {"setLocalDefinition": 1, "grib2LocalSectionNumber": 1, "marsClass": "od", "marsStream": "enfo"}
    data = message("u", 0, before=mars_2 | {"productDefinitionTemplateNumber": 0, "marsType": "cf"})
    numbered = {"productDefinitionTemplateNumber": 1, "marsType": "pf", "number": 1, "numberOfForecastsInEnsemble": 51}
    group = opened(data + message("u", 0, before=mars_2 | numbered))
    assert group.variables["number"].stored().tolist() == [0, 1] and "u_2" not in group.variables


def test_the_first_member_of_a_seasonal_system_is_0(opened):
    def of_system(number):
        keys = {"stream": "mmsf", "number": number, "systemNumber": 5, "methodNumber": 1}
        return message("u", 0, edition=1, before=mars("fc", localDefinitionNumber=16) | keys)

    group = opened(of_system(0) + of_system(1))
    assert group.variables["number"].stored().tolist() == [0, 1] and "u_2" not in group.variables


@pytest.mark.parametrize("name", ["x.grib", "u.grib"])
def test_variables_of_one_parameter_are_told_apart_in_words(tmp_path, name):
    """Also where the file is called like the first of them."""
    single = b"".join(message(wind, 0, edition=1, before=mars("fc")) for wind in "uv")
    data = single + b"".join(message(wind, 0, member=one, edition=1) for wind in "uv" for one in (1, 2))
    (tmp_path / name).write_bytes(data)
    with pytest.raises(InputError, match=r"could be u: u \(stream oper, type fc\), u_2 \(stream enfo, type pf\);"):
        open_season(tmp_path, 2005)


def test_analyses_and_forecasts_of_the_same_times_are_no_series(opened):
    analyses = b"".join(message("u", hour, edition=1, before=mars("an")) for hour in (0, 6, 12))
    forecasts = b"".join(message("u", hour, lead=6, edition=1, before=mars("fc")) for hour in (0, 6, 12))
    assert opened(analyses + forecasts).variables["u"].fault.startswith("its fields are of the types an and fc")


def test_times_are_in_order_where_a_later_start_has_an_earlier_time(opened):
    group = opened(message("u", 12, lead=12) + message("u", 6, lead=0) + message("u", 18, lead=6))
    seconds = group.variables["time"].stored() - group.variables["time"].stored()[0]
    assert seconds.tolist() == [0, 6 * 3600, 12 * 3600]
    assert group.variables["lead"].stored().tolist() == [0, 12, 6]
    for step, hour in enumerate((6, 12, 18)):
        np.testing.assert_array_equal(group.variables["u"].stored()[step, 0], values("u", hour))


def test_members_with_starts_of_their_own(opened):
    data = b"".join(message("u", 6 * one + lead, member=one, lead=lead) for one in (0, 1, 2) for lead in (12, 18, 36))
    group = opened(data)
    assert group.variables["u"].dimensions[:2] == ("number", "lead")
    assert group.variables["start"].dimensions == ("number",)


def test_a_forecast_of_one_time_has_its_start_and_lead(opened):
    group = opened(message("u", 72, lead=72))
    assert group.variables["u"].dimensions[0] == "time"
    assert group.variables["u"].attributes["coordinates"] == "start lead"
    assert group.variables["lead"].stored().tolist() == [72]


def test_a_hole_is_refused_by_name(tmp_path):
    cells = [(member, hour) for hour in (0, 6, 12) for member in (0, 1, 7) if (member, hour) != (7, 6)]
    data = b"".join(message(name, hour, member=member) for member, hour in cells for name in "uv")
    (tmp_path / "x.grib").write_bytes(data)
    lacking = (
        r"x.grib: u: there is no field of member 7, 2005-08-25 06:00, 850 hPa; of 9 combinations 8 are there: fetch"
    )
    with pytest.raises(InputError, match=lacking):
        open_season(tmp_path, 2005)


def test_two_different_fields_of_one_place_are_refused(tmp_path):
    (tmp_path / "x.grib").write_bytes(winds(0, 6) + message("v", 6, field=values("v", 12)))
    with pytest.raises(InputError, match="v: two different fields are of start 2005-08-25 06:00, 850 hPa; keep one"):
        open_season(tmp_path, 2005)


def test_a_field_that_is_there_again_is_read_once_and_said(opened):
    group = opened(winds(0, 6) + message("v", 6))
    assert group.variables["v"].shape[0] == 2
    assert group.variables["v"].attributes["GRIB_remark"].startswith("1 field is in the file more than once, equal")


def test_levels_of_different_kinds_are_different_variables(opened):
    height = {"typeOfLevel": "heightAboveGround", "level": 100}
    group = opened(message("u", 0, after=height) + message("u", 0) + message("u", 0, after={"level": 500}))
    assert group.variables["u"].shape[1] == 2
    other = group.variables["100u" if "100u" in group.variables else "u_heightAboveGround"]
    level = group.variables[other.dimensions[1]]
    assert (level.attributes["standard_name"], level.stored().tolist()) == ("height", [100.0])


def test_winds_near_the_surface_are_not_taken_for_others(tmp_path):
    height = {"typeOfLevel": "heightAboveGround", "level": 80}
    (tmp_path / "x.grib").write_bytes(message("u", 0, after=height) + message("v", 0, after=height))
    with pytest.raises(InputError, match=r"u: is at a height of 80 m|u: it is on heights"):
        open_season(tmp_path, 2005)


def test_a_layer_is_not_a_level(tmp_path):
    layer = {"typeOfFirstFixedSurface": 100, "scaledValueOfFirstFixedSurface": 70000, "typeOfSecondFixedSurface": 100,
             "scaleFactorOfSecondFixedSurface": 0, "scaledValueOfSecondFixedSurface": 85000}  # fmt: skip
    (tmp_path / "x.grib").write_bytes(message("u", 0, after=layer) + message("v", 0, after=layer))
    with pytest.raises(InputError, match="layer"):
        open_season(tmp_path, 2005)


@pytest.mark.parametrize(("level", "units", "stored"), [(85000, "hPa", 850.0), (50, "Pa", 50.0)])
def test_pressures_in_hpa_or_pa(opened, level, units, stored):
    pascal = {
        "typeOfFirstFixedSurface": 100,
        "scaleFactorOfFirstFixedSurface": 0,
        "scaledValueOfFirstFixedSurface": level,
    }
    group = opened(message("t", 0, after=pascal))
    assert group.variables["level"].attributes["units"] == units
    assert group.variables["level"].stored().tolist() == [stored]


def test_the_control_is_a_member_among_the_perturbed(opened):
    control = message("u", 0, edition=1, before=mars("cf"))
    group = opened(control + b"".join(message("u", 0, edition=1, member=one) for one in (1, 2)))
    assert group.variables["number"].stored().tolist() == [0, 1, 2]


def test_a_deterministic_forecast_is_none_of_the_members(opened):
    group = opened(message("u", 0, edition=1, before=mars("fc")) + message("u", 0, edition=1, member=1))
    assert {"u", "u_2"} <= set(group.variables)


@pytest.mark.parametrize("edition", [1, 2])
def test_gaussian_rows_are_those_of_eccodes(opened, edition):
    handle = eccodes.codes_grib_new_from_samples(f"regular_gg_pl_grib{edition}")
    eccodes.codes_set(handle, "shortName", "u")
    data = eccodes.codes_get_message(handle)
    group = opened(data)
    lat, lon = grids.positions(data)
    columns = group.variables["u"].shape[-1]
    np.testing.assert_allclose(group.variables["latitude"].stored(), lat[::columns], atol=1e-6)
    np.testing.assert_allclose(group.variables["longitude"].stored(), lon[:columns], atol=1e-3)


@pytest.fixture
def asked(monkeypatch):
    """How often eccodes is asked where cells lie."""
    asked, positions = [], grids.positions
    monkeypatch.setattr(grids, "positions", lambda data: asked.append(1) or positions(data))
    catalogue._positions.clear()
    return asked


def test_it_is_asked_once_where_the_cells_of_files_with_one_grid_lie(opened, asked):
    handle = eccodes.codes_grib_new_from_samples("reduced_gg_pl_32_grib2")
    data = eccodes.codes_get_message(handle)
    for time in (0, 600):
        eccodes.codes_set(handle, "dataTime", time)
        named = opened(eccodes.codes_get_message(handle)).variables
        found = named["latitude"].stored(), named["longitude"].stored()
        assert len(asked) == 1
        np.testing.assert_array_equal(found, grids.positions(data))
        del asked[1:]


def test_a_staggered_grid_is_refused(tmp_path):
    (tmp_path / "x.grib").write_bytes(b"".join(packed(2, "grid_simple", paramId=p, scanningMode=8) for p in (131, 132)))
    with pytest.raises(InputError, match=r"rows or columns are staggered \(scanning mode 8\)"):
        open_season(tmp_path, 2005)


def test_fields_of_which_none_are_of_one_member_start_or_lead_take_no_memory():
    own = np.arange(3000)
    axes, _, rows = table.laid_out(table.Fields(own, own, own * 3600, own * 3600, own * 100.0), "pressure", False)
    assert table.hole(axes, rows).startswith("its fields are a few of 27,000,000,000 combinations")
