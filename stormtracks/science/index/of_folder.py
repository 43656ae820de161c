"""A folder of results -> what is known of them, each read at most once."""

import contextlib
import logging
from collections import OrderedDict
from collections.abc import Callable, Iterable
from pathlib import Path

from stormtracks.label import Label
from stormtracks.science import heads, results
from stormtracks.science.errors import ResultError
from stormtracks.science.index import piece, stored
from stormtracks.science.index.season import Season, joined
from stormtracks.science.results.places import Folder, State

TASKS = ("vort_track", "classify")
"""Whose results have tracks that the index knows."""
MOST_TRACKS = 10**6
"""Of seasons that are kept in memory; about 300 bytes each."""
Progress = Callable[[int, int], object]

log = logging.getLogger(__name__)


class Index:
    """What is known of the results in a folder; it looks at the files' states whenever it is asked.

    Parameters
    ----------
    folder : path_like
        Folder of all results.
    """

    def __init__(self, folder: Folder) -> None:
        self.folder = Path(folder)
        self._kept: OrderedDict[tuple[str, Label], Season] = OrderedDict()

    def season(
        self, task: str, year: Label, members: Iterable[int] | None = None, progress: Progress | None = None
    ) -> Season:
        """What is known of a year's results now.

        Parameters
        ----------
        task : str
            One of `TASKS`.
        year : int or str
        members : iterable of int, optional
            Those wanted, each of which has a result; None: all that have one.
        progress : callable, optional
            Called as ``progress(done, total)`` after each result that is read.

        Raises
        ------
        ResultError
            There is no result of the year, or one is damaged; the message names it.
        """
        there = results.states(self.folder, year, task)
        if not there:
            raise ResultError(f"{self.folder}: there is no result of {task} of {year} any more; open the folder again")
        wanted = set(there) if members is None else set(members)
        try:
            return self._now(task, year, there, progress).of_members(wanted)
        except ResultError:
            if wanted.issuperset(there):
                raise
        return self._mended(task, year, {member: there[member] for member in there if member in wanted}, None, progress)

    def refresh(self, progress: Progress | None = None) -> int:
        """Bring the files of the index up to date with all results; how many results they know."""
        years = [(task, year) for task in TASKS for year in results.years(self.folder, task)]
        known = 0
        for number, (task, year) in enumerate(years, start=1):
            known += len(self.season(task, year))
            if progress is not None:
                progress(number, len(years))
        return known

    def _now(self, task: str, year: Label, there: dict[int, State], progress: Progress | None) -> Season:
        kept = self._kept.get((task, year))
        place = piece.year_place(self.folder, task, year)
        if kept is None or _states(kept) != there:
            kept = stored.load(place)
        if kept is None or kept.year != year or _states(kept) != there:
            kept = self._mended(task, year, there, kept, progress)
            self._keep_on_disk(task, kept, place)
        self._keep(task, kept)
        return kept

    def _mended(
        self, task: str, year: Label, there: dict[int, State], kept: Season | None, progress: Progress | None
    ) -> Season:
        """A season of what was known and is still so, of pieces, and of what has to be read."""
        numbers = {} if kept is None else {entry.ensemble_member: n for n, entry in enumerate(kept.entries)}
        parts = []
        for member, state in there.items():
            if kept is not None and member in numbers and kept.entries[numbers[member]].state == state:
                parts.append(kept.of(numbers[member]))
            else:
                parts.append(_piece(self.folder, task, year, member, state) or _read(self.folder, task, year, member))
            if progress is not None:
                progress(len(parts), len(there))
        return joined(year, parts)

    def _keep_on_disk(self, task: str, season: Season, place: Path) -> None:
        try:
            stored.save(season, place)
        except OSError as error:  # another's folder, or a full disk: it is known all the same
            log.info("%s: not written: %s", place, error)
            return
        for entry in season.entries:
            with contextlib.suppress(OSError):
                piece.place(self.folder, task, season.year, entry.ensemble_member).unlink(missing_ok=True)

    def _keep(self, task: str, season: Season) -> None:
        self._kept[task, season.year] = season
        self._kept.move_to_end((task, season.year))
        while len(self._kept) > 1 and sum(len(one.heads) for one in self._kept.values()) > MOST_TRACKS:
            self._kept.popitem(last=False)


def learn(path: Folder, folder: Folder) -> None:
    """Leave a piece for a result that is about to come into a folder, from wherever it lies now.

    Parameters
    ----------
    path : path_like
        The file, which keeps its time of change when it is renamed.
    folder : path_like
        Folder of all results.

    Raises
    ------
    ResultError
        It is damaged, or is not a result.
    """
    task = results.load_header(path).task
    if task in TASKS:
        piece.leave(folder, task, _of_file(Path(path), task))


def _states(season: Season) -> dict[int, State]:
    return {entry.ensemble_member: entry.state for entry in season.entries}


def _piece(folder: Path, task: str, year: Label, member: int, state: State) -> Season | None:
    """What a result left when it was saved, if its file is still that one."""
    found = stored.load(piece.place(folder, task, year, member))
    known = found is not None and found.year == year and _states(found) == {member: state}
    return found if known else None


def _read(folder: Path, task: str, year: Label, member: int) -> Season:
    place = results.path(folder, task, year, member)
    found = _of_file(place, task)
    (entry,) = found.entries
    if (found.year, entry.ensemble_member) != (year, member):
        raise ResultError(
            f"{place}: is the result of {found.year}, member {entry.ensemble_member}; put it back in its place, or "
            "delete it and compute that task again"
        )
    return found


def _of_file(place: Path, task: str) -> Season:
    """What a result itself says; its state is looked at before, so that a change meanwhile is noticed later."""
    try:
        state = State.of(place.stat())
    except OSError as error:
        raise ResultError(f"{place}: cannot be read: {error.strerror}; compute that task again") from error
    if task == "classify":
        header, storms = results.load_list(place)
        return piece.of_list(header, state, storms)
    header, tracks, matches = results.load_headed(place)
    return piece.of(header, state, heads.of(tracks, matches), tracks.row_size, matches)
