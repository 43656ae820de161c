"""Which tracks are cyclones of which kind, how probably, and how strong: lists of storms. It knows no files.

The way of a member: `classes` says of each track what it is, by the physical rule (`tropical`, `extratropical`), and
how probably it is a tropical cyclone (`chance`); `listed` makes the list of those that are storms; `matched` says which
observed storms these are.
"""

from stormtracks.science.lists.evidence import Evidence
from stormtracks.science.lists.listing import listed, matched
from stormtracks.science.lists.storm_list import CLASSES, LISTS, StormList
from stormtracks.science.lists.verdict import Verdict, classes, told_by

__all__ = ["CLASSES", "LISTS", "Evidence", "StormList", "Verdict", "classes", "listed", "matched", "told_by"]
