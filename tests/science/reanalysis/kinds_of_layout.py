"""Names, dimensions, members, packings and grids as files have them."""

# ruff: noqa: E501 (a case a line)

import netCDF4
import numpy as np

from tests.science.reanalysis.cases import LAT, LON, Case, Draft

NY, NX = len(LAT), len(LON)
LAT2, LON2 = np.meshgrid(LAT, LON, indexing="ij")
DEGREES = {"lat": {"units": "degrees_north"}, "lon": {"units": "degrees_east"}}
GAUSSIAN = np.degrees(np.arcsin(np.polynomial.legendre.leggauss(72)[0]))
STRETCHED = np.concatenate([-np.cumsum(np.linspace(1.5, 3.5, 20))[::-1], [0], np.cumsum(np.linspace(1.5, 3.5, 20))])
"""As models with more rows at the equator have them."""
IEEE_1E15 = np.float32(1e15)


def u850():
    """A draft whose names state the level."""
    return Draft().rename(u="u850", v="v850")


def named(u, v, **attributes):
    """Other names of the winds, on a level of 850 hPa."""
    return Draft().level(850.0, "hPa").rename(u=u, v=v).winds_say(**attributes)


def axes(lat, lon, **attributes):
    """Other names of latitude and longitude, with other attributes."""
    draft = u850().rename(lat=lat, lon=lon)
    for name in ("lat", "lon"):
        own = {"units": None} | {key: value[name == "lon"] for key, value in attributes.items()}
        draft.says({"lat": lat, "lon": lon}[name], **own)
    return draft


def letters(labels):
    """Texts as single letters, shape (n, longest)."""
    return netCDF4.stringtochar(np.array(labels, dtype=f"S{max(map(len, labels))}"))


def labelled(labels, name="member"):
    """Members whose labels are texts as single letters."""
    return (
        u850()
        .dimension(name, size=len(labels), others=1.0)
        .coordinate(f"{name}_name", (name, "letters"), letters(labels))
    )


def without_rows(lat, rows):
    """Winds on latitudes of which some are missing."""
    return Draft(lat=np.delete(lat, rows)).rename(u="u850", v="v850")


def without_columns(columns):
    """Winds on longitudes of which some are missing."""
    return Draft(lon=np.delete(LON, columns)).rename(u="u850", v="v850")


def two_dimensional(lat="lat", lon="lon", **changes):
    """Latitudes and longitudes of two dimensions, y and x."""
    draft = u850().drop("lat", "lon").rename(lat="y", lon="x")
    return (
        draft.coordinate(lat, ("y", "x"), LAT2, units="degrees_north")
        .coordinate(lon, ("y", "x"), LON2, units="degrees_east")
        .rename(**changes)
    )


def cells(name, **attributes):
    """The winds on cells, latitudes and longitudes along them."""
    draft = u850()
    for one in draft.winds:
        one.values, one.dimensions = one.values.reshape(len(one.values), -1), ("time", name)
        one.attributes |= attributes
    draft.drop("lat", "lon")
    return draft.coordinate("lat", (name,), LAT2.ravel(), units="degrees_north").coordinate(
        "lon", (name,), LON2.ravel(), units="degrees_east"
    )


def flat(name, **attributes):
    """The winds on cells, without coordinates."""
    return cells(name, **attributes).drop("lat", "lon")


def bare(*dimensions, drop=("lat", "lon"), **attributes):
    """The winds on dimensions of other names, without coordinates."""
    return u850().drop(*drop).rename(lat=dimensions[0], lon=dimensions[1]).winds_say(**attributes)


def mapped(grid_mapping_name, y="y", x="x"):
    """The winds on the grid of a map projection."""
    return (
        two_dimensional(y=y, x=x)
        .coordinate("crs", (), 0, named=False, grid_mapping_name=grid_mapping_name)
        .winds_say(grid_mapping="crs")
    )


def marked(mark, kind="f4", **attributes):
    """A wind of which one corner is missing; nothing is tracked there."""
    draft = u850()
    for one in draft.winds:
        one.values = one.values.astype(kind)
        one.values[:, :2, :3] = mark
        one.attributes |= attributes
    return draft


def packed(kind="i2", scale=0.01, offset=0.0, mark=None, **attributes):
    """Winds as whole numbers; one corner has the stored number `mark`."""
    draft = u850().packed("u850", scale, offset, kind).packed("v850", scale, offset, kind)
    for one in draft.winds:
        if mark is not None:
            one.values[:, :2, :3] = mark
        one.attributes |= attributes
    return draft


def each(template, labels):
    """A file of each member, named by its label."""
    return lambda folder: [u850()(folder, template.format(label)) for label in labels]


