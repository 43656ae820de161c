"""What a folder of data has: the years and members that a task can be done of, and what a task would say or refuse."""

import contextlib
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from stormtracks import web_path
from stormtracks.label import Label
from stormtracks.science.errors import InputError, LevelMissing, ManyStarts
from stormtracks.science.reanalysis import inspected_year
from stormtracks.science.reanalysis.dataset import Dataset
from stormtracks.science.reanalysis.dimensions import forecasts
from stormtracks.science.reanalysis.folder import leftovers
from stormtracks.science.reanalysis.folder.survey import Survey
from stormtracks.science.reanalysis.further import REFUSED, open_year_further
from stormtracks.science.reanalysis.inspected_year import Year
from stormtracks.science.reanalysis.joined import kept_fields
from stormtracks.science.reanalysis.roles import FURTHER
from stormtracks.science.reanalysis.season import open_year
from stormtracks.science.settings import Settings

_SAMPLED_STEPS = 4
_SAMPLED_SECONDS = 10.0
"""After which no further year is read from."""


@dataclass(frozen=True)
class Inventory:
    """What a folder of data has, found out by opening each year as a task does.

    Attributes
    ----------
    years : dict of int or str to Year
        Calendar year, or start of a forecast, ascending -> what a task of it finds; those that a task would refuse are
        not among them.
    refusals : dict of int or str to str
        Calendar year, or start -> why a task would refuse it.
    nothing : str
        Why there is no year and no start at all; empty where there is one, readable or not.
    further : tuple of str
        Which fields there are beside the winds and which not, and why one that is there is refused, a sentence each.
    """

    years: Mapping[Label, Year]
    refusals: Mapping[Label, str]
    nothing: str
    further: tuple[str, ...]

    @property
    def members(self) -> dict[int, int]:
        """Calendar year -> number of members."""
        return {year: len(one.members) for year, one in self.years.items() if isinstance(year, int)}

    @property
    def starts(self) -> dict[str, int]:
        """Start of a forecast -> number of members; where the files have starts and leads."""
        return {start: len(one.members) for start, one in self.years.items() if isinstance(start, str)}

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a task of any year would remark, each once."""
        return tuple(dict.fromkeys(remark for year in self.years.values() for remark in year.remarks))


def take(data: str | Path, dataset: Dataset | Mapping[str, Any] | None = None) -> Inventory:
    """Look at a folder of data.

    Parameters
    ----------
    data : path
    dataset : Dataset or mapping, optional
        Description of files that do not fit the known layouts.

    Returns
    -------
    Inventory
        At the level of the description or of the settings' default; a year that lacks it counts, with a remark, since
        a run may be of another level.

    Raises
    ------
    InputError
        There is no such folder.
    """
    with survey_of(data, dataset) as survey:
        return of_survey(survey)


@contextlib.contextmanager
def survey_of(data: str | Path, dataset: Dataset | Mapping[str, Any] | None = None) -> Iterator[Survey]:
    """A folder that is looked through, each file of which is opened once in here for all that is asked of it.

    Raises
    ------
    InputError
        There is no such folder.
    """
    described = Dataset.from_mapping(dataset or {})
    level = described.level or Settings.level_hpa
    with kept_fields.keeping(described, level) as opened:
        yield Survey(web_path.of(data), described, FURTHER, opened)


def of_survey(survey: Survey, *, years: tuple[Label, ...] | None = None, measured: bool = False) -> Inventory:
    """Look at a folder that was looked through; see `take`.

    Parameters
    ----------
    survey : Survey
    years : tuple of int or str, optional
        Those that are looked at; none: all.
    measured : bool
        Whether some steps of each year are read, to estimate what reading costs, and to find what cannot be read.
    """
    found: dict[Label, Year] = {}
    refusals: dict[Label, str] = {}
    missing: dict[Label, dict[str, str]] = {}
    asked: list[Label] = [*survey.years, *survey.starts] if years is None else list(years)
    like: dict[tuple[Path, ...], str] = {}
    began = time.monotonic()
    for year in asked:
        if (other := like.setdefault(_files(survey, year), str(year))) in found:
            found[year], missing[year] = inspected_year.of_another_start(found[other], str(year)), missing[other]
            continue
        steps = 0 if not measured or time.monotonic() - began > _SAMPLED_SECONDS else 1 if found else _SAMPLED_STEPS
        try:
            found[year], missing[year] = _look(survey, year, steps)
        except ManyStarts as error:
            if not survey.starts or years is not None:
                refusals[year] = str(error)
        except InputError as error:
            refusals[year] = str(error)
    nothing = "" if survey.years or survey.starts else _nothing(survey)
    return Inventory(found, refusals, nothing, tuple(_on_further(missing)))


def inventory(data: str | Path, dataset: Dataset | Mapping[str, Any] | None = None) -> dict[int, int]:
    """Calendar years that a task can be done of, and the number of members in each; see `take`.

    Returns
    -------
    dict of int to int
        Ascending.

    Raises
    ------
    InputError
        There is no such folder.

    Examples
    --------
    >>> from stormtracks.science.reanalysis import inventory
    >>> inventory("sample/20crv2c_1987")
    {1987: 5}
    """
    return take(data, dataset).members


def _files(survey: Survey, year: Label) -> tuple[Path, ...]:
    """The files of a forecast; of a year, of which another has others, itself."""
    known = survey.forecasts if isinstance(year, str) else None
    if known is None or known.lagged or str(year) not in known.ensembles:
        return (Path(str(year)),)
    return known.files(str(year))


def _look(survey: Survey, year: Label, steps: int) -> tuple[Year, dict[str, str]]:
    """What a task of a year finds, and why further fields are missing."""
    wanted = survey.described.level or Settings.level_hpa
    said: tuple[str, ...] = ()
    try:
        season = open_year(survey, year, wanted)
    except LevelMissing as error:
        if not error.levels:
            raise
        season = open_year(survey, year, error.levels[0])
        said = (str(error),)
    with season, open_year_further(survey, year, season) as further:
        found = inspected_year.of_season(season, steps)
        return replace(found, remarks=(*said, *found.remarks)), further.missing


def _on_further(missing: Mapping[Label, Mapping[str, str]]) -> Iterator[str]:
    """What is said of further fields, by what is missing in each year."""
    if not missing:
        return
    there = {role: [year for year, lacking in missing.items() if role not in lacking] for role in FURTHER}
    found = [f"{role}{_of_years(years, len(missing))}" for role, years in there.items() if years]
    absent = [role for role, years in there.items() if not years]
    yield f"beside the winds: {', '.join(found) or 'nothing'}" + (f"; not: {', '.join(absent)}" if absent else "")
    refused: dict[str, dict[str, None]] = {}
    for lacking in missing.values():
        for role, why in lacking.items():
            if why.startswith(REFUSED):
                refused.setdefault(why, {})[role] = None
    yield from (f"{', '.join(by_role)}: {why}" for why, by_role in refused.items())


def _of_years(years: list[Label], of: int) -> str:
    """In which years, or of which starts, there is a field; nothing where it is there always."""
    if len(years) == of:
        return ""
    numbers = leftovers.ranges(year for year in years if isinstance(year, int))
    starts = [year for year in years if isinstance(year, str)]
    return f" (only {', '.join(filter(None, (numbers, forecasts.listed(starts))))})"


def _nothing(survey: Survey) -> str:
    """What a task of any year would be refused with."""
    try:
        survey.layout((0,), survey.described.level or Settings.level_hpa)
    except InputError as error:
        return str(error)
    return ""
