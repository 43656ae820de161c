"""The planted ensemble -> files in an archive's layout, all of them or none."""

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from stormtracks import disk
from stormtracks.science import hdf_errors
from stormtracks.science.errors import InputError
from stormtracks.science.records import BestTracks
from stormtracks.science.synthetic.atmosphere.heights import Heights
from stormtracks.science.synthetic.atmosphere.weather import Weather
from stormtracks.science.synthetic.layouts import LAYOUTS, Layout, provenance
from stormtracks.science.synthetic.plan import Plan
from stormtracks.science.synthetic.storms.planted_storms import storms
from stormtracks.science.synthetic.truth import truth_name, write_truth


@dataclass(frozen=True)
class Planted:
    """What has been written.

    Attributes
    ----------
    files : tuple of Path
        The winds, and pressure and heights where the plan is like an archive: a file for each, or for each of a member,
        or files or stores with all of them.
    truth : Path
    steps, members : int
    storms : int
        Storms planted in every member.
    """

    files: tuple[Path, ...]
    truth: Path
    steps: int
    members: int
    storms: int


def plant(
    folder: str | os.PathLike[str],
    plan: Plan,
    best: BestTracks,
    progress: Callable[[int, int], object] | None = None,
    overwrite: bool = False,
) -> Planted:
    """Write an ensemble in which storms follow best tracks, and the truth about it.

    Parameters
    ----------
    folder : path_like
        Created if it does not exist.
    plan : Plan
    best : BestTracks
        Those with a point during the plan's times are planted.
    progress : callable, optional
        Called with (steps done, steps in all).
    overwrite : bool
        Whether files of the same names may be replaced.

    Returns
    -------
    Planted

    Raises
    ------
    InputError
        A file of such a name exists.
    OSError
        The files cannot be written.

    Notes
    -----
    Files appear under their names when all of them are complete; on any interruption nothing is left. Memory holds a
    time step of all members and little more.
    """
    layout = LAYOUTS[str(plan.layout)]
    files = [Path(folder) / name for name in (*layout.names(plan), truth_name(plan.year))]
    existing = [path for path in files if path.exists()]
    if existing and not overwrite:
        raise InputError(f"{existing[0]} exists already; choose another folder, or replace it with --overwrite")
    planted = storms(plan, best)
    weather = Weather(plan, planted)
    with _all_or_nothing(files) as unfinished, hdf_errors.said_where(Path(folder)):
        write_truth(unfinished[-1], plan, planted, weather.cyclones, provenance(plan))
        with contextlib.ExitStack() as stack:
            _write_steps(layout(stack, unfinished[:-1], plan), plan, weather, progress)
    return Planted(tuple(files[:-1]), files[-1], len(plan.times), plan.members, len(planted))


def _write_steps(archive: Layout, plan: Plan, weather: Weather, progress: Callable[[int, int], object] | None) -> None:
    heights = Heights(plan.axes, plan.like) if plan.like else None
    for step, winds in enumerate(weather):
        fields = dict(zip(("u850", "v850"), winds[850], strict=True))
        archive.write(step, fields | heights.fields(winds) if heights else fields)
        if progress:
            progress(step + 1, len(plan.times))


@contextlib.contextmanager
def _all_or_nothing(files: Sequence[Path]) -> Iterator[list[Path]]:
    """Temporary files to write to, which get their names at the end; on any exception they, and new folders, go."""
    created = [path for path in _folders(files) if not path.exists()]
    try:
        with contextlib.ExitStack() as stack:
            unfinished = [stack.enter_context(disk.beside(path)) for path in files]
            yield unfinished
            for part, path in zip(unfinished, files, strict=True):
                if path.is_dir():  # a store, which no rename replaces
                    shutil.rmtree(path)
                part.replace(path)
    except BaseException:
        for folder in reversed(created):
            with contextlib.suppress(OSError):  # somebody else's file is in it by now
                folder.rmdir()
        raise


def _folders(files: Sequence[Path]) -> list[Path]:
    """The folders that the files need, outer ones first."""
    needed = {parent for path in files for parent in path.parents}
    return sorted(needed, key=lambda path: len(path.parts))
