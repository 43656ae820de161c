"""A task of an hourly year in this process, which imports nothing else: what `benchmarks.hourly_year` measures.

    python -m benchmarks.hourly_task ORDER_JSON

The order has a year and a setup; what the task took and found is printed as JSON.
"""

import itertools
import json
import re
import sys
from pathlib import Path

import numpy as np

from benchmarks.fresh_process import own_cpu

READ = 29
"""Times, the last ones, whose winds are read."""
EACH = 480
"""Maxima at each planted time: as many as a planted week at 0.25 degrees has."""
MOVE, NEW = 0.2, 0.06
"""Degrees that they move in an hour, about; the share that begin elsewhere."""


def main(year, setup):
    """Do the task, and print what it took and found."""
    from stormtracks import garbage

    with garbage.loading():  # as a slot, and `inv track`
        from stormtracks.science import passes, pipeline

    passes.member_maxima = _found
    began, imports = own_cpu(), memory_mb("VmRSS")
    details = pipeline.run_task(year, 0, "vort_track", setup)
    used, size = own_cpu() - began, Path(details["path"]).stat().st_size
    print(json.dumps({"imports": imports, "peak": memory_mb("VmHWM"), "cpu": used, "size": size, **details["counts"]}))


def _found(season, ensemble_member, stages, *_):
    """In place of `passes.member_maxima`: as it does for the last times, and what is planted for those before."""
    from stormtracks.science.passes import runs, shared_pass
    from stormtracks.science.passes import stages as gathering

    shared_pass.keep_freed_memory()
    last = slice(len(season.axis) - READ, len(season.axis))
    count, most = runs.steps_in_cache(season.grid), runs.most_steps(season.grid, 1, season.block)
    read = (stages.maxima(season, one, [ensemble_member])[0] for one in runs.within(last, season.cuts, count, most))
    return gathering.gathered(itertools.chain(moving(last.start), read))


def moving(times):
    """Maxima of one time after the other."""
    from stormtracks.science.records import Maxima

    rng = np.random.default_rng(0)
    lat, lon = rng.uniform(-80, 80, EACH), rng.uniform(-180, 180, EACH)
    vorticity = rng.uniform(2.5e-5, 1.5e-4, EACH).astype(np.float32)
    for step in range(times):
        lat = np.clip(lat + rng.normal(0, MOVE, EACH), -89.9, 89.9)
        lon = (lon + rng.normal(MOVE, MOVE, EACH) + 180) % 360 - 180
        new = rng.random(EACH) < NEW
        lat[new], lon[new] = rng.uniform(-80, 80, new.sum()), rng.uniform(-180, 180, new.sum())
        yield Maxima(np.full(EACH, step, np.int32), lat.round(5), lon.round(5), vorticity)


def memory_mb(kind):
    """What the system says of this process: VmRSS, or its peak, VmHWM; MB."""
    status = Path("/proc/self/status").read_text()
    return int(re.search(rf"{kind}:\s*(\d+) kB", status).group(1)) / 1024


if __name__ == "__main__":
    main(**json.loads(sys.argv[1]))
