"""The real tasks on a slow host: so that faults strike in the middle of reading, finding and saving, not between."""

import random
import time

from stormtracks.science import pipeline
from stormtracks.science.results import places


def vort_track(year, ensemble_member, setup, progress=None):
    """`pipeline.vort_track`, unhurried."""
    time.sleep(random.uniform(0.2, 1.5))
    return pipeline.vort_track(year, ensemble_member, setup, lambda done, total: time.sleep(0.05))


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

TASKS = {"vort_track": vort_track}
