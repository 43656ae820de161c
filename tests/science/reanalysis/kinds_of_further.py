"""Further fields as people have them beside their winds: named in all ways, or something that only looks like them."""

from dataclasses import dataclass, field

import netCDF4
import numpy as np

from tests.science.reanalysis.cases import HOURS, LAT, LON, SINCE, Draft, Variable

USUAL = {"pressure": 1.0e5, "height_upper": 11_500.0, "height_middle": 5_500.0, "height_lower": 100.0}
USUAL |= {"temperature": 285.0, "precipitable_water": 30.0, "cape": 800.0}
GRAVITY = 9.80665


@dataclass(frozen=True)
class FurtherCase:
    """What is written beside winds and what must come out.

    Attributes
    ----------
    name : str
    write : callable
        Called with the folder of the data.
    there : tuple of str
        The roles that must be there, with their usual values.
    missing : dict
        Role -> pattern of the reason why it is not there.
    remark : str
        Pattern of a remark; "" where there must be none.
    levels : dict
        Role -> hPa, where it is another than the first.
    dataset : dict
    lacking : int
        Times of the winds that the fields lack.
    """

    name: str
    write: object
    there: tuple = ()
    missing: dict = field(default_factory=dict)
    remark: str = ""
    levels: dict = field(default_factory=dict)
    dataset: dict = field(default_factory=dict)
    lacking: int = 0


def values(role, hours=HOURS, lat=LAT, lon=LON):
    """A plausible field of a role that no two points share, float32 of shape (time, lat, lon)."""
    slope = 0.04 * np.asarray(hours)[:, None, None] + 0.05 * np.asarray(lat)[:, None] + 0.003 * np.asarray(lon)
    return (USUAL[role] + slope).astype("f4")


def more(name, role, units, factor=1.0, offset=0.0, hours=HOURS, lat=LAT, lon=LON, since=SINCE, **attributes):
    """A draft of one further field alone."""
    stored = (values(role, hours, lat, lon).astype("f8") - offset) / factor
    draft = Draft(hours, lat, lon, since).drop("u", "v")
    attributes = {"units": units, **attributes}
    draft.variables[name] = Variable(("time", "lat", "lon"), stored.astype("f4"), attributes)
    return draft


def beside(*drafts, winds=None):
    """The winds in a file of their own, and other drafts, each in one."""

    def write(folder):
        (winds or Draft())(folder, "winds.nc")
        for number, draft in enumerate(drafts):
            (draft() if callable(draft) and not isinstance(draft, Draft) else draft)(folder, f"more{number}.nc")

    return write


def together(*drafts):
    """The winds in a file of their own, and all drafts in one."""

    def write(folder):
        Draft()(folder, "winds.nc")
        for draft in drafts[1:]:
            drafts[0].variables.update(draft.variables)
        drafts[0](folder, "more.nc")

    return write


def named(**drafts):
    """The winds and drafts in files of some names."""

    def write(folder):
        Draft()(folder, "winds.nc")
        for name, draft in drafts.items():
            draft(folder, f"{name}.nc")

    return write


def members(draft, labels=(1, 2, 3), name="member"):
    """A draft with a dimension of members, all alike."""
    return draft.members(np.asarray(labels), name)


def two_of_one_file(**changes):
    """Winds and a pressure in one file."""
    draft = Draft()
    one = more("msl", "pressure", "Pa", **changes).variables["msl"]
    draft.variables["msl"] = one
    return lambda folder: draft(folder)


def months(folder):
    """Pressure in a file per day, the winds in one."""
    Draft()(folder, "winds.nc")
    for day in (0, 1):
        more("psl", "pressure", "Pa", hours=HOURS[4 * day : 4 * day + 4])(folder, f"psl_day{day}.nc")


def damaged(folder):
    Draft()(folder, "winds.nc")
    (folder / "prmsl_2005.nc").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(500))


def only_damaged(folder):
    Draft()(folder, "winds.nc")
    (folder / "b.nc").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(500))


def levels_in_files(folder):
    Draft()(folder, "winds.nc")
    for role, level in (("height_upper", 300), ("height_middle", 500), ("height_lower", 1000)):
        more("z", role, "m**2 s**-2", 1 / GRAVITY)(folder, f"era5_z_{level}hPa.nc")


def marked(draft, mark, **attributes):
    """A draft with a mark at its first three rows, which its attributes may name."""
    for one in draft.winds:
        one.values[:, :3] = mark
        one.attributes |= attributes
    return draft


def packed(draft, name, scale, offset):
    return draft.packed(name, scale, offset, _FillValue=np.int16(-32767))


