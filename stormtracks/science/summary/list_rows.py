"""Statistics of lists -> rows of numbers: by year, basin, month, member, class, coast, strength; trends; storms."""

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np

from stormtracks.science.climatology import coasts
from stormtracks.science.climatology.basins import BASINS
from stormtracks.science.counts.classes import CLASSES
from stormtracks.science.counts.season import (
    AMOUNTS,
    OBSERVED,
    PRESSURE_EDGES_HPA,
    UNMATCHED,
    WEAK,
    WIND_EDGES_KT,
    Season,
)
from stormtracks.science.summary.list_summary import ListSummary
from stormtracks.science.summary.statistics import Spread
from stormtracks.science.summary.trends import LEAST_YEARS, trend

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
Row: TypeAlias = dict[str, Any]
"""By the column's name: a text, a number, or a `Spread` over the members. Figures are of one year: where there are
several, their mean."""


def by_year(summary: ListSummary) -> Iterator[Row]:
    """Amounts of each year, and their mean."""
    for year in summary.years:
        numbers = {"year": str(year.year), "members": len(year.members)}
        yield numbers | _everything(year.seasons, [1] * len(year.seasons))
    if len(summary.years) > 1:
        seasons, years = _members(summary)
        yield {"year": "mean", "members": len(seasons)} | _everything(seasons, years)


def by_basin(summary: ListSummary) -> Iterator[Row]:
    """Amounts by basin."""
    seasons, years = _members(summary)
    here = _coasts_of_basins()
    for number, code in enumerate(BASINS):
        yield {
            "basin": code,
            **_amounts(seasons, years, number, slice(None)),
            "landfalls": _landfalls(seasons, years, here == number),
        }
    yield {"basin": "all", **_everything(seasons, years)}


def by_month(summary: ListSummary) -> Iterator[Row]:
    """Amounts by month."""
    seasons, years = _members(summary)
    for number, name in enumerate(MONTHS):
        yield {"month": name, **_amounts(seasons, years, slice(None), number)}


def by_member(summary: ListSummary) -> Iterator[Row]:
    """Amounts and skill of each member."""
    for member, (years, one) in summary.by_member().items():
        amounts = {name: float(one.amounts[number].sum() / years) for number, name in enumerate(AMOUNTS)}
        pod, far = _pod(one), _far(one, summary)
        yield {
            "member": str(member),
            "years": years,
            **amounts,
            "landfalls": float(one.landfalls.sum() / years),
            "pod": pod,
            "far": far,
        }


def by_class(summary: ListSummary) -> Iterator[Row]:
    """How many are listed, and POD and FAR, by intensity class."""
    seasons, years = _members(summary)
    for number, kind in enumerate((*CLASSES, None)):
        classes = number if kind else slice(None)
        yield {
            "class": kind.label if kind else "all",
            "listed": Spread.of([one.listed[:, classes].sum() / n for one, n in zip(seasons, years, strict=True)]),
            "best_tracks": float(max(one.observed[classes].sum() / n for one, n in zip(seasons, years, strict=True))),
            "pod": Spread.of([_pod(one, classes) for one in seasons]),
            "far": Spread.of([_far(one, summary, [number] if kind else slice(None)) for one in seasons]),
        }


def by_false(summary: ListSummary) -> Iterator[Row]:
    """What listed storms are, by intensity class: also those of which nobody can tell."""
    seasons, years = _members(summary)
    for number, kind in enumerate((*CLASSES, None)):
        classes = [number] if kind else slice(None)

        listed = np.mean([one.listed[:, classes] / n for one, n in zip(seasons, years, strict=True)], axis=0)
        yield {
            "class": kind.label if kind else "all",
            "listed": float(listed.sum()),
            "observed": float(listed[..., OBSERVED].sum()),
            "weak": float(listed[..., WEAK].sum()),
            "uncovered": float(listed[~summary.covered][..., UNMATCHED].sum()),
            "false": float(listed[summary.covered][..., UNMATCHED].sum()),
            "far": Spread.of([_far(one, summary, classes) for one in seasons]),
        }


def by_coast(summary: ListSummary) -> Iterator[Row]:
    """Landfalls by coast."""
    seasons, years = _members(summary)
    for number in range(coasts.OTHER + 1):
        made = _landfalls(seasons, years, number)
        if made.maximum > 0:
            code = coasts.COASTS[number][0] if number < coasts.OTHER else ""
            yield {"coast": coasts.name(number), "basin": code, "landfalls": made}


