"""The clock of reading: it runs while something is read, once for what reads within what reads, also where it fails."""

import itertools

import pytest

from stormtracks.science import pipeline, reading


def test_what_reads_within_what_reads_counts_once(monkeypatch):
    ticks = itertools.count()
    monkeypatch.setattr(reading.time, "perf_counter", lambda: float(next(ticks)))
    inner = reading.timed(lambda: None)
    before = reading.seconds()
    reading.timed(lambda: [inner(), inner()])()
    assert reading.seconds() - before == 3  # a tick for each beginning within it, and one for its own end


def test_what_fails_was_read_all_the_same():
    before = reading.seconds()
    with pytest.raises(ZeroDivisionError):
        reading.timed(lambda: 1 / 0)()
    assert reading.seconds() > before


def test_a_task_says_how_long_it_read(tmp_path):
    setup = {"data": "sample/20crv2c_1987", "results": str(tmp_path)}
    done = pipeline.run_task(1987, 0, "vort_track", setup)
    assert 0 < done["read_seconds"] < done["seconds"]
