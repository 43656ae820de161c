"""A results folder (and a journal) -> one HTML file."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from stormtracks import __version__, disk, label
from stormtracks.label import Label
from stormtracks.report import figures, fragments, page, trackdata
from stormtracks.report.agreed import Agreed, agreed_of
from stormtracks.report.compared import compared_of
from stormtracks.report.compared_maps import compared_maps
from stormtracks.report.outline import TASK, JournalOf, Outline, outline_of, provenance
from stormtracks.science import ibtracs
from stormtracks.science.errors import InputError
from stormtracks.science.filters import Filter, Sieve
from stormtracks.science.settings import TASKS
from stormtracks.science.summary import LeadSkill, ListSummary, Summary, skill_by_lead, summarise, summarise_list

_LISTS = {"tc": "Tropical cyclones", "etc": "Extratropical cyclones"}
ELSEWHERE = "The figures are in the file that `inv report` writes without --live."
Progress: TypeAlias = Callable[[int, int], object]


def write(
    results_folder: str | Path,
    destination: str | Path,
    journal: JournalOf = None,
    years: Iterable[Label] | None = None,
    best_tracks: str | Path | None = None,
    progress: Progress | None = None,
    mixed: bool = False,
    storm_list: str | None = None,
    *,
    members: Iterable[int] | None = None,
    asked: Filter | None = None,
    against: str | Path | None = None,
) -> Path:
    """Write the report of a run: one HTML file that is opened from disk and needs no network.

    Parameters
    ----------
    results_folder : path
        Folder of the results; the run may still be in progress.
    destination : path
        The HTML file, replaced where it is there; or a folder, then ``report.html`` in it.
    journal : RunState, str, path or None
        The run's state, its name, or its journal; None: the page knows of results only, not of failures.
    years : iterable of int or str, optional
        None: all that are there.
    best_tracks : path, optional
        IBTrACS file, to show the observed tracks on the map.
    progress : callable, optional
        ``progress(done, total)`` in result files.
    mixed : bool
        Whether results that were made differently are taken together all the same; the page's notes say so.
    storm_list : {'tc', 'etc'}, optional
        The page shows the storms of this list; None: all tracks.
    members : iterable of int, optional
        Members that the page shows; None: all.
    asked : Filter, optional
        Which tracks the page shows, and says so; None: all.
    against : path, optional
        Another folder of results, or a file of tracks, that the page compares its tracks with; of both, it looks at the
        same years, members, list and filter.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InputError
        A destination that cannot be written, or no result (of the years) at all; nothing to compare with, or no
        year, member or time that both have.
    ResultError
        No such folder, or a result that cannot be read.
    MixedResults
        Results that were made differently: with other settings, say.
    JournalRefused
        No such run, or a journal that cannot be read.
    """
    destination = Path(destination)
    destination = destination / "report.html" if destination.is_dir() else destination
    _check_destination(destination)
    outline = outline_of(results_folder, journal, years, storm_list, members, asked)
    if not outline.number and outline.state is None:
        chosen = [name for name, given in (("years", years), ("members", members)) if given]
        of_years = f" of these {' and '.join(chosen)}" if chosen else ""
        chain = f" --task {','.join(TASKS)}" if storm_list else ""
        raise InputError(
            f"{results_folder}: there are no results of {outline.task}{of_years}; run inv track{chain} first"
        )
    contents = contents_of(outline, best_tracks, progress, mixed=mixed, against=against)
    disk.write_whole(destination, page.html(contents))
    return destination


def contents_of(
    outline: Outline,
    best_tracks: str | Path | None = None,
    progress: Progress | None = None,
    with_figures: bool = True,
    mixed: bool = False,
    against: str | Path | None = None,
) -> page.PageContents:
    """What the page of a run shows, from its results as they are now; `live` stays None."""
    passes = 3 if against is None else 4
    steps = _Steps(progress, passes * outline.number, passes)
    compared = None if against is None else compared_of(outline, against, best_tracks, steps.part(), mixed)
    summary = _summary(outline, best_tracks, steps.part(), mixed) if outline.number else None
    agreed = agreed_of(outline, steps.part())
    tracks = tracks_of(outline, best_tracks, steps.part(), agreed) if outline.number else None
    pictures, note = figures.pictures(outline, summary, agreed, best_tracks) if with_figures else ([], ELSEWHERE)
    pieces = {
        **state_fragments(outline),
        "finding": fragments.finding(outline, summary, agreed, compared),
        "storms": fragments.storms(summary),
        "candidates": fragments.candidates(agreed),
        "skill": fragments.skill(summary) + fragments.skill_by_lead(_skill_by_lead(outline, best_tracks, mixed)),
        "figures": fragments.figures(pictures, note),
        "settings": fragments.settings(provenance(outline) if outline.number else {}),
    }
    if compared:
        maps, lacking = compared_maps(compared) if with_figures else ([], "")
        pieces[page.COMPARISON] = fragments.comparison(compared, maps, lacking)
    return page.PageContents(title_of(outline), fragments.created(__version__), pieces, tracks, line=outline.line)


def state_fragments(outline: Outline) -> dict[str, str]:
    """The pieces that change during a run and cost nothing to make."""
    return {"run": fragments.run(outline), "grid": fragments.grid(outline), "failures": fragments.failures(outline)}


def title_of(outline: Outline) -> str:
    """The run's name, or what the results are of."""
    if outline.state:
        of_list = f": {_LISTS[outline.storm_list].lower()}" if outline.storm_list else ""
        return f"Run {outline.state.run['name']}{of_list}"
    years = label.in_order(outline.results)
    what = _LISTS.get(outline.storm_list or "", outline.task)
    return f"{what} {years[0]}" + (f" to {years[-1]}" if len(years) > 1 else "")


