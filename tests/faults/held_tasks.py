"""The real task, held in the middle: it waits, its inputs open, until a file called go is in the results folder."""

import time
from pathlib import Path

from stormtracks.science import pipeline


def vort_track(year, ensemble_member, setup, progress=None):
    results = Path(setup["results"])

    def hold(done, total):
        (results / f"held-{year}-{ensemble_member}").touch()
        while not (results / "go").exists():
            time.sleep(0.02)

    return pipeline.vort_track(year, ensemble_member, setup, hold)


TASKS = {"vort_track": vort_track}
