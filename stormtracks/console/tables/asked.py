"""How a table is asked for: --wide, --csv, --json."""

from dataclasses import dataclass

from stormtracks.errors import BadValue


@dataclass(frozen=True)
class Form:
    """How a table is to be shown; neither `csv` nor `json`: for people."""

    wide: bool = False
    csv: bool = False
    json: bool = False

    def __post_init__(self) -> None:
        if self.csv and self.json:
            raise BadValue("--csv and --json cannot both be printed; choose one")

    @property
    def for_people(self) -> bool:
        """Whether people are to read it: neither CSV nor JSON."""
        return not (self.csv or self.json)


PEOPLE = Form()
"""As it is shown where nothing is asked for."""
