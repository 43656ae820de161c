"""Which tracks of results are looked at: one noun that every statistic, figure and export understands alike."""

from stormtracks.science.filters.filter import Filter
from stormtracks.science.filters.scope import Scope
from stormtracks.science.filters.sieve import Sieve
from stormtracks.science.filters.tally import NothingLeft, Tally

__all__ = ["Filter", "NothingLeft", "Scope", "Sieve", "Tally"]
