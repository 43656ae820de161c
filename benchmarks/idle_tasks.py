"""A table of tasks that load the science and do nothing: what a cluster's processes cost before any work."""

from stormtracks.science import pipeline


def vort_track(year, ensemble_member, setup, progress=None):
    """Nothing."""
    return {}


TASKS = dict.fromkeys(pipeline.TASKS, vort_track)