ABSENT = r"0.1 % of the values are missing"
MEMBERS = (
    "member_id",
    "mem",
    "sample",
    "realization",
    "realisation",
    "ens",
    "ensemble",
    "ensemble_member",
    "ensemble_number",
    "number",
    "nmember",
    "members",
    "M",
    "m",
    "e",
)
U_AND_V = [("u", "v"), ("U", "V"), ("ua", "va"), ("uwnd", "vwnd"), ("UWND", "VWND"), ("uwind", "vwind"), ("u_wind", "v_wind"), ("x_wind", "y_wind"), ("wind_u", "wind_v"),
           ("UGRD", "VGRD"), ("UGRD_GDS0_ISBL", "VGRD_GDS0_ISBL"), ("U_GRD_GDS0_ISBL_S123", "V_GRD_GDS0_ISBL_S123"), ("UGRD_P0_L100_GLL0", "VGRD_P0_L100_GLL0"),
           ("ugrd-pres-an-gauss", "vgrd-pres-an-gauss"), ("ugrd-pres-an-ll125", "vgrd-pres-an-ll125"), ("u_component_of_wind", "v_component_of_wind"),
           ("u-component_of_wind_isobaric", "v-component_of_wind_isobaric"), ("eastward_wind", "northward_wind"), ("zonal_wind", "meridional_wind"), ("var131", "var132"), ("u_pl", "v_pl")]  # fmt: skip

