"""Waits and promises that downloads share."""

import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormtracks.download.courtesy import MARGIN_BYTES, Courtesy, backoff, retry_after
from stormtracks.download.errors import DownloadError, StoppedError


@given(st.integers(1, 60), st.floats(0.01, 60))
def test_backoff_grows_up_to_a_minute_and_is_spread(attempt, first):
    full = min(60, first * 2 ** (attempt - 1))
    assert full / 2 <= backoff(attempt, first) <= full


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("120", 120),
        (" 7 ", 7),
        ("soon", None),
        ("-1", None),
        ("Thu, 01 Jan 1970 00:01:40 GMT", 60),
        ("Thu, 01 Jan 1970 00:00:10 GMT", 0),
    ],
)
def test_retry_after_is_seconds_or_a_date(value, seconds):
    assert retry_after(value, now=40) == seconds


def test_promises_add_up_and_shrink_as_bytes_are_written():
    courtesy = Courtesy(free_bytes=lambda folder: MARGIN_BYTES + 1000)
    courtesy.promise("a", 600, ".")
    with pytest.raises(DownloadError, match=r"b: needs 500 B \(and other files 600 B\)"):
        courtesy.promise("b", 500, ".")
    courtesy.written("a", 100)
    courtesy.promise("b", 500, ".")
    courtesy.release("a")
    courtesy.promise("c", 500, ".")


def test_a_pause_of_one_host_counts_for_it_alone():
    courtesy = Courtesy()
    courtesy.pause("slow", 0.2)
    start = time.monotonic()
    courtesy.wait_for("other")
    courtesy.wait_for("slow")
    assert time.monotonic() - start >= 0.2


def test_a_stop_ends_a_wait():
    courtesy = Courtesy()
    threading.Timer(0.05, courtesy.stop.set).start()
    with pytest.raises(StoppedError):
        courtesy.sleep(60)
