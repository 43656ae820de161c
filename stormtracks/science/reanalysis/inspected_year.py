"""A year (or start) of a folder of data, as a task sees it: members, times, level, grid, and what reading it costs."""

import os
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from stormtracks.science import calendars, leads
from stormtracks.science.reanalysis.season import Season
from stormtracks.science.records import Grid

_SAMPLE_SECONDS = 2.0
"""How long reading is measured at most, beyond the first steps."""
_MOST_AT_ONCE = 64
"""Steps, of chunks that hold several: a task reads whole chunks as well."""


@dataclass(frozen=True)
class Reading:
    """What a task of one member reads.

    Attributes
    ----------
    files : int
    file_bytes : int
        Of these files, whole.
    value_bytes : int
        Of the values that are read, as 32-bit floats.
    chunks : int or None
        Stored chunks that are decoded; None where nothing was read, or nothing is stored in chunks.
    together : bool
        Whether all members are read together, as a stored chunk holds several: once on each host.
    seconds : float or None
        An estimate, from some steps that were read here; None where none were.
    sampled_steps : int
        How many.
    block_steps, block_members : int
        What one stored chunk holds: reading a part of it costs as much as reading all.
    """

    files: int
    file_bytes: int
    value_bytes: int
    chunks: int | None = None
    together: bool = False
    seconds: float | None = None
    sampled_steps: int = 0
    block_steps: int = 1
    block_members: int = 1


@dataclass(frozen=True)
class Year:
    """What a task of a year finds.

    Attributes
    ----------
    members : tuple of str
        The data's own labels, in the schedule's order.
    quantity : str
        "winds" or "vorticity".
    variables : dict of str to str
        Role -> name of the variable.
    stored_as : dict of str to str
        Role -> what its values are stored as.
    level_hpa : float
        That is read.
    calendar, first, last : str
        First and last time, in that calendar.
    times, missing_times : int
        How many there are, and how many are missing between or, of a year of which half is there, around them.
    step_hours : float
        The usual one; 0 for a single time.
    grid : str
        That is tracked on.
    remarks : tuple of str
        What a task would remark: what was assumed, joined, left out.
    reading : Reading
    start : str
        Of the forecast, member 0's own where members are lagged; "" for a year.
    lead_hours : tuple of float
        First and last lead of it; none for a year.
    """

    members: tuple[str, ...]
    quantity: str
    variables: dict[str, str]
    stored_as: dict[str, str]
    level_hpa: float
    calendar: str
    first: str
    last: str
    times: int
    missing_times: int
    step_hours: float
    grid: str
    remarks: tuple[str, ...]
    reading: Reading
    start: str = ""
    lead_hours: tuple[float, ...] = ()


def of_season(season: Season, sampled_steps: int = 0) -> Year:
    """What an open season has.

    Parameters
    ----------
    season : Season
    sampled_steps : int
        How many steps are read, to estimate what reading all of them costs; more where a chunk holds more.

    Raises
    ------
    InputError
        A file of the first member is missing; the steps cannot be read, or have values that a task refuses.
    """
    axis, choice = season.axis, season.choice
    first, last = calendars.texts(axis.times[[0, -1]], axis.calendar)
    return Year(
        members=season.members,
        quantity=season.quantity,
        variables=choice["variables"],
        stored_as=season.files.stored_as,
        level_hpa=choice["level_hpa"],
        calendar=axis.calendar,
        first=str(first),
        last=str(last),
        times=len(axis),
        missing_times=season.missing_times,
        step_hours=float(np.median(np.diff(axis.hours))) if len(axis) > 1 else 0.0,
        grid=described(season.grid),
        remarks=season.remarks,
        reading=_reading(season, sampled_steps),
        **_forecast(season),
    )


def of_another_start(year: Year, start: str) -> Year:
    """What a forecast has whose files are those of another: the same, at its own times.

    Parameters
    ----------
    year : Year
        The other forecast.
    start : str
        Label.
    """
    apart = np.asarray(leads.moment(start, year.calendar) - leads.moment(year.start, year.calendar))
    own = np.array([calendars.of_text(text, year.calendar) for text in (year.first, year.last)])
    first, last = calendars.texts(calendars.later(own, apart, year.calendar), year.calendar)
    return replace(year, start=start, first=str(first), last=str(last))


def _forecast(season: Season) -> dict[str, Any]:
    """Start and leads of a forecast; nothing of a year."""
    said = season.forecast(0)
    hours = leads.of_times(season.axis.times[[0, -1]], said)
    return {} if hours is None else {"start": said[leads.KEY]["start"], "lead_hours": tuple(hours.tolist())}


def described(grid: Grid) -> str:
    """A grid in a line.

    Examples
    --------
    >>> import numpy as np
    >>> from stormtracks.science.reanalysis.inspected_year import described
    >>> from stormtracks.science.records import Grid
    >>> described(Grid(np.linspace(-90, 90, 91), np.arange(0, 360, 2.0), True))
    '91 x 180, 2 x 2 degrees, 90.0S to 90.0N, around the globe'
    """
    rows, columns = grid.shape
    steps = np.diff(grid.lat)
    even = bool(len(steps)) and np.allclose(steps, steps[0], rtol=1e-3)
    row_step = f"{steps[0]:.4g}" if even else f"about {np.mean(steps):.3g} (Gaussian)" if len(steps) else "one row"
    column_step = f"{grid.lon[1] - grid.lon[0]:.4g}" if columns > 1 else "one column"
    south, north = (f"{abs(lat):.1f}{'S' if lat < 0 else 'N'}" for lat in grid.lat[[0, -1]])
    round_ = "around the globe" if grid.periodic else f"{grid.lon[0]:g} to {grid.lon[-1]:g} E"
    return f"{rows} x {columns}, {row_step} x {column_step} degrees, {south} to {north}, {round_}"


def stored_bytes(path: Path) -> int:
    """Bytes of a file, or of all files of a store; 0 of what is not here, as a store on the web."""
    try:
        if path.is_dir():
            return sum(Path(folder, name).stat().st_size for folder, _, names in os.walk(path) for name in names)
        return path.stat().st_size
    except OSError:
        return 0


def _reading(season: Season, sampled_steps: int) -> Reading:
    inputs = season.inputs(0)
    steps, fields = len(season.axis), 1 if season.quantity == "vorticity" else 2
    together = season.block.members > 1
    read = len(season.members) if together else 1
    values = steps * fields * season.grid.shape[0] * season.grid.shape[1] * 4 * read
    sampled = _sample(season, sampled_steps) if sampled_steps and steps else None
    whole = Reading(len(inputs), sum(stored_bytes(file.path) for file in inputs), values, together=together)
    whole = replace(whole, block_steps=season.block.steps, block_members=season.block.members)
    if sampled is None:
        return whole
    seconds, done, chunks = sampled
    per_step = steps / done
    return replace(whole, chunks=round(chunks * per_step) or None, seconds=seconds * per_step, sampled_steps=done)


def _sample(season: Season, steps: int) -> tuple[float, int, int]:
    """Seconds, steps and chunks of a part of a season that was read; whole blocks, and no more of them than needed."""
    before, began, done = season.chunks_inflated, time.perf_counter(), 0
    members = slice(None) if season.block.members > 1 else slice(0, 1)
    while done < min(steps, len(season.axis)) and (not done or time.perf_counter() - began < _SAMPLE_SECONDS):
        stop = min(done + min(season.block.steps, _MOST_AT_ONCE), len(season.axis))
        season.read(done, stop, members)
        done = stop
    return time.perf_counter() - began, done, season.chunks_inflated - before
