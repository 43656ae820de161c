import errno
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from stormtracks.science import results
from stormtracks.science.errors import ResultError
from stormtracks.science.results import places


def test_a_result_has_its_place(tmp_path):
    place = results.path(tmp_path, "vort_track", np.int64(2005), 7)
    assert place == tmp_path / "vort_track" / "2005" / "member_007.nc"
    assert results.path(tmp_path, "vort_track", 850, 1234).parts[-2:] == ("0850", "member_1234.nc")


@pytest.mark.parametrize("year", ["2005", "../..", 2005.0, True, None, -1, 10000])
def test_a_year_cannot_lead_elsewhere(tmp_path, year):
    with pytest.raises(ResultError, match=r"'year' must be a whole number from 0 to 9999, not "):
        results.path(tmp_path, "vort_track", year, 0)


@pytest.mark.parametrize("member", ["7", "/etc/passwd", 1.5, False, -1])
def test_a_member_cannot_lead_elsewhere(tmp_path, member):
    with pytest.raises(ResultError, match=r"'ensemble_member' must be a whole number of 0 or more, not "):
        results.path(tmp_path, "vort_track", 2005, member)


@pytest.mark.parametrize("task", ["..", "a/b", "", ".hidden", None])
def test_a_task_cannot_lead_elsewhere(tmp_path, task):
    with pytest.raises(ResultError, match=r"letters, digits and underscores, not "):
        results.path(tmp_path, task, 2005, 0)


def test_only_whole_results_are_listed(tmp_path):
    for year, name in [
        (2005, "member_010.nc"), (2005, "member_002.nc"), (2005, "member_1000.nc"), (2005, "member_0003.nc"),
        (2005, "member_4.nc"), (2005, ".member_005.nc.host.1.00.part"), (2005, "member_006.nc.part"),
        (2006, ".member_000.nc.host.1.00.part"), (1999, "member_000.nc"), ("log", "member_000.nc"),
    ]:  # fmt: skip
        place = tmp_path / "vort_track" / str(year) / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch()
    assert results.members(tmp_path, 2005) == [2, 10, 1000]
    assert results.years(tmp_path) == [1999, 2005]


def test_where_there_is_nothing_nothing_is_listed(tmp_path):
    assert results.years(tmp_path / "nowhere") == []
    assert results.members(tmp_path, 2005) == []


def test_writing_replaces_as_a_whole_and_leaves_nothing_else(tmp_path):
    target = tmp_path / "a" / "member_000.nc"
    places.write_whole(target, b"first")
    places.write_whole(target, b"second")
    assert target.read_bytes() == b"second"
    assert [entry.name for entry in target.parent.iterdir()] == ["member_000.nc"]


def test_a_disk_that_refuses_leaves_what_was_there(tmp_path):
    target = tmp_path / "member_000.nc"
    places.write_whole(target, b"first")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, limits[1]))  # the kernel's own refusal, as of a full disk
    try:
        with pytest.raises(ResultError, match=r"member_000\.nc: the result cannot be written: File too large; free"):
            places.write_whole(target, bytes(2 << 20))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert target.read_bytes() == b"first"
    assert os.listdir(tmp_path) == ["member_000.nc"]  # noqa: PTH208


def test_the_cause_of_a_refusal_is_kept(tmp_path):
    (tmp_path / "vort_track").write_text("a file in the way")
    with pytest.raises(ResultError, match=r"cannot be written: (Not a directory|File exists)") as refusal:
        places.write_whole(tmp_path / "vort_track" / "member_000.nc", b"")
    assert refusal.value.__cause__.errno in (errno.ENOTDIR, errno.EEXIST)
    with pytest.raises(ResultError, match="cannot be listed: Not a directory"):
        results.years(tmp_path)


WRITER = """
import sys
from pathlib import Path
from stormtracks.science.results import places
while True:
    for fill in b"ab":
        places.write_whole(Path(sys.argv[1]), bytes([fill]) * 2_000_000)
"""


@pytest.mark.slow
def test_a_killed_writer_leaves_a_whole_file(tmp_path):
    target = tmp_path / "member_000.nc"
    for _ in range(3):
        target.unlink(missing_ok=True)
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, target], env={**os.environ, "PYTHONPATH": str(Path.cwd())}
        )
        while not target.exists() and writer.poll() is None:
            time.sleep(0.01)
        time.sleep(0.05)
        writer.kill()
        writer.wait()
        content = target.read_bytes()
        assert content in (b"a" * 2_000_000, b"b" * 2_000_000)
