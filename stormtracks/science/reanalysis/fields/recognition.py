"""Which quantity a variable is, by its standard name or its own name, and the level that its name says."""

import re
from collections.abc import Collection

from stormtracks.science.reanalysis.dimensions import axes
from stormtracks.science.reanalysis.stored.attributes import text
from stormtracks.science.reanalysis.stored.protocol import Variable

SURFACE_PRESSURE = "surface pressure"
"""What is often there in place of the pressure at mean sea level, and is not it."""

_STANDARD_NAMES = {
    "eastward_wind": "u",
    "northward_wind": "v",
    "x_wind": "u",
    "y_wind": "v",
    "atmosphere_relative_vorticity": "vorticity",
    "atmosphere_upward_relative_vorticity": "vorticity",
}
_FURTHER_STANDARD_NAMES = {
    "air_pressure_at_mean_sea_level": "pressure",
    "air_pressure_at_sea_level": "pressure",
    "surface_air_pressure": SURFACE_PRESSURE,
    "geopotential_height": "height",
    "geopotential": "height",
    "air_temperature": "temperature",
    "atmosphere_mass_content_of_water_vapor": "precipitable_water",
    "atmosphere_water_vapor_content": "precipitable_water",
    "atmosphere_convective_available_potential_energy": "cape",
    "atmosphere_convective_available_potential_energy_wrt_surface": "cape",
}
_WIND = r"(?:{0}a?|{0}_?wnd|{0}_?wind|wind_?{0}|{0}_?component_?of_?wind|{1}_?winds?|{2}_?winds?|{3}_wind|{0}_?grd)"
_LEVEL = r"(?:_?(?:plev|pl|pres|isobaric\w*))?(?:[_@.]?p?(?P<level>\d+)_?(?:hpa|mb|mbar|millibars?)?)?(?:_isobaric\w*)?"
_GRIB = r"{0}_?grd_(?:.*isbl.*|p\d+_l100_.*|l100(?:_\d+)?)|{0}grd_pres_.*|{0}grdprs|{0}_?comp(?:onent)?"
_GRIB_LEVELS = r"{0}_(?:.*isbl.*|p\d+_l100_.*|l100(?:_\d+)?|pres_.*)|{0}prs"
_NAMES = {
    "u": re.compile(rf"{_WIND.format('u', 'eastward', 'zonal', 'x')}{_LEVEL}|{_GRIB.format('u')}|var131"),
    "v": re.compile(rf"{_WIND.format('v', 'northward', 'meridional', 'y')}{_LEVEL}|{_GRIB.format('v')}|var132"),
    "vorticity": re.compile(
        rf"(?:vo|vor|vort|vorticity|relv|rel_?vort?|relative_?vorticity|(?:atmosphere_)?(?:relative_)?vorticity){_LEVEL}"
        r"|relv_(?:.*isbl.*|p\d+_l100_.*)|relv_pres_.*|var138"
    ),
}
_FURTHER_NAMES = {
    "pressure": re.compile(
        r"(?:prmsl|msl|mslp|psl|slp|pmsl|mslet|msletmsl|prmslmsl|pres_?msl)(?:_.*(?:msl|mean_?sea|sea_?level|l101).*|msl)?"
        r"|(?:mean_)?sea_level_pressure|(?:air_)?pressure_at_(?:mean_)?sea_level|pressure_reduced_to_msl|var151"
    ),
    SURFACE_PRESSURE: re.compile(
        r"sp|ps|psfc|pres(?:_?(?:sfc|surface))?|surface_(?:air_)?pressure|pres_.*sfc.*|var134"
    ),
    "height": re.compile(
        rf"(?:z|zg|hgt|gh|geop|phi|geopotential|geopotential_?height){_LEVEL}"
        rf"|{_GRIB_LEVELS.format('(?:hgt|gp|gh)')}|var129|var156"
    ),
    "temperature": re.compile(
        rf"(?:t|ta|tmp|temp|temperature|air|air_temperature){_LEVEL}|{_GRIB_LEVELS.format('tmp')}|var130"
    ),
    "precipitable_water": re.compile(
        r"pwat|tcwv|prw|tpw|pr_wtr|precipitable_water|total_column_(?:water_vapou?r|vertically_integrated_water_vapou?r)"
        r"|pwat(?:_.*|eatm|clm)|precipitable_water_.*|var137"
    ),
    "cape": re.compile(r"s?cape(?:_.*|sfc)?|(?:surface_)?convective_available_potential_energy(?:_.*)?|var59"),
}
_NOT_THESE = re.compile(r"water|stress|ocean|ice|absolute")
_NOT_THESE_WORDS = re.compile(
    r"\b(stress|ocean|absolute|sea water|[uv]-momentum component"
    r"|(zonal|meridional|eastward|northward|sea|surface|tidal|water|[uv]|[xy]) (current|velocity of water)s?)\b"
)
_NOT_THESE_FURTHER = re.compile(
    r"\b(sea[ _]water|ocean|soil|dew[ _]?point|potential[ _]temperature|virtual|tropopause|thickness|orography"
    r"|sea[ _]ice|sea[ _]surface[ _]temperature|skin|boundary layer)\b|(tendency|derivative|gradient)_"
)
_NEAR_SURFACE_NAME = re.compile(r"10[uv]|[uv]100?|[uv]as|.*\d+m")
_NEAR_SURFACE_TEMPERATURE = re.compile(
    r"t_?\d{1,2}m.*|\d{1,2}_?m?t|tas(max|min)?|.*_\d{1,2}m(_.*)?|.*\d+m|ts|tsk|tsfc|tmps"
)
_REDUCED_OTHERWISE = re.compile(r"msl(?:et|ma).*|mslp_(?:eta|maps)_.*|.*\b(?:eta model|maps system) reduction\b.*")
_OF_LAYER = re.compile(r"pressurefromgroundlayer|.*\d+ ?- ?\d+ ?(?:mb|hpa|pa)\b.*|.*layer.*")
_CAPE_OF_LAYER = re.compile(r"cape_(?:p\d+_2l108_.*|\d+_?\d*_?mb.*|(?:pres.*)?(?:diff|layer|spdl|pdly).*)|.*_layer.*")
_HIGHEST_HPA = 2000.0


