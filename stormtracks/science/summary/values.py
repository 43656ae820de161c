"""A statistic as a plain value and as text; NaN is what is not known."""

import math
from typing import Any


def plain(value: Any) -> Any:
    """Dicts, lists, numbers and texts, None in place of NaN, for JSON.

    Examples
    --------
    >>> from stormtracks.science.summary.values import plain
    >>> plain({"pod": 0.5, "far": float("nan"), "years": (1987, 1988)})
    {'pod': 0.5, 'far': None, 'years': [1987, 1988]}
    """
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def figure(value: float, digits: int, sign: str = "") -> str:
    """A number with so many decimals, with a plus where `sign` is "+"; a dash where it is not known.

    Examples
    --------
    >>> from stormtracks.science.summary.values import figure
    >>> figure(12.34, 1), figure(12.34, 0, "+"), figure(-0.2, 0), figure(float("nan"), 1)
    ('12.3', '+12', '0', '-')
    """
    if not math.isfinite(value):
        return "-"
    return f"{round(value, digits) + 0.0:{sign}.{digits}f}"  # -0.0 + 0.0 is 0.0: no "-0" for what rounds to nothing
