"""CPU seconds that the index of a folder's results costs when they are saved, and saves when they are asked.

    python -m benchmarks.results_index [--members 20] [--years 5]

The sample is tracked once; all results are written from that one, with the numbers of their year and member. Asked is
what `len(stormtracks.open(folder).tracks)` asks: how many tracks there are, by member and year.
"""

import argparse
import contextlib
import dataclasses
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.fresh_process import ROOT
from benchmarks.surroundings import describe, table
from stormtracks.science import pipeline, results
from stormtracks.science.index import piece
from stormtracks.science.index.of_folder import Index


def main(arguments=None):
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--members", type=int, default=20, help="[%(default)s]")
    parser.add_argument("--years", type=int, default=5, help="[%(default)s]")
    options = parser.parse_args(arguments)
    print(describe(), "\n")
    with tempfile.TemporaryDirectory(prefix="stormtracks-bench-") as place:
        folder = Path(place)
        made = _tracked(folder / "one")
        cells = [(1900 + year, member) for year in range(options.years) for member in range(options.members)]
        with _without_pieces():
            plain = _saved(made, folder / "without", cells)
        saved = _saved(made, folder / "with", cells)
        rows = [("saving a result", "without the index", 1e3 * plain), ("", "with its piece", 1e3 * saved)]
        rows += [("a question", what, 1e3 * seconds / len(cells)) for what, seconds in _asked(folder).items()]
    tracks = f"{len(cells)} results of {len(made.tracks)} tracks each"
    print(table(("what", "how", "CPU ms per result"), [(*names, f"{ms:.2f}") for *names, ms in rows]))
    print(f"\n{tracks}")


def _tracked(folder):
    setup = {"data": str(ROOT / "sample/20crv2c_1987"), "results": str(folder)}
    setup["best_tracks"] = str(ROOT / "sample/ibtracs/IBTrACS.NA.v04r00.nc")
    pipeline.run_task(1987, 0, "vort_track", setup)
    return results.load(folder, 1987, 0)


def _saved(made, folder, cells):
    """Median CPU seconds of saving one of the results."""
    seconds = []
    for year, member in cells:
        one = dataclasses.replace(made, year=year, ensemble_member=member)
        began = time.process_time()
        results.save(one, folder)
        seconds.append(time.process_time() - began)
    return statistics.median(seconds)


@contextlib.contextmanager
def _without_pieces():
    """Saving as it was before there was an index."""
    kept, piece.leave = piece.leave, lambda *_: None
    try:
        yield
    finally:
        piece.leave = kept


def _asked(folder):
    """CPU seconds of a question about all results: from the results, from pieces, from the years' files."""
    seconds = {}
    for how, place in (
        ("results are read", "without"), ("pieces are taken in", "with"), ("the index is read", "with"),
    ):  # fmt: skip
        began = time.process_time()
        Index(folder / place).refresh()
        seconds[how] = time.process_time() - began
    return seconds


if __name__ == "__main__":
    main()