def quantity(name: str, variable: Variable, *, only_tracked: bool = False) -> tuple[str, float | None]:
    """What a variable is, and the level that its name says.

    Parameters
    ----------
    name : str
        The variable's.
    variable : Variable
    only_tracked : bool
        Whether it is looked at for winds and vorticity alone.

    Returns
    -------
    quantity : str
        "u", "v", "vorticity", another quantity of `roles.ROLES`, or `SURFACE_PRESSURE`; "" for none of them.
    level : float or None
        hPa.
    """
    if len(variable.dimensions) < 2 or axes.is_text(variable):
        return "", None
    standard_name, plain = text(variable, "standard_name"), re.sub(r"[- ]", "_", name.lower())
    found, level = _tracked(standard_name, plain, variable)
    return (found, level) if found or only_tracked else _further(standard_name, plain, variable)


def is_again(name: str, names: Collection[str]) -> bool:
    """Whether a variable is there again under a name with a number, which is then no level.

    Converters from GRIB (cdo), and what reads GRIB here, call further fields of one parameter ``u_2``, ``u_3``.

    Examples
    --------
    >>> from stormtracks.science.reanalysis.fields.recognition import is_again
    >>> is_again("u_2", ["u", "u_2"]), is_again("u_850", ["u", "u_850"])
    (True, False)
    """
    found = re.fullmatch(r"(?P<first>.*\D)_(?P<number>[2-9]|[1-9]\d+)", name)
    if found is None or found["first"] not in names:
        return False
    return all(f"{found['first']}_{number}" in names for number in range(2, int(found["number"])))


def second(role: str, variable: Variable) -> str:
    """What a variable is, where another of its role goes before it; "" where none does.

    NCEP's files have the pressure at mean sea level reduced in two ways, and CAPE of the surface beside that of layers.
    """
    plain = variable.name.lower()
    if role == "pressure":
        texts = plain, text(variable, "long_name")
        return "reduced to mean sea level in another way" if any(map(_REDUCED_OTHERWISE.fullmatch, texts)) else ""
    if role == "cape":
        texts = text(variable, "GRIB_typeOfLevel"), text(variable, "level")
        return "of a layer" if _CAPE_OF_LAYER.fullmatch(plain) or any(map(_OF_LAYER.fullmatch, texts)) else ""
    return ""


def _tracked(standard_name: str, plain: str, variable: Variable) -> tuple[str, float | None]:
    if _NEAR_SURFACE_NAME.fullmatch(plain):
        return "", None
    if _NOT_THESE.search(standard_name) or _NOT_THESE_WORDS.search(text(variable, "long_name")):
        return "", None
    return _by_names(_STANDARD_NAMES.get(standard_name, ""), plain, _NAMES)


def _further(standard_name: str, plain: str, variable: Variable) -> tuple[str, float | None]:
    if _NOT_THESE_FURTHER.search(standard_name) or _NOT_THESE_FURTHER.search(text(variable, "long_name")):
        return "", None
    stated = _FURTHER_STANDARD_NAMES.get(standard_name.partition(" ")[0], "")
    if stated == "temperature" and _NEAR_SURFACE_TEMPERATURE.fullmatch(plain):
        return "", None
    return _by_names(stated, plain, _FURTHER_NAMES)


def _by_names(stated: str, plain: str, names: dict[str, re.Pattern[str]]) -> tuple[str, float | None]:
    """The quantity that is stated, else that of the name; the level is the name's in both cases."""
    found, level = stated, None
    for by_name, pattern in names.items():
        match = pattern.fullmatch(plain)
        if match:
            found, level = found or by_name, match.groupdict().get("level")
    return found, None if level is None else _in_hpa(float(level))


def _in_hpa(level: float) -> float:
    """The level in a name, which is in Pa where no pressure is as high: u_85000."""
    return level / 100 if level > _HIGHEST_HPA else level
