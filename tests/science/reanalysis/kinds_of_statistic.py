"""Statistics that look like winds."""

# ruff: noqa: E501 (a case a line)

from tests.science.reanalysis.cases import Case, Draft


def u850(**attributes):
    """A draft whose names state the level, with attributes of the winds."""
    return Draft().rename(u="u850", v="v850").winds_say(**attributes)


def said(name, kind, **attributes):
    """A statistic that is refused by its kind, and by what says so."""
    return Case(name, u850(**attributes), refused=rf"u850: is {kind} \(.*\), a statistic and no wind at any time")


METHODS = {
    "realization: standard_deviation": "a standard deviation", "time: point realization: standard_deviation (ddof = 1)": "a standard deviation",
    "ensemble: variance": "a variance", "time: maximum": "a maximum", "time: minimum (interval: 1 hour)": "a minimum", "area: mean time: maximum": "a maximum",
    "time: range": "a range", "time: sum": "a sum", "time: median": "a median", "time: mean within years time: mean over years": "a climatology",
    "time: mean within days time: mean over days": "a climatology", "time: maximum within days time: mean over days": "a maximum",
}  # fmt: skip
WORDS = {
    "Zonal wind ensemble spread": "a spread", "U standard deviation": "a spread", "U-wind std. dev. of members": "a spread", "variance of zonal wind": "a spread",
    "Daily maximum of zonal wind": "an extreme", "Zonal wind, hourly maximum": "an extreme", "Maximum U wind": "an extreme", "Zonal wind minimum": "an extreme",
    "95th percentile of zonal wind": "an extreme", "Zonal wind anomaly": "an anomaly", "U analysis increment": "an anomaly", "Long Term Mean of u-wind": "a climatology",
    "Climatological zonal wind": "a climatology",
}  # fmt: skip
MEMBERS = r"u850, v850: is a mean over members \(.*\); its storms are weaker"

CASES = [
    *[said(f"cell_methods {methods}", kind, cell_methods=methods) for methods, kind in METHODS.items()],
    *[Case(f"cell_methods {methods}", u850(cell_methods=methods)) for methods in ("time: point", "area: mean time: point", "time: mean", "time: mean (interval: 6 hours)", "area: mean where land over all_area_types time: point")],
    *[Case(f"cell_methods {methods}", u850(cell_methods=methods), remark=MEMBERS) for methods in ("realization: mean", "time: point number: mean", "member: median")],
    *[said(f"long_name {words}", kind, long_name=words) for words, kind in WORDS.items()],
    *[Case(f"long_name {words}", u850(long_name=words)) for words in ("Zonal wind", "bias-corrected zonal wind", "U-component of wind (maximal resolution)", "wind of member 3")],
    Case("long_name of a mean over members", u850(long_name="Ensemble mean zonal wind"), remark=MEMBERS),
    said("standard_name standard_error", "a spread", standard_name="x_wind standard_error"),
    said("standard_name with words", "a spread", standard_name="eastward_wind spread"),
    said("standard_name square", "a square", standard_name="square_of_eastward_wind"),
    said("the archive's statistic", "a spread", statistic="Ensemble Spread"),
    said("the archive's statistic, maximum", "an extreme", statistic="Maximum"),
    Case("the archive's statistic, each", u850(statistic="Individual Obs")),
    Case("the archive's statistic, a mean over members", u850(statistic="Ensemble Mean"), remark=MEMBERS),
    said("GRIB's type of step", "a maximum", GRIB_stepType="max"),
    said("GRIB's spread", "a spread", GRIB_dataType="es"),
    Case("GRIB's mean over members", u850(GRIB_dataType="em"), remark=MEMBERS),
    Case("GRIB's analyses", u850(GRIB_dataType="an", GRIB_stepType="instant")),
    Case("a climatology by its time", u850().says("time", climatology="climatology_bounds"), refused=r"is a climatology \(time has the attribute 'climatology'\)"),
    Case("a spread by the name of its file", lambda folder: u850()(folder, "uv850.sprd.nc"), refused="is a spread .by the name of its file."),
    Case("a mean over members by the name of its file", lambda folder: u850()(folder, "uv850_ensmean.nc"), remark=MEMBERS),
    Case("variance in its own units", u850(cell_methods="realization: variance", units="m2 s-2"), refused="is a variance"),
    Case("a spread beside the winds", u850().coordinate("u", ("time", "lat", "lon"), Draft().variables["u"].values, named=False, units="m s-1", long_name="spread of u").coordinate("v", ("time", "lat", "lon"), Draft().variables["v"].values, named=False, units="m s-1", long_name="spread of v")),
    Case("a spread that the description names", u850(long_name="spread of wind").rename(u850="a", v850="b"), refused="is a spread", dataset={"variables": {"u": "a", "v": "b"}}),
    Case("an anomaly that the description names", Draft().level(850.0, "hPa").winds_say(long_name="wind anomaly").rename(u="a", v="b"), remark="a, b: is an anomaly .*, as the description names it", dataset={"variables": {"u": "a", "v": "b"}}),
    *[said(f"cell_methods {methods}", "a mean over levels", cell_methods=methods) for methods in ("plev: mean", "time: point lev: mean", "air_pressure: median")],
    said("cell_methods that CF does not have", "a spread", cell_methods="ensemble: spread"),
    *[Case(f"long_name {words}", u850(long_name=words)) for words in ("zonal wind, bias corrected (quantile mapping)", "zonal wind (quantile delta mapping)")],
    Case("a climatology by the name of its file, and what to do", lambda folder: u850()(folder, "amip-climatology-sst.nc"), refused="by the name of its file.*where it is none, rename the file"),
    *[said(f"long_name {words}", "a value made from winds", long_name=words) for words in ("u, experiment minus control", "linear trend of u", "EOF 1 of u", "standardised zonal wind", "wind gust", "vertical shear of zonal wind", "probability of zonal wind")],
    *[said(f"long_name {words}", "not the whole wind", long_name=words) for words in ("geostrophic eastward wind", "divergent component of zonal wind", "eddy zonal wind", "storm-relative u wind")],
    Case("a part of the wind that the description names", Draft().level(850.0, "hPa").winds_say(long_name="rotational wind").rename(u="a", v="b"), remark="a, b: is not the whole wind .*, as the description names it", dataset={"variables": {"u": "a", "v": "b"}}),
]  # fmt: skip
