"""What a folder of data has: the years and members that a task can be done of, and what a task would say or refuse."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stormtracks.science.errors import InputError, LevelMissing
from stormtracks.science.reanalysis.dataset import Dataset
from stormtracks.science.reanalysis.folder import layouts
from stormtracks.science.reanalysis.season import open_year
from stormtracks.science.settings import Settings


@dataclass(frozen=True)
class Inventory:
    """What a folder of data has, found out by opening each year as a task does.

    Attributes
    ----------
    members : dict of int to int
        Calendar year -> number of members, ascending; years that a task would refuse are not among them.
    remarks : tuple of str
        What a task would remark, each once.
    refusals : dict of int to str
        Calendar year -> why a task would refuse it.
    nothing : str
        Why there is no year at all; empty where there is one, readable or not.
    """

    members: dict[int, int]
    remarks: tuple[str, ...]
    refusals: dict[int, str]
    nothing: str


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
    described = Dataset.from_mapping(dataset or {})
    survey = layouts.Survey(Path(data), described)
    members, remarks, refusals = {}, {}, {}
    for year in survey.years:
        try:
            members[year], said = _look(survey, year)
        except InputError as error:
            refusals[year] = str(error)
        else:
            remarks.update(dict.fromkeys(said))
    return Inventory(members, tuple(remarks), refusals, "" if survey.years else _nothing(survey))


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


def _look(survey: layouts.Survey, year: int) -> tuple[int, tuple[str, ...]]:
    """Number of members of a year, and what a task would remark."""
    wanted = survey.described.level or Settings.level_hpa
    said: list[str] = []
    try:
        season = open_year(survey, year, wanted)
    except LevelMissing as error:
        if not error.levels:
            raise
        season = open_year(survey, year, error.levels[0])
        said = [str(error)]
    with season:
        return len(season.members), (*said, *season.remarks)


def _nothing(survey: layouts.Survey) -> str:
    """What a task of any year would be refused with."""
    try:
        survey.layout((0,), survey.described.level or Settings.level_hpa)
    except InputError as error:
        return str(error)
    return ""