def tracks_of(
    outline: Outline,
    best_tracks: str | Path | None = None,
    progress: Progress | None = None,
    agreed: Agreed | None = None,
) -> dict[str, Any] | None:
    """The tracks for the page's map, read file by file, and what their members agree on."""
    chosen, done = trackdata.TrackSet(), 0
    chosen.add_agreed(agreed or Agreed())
    sieve = Sieve(outline.of_members, outline.results, best_tracks)
    for year, members in outline.results.items():
        for member in members:
            tracks, scope = outline.scope(year, member, sieve)
            chosen.add(year, member, tracks, scope.matches, scope.kept)
            done += 1
            if progress is not None:
                progress(done, outline.number)
    if best_tracks is not None:
        # A season that begins in the last year may end in the next; so may a forecast.
        of = [int(label.name(year)[:4]) for year in outline.results]
        first, stop = np.array([min(of), max(of) + 2]).astype("U4").astype("datetime64[s]")
        as_results = outline.settings().keywords(ibtracs.load)
        chosen.add_observed(ibtracs.load(best_tracks, first, stop, **as_results))
    return chosen.packed()


def _summary(
    outline: Outline, best_tracks: str | Path | None, progress: Progress | None, mixed: bool
) -> Summary | ListSummary:
    how: dict[str, Any] = {"members": outline.chosen_members, "asked": outline.of_members, "best_tracks": best_tracks}
    how |= {"progress": progress, "mixed": mixed}
    if outline.storm_list is None:
        return summarise(outline.folder, outline.task, outline.results, **how)
    return summarise_list(outline.folder, outline.storm_list, outline.results, **how)


def _skill_by_lead(outline: Outline, best_tracks: str | Path | None, mixed: bool) -> LeadSkill | str | None:
    """Skill of the forecasts among the results, or why it is not known; None where there are none."""
    starts = [year for year in outline.results if label.is_start(year)]
    if not starts or outline.storm_list is not None or outline.task != TASK:
        return None
    if outline.restriction:
        return "it is of all tracks of all members, and this page is not"
    try:
        return skill_by_lead(outline.folder, starts, best_tracks, mixed=mixed)
    except InputError as error:  # the best tracks of the results are on another host, say
        return str(error)


def _check_destination(destination: Path) -> None:
    if destination.suffix.lower() not in (".html", ".htm"):
        raise InputError(f"{destination}: the report is an HTML file; give it a name that ends in .html")
    if not destination.parent.is_dir():
        raise InputError(f"{destination.parent}: no such folder; create it first")


class _Steps:
    """One count over several passes through the results."""

    def __init__(self, progress: Progress | None, total: int, passes: int) -> None:
        self._progress = progress
        self._total = total
        self._each = total // passes
        self._base = 0

    def part(self) -> Progress | None:
        """Progress of the next pass."""
        progress, base, total = self._progress, self._base, self._total
        if progress is None:
            return None
        each, self._base = self._each, self._base + self._each
        return lambda done, of: progress(base + each * done // max(1, of), total)
