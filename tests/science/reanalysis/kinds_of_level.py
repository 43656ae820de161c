"""Levels as files state them."""

# ruff: noqa: E501 (a case a line)

import netCDF4
import numpy as np

from tests.science.reanalysis.cases import HOURS, Case, Draft

NOT_850 = r"there is no level 850 hPa; choose level_hpa from 500"
HYBRID = {"standard_name": "atmosphere_hybrid_sigma_pressure_coordinate", "long_name": "hybrid level at midpoints"}
CAM = "{} wind at 850 mbar pressure surface"
NONE = r"no level is stated; taken to be at 850 hPa"


def level(value, units=None, **attributes):
    """A file with one level."""
    return Draft().level(value, units, **attributes)


def at(value, hpa, units):
    """The same pressure in some units, once as asked for, once another."""
    return [
        Case(f"{value} {units!r}", level(value, units)),
        Case(f"not {value} {units!r}", level(value * 500 / hpa, units), refused=NOT_850),
    ]


def wind_names(u, v, **attributes):
    """Other names of the winds."""
    return Draft().rename(u=u, v=v).winds_say(**attributes)


def in_words(words):
    """Winds of which nothing but the long name says the level."""
    return Draft().winds_say(long_name=words)


def in_file(name):
    """Winds of which nothing but the name of the file says the level."""
    return lambda folder: Draft()(folder, name)


def counted_files(folder):
    """A file per time, numbered through 100, which is no level here."""
    for number, hour in enumerate(HOURS):
        Draft(hours=[hour])(folder, f"uv_{96 + number:03d}.nc")


def pressures(values, dimensions=("time", "lev"), named=True, **attributes):
    """Levels without a coordinate, the vortices at the first, and their pressures in a variable beside the winds."""
    values = np.asarray(values, float)
    draft = Draft().dimension("lev", size=values.shape[-1] if "lev" in dimensions else 1)
    return draft.coordinate("p", dimensions, values, named=named, units="Pa", **attributes)


def enumeration(folder):
    """A scalar enumeration called level, which was not written."""
    with netCDF4.Dataset(Draft()(folder), "a") as nc:
        kinds = nc.createEnumType("i1", "kind", {"low": 0, "high": 1})
        nc.createVariable("level", kinds, (), fill_value=0)
        for name in "uv":
            nc[name].coordinates = "level"


U10 = {"variables": {"u": "u10", "v": "v10"}}
HPA = ("hPa", "hpa", "HPA", "hectopascal", "hectopascals", "Hectopascals", "mb", "MB", "mbar", "millibar", "millibars",
       "Millibars", "100 Pa", "1e2 Pa", "100Pa", " hPa ", "mb (hPa)", "hPascal")  # fmt: skip
PA = ("Pa", "pa", "PA", "pascal", "Pascals", "N m-2", "N m**-2", "kg m-1 s-2")

LEVEL_NAMES = (
    "levelist",
    "lvl",
    "plvl",
    "pressure_lvl",
    "prs",
    "mb",
    "hPa",
    "millibar",
    "isobars",
    "nplev",
    "z_level",
    "lev_p",
    "pressure_hPa",
    "lev_hpa",
    "selected_level",
    "pl",
    "GRIB_level",
    "p850",
)

