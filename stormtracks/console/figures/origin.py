"""What a figure's title says of where results come from: the data set, the months, how many members."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from stormtracks.label import Label
from stormtracks.science import calendars, results
from stormtracks.science.arrays import Times
from stormtracks.science.plots.dates import MONTHS
from stormtracks.science.records import Tracks

_NO_NAMES = frozenset({"/", ".", "..", "data", "input", "inputs"})


@dataclass
class Span:
    """The months that tracks are in, season after season."""

    first: int = 12
    last: int = -1

    def seen(self, tracks: Tracks) -> Tracks:
        """Take in the tracks of a season; the same tracks."""
        if len(tracks.time):
            years = _year_and_month(tracks, tracks.time.min())[0]
            numbers = [_year_and_month(tracks, time) for time in (tracks.time.min(), tracks.time.max())]
            counted = [12 * (year - years) + month - 1 for year, month in numbers]
            self.first, self.last = min(self.first, counted[0]), max(self.last, counted[1])
        return tracks

    @property
    def months(self) -> str:
        """Such as Aug–Oct; '' for a whole year and where no track was."""
        if self.last < 0 or self.last - self.first >= 11:
            return ""
        ends = [MONTHS[number % 12] for number in (self.first, self.last)]
        return ends[0] if self.first == self.last else "–".join(ends)

    def text(self, years: Sequence[Label]) -> str:
        """The months of some years, such as Aug–Oct 2005–2006."""
        span = str(years[0]) if len(years) == 1 else f"{years[0]}–{years[-1]}"
        return f"{self.months}\u00a0{span}" if self.months else span  # no new line between them


def title(year: Label, tracks: Tracks, place: Path) -> str:
    """Data set, months and year of the tracks of a year, which were made into the result at a place."""
    span = Span()
    span.seen(tracks)
    return f"{data_of(place)}, {span.text([year])}"


def data_of(place: Path) -> str:
    """What the data are called that a result was made from; a list was made from other results of its folder."""
    header = results.load_header(place)
    if header.task != "classify":
        return data(header.provenance)
    for task in ("vort_track", "field_collection"):
        beside = results.path(place.parents[2], task, header.year, header.ensemble_member)
        if beside.exists():
            return data(results.load_header(beside).provenance)
    return data({})  # of its own inputs there are best tracks only


def data(provenance: Mapping[str, Any]) -> str:
    """The name of the folder of the data, which is all that results know of what they are; of "data" that above it."""
    for found in provenance.get("inputs") or []:
        folders = [part for part in Path(str(found["path"])).parts[:-1] if part not in _NO_NAMES and not part.isdigit()]
        return folders[-1] if folders else "data"
    return "data"


def members(found: Mapping[Label, Sequence[int]]) -> str:
    """How many members, of how many years or forecasts."""
    numbers = {len(one) for one in found.values()}
    number = f"{min(numbers)}" if len(numbers) == 1 else f"{min(numbers)} to {max(numbers)}"
    said = f"{number} member{'' if numbers == {1} else 's'}"
    return said if len(found) == 1 else f"{said} of {len(found)} seasons each"


def _year_and_month(tracks: Tracks, time: Times) -> tuple[int, int]:
    text = str(calendars.texts(np.array([time]), tracks.calendar)[0])
    return int(text[:4]), int(text[5:7])
