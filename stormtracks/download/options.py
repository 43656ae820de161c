"""How a download behaves: what besides the winds, how many at once, how patient, how polite."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stormtracks.errors import BadValue

MOST_AT_ONCE = 4


@dataclass(frozen=True)
class Options:
    """What can be chosen about a download.

    Attributes
    ----------
    at_once : int
        Files fetched at the same time, 1 to 4: the archives are public servers, one of them in front of
        tapes.
    attempts : int
        Attempts in a row that bring nothing new before a file counts as failed.
    timeout_s : float
        Silence after which a connection counts as lost (a tape needs minutes to begin), and the time over
        which `slowest_bytes_per_s` is measured.
    slowest_bytes_per_s : float
        A connection slower than this is closed, and the download resumed with a new one.
    backoff_s : float
        Wait after the first failed attempt; doubled with each further one, up to a minute, and spread at
        random.
    longest_wait_s : float
        Longest wait that a server may ask for (Retry-After) before the file counts as failed.
    refresh : bool
        Fetch again what is there (IBTrACS, for example, grows).
    fields : bool
        Fetch besides the winds what lists of storms are made with: pressure at mean sea level, heights.
    archives : mapping or None
        Addresses in place of the table's (see `archives.archive`).
    """

    at_once: int = 2
    attempts: int = 5
    timeout_s: float = 300.0
    slowest_bytes_per_s: float = 100.0
    backoff_s: float = 2.0
    longest_wait_s: float = 900.0
    refresh: bool = False
    fields: bool = False
    archives: Mapping[str, Any] | None = dataclasses.field(default=None, hash=False)

    def __post_init__(self) -> None:
        if not 1 <= self.at_once <= MOST_AT_ONCE:
            raise BadValue(f"'at_once' must be 1 to {MOST_AT_ONCE}, not {self.at_once}: these are public servers")
        if self.attempts < 1 or self.timeout_s <= 0:
            raise BadValue(f"'attempts' and 'timeout_s' must be above 0, not {self.attempts} and {self.timeout_s}")
