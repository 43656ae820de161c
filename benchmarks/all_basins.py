"""Matching against best tracks of the size of IBTrACS ALL: what a process pays once.

    python -m benchmarks.all_basins [--repeats 5] [--cache FOLDER]

NetCDF and CSV, as published, are planted (see `planted_best_tracks`). "First" is a process on a host where nobody had
the season before, which reads the file and keeps what is of the season; "next" is a later one. Both then match the
tracks of one planted member. CPU seconds of fresh processes, imports left out.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import planted_best_tracks, planted_data
from benchmarks.fresh_process import ROOT
from benchmarks.surroundings import describe, table
from stormtracks.science import pipeline

TARGET_S = 0.1
_ONCE = """
import json, sys, time
from stormtracks.science import ibtracs, matching, results
from stormtracks.science.tasks import kept_best_tracks
from stormtracks.version import code_version
found = results.load(sys.argv[2])
code_version()
begin = time.process_time()
file = ibtracs.input_file(sys.argv[1])
best = kept_best_tracks.load(file, found.axis.times[0], found.axis.times[-1], "usa")
loaded = time.process_time()
matches = matching.match(found.tracks, best, found.axis)
print(json.dumps([loaded - begin, time.process_time() - loaded, len(best), len(matches)]))
"""


def main(arguments=None):
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--repeats", type=int, default=5, help="[%(default)s]")
    parser.add_argument("--cache", help="folder to keep the planted data in [a temporary one]")
    options = parser.parse_args(arguments)
    print(describe())
    with planted_data.cache(options.cache) as folder, tempfile.TemporaryDirectory() as place:
        data = planted_data.season(folder, 733, members=1, grid=2.0, layout="20crv3")
        made = pipeline.run_task(planted_data.YEAR, 0, "vort_track", {"data": data, "results": place})
        netcdf = planted_best_tracks.netcdf(folder / "IBTrACS.ALL.nc")
        csv = planted_best_tracks.table(netcdf, folder / "ibtracs.ALL.csv")
        rows = [row for file in (netcdf, csv) for row in _rows(file, made["path"], options.repeats)]
    head = ("file", "process", "storms", "rows matched", "load s", "match s", "once a process s", "target s")
    print("\nbest tracks of all basins, CPU\n" + table(head, rows))


def _rows(file, result, repeats):
    """A first and a next process, in turn."""
    taken = {"first": [], "next": []}
    for _ in range(repeats):
        with tempfile.TemporaryDirectory() as home:
            for process in taken.values():
                process.append(_once(file, result, home))
    for name, each in taken.items():
        load, match = (statistics.median(one[number] for one in each) for number in (0, 1))
        *_, storms, matched = each[0]
        yield file.suffix, name, storms, matched, f"{load:.3f}", f"{match:.3f}", f"{load + match:.3f}", TARGET_S


def _once(file, result, home):
    words = [sys.executable, "-c", _ONCE, str(file), str(Path(result))]
    environment = os.environ | {"STORMTRACKS_HOME": home}
    return json.loads(subprocess.run(words, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE).stdout)


if __name__ == "__main__":
    main()