def by_intensity(summary: ListSummary) -> Iterator[Row]:
    """How many storms are how strong."""
    seasons, years = _members(summary)
    for what, name, edges in (("kt", "winds", WIND_EDGES_KT), ("hPa", "pressures", PRESSURE_EDGES_HPA)):
        for number, (low, high) in enumerate(itertools.pairwise(edges)):
            counts = [getattr(one, name)[number] / n for one, n in zip(seasons, years, strict=True)]
            totals = [getattr(one, name).sum() / n for one, n in zip(seasons, years, strict=True)]
            if any(counts):
                share = [part / whole if whole else math.nan for part, whole in zip(counts, totals, strict=True)]
                bounds = {"unit": what, "from": float(low), "to": float(high)}
                yield {**bounds, "storms": Spread.of(counts), "share": Spread.of(share)}


def by_trend(summary: ListSummary) -> Iterator[Row]:
    """Trends per decade of the members' mean, and how the members' own trends differ; none of a few years."""
    numbers = [year.year for year in summary.whole if not isinstance(year.year, str)]
    if len(numbers) < max(LEAST_YEARS, len(summary.whole)):  # starts of forecasts have no trend
        return
    series = [[list(_series(one)) for one in year.seasons] for year in summary.whole]
    for place, (name, basin, _) in enumerate(series[0][0]):
        values = [[one[place][2] for one in year] for year in series]
        if not any(map(any, values)):  # as ACE of extratropical cyclones
            continue
        mean = trend(numbers, [float(np.mean(of)) for of in values])
        own = [10 * trend(numbers, of).slope for of in zip(*values, strict=False)]
        yield {
            "quantity": name,
            "basin": basin,
            "years": mean.years,
            "per_decade": 10 * mean.slope,
            "low": 10 * mean.low,
            "high": 10 * mean.high,
            "members": Spread.of(own),
            "memory": mean.memory,
        }


def by_storm(summary: ListSummary) -> Iterator[Row]:
    """Observed storms, and whose lists hold them."""
    for storm in summary.storms:
        yield {
            "year": str(storm.year),
            "storm": storm.sid,
            "name": storm.name,
            "wind_kt": storm.max_wind_kt,
            "lists": f"{storm.found} of {storm.members}",
            "share": storm.share,
            "distance_km": storm.distance_km,
            "lead_hours": storm.lead_hours,
        }


def _amounts(seasons: Sequence[Season], years: Sequence[int], basins: Any, months: Any) -> Row:
    """`AMOUNTS` per year of some basins and months, over the members."""
    found = {}
    for number, name in enumerate(AMOUNTS):
        totals = [one.amounts[number][basins, :][..., months].sum() / n for one, n in zip(seasons, years, strict=True)]
        found[name] = Spread.of(totals)
    return found


def _landfalls(seasons: Sequence[Season], years: Sequence[int], of: Any = slice(None)) -> Spread:
    return Spread.of([one.landfalls[of].sum() / n for one, n in zip(seasons, years, strict=True)])


def _members(summary: ListSummary) -> tuple[list[Season], list[int]]:
    """Each member's sum over the whole years, and of how many."""
    pooled = summary.by_member().values()
    return [one for _, one in pooled], [years for years, _ in pooled]


def _everything(seasons: Sequence[Season], years: Sequence[int]) -> Row:
    return _amounts(seasons, years, slice(None), slice(None)) | {"landfalls": _landfalls(seasons, years)}


def _coasts_of_basins() -> Any:
    """Basin of each coast, -1 of those without a name."""
    return np.array([*(BASINS.index(row[0]) if row[0] else -1 for row in coasts.COASTS), -1])


def _pod(one: Season, classes: Any = slice(None)) -> float:
    observed = one.observed[classes].sum()
    return float(one.found[classes].sum() / observed) if observed else math.nan


def _far(one: Season, summary: ListSummary, classes: Any = slice(None)) -> float:
    listed = one.listed[summary.covered][:, classes]
    total = listed.sum()
    known = total and one.observed.sum()  # without any best track nothing can be said
    return float(listed[..., UNMATCHED].sum() / total) if known else math.nan


def _series(one: Season) -> Iterator[tuple[str, str, float]]:
    """Quantity, basin and value of each series whose trend is told."""
    for number, name in enumerate(AMOUNTS):
        yield name, "all", float(one.amounts[number].sum())
        for place, code in enumerate(BASINS):
            yield name, code, float(one.amounts[number, place].sum())
    yield "landfalls", "all", float(one.landfalls.sum())
