"""The table of tasks, with the stored chunks that each task inflates written to ``chunks.log`` beside its results.

Counted in two ways that know nothing of each other: by the season that is read, and by calls of the inflating library.
"""

import functools
import os
from pathlib import Path

import deflate

from stormtracks.science import pipeline, reanalysis

LOG = "chunks.log"

_open_season, _decompress = reanalysis.open_season, deflate.zlib_decompress
_opened, _calls = [], [0]


def vort_track(year, ensemble_member, setup, progress=None):
    """`pipeline.vort_track`, counted."""
    before, read_before = _calls[0], _chunks()
    details = pipeline.vort_track(year, ensemble_member, setup, progress)
    line = f"{year} {ensemble_member} {_chunks() - read_before} {_calls[0] - before}\n".encode()
    log = os.open(Path(setup["results"]) / LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.write(log, line)  # one write of a short line: those of other slots do not get between
    os.close(log)
    return details


def _chunks():
    """Stored chunks that all seasons of this process have inflated; a task may read one that the task before opened."""
    return sum(season.chunks_inflated for season in _opened)


def read_log(results):
    """Sums over all tasks: chunks that the seasons counted, and calls of the inflating library."""
    rows = [list(map(int, line.split())) for line in (Path(results) / LOG).read_text().splitlines()]
    return sum(row[2] for row in rows), sum(row[3] for row in rows)


@functools.wraps(_open_season)  # so that its parameters can still be looked up
def _counting_open_season(*arguments, **named):
    season = _open_season(*arguments, **named)
    _opened.append(season)
    return season


def _counting_decompress(*arguments, **named):
    _calls[0] += 1
    return _decompress(*arguments, **named)


reanalysis.open_season, deflate.zlib_decompress = _counting_open_season, _counting_decompress

TASKS = {"vort_track": vort_track}
