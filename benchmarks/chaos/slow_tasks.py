"""The real tasks on a slow host: so that faults strike in the middle of reading, finding and saving, not between."""

import functools
import random
import time

from stormtracks.science import pipeline
from stormtracks.science.results import places


def _unhurried(task, year, ensemble_member, setup, progress=None):
    """`pipeline.run_task`, slowed down."""
    time.sleep(random.uniform(*_BEFORE[task]))
    return pipeline.run_task(year, ensemble_member, task, setup, lambda done, total: time.sleep(0.05))


def _write_slowly(part, content):
    """What `places` does, in two halves."""
    half = len(content) // 2
    with part.open("xb") as file:
        file.write(content[:half])
        file.flush()
        time.sleep(random.uniform(0.1, 0.5))
        file.write(content[half:])
        file.flush()
        places.os.fsync(file.fileno())


places._write_flushed = _write_slowly

_BEFORE = {"vort_track": (0.2, 1.5), "field_collection": (0.1, 0.8), "classify": (0.1, 0.5)}
"""Seconds before a task begins, at least and at most."""
TASKS = {task: functools.partial(_unhurried, task) for task in pipeline.TASKS}
