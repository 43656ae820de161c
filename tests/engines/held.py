"""The real tasks, of which the first is held for as long as a file called hold is beside the folder of data."""

import time
from pathlib import Path

from stormtracks.science import pipeline


def vort_track(year, ensemble_member, setup, progress=None):
    """The real one; it leaves a file when it has begun.

    It is held before it does anything, and after each block that it does: members share the blocks of their season, so
    that one of them may find all done and would not be held at all.
    """
    place = Path(setup["data"]).parent

    def hold():
        (place / f"begun-{year}-{ensemble_member}").touch()
        while (place / "hold").exists():
            time.sleep(0.02)

    def held(done, total):
        if progress:
            progress(done, total)
        hold()

    hold()
    return pipeline.vort_track(year, ensemble_member, setup, held)


TASKS = {**pipeline.TASKS, "vort_track": vort_track}
