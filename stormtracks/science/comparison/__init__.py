"""Two sets of tracks -> what both have, what only one has, and how the same storms differ."""

from stormtracks.science.comparison.agreement import Agreement, Sample, agreement
from stormtracks.science.comparison.comparison import Comparison, compare
from stormtracks.science.comparison.drawn import drawn, names, title
from stormtracks.science.comparison.pairing import Pairing, Rule, pair
from stormtracks.science.comparison.remarks import made_differently, remarks
from stormtracks.science.comparison.sides import FileSide, ResultsSide, Side, side
from stormtracks.science.comparison.tables import observed_table, only_table, table, to_json

__all__ = [
    "Agreement", "Comparison", "FileSide", "Pairing", "ResultsSide", "Rule", "Sample", "Side", "agreement", "compare",
    "drawn", "made_differently", "names", "observed_table", "only_table", "pair", "remarks", "side", "table", "title",
    "to_json",
]  # fmt: skip
