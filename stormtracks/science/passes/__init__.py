"""All members in one pass over files that keep all members in a chunk; a member alone over files of its own.

The archive of 20CRv2 stores one time of all members in a chunk, so reading one member means inflating all. Instead the
first tasks of a year on a host make one pass over its files together. Each takes blocks of times that no other has
locked and leaves every member's table of them in a scratch folder. Each task then takes its own member's from there.
A task that dies loses its lock, and another slot does the block. What lies in the scratch folder is believed only where
it proves itself (`blocks`) and only we can have written it (`private`); anything else is made anew.

A chunk may hold many times as well, of a member or of all. Then whole chunks are read at a time (`runs`), never a step
of one after the other, and a pass's blocks end where chunks do.

`folder` is the scratch folder of a pass, `shared_pass` a pass over a season. There are two kinds of pass: over the
winds, for maxima (`stages`), and over all fields, for what lies around the points of tracks (`collection`).
"""

from stormtracks.science.passes.collection import member_fields
from stormtracks.science.passes.folder import REMEDY
from stormtracks.science.passes.points import TrackPoints
from stormtracks.science.passes.shared_pass import Progress, give_back_freed_memory
from stormtracks.science.passes.stages import Stages, maxima_if_known, member_maxima

__all__ = [
    "REMEDY",
    "Progress",
    "Stages",
    "TrackPoints",
    "give_back_freed_memory",
    "maxima_if_known",
    "member_fields",
    "member_maxima",
]
