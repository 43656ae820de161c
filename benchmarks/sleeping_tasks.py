"""A table of tasks that wait and compute nothing: what a run costs others while its workers are busy."""

import time

from stormtracks.science import pipeline

SECONDS = 5.0


def vort_track(year, ensemble_member, setup, progress=None):
    """Sleep."""
    time.sleep(SECONDS)
    return {}


TASKS = dict.fromkeys(pipeline.TASKS, vort_track)
