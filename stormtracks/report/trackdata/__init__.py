"""Tracks -> what the page's map reads: few bytes per point, since all of them are in the page.

Positions to 0.01 degree, vorticity to 1e-7 s-1, times in steps that all of them share: three to four bytes per point.
``page/data/`` is the counterpart.
"""

from stormtracks.report.trackdata.coast import coast
from stormtracks.report.trackdata.lines import CONSENSUS, OBSERVED
from stormtracks.report.trackdata.packing import pack
from stormtracks.report.trackdata.track_set import MOST_TRACKS, TrackSet

__all__ = ["CONSENSUS", "MOST_TRACKS", "OBSERVED", "TrackSet", "coast", "pack"]
