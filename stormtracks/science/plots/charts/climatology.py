"""Figures of a climatology: strength, lifetime and season of the tracks of all members and years."""

import dataclasses

import numpy as np
from matplotlib.figure import Figure

from stormtracks.science.arrays import Floats
from stormtracks.science.climatology.bands import Band
from stormtracks.science.climatology.coverage import NONE, PART, Coverage
from stormtracks.science.climatology.population import Population
from stormtracks.science.climatology.quantities import LIFETIME, MONTH, MONTHS, PRESSURE, VORTICITY, WIND, Quantity
from stormtracks.science.plots import style
from stormtracks.science.plots.charts.distribution import Panel, Shown, distributions
from stormtracks.science.plots.printed import Print

_TIMES = "$\\times$"
_SHORT = 50  # characters that stand beside the label of an axis
ALL, KNOWN = "all tracks", "tracks that are observed storms"


def intensity(
    population: Population, list_name: str | None = None, title: str = "", *, printed: Print | None = None
) -> Figure:
    """How strong tracks become: their vorticity, or the wind and pressure of a list's storms.

    Parameters
    ----------
    population : Population
    list_name : {'tc', 'etc'}, optional
        None: all tracks.
    title : str
    printed : Print, optional
        Width and title of the figure.
    """
    if list_name is None:
        return _figure("Peak vorticity", population, VORTICITY, list_name, title, printed)
    known = [one for one in (WIND, PRESSURE) if np.isfinite(one.of(population.heads)).any()] or [VORTICITY]
    panels = [panel for one in known for panel in _panels(population, one, list_name)]
    what = " and ".join(one.key for one in known)
    return distributions(panels, title or _title(f"Peak {what}", population, list_name), printed=printed)


def lifetime(
    population: Population, list_name: str | None = None, title: str = "", *, printed: Print | None = None
) -> Figure:
    """How long tracks last, from their first point to their last.

    Parameters
    ----------
    population : Population
    list_name : {'tc', 'etc'}, optional
        None: all tracks.
    title : str
    printed : Print, optional
        Width and title of the figure.
    """
    return _figure("Lifetime", population, LIFETIME, list_name, title, printed)


def season(
    population: Population, list_name: str | None = None, title: str = "", *, printed: Print | None = None
) -> Figure:
    """In which months tracks begin.

    Parameters
    ----------
    population : Population
    list_name : {'tc', 'etc'}, optional
        None: all tracks.
    title : str
    printed : Print, optional
        Width and title of the figure.
    """
    return _figure("Annual cycle of genesis", population, MONTH, list_name, title, printed)


def _figure(
    what: str, population: Population, quantity: Quantity, list_name: str | None, title: str, printed: Print | None
) -> Figure:
    panels = _panels(population, quantity, list_name)
    if quantity is MONTH:
        panels = _of_months(panels, population.coverage)
    return distributions(panels, title or _title(what, population, list_name), printed=printed)


def _panels(population: Population, quantity: Quantity, list_name: str | None) -> list[Panel]:
    """A list's storms beside the best tracks; or all tracks, and below them those that are observed storms."""
    edges = population.edges(quantity)
    every = population.counted(quantity, edges).band
    known = population.counted(quantity, edges, matched_only=True).band
    middle = _spread(population.medians(quantity))
    if list_name is not None:
        name = f"list {list_name}"
        sets = [Shown(name, every)]
        if list_name == "tc" and population.matched.any():
            sets.append(Shown("of these, observed storms", known, style.VERMILION, dashed=True, shaded=False))
        return [_beside_observed(population, quantity, edges, sets, f"{name} {middle}")]
    upper = Panel(
        edges, [Shown(ALL, every)], None, quantity.label, _ylabel(quantity, edges, "tracks", population.each),
        _note(quantity, ALL + f" {middle}"), many=quantity is not MONTH,
    )  # fmt: skip
    if not population.matched.any() and not len(population.observed):
        return [upper]
    sets = [Shown(KNOWN, known, style.VERMILION)]
    middle = _spread(population.medians(quantity, matched_only=True))
    return [upper, _beside_observed(population, quantity, edges, sets, f"observed storms {middle}")]


