"""Small GRIB messages whose values say which parameter, time and member they are of."""

import numpy as np

LAT, LON = np.arange(90.0, -91, -10), np.arange(0.0, 360, 10)
FIRST = np.datetime64("2005-08-25T00", "h")
_PARAMETERS = {"u": 131, "v": 132, "t": 130, "z": 129, "10u": 165, "10v": 166}


def values(parameter, hours, member=0):
    """What a field has, (lat, lon) from N to S: sixteenths, other ones for each parameter, time and member."""
    rng = np.random.default_rng([_PARAMETERS[parameter], hours + 10**6, member])
    return np.round(rng.normal(0, 8, (len(LAT), len(LON))) * 16) / 16


def message(
    parameter,
    hours,
    *,
    member=None,
    lead=0,
    edition=2,
    field=None,
    grid=(LAT, LON),
    sample="regular_ll_pl",
    before=None,
    after=None,
):
    """A message of 850 hPa (10 m: none) that is valid so many hours after `FIRST`, as bytes.

    `before` and `after` are further keys of eccodes, set before the parameter and after the times.
    """
    import eccodes

    handle = eccodes.codes_grib_new_from_samples(sample if sample == "GRIB2" else f"{sample}_grib{edition}")
    keys = _regular(*grid) if sample == "regular_ll_pl" else {}
    if member is not None:
        keys |= {"productDefinitionTemplateNumber": 1} if edition == 2 else mars("pf")
        keys |= {"number": member}
    keys |= (before or {}) | {"paramId": _PARAMETERS[parameter]}
    if not parameter.startswith("10"):
        keys |= {"typeOfLevel": "isobaricInhPa", "level": 850}
    start = (FIRST + hours - lead).item()
    keys |= {"dataDate": int(f"{start:%Y%m%d}"), "dataTime": int(f"{start:%H%M}"), "step": lead, **(after or {})}
    for key, value in (keys | {"bitsPerValue": 16}).items():
        eccodes.codes_set(handle, key, value)
    field = values(parameter, hours, member or 0) if field is None else field
    eccodes.codes_set_values(handle, np.ascontiguousarray(field, np.float64).ravel())
    data = eccodes.codes_get_message(handle)
    eccodes.codes_release(handle)
    return data


def latitudes(sample):
    """Of the rows of a sample of eccodes, from N to S."""
    import eccodes

    handle = eccodes.codes_grib_new_from_samples(sample)
    eccodes.codes_set_values(handle, np.zeros(eccodes.codes_get(handle, "numberOfDataPoints")))
    found = eccodes.codes_get_array(handle, "distinctLatitudes")
    eccodes.codes_release(handle)
    return found.tolist()


def winds(*hours, **how):
    """Messages of u and v at some times, as bytes."""
    return b"".join(message(parameter, hour, **how) for hour in hours for parameter in "uv")


def mars(kind, **more):
    """Keys of ECMWF's own section of GRIB 1."""
    stream = "oper" if kind in ("an", "fc") else "enfo"
    known = {"setLocalDefinition": 1, "localDefinitionNumber": 1, "class": "od", "type": kind, "stream": stream}
    return known | ({"numberOfForecastsInEnsemble": 50} if stream == "enfo" else {}) | more


def _regular(lat, lon):
    return {
        "Ni": len(lon), "Nj": len(lat),
        "latitudeOfFirstGridPointInDegrees": float(lat[0]), "latitudeOfLastGridPointInDegrees": float(lat[-1]),
        "longitudeOfFirstGridPointInDegrees": float(lon[0]), "longitudeOfLastGridPointInDegrees": float(lon[-1]),
        "iDirectionIncrementInDegrees": float(lon[1] - lon[0]),
        "jDirectionIncrementInDegrees": abs(float(lat[0] - lat[1])),
    }  # fmt: skip
