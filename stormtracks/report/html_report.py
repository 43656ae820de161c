"""A results folder (and a journal) -> one HTML file."""

import os
import secrets
from pathlib import Path

import numpy as np

from stormtracks import __version__
from stormtracks.report import figures, fragments, page, trackdata
from stormtracks.report.outline import outline as look_at
from stormtracks.report.outline import provenance
from stormtracks.science import ibtracs, results
from stormtracks.science.errors import InputError
from stormtracks.science.summary import summarise

ELSEWHERE = "The figures are in the file that `inv report` writes without --live."


def write(results_folder, destination, journal=None, years=None, best_tracks=None, progress=None) -> Path:
    """Write the report of a run: one HTML file that is opened from disk and needs no network.

    Parameters
    ----------
    results_folder : path
        Folder of the results; the run may still be going on.
    destination : path
        The HTML file, replaced where it is there; or a folder, then ``report.html`` in it.
    journal : RunState, str, path or None
        The run's state, its name, or its journal; None: the page knows of results only, not of failures.
    years : iterable of int, optional
        None: all that are there.
    best_tracks : path, optional
        IBTrACS file, to show the observed tracks on the map.
    progress : callable, optional
        ``progress(done, total)`` in result files.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ResultError
        No such folder, no result of a year asked for, or a result that cannot be read.
    JournalRefused
        No such run, or a journal that cannot be read.
    """
    destination = Path(destination)
    destination = destination / "report.html" if destination.is_dir() else destination
    _check_destination(destination)
    outline = look_at(results_folder, journal, years)
    if not outline.number and outline.state is None:
        raise InputError(
            f"{results_folder}: there are no results of {outline.task}"
            f"{' of the years asked for' if years else ''}; make some first (inv track, inv manage)"
        )
    contents = contents_of(outline, best_tracks, progress)
    part = destination.with_name(f".{destination.name}.{os.getpid()}.{secrets.token_hex(4)}.part")
    try:
        with part.open("x", encoding="utf-8") as file:
            file.write(page.html(contents))
            file.flush()
            os.fsync(file.fileno())
        part.replace(destination)
    finally:
        part.unlink(missing_ok=True)
    return destination


def contents_of(outline, best_tracks=None, progress=None, with_figures=True) -> page.Contents:
    """What the page of a run shows, from its results as they are now; `live` stays None."""
    steps = _Steps(progress, 2 * outline.number)
    summary = summarise(outline.folder, outline.task, outline.results, steps.part()) if outline.number else None
    tracks = tracks_of(outline, best_tracks, steps.part()) if outline.number else None
    pictures, reason = figures.pictures(outline, summary, best_tracks) if with_figures else ([], ELSEWHERE)
    made = {
        **state_fragments(outline),
        "skill": fragments.skill(summary),
        "storms": fragments.storms(summary),
        "figures": fragments.figures(pictures, reason),
        "settings": fragments.settings(provenance(outline) if outline.number else {}),
    }
    return page.Contents(title_of(outline), fragments.made(__version__), made, tracks)


def state_fragments(outline) -> dict:
    """The pieces that change while a run goes on, and cost nothing to make."""
    return {"run": fragments.run(outline), "grid": fragments.grid(outline), "failures": fragments.failures(outline)}


def title_of(outline) -> str:
    """The run's name, or what the results are of."""
    if outline.state:
        return f"Run {outline.state.run['name']}"
    years = sorted(outline.results)
    return f"{outline.task} {years[0]}" + (f" to {years[-1]}" if len(years) > 1 else "")


def tracks_of(outline, best_tracks=None, progress=None) -> dict | None:
    """The tracks for the page's map, read file by file."""
    chosen, done = trackdata.TrackSet(), 0
    for year, members in outline.results.items():
        for member in members:
            chosen.add(year, member, *results.load_matched(results.path(outline.folder, outline.task, year, member)))
            done += 1
            if progress is not None:
                progress(done, outline.number)
    if best_tracks is not None:
        years = np.array([min(outline.results), max(outline.results) + 2]).astype("U4").astype("datetime64[s]")
        chosen.add_observed(ibtracs.load(best_tracks, *years))
    return chosen.packed()


def _check_destination(destination):
    if destination.suffix.lower() not in (".html", ".htm"):
        raise InputError(f"{destination}: the report is an HTML file; give it a name that ends in .html")
    if not destination.parent.is_dir():
        raise InputError(f"{destination.parent}: no such folder; make it first")


class _Steps:
    """One count over two passes through the results."""

    def __init__(self, progress, total):
        self._progress, self._total, self._base = progress, total, 0

    def part(self):
        if self._progress is None:
            return None
        base, self._base = self._base, self._base + self._total // 2
        return lambda done, _: self._progress(base + done, self._total)
