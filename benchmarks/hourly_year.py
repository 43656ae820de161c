"""An hourly year at 0.25 degrees: memory and CPU of a task that finds, links, matches and saves 4.2 million maxima.

    python -m benchmarks.hourly_year [--times 8760] [--repeats 3] [--cache FOLDER]

The maxima of all times but the last are planted: 480 per time, which move a little from hour to hour, come and go. The
last times have winds, the stored chunks of a planted week, which are read and searched when all else is in memory. What
is done behind that is the task's own. Each task is done in a fresh process, `benchmarks.hourly_task`: peak and imports
are its "VmHWM" and "VmRSS", as the system has them; CPU is less imports.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import growth, planted_data
from benchmarks.fresh_process import ROOT, one_thread
from benchmarks.hourly_task import READ
from benchmarks.surroundings import describe, spread, table

TARGET_MB = 300
TIMES = 8760


def main(arguments=None):
    """Print a row for the kernel and one for NumPy."""
    options = _options(arguments)
    print(describe())
    with planted_data.cache(options.cache) as folder, tempfile.TemporaryDirectory(prefix="stormtracks-bench-") as place:
        source = planted_data.season(folder, READ, members=1, grid=0.25, layout="20crv3")
        data = growth.repeated(source, Path(place) / "data", options.times, minutes=60, first=options.times - READ)
        rows = [_row(how, switch, data, options.repeats) for how, switch in (("kernel", "on"), ("NumPy", "off"))]
    print(f"\n{options.times:,} times; target {TARGET_MB} MB\n")
    print(table(("by", "imports MB", "peak MB", "CPU s", "maxima", "tracks", "file MB"), rows))


def _row(how, switch, data, repeats):
    found = [_done(data, switch) for _ in range(repeats)]
    last = found[-1]
    sizes = f"{last['maxima']:,}", f"{last['tracks']:,}", round(last["size"] / 2**20)
    imports = round(statistics.median(one["imports"] for one in found))
    return how, imports, round(max(one["peak"] for one in found)), spread([one["cpu"] for one in found]), *sizes


def _done(data, switch):
    """What a fresh process says of the task."""
    with tempfile.TemporaryDirectory(prefix="stormtracks-bench-") as place:
        environment = one_thread() | {"STORMTRACKS_KERNEL": switch, "STORMTRACKS_HOME": f"{place}/home"}
        setup = {"data": str(data), "results": place, "best_tracks": str(planted_data.BEST_TRACKS)}
        order = json.dumps({"year": planted_data.YEAR, "setup": setup})
        command = [sys.executable, "-m", "benchmarks.hourly_task", order]
        done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


def _options(arguments):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--times", type=int, default=TIMES, help="hourly, of one year [%(default)s]")
    parser.add_argument("--repeats", type=int, default=3, help="[%(default)s]")
    parser.add_argument("--cache", help="folder to keep the planted data in [a temporary one]")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
