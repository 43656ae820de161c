"""Which tracks are cyclones of which kind, how probably, and how strong: lists of storms. It knows no files."""

from stormtracks.science.lists.storm_list import CLASSES, LISTS, StormList

__all__ = ["CLASSES", "LISTS", "StormList"]
