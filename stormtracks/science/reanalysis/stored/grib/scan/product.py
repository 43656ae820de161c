"""What a message says of its field besides its values: which parameter, level, member, lead and statistic."""

import math
from typing import NamedTuple

ISOBARIC = 100
"""The type of levels that are pressures, in the tables of both editions."""
UNKNOWN_NUMBER = -2
"""A member whose number only eccodes can tell."""
NO_NUMBER = -1

HOUR = 3600
UNITS = {  # seconds of the units of time that are always equally long, by their number in each edition's table
    1: {0: 60, 1: HOUR, 2: 24 * HOUR, 10: 3 * HOUR, 11: 6 * HOUR, 12: 12 * HOUR, 13: 900, 14: 1800, 254: 1},
    2: {0: 60, 1: HOUR, 2: 24 * HOUR, 10: 3 * HOUR, 11: 6 * HOUR, 12: 12 * HOUR, 13: 1},
}
STATISTICS = {  # WMO code table 4.10 -> the method of CF's cell_methods
    0: "mean", 1: "sum", 2: "maximum", 3: "minimum", 4: "difference", 5: "root_mean_square", 6: "standard_deviation",
    7: "covariance", 8: "difference", 9: "ratio", 10: "standard_deviation", 11: "sum", 12: "percentile",
}  # fmt: skip
DERIVED = {  # WMO code table 4.7 -> the method along the members
    0: "mean", 1: "mean", 2: "standard_deviation", 3: "standard_deviation", 4: "standard_deviation", 5: "anomaly",
    6: "mean", 7: "range", 8: "minimum", 9: "maximum",
}  # fmt: skip


class Product(NamedTuple):
    """What the bytes before the values of a field say.

    Attributes
    ----------
    edition : int
        1 or 2.
    parameter : str
        ``discipline/category/number``, of GRIB 1 ``table/number``.
    origin : tuple of int
        Centre, sub-centre, versions of tables, process.
    level_type : int
        By the table of its edition; see `ISOBARIC`.
    level, second_level : float
        The level, of a layer both its ends: pressures in Pa, all others in the unit of their type; NaN: it has none.
    number : int
        Of the member; `NO_NUMBER`, `UNKNOWN_NUMBER`.
    lead : int
        Seconds from the start to the time, or the end of the time, that the field is valid at.
    span : int
        Seconds that a statistic is over; 0: it is none.
    statistic, derived : str
        Method over time and over members, in the words of CF; "": none.
    forecast : bool
        Whether the start is that of a forecast.
    template : int
        Of GRIB 2: number of the product definition template.
    rest : bytes
        What else the product depends on and only eccodes knows the meaning of.
    fault : str
        Why it cannot be used; "" where it can.
    """

    edition: int
    parameter: str
    origin: tuple[int, ...]
    level_type: int
    level: float = math.nan
    second_level: float = math.nan
    number: int = NO_NUMBER
    lead: int = 0
    span: int = 0
    statistic: str = ""
    derived: str = ""
    forecast: bool = False
    template: int = 0
    rest: bytes = b""
    fault: str = ""

    @property
    def is_layer(self) -> bool:
        """Whether it is of a layer between two levels."""
        return not math.isnan(self.second_level)

    @property
    def naming(self) -> tuple[object, ...]:
        """What its names depend on: of pressure levels they are the same at each."""
        of_level = (
            () if self.level_type == ISOBARIC and not self.is_layer else (str(self.level), str(self.second_level))
        )
        return (
            self.edition, self.parameter, self.origin, self.level_type, *of_level, self.number >= 0, self.span,
            self.statistic, self.derived, self.template, self.rest,
        )  # fmt: skip
