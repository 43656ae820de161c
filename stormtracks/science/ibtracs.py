"""The name that `best_tracks` had when IBTrACS was all that it read; for scripts that use it."""

from stormtracks.science.best_tracks import SOURCE, input_file, load

__all__ = ["SOURCE", "input_file", "load"]
