"""How a figure is printed, as a person types it: --width, --dpi, --projection, --title."""

import math
from collections.abc import Mapping
from typing import Any

from stormtracks.errors import BadValue
from stormtracks.science import plots


def printed(options: Mapping[str, Any]) -> plots.Print:
    """What the options say; those that are not there have their defaults.

    Raises
    ------
    BadValue
        A width or resolution that is not a number or is out of its range, or an unknown projection.
    """
    asked: dict[str, Any] = {}
    if options.get("width") is not None:
        asked["width_mm"] = _number("width", str(options["width"]).lower().removesuffix("mm"), "183")
    if options.get("dpi") is not None:
        asked["dpi"] = round(_number("dpi", str(options["dpi"]), "300"))
    for name in ("projection", "title"):
        if options.get(name) is not None:
            asked[name] = options[name]
    return plots.Print(**asked)


def _number(option: str, text: str, example: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise BadValue(f"--{option} must be a number such as {example}, not {text!r}")
    return number
