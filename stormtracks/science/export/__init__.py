"""Results -> files of other tools."""

from stormtracks.science.export.selection import Selection
from stormtracks.science.export.write import FORMATS, write

__all__ = ["FORMATS", "Selection", "write"]