CASES = [
    *(case for units in HPA for case in at(850.0, 850, units)),
    *(case for units in PA for case in at(85000.0, 850, units)),
    *at(85.0, 850, "kPa"),
    *at(0.85, 850, "bar"),
    *at(8.5, 850, "dbar"),
    Case("850 of three levels", level([1000, 850, 500], "millibar", at=1)),
    Case("850 beside a level that is not a number", level([np.nan, 850, 500], "hPa", at=1)),
    Case("850 beside a level that is marked", level([-999, 850, 500], "hPa", at=1, missing_value=-999.0)),
    Case("850 beside an infinite level", level([np.inf, 850, 500], "hPa", at=1)),
    Case("850 twice", level([850, 500, 850], "hPa"), refused="u: has level 850 hPa twice", settings={"level_hpa": 850.0}),
    Case("850 twice by rounding", level([850, 850.01, 500], "hPa"), refused="u: has level 850 hPa twice", settings={"level_hpa": 850.0}),
    Case("another level twice", level([850, 500, 500], "hPa")),
    Case("winds with a scale that is not a number", level(850.0, "hPa").winds_say(scale_factor=np.nan), refused="u: its scale_factor must be one finite number", settings={"level_hpa": 850.0}),
    Case("850 of three levels upside down", level([50000, 85000, 100000], "Pa", at=1)),
    Case("rounding", level(850.00003, "hPa")),
    Case("half a hectopascal off", level(850.5, "hPa"), refused="there is no level 850 hPa; choose level_hpa from 850.5"),
    # kinds that are not pressures, whatever their units and however long the axis
    Case("hybrid, one level, near 850", level(850.5, "hPa", name="lev", **HYBRID), refused="'lev' are hybrid model levels"),
    Case("hybrid, exactly 850", level(850.0, "hPa", name="lev", **HYBRID), refused="'lev' are hybrid model levels"),
    Case("hybrid, many", level([992.5, 850.5, 1.0], "hPa", name="lev", **HYBRID), refused="are hybrid model levels"),
    Case("hybrid, asked for as it is", level([992.5, 850.5], "hPa", name="lev", **HYBRID), refused="hybrid model levels", settings={"level_hpa": 992.5}),
    Case("hybrid by formula_terms", level(850.0, "mb", name="lev", formula_terms="a: hyam b: hybm ps: PS"), refused="hybrid model levels.*formula_terms"),
    Case("hybrid by long_name", level(850.0, "hPa", name="lev", long_name="hybrid level at layer midpoints"), refused="hybrid model levels.*long_name"),
    Case("hybrid by its coefficients", level(850.0, "hPa", name="lev").coordinate("hyam", ("lev",), [0.1], named=False).coordinate("hybm", ("lev",), [0.75], named=False), refused="hybrid model levels.*hyam"),
    Case("hybrid by CMIP's coefficients", level(850.0, "hPa", name="lev").coordinate("ap", ("lev",), [0.1], named=False).coordinate("b", ("lev",), [0.75], named=False), refused="hybrid model levels"),
    Case("hybrid by the bounds of coefficients", level(850.0, "hPa", name="lev").coordinate("a_bnds", ("lev", "bnds"), [[0.1, 0.2]], named=False).coordinate("b_bnds", ("lev", "bnds"), [[0.7, 0.8]], named=False), refused="hybrid model levels"),
    Case("hybrid by type of level", level(850.0, "hPa").winds_say(GRIB_typeOfLevel="hybrid"), refused="hybrid model levels.*typeOfLevel"),
    Case("hybrid scalar", Draft().coordinate("hybrid", (), 850.0, units="1", positive="down"), refused="hybrid model levels"),
    Case("model levels by units", level(850.0, "level", name="lev"), refused="model levels .units 'level'"),
    Case("model level numbers", level(850.0, "1", name="model_level_number", standard_name="model_level_number"), refused="model levels"),
    Case("model levels counted", level(range(1, 4), name="level"), refused="levels of a model by number"),
    Case("sigma", level(0.85, "1", name="lev", standard_name="atmosphere_sigma_coordinate"), refused="model levels.*atmosphere_sigma"),
    Case("sigma of 850", level(850.0, "sigma_level", name="lev"), refused="model levels"),
    Case("ocean", level(850.0, "1", name="lev", standard_name="ocean_s_coordinate_g1"), refused="model levels.*ocean_s"),
    Case("reference pressures of FV3", level(850.0, "mb", name="pfull", long_name="ref full pressure level"), refused="hybrid model levels"),
    Case("a height", level(850.0, "m", name="z"), refused="'z' are heights .units 'm'"),
    Case("heights", level([850.0, 1500.0], "m", name="altitude", positive="up"), refused="are heights"),
    Case("10 m", Draft().coordinate("height", (), 10.0, units="m", standard_name="height"), refused="at a height of 10 m"),
    Case("isentropic", level(850.0, "K", name="lev"), refused="isentropic levels"),
    Case("a layer above the ground by type, beside a level of another field", level(850.0, "hPa").winds_say(GRIB_typeOfLevel="pressureFromGroundLayer"), refused="it is on layers"),
    Case("a layer between two pressures by type", Draft().winds_say(GRIB_typeOfLevel="isobaricLayer", GRIB_level=850), refused="it is on layers"),
    Case("theta by type", level(850.0, None).winds_say(typeOfLevel="theta"), refused="isentropic levels"),
    Case("potential vorticity", level(850.0, "K m2 kg-1 s-1", name="lev"), refused="levels of potential vorticity"),
    Case("potential vorticity by its units", level(2.0, "PVU", name="dynamic"), refused="levels of potential vorticity"),
    Case("hybrid by CDO's formula", level(850.0, "mb", name="lev", formula="hyam hybm (mlev=hyam+hybm*aps)"), refused="hybrid model levels .it has formula"),
    Case("a depth", level(10.0, "m", name="depth", positive="down"), refused="'depth' are depths"),
    Case("units that nobody knows", level(850.0, "furlongs"), refused="the units 'furlongs' of the level 'level' are not understood"),
    Case("units that nobody knows, many", level([850.0, 500.0], "furlongs"), refused="the units 'furlongs'"),
    Case("texts as levels", Draft().dimension("level", ["850hPa"]), refused="are texts"),
    # what states a level without an axis
    Case("scalar", Draft().coordinate("level", (), 850.0, units="millibars")),
    Case("scalar in Pa", Draft().coordinate("plev", (), 85000.0, units="Pa", standard_name="air_pressure", positive="down")),
    Case("scalar, another", Draft().coordinate("pressure", (), 50000.0, units="Pa"), refused=NOT_850),
    Case("scalar that no attribute names", Draft().coordinate("plev", (), 50000.0, named=False, units="Pa"), refused=NOT_850),
    Case("scalar beside a dimension without a coordinate", Draft().dimension("z", size=1).coordinate("plev", (), 50000.0, units="Pa"), refused=NOT_850),
    Case("a height that is named and a pressure that is not", Draft().coordinate("plev", (), 85000.0, named=False, units="Pa").coordinate("height", (), 10.0, units="m"), refused="at a height of 10 m"),
    Case("a pressure that another variable names", Draft().coordinate("plev", (), 50000.0, named=False, units="Pa").coordinate("other", (), 1.0, named=False, coordinates="plev"), remark=NONE),
    Case("CAM's reference pressure is none", Draft().coordinate("P0", (), 50000.0, named=False, units="Pa"), remark=NONE),
    Case("name", wind_names("u850", "v850")),
    Case("name, another", wind_names("u500", "v500"), refused=NOT_850),
    Case("name with units", wind_names("UGRD_850mb", "VGRD_850mb")),
    Case("name with units, another", wind_names("UGRD_500mb", "VGRD_500mb"), refused=NOT_850),
    Case("CAM", Draft().rename(u="U850", v="V850").says("U850", long_name=CAM.format("Zonal")).says("V850", long_name=CAM.format("Meridional"))),
    Case("CAM's words alone", wind_names("u", "v", long_name="Zonal wind at 850 mbar pressure surface")),
    Case("CAM's words alone, another", wind_names("u", "v", long_name="wind at 500 mbar pressure surface"), refused=NOT_850),
    Case("the words and a level that is stated", level(850.0, "hPa").winds_say(long_name="u-component of wind @ Isobaric surface")),
    Case("isobaric", level(85000.0, "Pa", name="isobaric").rename(u="u-component_of_wind_isobaric", v="v-component_of_wind_isobaric")),
    Case("cfgrib", Draft().coordinate("isobaricInhPa", (), 850.0, units="hPa").winds_say(GRIB_typeOfLevel="isobaricInhPa")),
    Case("pygrib", Draft().winds_say(typeOfLevel="isobaricInhPa", level=850)),
    Case("pygrib, another", Draft().winds_say(typeOfLevel="isobaricInhPa", level=500), refused=NOT_850),
    Case("wgrib2", Draft().winds_say(level="850 mb")),
    Case("wgrib2, another", Draft().winds_say(level="500 mb"), refused=NOT_850),
    Case("wgrib2, above the ground", Draft().winds_say(level="10 m above ground"), refused="at a height of 10 m"),
    Case("NCL", Draft().winds_say(level_type="Isobaric surface (Pa)", level=85000.0)),
    Case("NCL, GRIB 1 hybrid", Draft().winds_say(level_indicator=109, level=850), refused="hybrid model levels"),
    Case("netCDF-Java hybrid", level(850.0, "hPa").winds_say(Grib2_Level_Type=105), refused="hybrid model levels"),
    Case("the name of the file", lambda folder: Draft()(folder, "era5_uv850_2005.nc")),
    Case("the name of the file, another", lambda folder: Draft()(folder, "era5_500hPa.nc"), refused=NOT_850),
    *[Case(f"a file or folder called {name} says no level", in_file(name), remark=NONE) for name in ("tmpnc0nv1mb/uv.nc", "uv_x10mb.nc", "run2mb.nc")],
    *[Case(f"a level behind a word: {name}", in_file(name), refused=r"choose level_hpa from (10|500)") for name in ("uv.10mb.nc", "u10hpa.nc", "era5uv500hPa.nc", "L/500mb_run/uv.nc")],
    Case("nothing", Draft(), remark=NONE),
    Case("10 m by the description", Draft().rename(u="u10", v="v10"), remark="u10, v10: is at a height of 10 m, as the description names it", dataset={"variables": {"u": "u10", "v": "v10"}}),
    Case("nothing, but for the description", Draft(), dataset={"level": 850}),
    Case("no units", level(850.0, name="level"), remark="'level' has no units; taken to be in hPa"),
    Case("no units, Pa", level([100000.0, 85000.0], name="plev", at=1), remark="'plev' has no units; taken to be in Pa"),
    Case("no units, another", level(500.0, name="level"), refused=NOT_850),
    # what states a level elsewhere
    *[Case(f"attribute {name} = {value!r}", Draft().winds_say(**{name: value}), refused=NOT_850) for name, value in {"pressure": "500 hPa", "plev": "50000 Pa", "pressure_level": "500 millibars", "level_hPa": 500, "lev": "50 kPa", "isobaric": "500mb", "level_desc": "500 mb"}.items()],
    *[Case(f"attribute {name} = {value!r}, without units", Draft().winds_say(**{name: value}), refused=NOT_850) for name, value in {"level": "500", "plev": 50000.0, "pressure": 500}.items()],
    Case("attribute level = '850'", Draft().winds_say(level="850"), remark="the attribute 'level' has no units; taken to be in hPa"),
    Case("attribute level and its units", Draft().winds_say(level=50.0, level_units="kPa"), refused=NOT_850),
    Case("attribute of a kind of level only", Draft().winds_say(level_desc="Pressure Levels"), remark=NONE),
    Case("GRIB_level", Draft().winds_say(GRIB_level=500, GRIB_typeOfLevel="isobaricInhPa"), refused=NOT_850),
    *[Case(f"in words: {words}", in_words(words), refused=NOT_850) for words in ("U at 50 kPa", "u wind at 500 mb", "500-hPa zonal wind", "wind at 50000 Pa", "500mb wind", "wind (500 hectopascals)")],
    *[Case(f"in words: {words}", in_words(words)) for words in ("U at 85 kPa", "850-hPa zonal wind")],
    Case("a layer in words", in_words("zonal wind, 850-200 hPa"), refused=r"it is of a layer \(850-200 hpa\), not a pressure level"),
    *[Case(f"the file {name}", in_file(name), refused=NOT_850) for name in ("ua_plev500_2005.nc", "u500.nc", "uwnd.500.2005.nc", "wind_50kPa_2005.nc", "era5-500-hpa.nc", "x_p500_2005.nc", "uv_500.nc")],
    *[Case(f"the file {name}", in_file(name)) for name in ("uv_plev85000_2005.nc", "uwnd.850.2005.nc", "u_850_2005.nc")],
    Case("files that are counted", counted_files, remark=NONE),
    Case("an attribute of the file", Draft().file_says(level="500 hPa"), refused=NOT_850),
    Case("an attribute of the file, as asked", Draft().file_says(pressure_level="850 hPa")),
    Case("the title of the file", Draft().file_says(title="Winds at 500 hPa"), refused=NOT_850),
    Case("the title of the file, of two levels", Draft().file_says(title="Winds at 500 hPa and 850 hPa"), remark=NONE),
    Case("pressures along time and level", pressures([[85000.0, 50000.0]] * len(HOURS))),
    Case("pressures along time and level, no attribute", pressures([[50000.0]] * len(HOURS), named=False), refused=NOT_850),
    Case("pressures along time", pressures([50000.0] * len(HOURS), ("time",)), refused=NOT_850),
    Case("pressures that change", pressures(85000 + 100 * HOURS[:, np.newaxis]), refused="the pressure 'p' of its levels changes with time"),
    Case("pressures of points", Draft().dimension("lev", size=1).coordinate("p", ("lev", "lat", "lon"), np.full((1, 41, 144), 85000.0), named=False, units="Pa"), refused="the pressure 'p' of its levels differs from point to point"),
    Case("a level that only counts beside a scalar", level(1.0, name="lev").coordinate("plev", (), 50000.0, units="Pa"), refused=NOT_850),
    Case("a level that only counts beside an attribute", level(1.0, name="lev").winds_say(pressure="850 hPa")),
    Case("a scalar text", Draft().coordinate("level", (), np.array("500 hPa", dtype=object)), refused=NOT_850),
    *[Case(f"a text of letters, {'named' if named else 'not named'}", Draft().coordinate("level", ("letters",), np.array(list("500 hPa"), dtype="S1"), named=named), refused=NOT_850) for named in (True, False)],
    Case("a scalar text that is no level", Draft().coordinate("level", (), np.array("high", dtype=object)), refused="the levels of 'level' are texts and not understood"),
    Case("an enumeration", enumeration, refused="the levels of 'level' are the names of an enumeration and not understood"),
    Case("two statements", Draft().winds_say(pressure="500 hPa", long_name="wind at 850 hPa"), refused="its level is stated twice: the attribute 'pressure' says 500 hPa and its description 850 hPa; correct one"),
    Case("two statements, one on an axis", level(850.0, "hPa").winds_say(pressure="500 hPa"), refused="its level is stated twice"),
    Case("two statements that agree", level(85000.0, "Pa").winds_say(level="850 mb", long_name="wind at 85 kPa")),
    *[Case(f"{u} by the description", Draft().rename(u=u, v=v), remark=f"{u}, {v}: is at a height of {height} m, as the description names it, not at 850 hPa", dataset={"variables": {"u": u, "v": v}}) for u, v, height in [("uas", "vas", 10), ("10u", "10v", 10), ("u100", "v100", 100), ("u10n", "v10n", 10), ("10m_u_component_of_wind", "10m_v_component_of_wind", 10), ("UGRD_10maboveground", "VGRD_10maboveground", 10)]],
    Case("GRIB's height by the description", Draft().rename(u="u10", v="v10").winds_say(GRIB_typeOfLevel="heightAboveGround"), remark="is at a height, as the description names it, not at 850", dataset=U10),
    Case("GRIB's height, stated", Draft().rename(u="u10", v="v10").winds_say(GRIB_typeOfLevel="heightAboveGround", GRIB_level=80), remark="is at a height of 80 m, as the description", dataset=U10),
    Case("a scalar height by the description", Draft().rename(u="u10", v="v10").coordinate("h", (), 10.0, standard_name="height", units="m"), remark="is at a height of 10 m, as the description", dataset=U10),
    Case("the surface by the description", Draft().rename(u="east", v="north").winds_say(long_name="surface wind"), remark="is near the surface .long_name 'surface wind'., as the description", dataset={"variables": {"u": "east", "v": "north"}}),
    Case("near the surface by its words", Draft().winds_say(long_name="wind at the surface"), refused="is near the surface"),
    Case("stated before nothing stated", Draft().coordinate("U850", ("time", "lat", "lon"), Draft().variables["u"].values, units="m s-1").coordinate("V850", ("time", "lat", "lon"), Draft().variables["v"].values, units="m s-1")),
    # what archives and converters write beside the level
    Case("cfgrib, merged with other kinds of level", Draft().coordinate("surface", (), 0.0).coordinate("heightAboveGround", (), 2.0, units="m").coordinate("isobaricInhPa", (), 850.0, units="hPa")),
    Case("cfgrib, the surface alone", Draft().coordinate("surface", (), 0.0), refused="'surface' are levels at the surface"),
    *[Case(f"attribute {name} = {value!r}", Draft().winds_say(**{name: value}), refused=NOT_850) for name, value in {"levelist": 500, "GRIB_levelist": 500, "lvl": 500, "vertical_level": "500 hPa", "selected_level": 500, "level1": 500, "surface": "500 mb", "z": "500 hPa", "fixed_surface": "500 hPa", "first_level_value": 50000.0}.items()],
    *[Case(f"attribute {name} is not its level", Draft().winds_say(**{name: "10 hPa"}), remark=NONE) for name in ("model_top", "reference_pressure", "valid_min")],
    Case("attribute level of MARS's kinds", Draft().winds_say(level="pl"), remark=NONE),
    Case("JRA-55's files of 1.25 degrees", in_file("anl_p125_ugrd.033.nc"), remark=NONE),
    Case("the file says another, and how to say what is meant", in_file("model_v300.nc"), refused=r"choose level_hpa from 300.*Only the name of the file says so; .*ncatted -a level,NAME,o,c,'850 hPa' FILE"),
    Case("the file says another, mended", lambda folder: Draft().winds_say(level="850 hPa")(folder, "model_v300.nc")),
    Case("the title says how far the data reach", Draft().file_says(title="Reanalysis, surface to 10 hPa"), remark=NONE),
    Case("the folder says it", lambda folder: Draft()(folder / "era5_850hPa", "uv.nc")),
    Case("the folder says another", lambda folder: Draft()(folder / "500hPa", "uv.nc"), refused="choose level_hpa from 500.*Only the name of its folder says so"),
    Case("a folder of each level", lambda folder: [Draft(winds=winds)(folder / name, "uv.nc") for name, winds in (("850hPa", None), ("500hPa", (np.zeros((len(HOURS), 41, 144), "f4"),) * 2))]),
    Case("name in Pa", wind_names("u_85000", "v_85000")),
    Case("name in Pa, another", wind_names("u_50000", "v_50000"), refused=NOT_850),
    Case("a level that ncwa dropped", Draft().coordinate("lev", (), 850.0, named=False, units="hPa").winds_say(cell_methods="lev: mean")),
    Case("levels that ncwa averaged", Draft().coordinate("lev", (), 675.0, named=False, units="hPa").winds_say(cell_methods="lev: mean"), refused="choose level_hpa from 675"),
    Case("a pressure beside a height, one of each", level(850.0, "hPa").dimension("height", [2.0], units="m")),
    Case("a pressure beside the surface, one of each", level(850.0, "hPa").dimension("surface", [0.0])),
    Case("a share of the surface's pressure that nothing says", level([0.5, 0.85], name="lev"), refused="only numbers below 1: no pressures, .*give the coordinate units of pressure"),
    Case("a place on an axis", level(0.0, name="level"), refused="'level' has no units and only numbers below 1"),
    Case("a negative level", level(-850.0, "hPa"), refused="choose level_hpa from -850"),
    # levels by the name of their dimension or scalar alone
    *[Case(f"dimension {name}", level([850.0, 500.0], name=name), remark=f"'{name}' has no units; taken to be in hPa") for name in LEVEL_NAMES],
    *[Case(f"dimension {name}, another", level(500.0, name=name), refused=NOT_850) for name in LEVEL_NAMES],
    *[Case(f"scalar {name}, another", Draft().coordinate(name, (), 500.0, named=False), refused=NOT_850) for name in LEVEL_NAMES],
    *[Case(f"the scalar {name} is no level", Draft().coordinate(name, (), 1000.0, named=False), remark=NONE) for name in ("P0", "pref", "pressure_ref", "surface_pressure", "psl")],
]  # fmt: skip
