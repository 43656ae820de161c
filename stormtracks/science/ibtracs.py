"""The door to best tracks, by the name that scripts know: ``ibtracs.load``. What reads each format is `best_tracks`."""

from stormtracks.science.best_tracks import SOURCE, input_file, load

__all__ = ["SOURCE", "input_file", "load"]