CASES = [
    *[Case(f"{u}, {v}", named(u, v)) for u, v in U_AND_V],
    *[Case(f"{u}, {v}", Draft().rename(u=u, v=v)) for u, v in [("U850", "V850"), ("u_850", "v_850"), ("u850hPa", "v850hPa"), ("UGRD_850mb", "VGRD_850mb"), ("ua850", "va850")]],
    *[Case(f"in {units}", u850().winds_say(units=units)) for units in ("m/s", "m s^{-1}", "meters/second", "m s**-1", "M/S")],
    *[Case(f"in {units}", u850().winds_say(units=units), refused=f"the units are '{units}' and must be 'm s-1'") for units in ("knots", "cm s-1", "km/h", "1")],
    Case("by standard names", named("a", "b").says("a", standard_name="eastward_wind").says("b", standard_name="northward_wind")),
    Case("@ Isobaric surface", named("u", "v", long_name="wind @ Isobaric surface")),
    Case("stress is no wind", named("u", "v", standard_name="surface_downward_eastward_stress"), refused="no file with winds"),
    # axes, as CF says
    Case("axis attribute", axes("y", "x", axis=("Y", "X"), units=("degrees", "degrees"))),
    Case("axis attribute, units by CF", axes("y", "x", axis=("Y", "X"), units=("degrees_north", "degrees_east"))),
    Case("axis attribute, no units", axes("y", "x", axis=("Y", "X"))),
    Case("units only", axes("j", "i", units=("degreeN", "degreeE"))),
    Case("standard names only", axes("j", "i", standard_name=("latitude", "longitude"))),
    Case("netCDF-Java", axes("j", "i", _CoordinateAxisType=("Lat", "Lon"))),
    Case("names only", axes("LATITUDE", "LONGITUDE")),
    Case("names of NCL", axes("g0_lat_1", "g0_lon_2")),
    Case("auxiliary coordinates", u850().drop("lat", "lon").rename(lat="y", lon="x").coordinate("latitude", ("y",), LAT, units="degrees_north").coordinate("longitude", ("x",), LON, units="degrees_east")),
    Case("time and level by axis", Draft().level(850.0, "hPa", name="k", axis="Z").rename(time="n").says("n", axis="T")),
    Case("a dimension of one that says nothing", u850().dimension("band", size=1), remark="the dimension 'band' of length 1 is not understood; left out of account"),
    Case("a dimension of two that says nothing", u850().dimension("band", size=2), refused="the dimension 'band' of length 2 is not understood.*name it as 'member'"),
    # coordinates by their packing
    Case("radians", u850().stored("lat", np.radians(LAT), units="radians").stored("lon", np.radians(LON), units="radians")),
    Case("radians in single precision", u850().stored("lat", np.radians(LAT).astype("f4"), units="rad").stored("lon", np.radians(LON).astype("f4"), units="rad")),
    Case("degrees south", u850().stored("lat", -LAT, units="degrees_south"), refused="the latitude is in 'degrees_south'"),
    Case("degrees west", u850().stored("lon", -LON, units="degrees_west"), refused="the longitude is in 'degrees_west'"),
    Case("radians with units 1", u850().stored("lat", np.radians(LAT), units="1").stored("lon", np.radians(LON), units="1"), refused="look like radians; give them units"),
    Case("radians of a region with units 1", u850().stored("lat", np.radians(LAT), units="1").stored("lon", np.radians(LON / 4), units="1"), refused="look like radians; give them units"),
    Case("radians that do not say so", u850().stored("lat", np.radians(LAT), units=None).stored("lon", np.radians(LON), units=None), refused="look like radians; give them units"),
    Case("packed coordinates", u850().packed("lat", np.float32(0.1)).packed("lon", 0.5, 100.0)),
    Case("unsigned coordinates", u850().packed("lat", 2.5, -60.0, "u1").packed("lon", 2.5, 0.0, "u1")),
    Case("packed level", Draft().level([500.0, 850.0], "hPa", at=1).packed("level", 10.0, 100.0)),
    # packings of winds
    Case("i2", packed(), members=1),
    Case("i2 with an offset", packed(offset=3.0, scale=0.005)),
    Case("i4", packed("i4", 1e-6)),
    Case("i1", packed("i1", 0.5)),
    Case("u1 by _Unsigned", packed("u1", 0.5, -64.0)),
    Case("u2 by _Unsigned", packed("u2", 0.002, -64.0)),
    Case("u2 by _Unsigned, with marks", packed("u2", 0.002, -64.0, mark=-1, _FillValue=np.int16(-1)), remark=ABSENT),
    Case("a negative scale", packed(scale=-0.01)),
    Case("marks", packed(mark=-32768, _FillValue=np.int16(-32768)), remark=ABSENT),
    Case("marks of another type", packed(mark=-32768, missing_value=-32768.0), remark=ABSENT),
    Case("marks as text", packed(mark=-32000, missing_value="-32000"), remark=ABSENT),
    Case("the default mark", packed(mark=-32767), remark=ABSENT),
    Case("valid range of stored numbers", packed(mark=32000, valid_range=np.array([-20000, 20000], "i2")), remark=ABSENT),
    Case("valid range of values", packed(mark=20000, valid_range=np.array([-100.0, 100.0])), remark=ABSENT),
    Case("valid_max", marked(-199.0, valid_min=np.float32(-150), valid_max=np.float32(150)), remark=ABSENT),
    Case("a valid range that says nothing", u850().winds_say(valid_range=np.array([0.0, 0.0]))),
    Case("MERRA-2's marks", marked(IEEE_1E15, _FillValue=IEEE_1E15, missing_value=IEEE_1E15), remark=ABSENT),
    Case("marks in double precision", marked(-99.9, missing_value=-99.9), remark=ABSENT),
    Case("winds in double precision", marked(-9999.0, "f8", missing_value=np.float32(-9999)), remark=ABSENT),
    Case("NaN", marked(np.nan), remark=ABSENT),
    *[Case(f"a mark of {mark} that nothing says", marked(mark), refused=rf"u850: 6 values at .* is {said}, as no wind is at several points: a mark of missing values that nothing says") for mark, said in [(-99.0, "-99"), (-99.9, "-99.9"), (99.99, "99.99"), (-99.99, "-99.99"), (127.0, "127"), (-200.0, "-200")]],
    *[Case(f"a mark of {mark:g} that nothing says", marked(mark), refused=r"u850: 6 values at .*, more than any real u; where it marks missing values, name it") for mark in (-999.0, -9999.0, 9999.0, 1e20, -32768.0)],
    Case("netCDF's own mark, that nothing says", marked(9.96921e36), remark=ABSENT),
    Case("the lowest 16 bits as a mark that nothing says", packed(mark=-32768, scale=0.002), refused=r"u850: 6 values at .* is -65.536, as no wind is at several points"),
    Case("the highest 16 bits as a mark that nothing says", packed(mark=32767, scale=0.002), refused="is 65.534, as no wind is"),
    Case("-9999 in 16 bits that nothing says", packed(mark=-9999, scale=0.01), refused="is -99.99, as no wind is"),
    Case("a mark that is said", marked(-99.0, missing_value=np.float32(-99)), remark=ABSENT),
    Case("a mark outside the region", marked(-99.0), settings={"region": [-45, 45, -90, 60]}),
    # members
    *[Case(f"members along {name}", u850().members([1, 2, 3], name), members=3) for name in MEMBERS],
    Case("members by axis", u850().members([1, 2, 3], "n", axis="E"), members=3),
    Case("members by their standard name", u850().members([1, 2, 3], "n", standard_name="realization"), members=3),
    Case("members without labels", u850().dimension("ens", size=3, others=1.0), members=3),
    Case("members as texts", u850().members(np.array(["gec00", "gep01"], dtype=object), "member"), members=2),
    Case("members as letters", labelled(["r1i1p1f1", "r10i1p1f1"]), members=2),
    Case("members of a dimension that the description names", u850().members([1, 2], "twig"), members=2, dataset={"member": "twig"}),
    Case("members of a dimension that nothing names", u850().members([1, 2], "twig"), refused="the dimension 'twig' of length 2 is not understood"),
    Case("members in file names", each("u850_{}.nc", ["1", "2", "10"]), members=3, dataset={"files": dict.fromkeys("uv", "u850_{member}.nc")}),
    Case("members in file names as texts", each("f09.{}.cam.h2.nc", ["LE2-1021.002", "LE2-1001.001"]), members=2, dataset={"files": dict.fromkeys("uv", "f09.{member}.cam.h2.nc")}),
    Case("members, two alike", u850().members([1, 2, 2]), refused="u850: the coordinate of members 'member' has '2' twice; give each member a label of its own"),
    Case("members, one not a number", u850().members([1.0, np.nan, 3.0]), refused="the coordinate of members 'member' has no label for member 2"),
    Case("members, one that is marked", u850().members(np.array([1, -99], "i4"), missing_value=np.int32(-99)), refused="has no label for member 2"),
    Case("members, two texts alike", labelled(["r1i1p1f1", "r1i1p1f1"]), refused="has 'r1i1p1f1' twice"),
    Case("members, an empty text", u850().members(np.array(["gec00", ""], dtype=object)), refused="has no label for member 2"),
    Case("a member that is not a number", u850().coordinate("number", (), np.nan)),
    # rows and columns that are missing
    *[Case(f"rows without {name}", without_rows(LAT, rows), refused=rf"the latitudes are 2.5 degrees apart, but none lies between {ends}; add what is missing") for name, rows, ends in [("one", [20], "-2.5 and 2.5"), ("some", [10, 11, 12], "-27.5 and -17.5"), ("two in two places", [5, 30], "-40 and -35")]],
    Case("rows without one, north to south", without_rows(LAT[::-1], [20]), refused="none lies between -2.5 and 2.5"),
    Case("Gaussian rows", Draft(lat=GAUSSIAN).rename(u="u850", v="v850")),
    Case("Gaussian rows without one", without_rows(GAUSSIAN, [20]), refused="the latitudes are 2.4.* degrees apart, but none lies between"),
    Case("rows that grow apart", Draft(lat=STRETCHED).rename(u="u850", v="v850")),
    Case("columns without one", without_columns([30]), refused="the longitudes are 2.5 degrees apart, but none lies between 72.5 and 77.5"),
    Case("columns without the last", Draft(lon=np.arange(-180, 177.5, 2.5)).rename(u="u850", v="v850"), remark="the longitudes, 180 to 535, lack 1 column to go round the Earth"),
    # other grids, by their kind
    Case("curvilinear", two_dimensional(), refused="is on a curvilinear grid.*cdo remapbil,r360x181 x.nc out.nc"),
    Case("curvilinear, named like its dimensions", two_dimensional("y", "x").rename(y="lat", x="lon"), refused="is on a curvilinear grid"),
    Case("curvilinear, nav_lat", two_dimensional("nav_lat", "nav_lon"), refused="is on a curvilinear grid"),
    Case("rotated", two_dimensional(y="rlat", x="rlon"), refused="is on a rotated grid.*-rotuvb"),
    Case("rotated by its mapping", mapped("rotated_latitude_longitude"), refused="is on a rotated grid"),
    Case("rotated by iris", axes("grid_latitude", "grid_longitude", standard_name=("grid_latitude", "grid_longitude"), units=("degrees", "degrees")), refused="is on a rotated grid"),
    Case("Lambert", mapped("lambert_conformal_conic"), refused="is on the grid of a map projection .lambert_conformal_conic"),
    Case("projected without a mapping", axes("y", "x", standard_name=("projection_y_coordinate", "projection_x_coordinate"), units=("m", "m")), refused="is on the grid of a map projection"),
    *[Case(f"unstructured {name}", cells(name), refused="is on an unstructured grid, which has no cells within 40 degrees of -90 N.*cdo remapdis") for name in ("ncol", "cell", "ncells", "nCells", "grid_cells", "node", "n")],
    Case("ICON in radians", cells("ncells", CDI_grid_type="unstructured").rename(lat="clat", lon="clon").says("clat", units="radian").says("clon", units="radian"), refused="latitudes must lie between -90 and 90 degrees, and those of its cells are -2864"),
    Case("reduced Gaussian", cells("values", GRIB_gridType="reduced_gg"), refused="is on a reduced Gaussian grid, which has no cells within"),
    Case("reduced Gaussian by CDO", cells("rgrid", CDI_grid_type="gaussian_reduced"), refused="is on a reduced Gaussian grid, which has no cells within"),
    Case("HEALPix without places", cells("healpix_index").drop("lat", "lon"), refused="has 5904 cells, not all that go round the Earth"),
    *[
        Case(f"{kind} as GRIB has it", bare("y", "x", GRIB_gridType=kind), refused=refused)
        for kind, refused in [("lambert", "is on the grid of a map projection .lambert.; turn"), ("rotated_gg", "is on a rotated grid.*-rotuvb"), ("space_view", "is on the grid of a map projection"), ("stretched_rotated_ll", "is on a rotated grid"), ("rotated_sh", "holds spectral coefficients"), ("irregular_latlon", "is on a curvilinear grid")]
    ],
    *[Case(f"{kind} without places", flat("values", GRIB_gridType=kind), refused=refused) for kind, refused in [("reduced_rotated_gg", "is on a rotated grid"), ("sh", "holds spectral coefficients.*cdo sp2gpl x.nc out.nc .or ask for grid=1/1."), ("reduced_gg", "is on a reduced Gaussian grid, and nothing says where its points lie.*setgridtype,regular"), ("unstructured_grid", "does not have the latitudes and longitudes of its cells.*cdo setgrid")]],
    Case("spectral", bare("nsp", "nc2", CDI_grid_type="spectral"), refused="holds spectral coefficients.*sp2gpl"),
    Case("cubed sphere", u850().dimension("nf", size=6).drop("lat", "lon").rename(lat="Ydim", lon="Xdim"), refused="is on a cubed sphere"),
    Case("WRF", two_dimensional("XLAT", "XLONG", y="south_north", x="west_east").rename(u850="U", v850="V").file_says(TITLE=" OUTPUT FROM WRF V4.1 MODEL"), refused="is WRF output.*interplevel"),
    Case("WRF by its dimensions", bare("south_north", "west_east_stag").rename(u850="U", v850="V"), refused="is WRF output"),
    Case("no latitude at all", bare("a", "b"), refused="none of its dimensions time, a, b is a latitude"),
    Case("no coordinate", bare("lat", "lon"), refused="the dimension 'lat' has no coordinate variable; add one"),
    Case("latitudes as texts", u850().drop("lat").coordinate("lat", ("lat",), np.array([str(one) for one in LAT], dtype=object), units="degrees_north"), refused="lat.*texts"),
    # as programs print units
    *[Case(f"in {units}", u850().winds_say(units=units)) for units in ("m\u00b7s-1", "m s\u207b\u00b9", "m s^{\u22121}", "meter_per_second", "meter / second", "mps", "[m/s]", "none", "unknown")],
    Case("in m2 s-2", u850().winds_say(units="m\u00b2 s\u207b\u00b2"), refused="must be 'm s-1'"),
    # columns that are repeated
    Case("two columns repeated", Draft(lon=np.arange(0, 363, 2.5)).rename(u="u850", v="v850")),
    Case("columns repeated at both ends", Draft(lon=np.arange(-5, 365, 2.5)).rename(u="u850", v="v850")),
    Case("half of the columns repeated", Draft(lon=np.arange(0, 540, 2.5)).rename(u="u850", v="v850"), refused="they continue for 537.5 degrees; cut the file to 360 .ncks -d."),
    *[Case(f"{u}, {v}", named(u, v)) for u, v in [("U_GRD_L100", "V_GRD_L100"), ("ugrdprs", "vgrdprs"), ("ucomp", "vcomp"), ("u_component", "v_component")]],
    Case("u says which member it is, v does not", lambda folder: [u850().coordinate("number", (), 0)(folder, "a.nc", only=["u850"]), u850()(folder, "b.nc", only=["v850"])]),
    Case("u and v of two members", lambda folder: [u850().coordinate("number", (), number)(folder, f"{number}.nc", only=[name]) for number, name in ((0, "u850"), (1, "v850"))], refused="have different members: 0 only in 0.nc, 1 only in 1.nc"),
    Case("members, and another dimension of one", u850().members([1, 2, 3], "ens").dimension("number", [1]), members=3),
    Case("another dimension of one, and members", u850().dimension("number", [1]).members([1, 2, 3], "ens"), members=3),
    *[Case(f"{words} are no winds", named("u", "v", long_name=words), refused="no file with winds") for words in ("zonal current", "u-momentum component", "surface currents")],
]  # fmt: skip
