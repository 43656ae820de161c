"""What is in a folder of data, as a task sees it, and of what is not understood why: `inspect`."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stormtracks.label import Label
from stormtracks.science.reanalysis import inspected_files, inventory
from stormtracks.science.reanalysis.dataset import Dataset
from stormtracks.science.reanalysis.inspected_files import Files, Reason, Variable
from stormtracks.science.reanalysis.inspected_year import Year


@dataclass(frozen=True)
class Inspection:
    """What is in a folder of data.

    Attributes
    ----------
    folder : str
    files : list of Files
        By format, and by what they are known.
    variables : list of Variable
        Of the files that were looked into; of files that are known by their names, those of the first member alone.
    years : dict of int or str to Year
        The years (or starts) that a task can be done of.
    further : tuple of str
        Which fields there are beside the winds and which not, a sentence each.
    refusals : dict of int or str to str
        Years that a task would refuse -> why.
    nothing : str
        Why there is no year at all; "" where there is one, readable or not.
    reasons : list of Reason
        Why files, or variables in them, are not used.
    """

    folder: str
    files: list[Files]
    variables: list[Variable]
    years: Mapping[Label, Year]
    further: tuple[str, ...]
    refusals: Mapping[Label, str]
    nothing: str
    reasons: list[Reason]

    @property
    def is_usable(self) -> bool:
        """Whether at least one member of one year can be tracked."""
        return any(year.members for year in self.years.values())

    @property
    def members(self) -> dict[Label, int]:
        """Year (or start) -> number of members."""
        return {label: len(year.members) for label, year in self.years.items()}

    @property
    def why_nothing(self) -> str:
        """Why nothing can be tracked; "" where something can."""
        return "" if self.is_usable else self.nothing or next(iter(self.refusals.values()), "")

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a task of any year would remark, each once."""
        return tuple(dict.fromkeys(remark for year in self.years.values() for remark in year.remarks))

    def to_json(self) -> dict[str, Any]:
        """All of it as plain values."""
        plain = dataclasses.asdict(self)
        for key in ("years", "refusals"):
            plain[key] = {str(label): one for label, one in plain[key].items()}
        return plain | {"usable": self.is_usable}


def inspect(
    data: str | Path,
    dataset: Dataset | Mapping[str, Any] | None = None,
    *,
    years: tuple[Label, ...] | None = None,
    measured: bool = False,
) -> Inspection:
    """Look at a folder of data, as a task does.

    Parameters
    ----------
    data : path
    dataset : Dataset or mapping, optional
        Description of files that do not fit the known layouts.
    years : tuple of int or str, optional
        Years (or starts) that are looked at; none: all.
    measured : bool
        Whether some steps of each year are read, to estimate what reading costs, and to find what cannot be read.

    Returns
    -------
    Inspection

    Raises
    ------
    InputError
        There is no such folder.

    Examples
    --------
    >>> from stormtracks.science.reanalysis import inspect
    >>> found = inspect("sample/20crv2c_1987")
    >>> found.is_usable, found.members, found.years[1987].step_hours, found.years[1987].grid
    (True, {1987: 5}, 6.0, '91 x 180, 2 x 2 degrees, 90.0S to 90.0N, around the globe')
    >>> [(one.format, one.known_by, one.number) for one in found.files]
    [('netCDF', 'contents', 2), ('netCDF', 'name', 2)]
    """
    with inventory.survey_of(data, dataset) as survey:
        there = inventory.of_survey(survey, years=years, measured=measured)
        return Inspection(
            folder=str(survey.folder),
            files=inspected_files.files_of(survey),
            variables=inspected_files.variables_of(survey),
            years=there.years,
            further=there.further,
            refusals=there.refusals,
            nothing=there.nothing,
            reasons=inspected_files.reasons_of(survey),
        )