def grouped(folder):
    Draft()(folder, "winds.nc")
    path = more("time_only", "pressure", "Pa").drop("time_only")(folder, "more.nc")
    with netCDF4.Dataset(path, "a") as nc:
        group = nc.createGroup("single_levels")
        group.createVariable("msl", "f4", ("time", "lat", "lon")).units = "Pa"


NONE_OF = r"^no file of 2005 has {}"
REDUCED_OTHERWISE = {
    "MSLET_meansealevel": {},
    "MSLP_Eta_model_reduction_msl": {},
    "msl": {"long_name": "MSLP (Eta model reduction)"},
}
CAPE_OF_LAYER = {
    "CAPE_180_0mbaboveground": {},
    "CAPE_P0_2L108_GLL0": {},
    "cape": {"GRIB_typeOfLevel": "pressureFromGroundLayer"},
    "Convective_available_potential_energy_pressure_difference_layer": {},
}
SURFACE = r"^there, but refused: .*is the pressure at the surface, and not at mean sea level"
SEA_LEVEL = {
    "prmsl": {}, "PRMSL": {}, "msl": {}, "MSL": {}, "psl": {}, "slp": {}, "mslp": {}, "PRMSL_3_MSL": {},
    "PRMSL_meansealevel": {}, "prmslmsl": {}, "PRMSL_P0_L101_GLL0": {}, "pressure_reduced_to_msl": {}, "var151": {},
    "pres_msl": {"long_name": "Pressure reduced to MSL", "GRIB_typeOfLevel": "meanSea"},
    "mslet": {"long_name": "Mean sea level pressure (Eta model reduction)", "GRIB_stepType": "instant"},
    "p": {"standard_name": "air_pressure_at_mean_sea_level"}, "X": {"standard_name": "air_pressure_at_sea_level"},
}  # fmt: skip
HEIGHTS = {
    "z500": {}, "zg500": {}, "hgt500": {}, "HGT_500mb": {}, "gh_500": {}, "geopotential_height_500hPa": {},
    "Z": {"level": "500 hPa"}, "zg": {"long_name": "Geopotential Height at 500 hPa"}, "hgt": {"level": "500 mb"},
    "x": {"standard_name": "geopotential_height", "GRIB_typeOfLevel": "isobaricInhPa", "GRIB_level": 500},
    "var129": {"level": "500 hPa"},
}  # fmt: skip
OTHERS = [
    ("pr_wtr", "precipitable_water", "kg/m^2", "Precipitable Water for entire atmosphere"),
    ("tcwv", "precipitable_water", "kg m**-2", "Total column vertically-integrated water vapour"),
    ("PWAT_P0_L200_GLL0", "precipitable_water", "kg m-2", "Precipitable water"),
    ("pwat", "precipitable_water", "kg m**-2", "Precipitable water"),
    ("cape", "cape", "J kg**-1", "Convective available potential energy"),
    ("CAPE_surface", "cape", "J/kg", "Convective Available Potential Energy"),
    ("air_850", "temperature", "degK", "Air temperature"),
    ("TMP_850mb", "temperature", "K", "Temperature"),
    ("T850", "temperature", "K", "Temperature at 850 mbar pressure surface"),
]
CASES = [
    *(FurtherCase(f"pressure called {name}", beside(more(name, "pressure", "Pa", **says)), ("pressure",))
      for name, says in SEA_LEVEL.items()),
    *(FurtherCase(f"height called {name}", beside(more(name, "height_middle", "m", **says)), ("height_middle",))
      for name, says in HEIGHTS.items()),
    *(FurtherCase(f"{role} called {name}", beside(more(name, role, units, long_name=words)), (role,))
      for name, role, units, words in OTHERS),
    FurtherCase("in the file of the winds", two_of_one_file(), ("pressure",)),
    FurtherCase("days", months, ("pressure",)),
    FurtherCase("levels in files", levels_in_files, ("height_upper", "height_middle", "height_lower"),
                levels={"height_upper": 300.0}),
    FurtherCase("20CR names, variable without level", named(HGT500=more("HGT", "height_middle", "gpm")),
                ("height_middle",)),
    FurtherCase("packed, N to S", beside(packed(more("msl", "pressure", "Pa", lat=LAT[::-1]), "msl", 0.01, 1e5)),
                ("pressure",)),
    FurtherCase("another grid than the winds'", beside(more("msl", "pressure", "Pa", lat=LAT[::2], lon=LON[::4])),
                ("pressure",)),
    FurtherCase("a part of the globe", beside(more("msl", "pressure", "Pa", lat=LAT[5:15], lon=LON[10:40])),
                ("pressure",)),
    FurtherCase("three-hourly", beside(more("msl", "pressure", "Pa", hours=np.arange(0, 48, 3.0))), ("pressure",)),
    FurtherCase("half of the times", beside(more("msl", "pressure", "Pa", hours=HOURS[:4])), ("pressure",),
                remark=r"pressure: 4 of 8 times of the winds are missing, the first 2005-08-02 00", lacking=4),
    FurtherCase("other times", beside(more("msl", "pressure", "Pa", hours=HOURS + 1)),
                missing={"pressure": "refused: .*none of its times, .* is one of the winds'"}),
    FurtherCase("another year", beside(more("msl", "pressure", "Pa", since="hours since 2004-08-01")),
                missing={"pressure": NONE_OF.format("the pressure at mean sea level")}),
    FurtherCase("missing values", beside(marked(more("msl", "pressure", "Pa"), -999.0, missing_value=np.float32(-999))),
                ("pressure",), remark="pressure: 7.3 % of the values are missing"),
    FurtherCase("a mark that nothing names",
                beside(marked(more("z1000", "height_lower", "m"), -999.0)),
                missing={"height_lower": "refused: .*-999 is there at several points"}),
    FurtherCase("a mark out of range", beside(marked(more("msl", "pressure", "Pa"), -999.0)),
                missing={"pressure": "refused: .*-999 is there at several points"}),
    # what is not the field
    FurtherCase("surface pressure", beside(more("sp", "pressure", "Pa")), missing={"pressure": SURFACE}),
    FurtherCase("surface pressure of CMIP", beside(more("ps", "pressure", "Pa", standard_name="surface_air_pressure")),
                missing={"pressure": SURFACE}),
    FurtherCase("surface pressure of 20CRv3", named(**{"PRES.2005_mem001": more("PRES", "pressure", "Pa")}),
                missing={"pressure": SURFACE}),
    FurtherCase("both", beside(more("sp", "pressure", "Pa"), more("msl", "pressure", "Pa")), ("pressure",)),
    *(FurtherCase(f"pressure reduced in two ways: {name}",
                  together(more("prmsl", "pressure", "Pa"), more(name, "pressure", "Pa", 1.001, **says)), ("pressure",),
                  remark=f"left out beside it: {name} .reduced to mean sea level in another way")
      for name, says in REDUCED_OTHERWISE.items()),
    FurtherCase("pressure reduced in another way alone", beside(more("mslet", "pressure", "Pa")), ("pressure",)),
    *(FurtherCase(f"CAPE of the surface and of a layer: {name}",
                  together(more("CAPE_surface", "cape", "J kg-1"), more(name, "cape", "J kg-1", 1.1, **says)),
                  ("cape",), remark=f"left out beside it: {name} .of a layer")
      for name, says in CAPE_OF_LAYER.items()),
    FurtherCase("surface pressure in a file that is called prmsl", named(prmsl_2005=more("ps", "pressure", "Pa")),
                missing={"pressure": SURFACE}),
    FurtherCase("orography", beside(more("z", "height_lower", "m**2 s**-2", 1 / GRAVITY)),
                missing={"height_lower": "refused: .*z: no level is stated"}),
    FurtherCase("temperature at 2 m", beside(more("t2m", "temperature", "K", standard_name="air_temperature")),
                missing={"temperature": NONE_OF.format("the temperature")}),
    FurtherCase("temperature at another level", beside(more("t700", "temperature", "K")),
                missing={"temperature": "no file has the temperature at 850 hPa; more0.nc has it at 700 hPa"}),
    FurtherCase("a spread", beside(more("msl", "pressure", "Pa", cell_methods="realization: standard_deviation")),
                missing={"pressure": "refused: .*a standard deviation .*not the field at any time; use the field"}),
    FurtherCase("a spread by the file's name", named(prmsl_spread=more("prmsl", "pressure", "Pa")),
                missing={"pressure": "refused: .*a spread"}),
    FurtherCase("an anomaly", beside(more("z500", "height_middle", "m", long_name="Height anomaly at 500 hPa")),
                missing={"height_middle": "refused: .*an anomaly"}),
    FurtherCase("an anomaly that the user names",
                beside(more("za", "height_middle", "m", long_name="Height anomaly at 500 hPa")),
                missing={"height_middle": "refused: .*an anomaly"}, dataset={"variables": {"height_middle": "za"}}),
    FurtherCase("a tendency", beside(more("msl", "pressure", "Pa", long_name="Mean sea level pressure tendency")),
                missing={"pressure": "refused: .*an anomaly"}),
    FurtherCase("means over the time", beside(more("psl", "pressure", "Pa", cell_methods="time: mean")),
                missing={"pressure": "refused: .*holds means over time, the winds do not"}),
    FurtherCase("no units", beside(more("msl", "pressure", None)),
                missing={"pressure": "refused: .*msl: it has no units, and must be Pa, say; state them"}),
    FurtherCase("wrong units", beside(more("msl", "pressure", "K")),
                missing={"pressure": "refused: .*the units are 'K', and must be Pa"}),
    FurtherCase("hPa said to be Pa", beside(more("msl", "pressure", "Pa", 100.0)),
                missing={"pressure": "refused: .*cannot be used as the pressure.*80000 to 115000 are possible"}),
    FurtherCase("geopotential said to be a height", beside(more("z500", "height_middle", "m", 1 / GRAVITY)),
                missing={"height_middle": "refused: .*cannot be used as geopotential height"}),
    FurtherCase("Celsius said to be Kelvin", beside(more("t850", "temperature", "K", offset=273.15)),
                missing={"temperature": "refused: .*cannot be used as the temperature"}),
    FurtherCase("two in a file", beside(lambda: with_another(more("msl", "pressure", "Pa"), "prmsl")),
                missing={"pressure": "refused: .*several variables could be pressure: msl, prmsl"}),
    FurtherCase("two files", beside(more("msl", "pressure", "Pa"), more("psl", "pressure", "Pa", 0.99)),
                missing={"pressure": "refused: .*both contain"}),
    FurtherCase("another run", beside(
        more("psl", "pressure", "Pa").file_says(source_id="CESM2"), winds=Draft().file_says(source_id="MIROC6")),
                missing={"pressure": "refused: .*of different runs: they say source_id 'MIROC6' and 'CESM2'"}),
    FurtherCase("another calendar", beside(more("psl", "pressure", "Pa").says("time", calendar="noleap")),
                missing={"pressure": "refused: .*different calendars"}),
    FurtherCase("members beside winds of one", beside(members(more("psl", "pressure", "Pa"))),
                missing={"pressure": "refused: .*have different members: 1 and 3"}),
    FurtherCase("other members", beside(members(more("psl", "pressure", "Pa"), (1, 2, 4)), winds=members(Draft())),
                missing={"pressure": "refused: .*have different members: 3 only in winds.nc, 4 only in more0.nc"}),
    FurtherCase("heights on two grids", beside(
        more("z500", "height_middle", "m"), more("z1000", "height_lower", "m", lat=LAT[::2])), ("height_middle",),
                {"height_lower": "refused: .*are on different grids: 41 x 144"}),
    FurtherCase("damaged", damaged, missing={"pressure": "refused: .*truncated or damaged"}),
    FurtherCase("in a group", grouped, missing={"pressure": "refused: .*msl: is in the netCDF group"}),
    # described
    FurtherCase("described by file", named(a_2005=more("q", "pressure", "Pa"), b_2005=more("q", "pressure", "Pa")),
                ("pressure",), dataset={"files": {"pressure": "b_{year}.nc"}}),
    FurtherCase("described by file, which is not there", beside(more("msl", "pressure", "Pa")),
                missing={"pressure": "no file of 2005 matches 'b_{year}.nc'"},
                dataset={"files": {"pressure": "b_{year}.nc"}}),
    FurtherCase("described by file, which cannot be used", named(b=more("msl", "pressure", "K")),
                missing={"pressure": "refused: .*b.nc: msl: the units are 'K'"},
                dataset={"files": {"pressure": "b.nc"}}),
    FurtherCase("described by file, which is damaged", only_damaged,
                missing={"pressure": "refused: .*b.nc: .*truncated or damaged"},
                dataset={"files": {"pressure": "b.nc"}}),
    FurtherCase("described with a variable that is not there", named(b_2005=more("q", "pressure", "Pa")),
                missing={"pressure": "refused: .*there is no variable 'p'; choose one of"},
                dataset={"files": {"pressure": "b_{year}.nc"}, "variables": {"pressure": "p"}}),
    FurtherCase("described by variable", beside(lambda: with_another(more("a", "pressure", "Pa"), "b")), ("pressure",),
                dataset={"variables": {"pressure": "b"}}),
    FurtherCase("a height that the user names, at no stated level", beside(more("zz", "height_middle", "m")),
                ("height_middle",), dataset={"variables": {"height_middle": "zz"}}, remark="taken to be at 500 hPa"),
    FurtherCase("an upper height that the user names, at no stated level", beside(more("zz", "height_upper", "m")),
                missing={"height_upper": "refused: .*no level is stated"},
                dataset={"variables": {"height_upper": "zz"}}),
    FurtherCase("winds described, the rest in their file", two_of_one_file(), ("pressure",),
                dataset={"files": {"u": "x.nc", "v": "x.nc"}}),
    FurtherCase("winds described, the rest not", beside(more("msl", "pressure", "Pa")),
                missing={"pressure": "no described file has the pressure .* give its file under"},
                dataset={"files": {"u": "winds.nc", "v": "winds.nc"}}),
]  # fmt: skip


def with_another(draft, name):
    """A draft with a copy of its only field."""
    draft.variables[name] = draft.winds[0]
    return draft
