"""The coordinates of time that a variable has, by what they are: valid times, starts of forecasts, leads."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from stormtracks.science import calendars, leads
from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis.dimensions import axes as axes_
from stormtracks.science.reanalysis.dimensions import times
from stormtracks.science.reanalysis.dimensions.axes import Axis
from stormtracks.science.reanalysis.stated import Stated
from stormtracks.science.reanalysis.stored.attributes import attribute, number, text
from stormtracks.science.reanalysis.stored.protocol import Group, Variable

ROLES = ("time", "start", "lead")
_VALID = re.compile(r"(forecast_?)?(valid|verification)_?times?|valtime")
_OF_A_REFORECAST = re.compile(r"hdates?|hindcast_?(date|time)s?|model_?version_?(date|time)s?", re.IGNORECASE)
_DATES_OF_GRIB = ("GRIB_modelVersionDate", "GRIB_referenceDate")
_SAYS_VALID = re.compile(r"\bvalid(ity)?\b|\bverif(ication|ying)\b")
_LEAD = re.compile(
    r"forecast_?period|.*lead.*|(forecast_)?steps?|.*timedelta|tau|(forecast|fcst|fc|f)_?(hours?|hrs?)|time_?offset"
)


class Timed(NamedTuple):
    """Dates, or durations, along some dimensions."""

    name: str
    dimensions: tuple[str, ...]
    values: np.ndarray
    calendar: str
    coordinate: Variable | None

    def says(self, attribute_name: str) -> str:
        """An attribute of the coordinate, in lower case; "" where there is none."""
        return "" if self.coordinate is None else text(self.coordinate, attribute_name)


class Given(NamedTuple):
    """The coordinates of time that a variable has, by what they are."""

    valid: Timed | None
    time: Timed | None
    start: Timed | None
    lead: Timed | None


def of_variable(group: Group, variable: Variable, axes: list[Axis], path: Path, said: Stated | None = None) -> Given:
    """The coordinates of time of a variable, with what is said beside its file.

    Parameters
    ----------
    group : Group
    variable : Variable
    axes : list of Axis
        Of the variable.
    path : Path
        Of its file, for messages.
    said : Stated, optional
        What is said of its forecast beside the file.

    Raises
    ------
    InputError
        Times cannot be understood; it is a reforecast with two dates; what is said beside the file is not what it says.
    """
    where = f"{path}: {variable.name}"
    _refuse_reforecasts(group, variable, where)
    return _completed(_in_file(group, variable, axes, path), said or Stated(), where)


def _refuse_reforecasts(group: Group, variable: Variable, where: str) -> None:
    """Refuse reforecasts with two dates: that of the model's version, and the date that a forecast began at.

    The times of such files may count from either. GRIB says the other date as an attribute.
    """
    named = {*variable.dimensions, *str(attribute(variable, "coordinates")).split()}
    scalars = {name for name, one in group.variables.items() if not one.dimensions}
    found = next((name for name in (*named, *sorted(scalars)) if _OF_A_REFORECAST.fullmatch(name)), None)
    of_grib = (name for name in _DATES_OF_GRIB if str(attribute(variable, name)) not in ("", "0"))
    found = found or next(of_grib, None)
    if found is not None:
        raise InputError(
            f"{where}: is a reforecast with two dates, one of them {found!r}: which of them its times count from is "
            "not known; write the fields of each start with one date, forecast_reference_time, to a file of its own"
        )


def _completed(given: Given, said: Stated, where: str) -> Given:
    """The coordinates, with what is said beside the file where it does not say it; refused where it says another."""
    start, lead = given.start, given.lead
    if said.start is not None:
        calendar = next((one.calendar for one in (given.valid, given.time, start) if one is not None), "standard")
        moment = leads.moment(said.start, calendar)
        if start is None:
            start = Timed("the start that is described", (), np.array(moment), calendar, None)
        elif not (start.values == moment).any():
            first = calendars.text(start.values.reshape(-1)[0], calendar, "m")
            raise InputError(
                f"{where}: {start.name!r} is {first}, and the description or the file's name says {said.start}; "
                "correct one of them"
            )
    if said.lead is not None:
        lasting = np.array(round(said.lead * 3600), "timedelta64[s]")
        if lead is None:
            lead = Timed("the lead in the file's name", (), lasting, "", None)
        elif not (lead.values == lasting).any():
            hours = lead.values.reshape(-1)[0].astype(int) / 3600
            raise InputError(
                f"{where}: {lead.name!r} is {hours:g} hours, and the file's name says {said.lead:g}; correct one"
            )
    return given._replace(start=start, lead=lead)


def _in_file(group: Group, variable: Variable, axes: list[Axis], path: Path) -> Given:
    found: dict[str, list[Timed]] = {"valid": [], "time": [], "start": [], "lead": []}
    for coordinate in _coordinates(group, variable, axes):
        role = axes_.role(coordinate)
        if role == "lead":
            found["lead"].append(_lead(coordinate, path))
            continue
        values, calendar = times.dates(coordinate, path)
        says_valid = role == "time" and _SAYS_VALID.search(text(coordinate, "long_name"))
        kind = "valid" if says_valid or _VALID.fullmatch(coordinate.name.lower()) else role
        values = values.reshape(coordinate.shape)
        found[kind].append(Timed(coordinate.name, coordinate.dimensions, values, calendar, coordinate))
    if not found["lead"]:
        found["lead"] += _lead_of_attributes(variable)
    return Given(*(next(iter(found[kind]), None) for kind in ("valid", "time", "start", "lead")))


def _coordinates(group: Group, variable: Variable, axes: list[Axis]) -> Iterator[Variable]:
    """Coordinates of time of a variable: of its dimensions, along several of them, and scalars; each once."""
    own = [axis.coordinate for axis in axes if axis.role in ROLES and axis.coordinate is not None]
    yield from own
    seen = {coordinate.name for coordinate in own}
    named = str(attribute(variable, "coordinates")).split()
    horizontal = {axis.dimension for axis in axes if axis.role in ("lat", "lon", "cell", "level")}
    others = set(variable.dimensions) - horizontal
    for name in (*named, *(name for name in group.variables if name not in named)):
        other = group.variables.get(name)
        if other is None or name in seen or not other.dimensions or axes_.is_text(other):
            continue
        inside = others.issuperset(other.dimensions)
        if inside and axes_.role(other) in ROLES and _is_meant(other, name in named):
            seen.add(name)
            yield other
    for one in axes_.scalars(group, variable, *ROLES):
        if one.name not in seen and _is_meant(one, one.name in named):
            yield one


def _is_meant(coordinate: Variable, named: bool) -> bool:
    """Whether a coordinate is one of time and not something else that lasts: a model's time step, say.

    `named`: whether the winds' attribute ``coordinates`` names it.
    """
    name = coordinate.name
    if axes_.role(coordinate) != "lead" or text(coordinate, "standard_name") == "forecast_period":
        return True
    found = _LEAD.fullmatch(name.lower())
    return found is not None and (named or axes_.is_duration(text(coordinate, "units")) or "lead" in name.lower())


def _lead(coordinate: Variable, path: Path) -> Timed:
    values = times.durations(coordinate, path).reshape(coordinate.shape)
    return Timed(coordinate.name, coordinate.dimensions, values, "", coordinate)


def _lead_of_attributes(variable: Variable) -> list[Timed]:
    """NCL writes the lead of a variable as its attribute."""
    lead, units = number(variable, "forecast_time"), text(variable, "forecast_time_units")
    if lead is None or units not in ("hours", "hour", "h"):
        return []
    values = np.array(round(lead * 3600), "timedelta64[s]")
    return [Timed("forecast_time", (), values, "", None)]
