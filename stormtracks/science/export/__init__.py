"""Results -> files of other tools."""

from stormtracks.science.export.selection import Selection
from stormtracks.science.export.write import FORMATS, write, write_members

__all__ = ["FORMATS", "Selection", "write", "write_members"]
