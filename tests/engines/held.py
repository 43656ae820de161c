"""The real tasks, held in the middle of the first for as long as a file called hold is beside the folder of data."""

import time
from pathlib import Path

from stormtracks.science import pipeline


def vort_track(year, ensemble_member, setup, progress=None):
    """The real one; it leaves a file when it has begun."""
    place = Path(setup["data"]).parent

    def hold(done, total):
        if progress:
            progress(done, total)
        (place / f"begun-{year}-{ensemble_member}").touch()
        while (place / "hold").exists():
            time.sleep(0.02)

    return pipeline.vort_track(year, ensemble_member, setup, hold)


TASKS = {**pipeline.TASKS, "vort_track": vort_track}
