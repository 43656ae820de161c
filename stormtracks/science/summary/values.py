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
    >>> figure(12.34, 1), figure(12.34, 0, "+"), figure(float("nan"), 1)
    ('12.3', '+12', '-')
    """
    return f"{value:{sign}.{digits}f}" if math.isfinite(value) else "-"