def _beside_observed(
    population: Population, quantity: Quantity, edges: Floats, sets: list[Shown], middle: str
) -> Panel:
    values = quantity.of(population.observed)
    seen = bool(np.isfinite(values).any())
    observed = population.observed_band(quantity, edges) if seen else None
    said = f"{middle}; IBTrACS {population.observed_median(quantity):.1f}" if seen else middle
    ylabel = _ylabel(quantity, edges, "storms", population.each)
    return Panel(edges, sets, observed, quantity.label, ylabel, _note(quantity, said))


def _note(quantity: Quantity, middle: str) -> str:
    return "" if quantity is MONTH else f"median ({quantity.unit.removeprefix(_TIMES)}): {middle}"


def _ylabel(quantity: Quantity, edges: Floats, what: str, each: str) -> str:
    width = edges[1] - edges[0]
    per = quantity.unit if quantity is MONTH else f"{width:g} {quantity.unit}".replace(f" {_TIMES}", _TIMES)
    return f"{what} per {each}\nand {per}"


def _spread(values: Floats) -> str:
    known = values[np.isfinite(values)]
    if not len(known):
        return "none"
    low, high = np.percentile(known, [5, 95])
    return f"{known.mean():.1f}" + (f" ({low:.1f} to {high:.1f})" if len(known) > 1 else "")


def _of_months(panels: list[Panel], coverage: Coverage | None) -> list[Panel]:
    """The months from the first to the last in which anything begins."""
    bands = [one.band for panel in panels for one in panel.sets]
    bands += [panel.observed for panel in panels if panel.observed is not None]
    some = np.flatnonzero(np.any([np.nan_to_num(band.mean) > 0 for band in bands], axis=0))
    first, last = (int(some[0]), int(some[-1]) + 1) if len(some) else (0, 12)
    names, said = _names(first, last, coverage)
    return [_from_month(panel, slice(first, last), names, said) for panel in panels]


def _names(first: int, last: int, coverage: Coverage | None) -> tuple[list[str], str]:
    """Names of the months that are shown, with what counts in each, and what is said of them and of the others."""
    names, said = list(MONTHS[first:last]), []
    others = np.delete(np.arange(12), np.arange(first, last))
    if coverage is not None:
        years, part = coverage.years[first:last], coverage.best[first:last] == PART
        names = [f"{name}*" if partly else name for name, partly in zip(names, part, strict=True)]
        if len(set(years.tolist())) > 1:
            names = [f"{name}\n{number}" for name, number in zip(names, years.tolist(), strict=True)]
            said.append("number: years that cover it")
        if part.any():
            said.append("*: covered in part")
        if len(others) and (coverage.best[others] == NONE).all():
            return names, "; ".join([*said, "the data cover no other month"])
    if len(others):
        covered = " that the data cover" if coverage is not None and (coverage.best[others] == NONE).any() else ""
        said.append(f"none begins in other months{covered}")
    return names, "; ".join(said)


def _from_month(panel: Panel, kept: slice, names: list[str], said: str) -> Panel:
    return dataclasses.replace(
        panel,
        edges=panel.edges[kept.start : kept.stop + 1],
        sets=[dataclasses.replace(one, band=_part(one.band, kept)) for one in panel.sets],
        observed=None if panel.observed is None else _part(panel.observed, kept),
        xlabel=panel.xlabel + (_beside(f"({said})") if said else ""),
        names=names,
    )


def _beside(said: str) -> str:
    """What follows the label of an axis: beside it, or below it, a line for each part."""
    return f" {said}" if len(said) <= _SHORT else "\n" + said.replace("; ", ";\n")


def _part(band: Band, kept: slice) -> Band:
    arrays = {name: getattr(band, name)[kept] for name in ("mean", "low", "high", "least", "most")}
    return dataclasses.replace(band, **arrays)


def _title(what: str, population: Population, list_name: str | None) -> str:
    return f"{what}, {'all tracks' if list_name is None else f'list {list_name}'}: {population.seasons}"
