"""PyStormTracker in environments of its own: 0.5 on Python 3.11, 0.8 on 3.12; each has other keywords."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks import fresh_process
from benchmarks.fresh_process import children_cpu

VERSIONS = {"0.5": ("3.11", "PyStormTracker>=0.5,<0.6"), "0.8": ("3.12", "PyStormTracker>=0.8,<0.9")}
"""Version -> the Python that it is tried on, and what is installed. 0.5 is the last for Python 3.11."""

PROGRAM = """
import contextlib, inspect, io, json, os, sys, warnings
from pystormtracker import HodgesTracker, SimpleTracker
imports = sum(os.times()[:4])
path, which, threshold = sys.argv[1:]
warnings.simplefilter("ignore")
new = "detection_mode" in inspect.signature(SimpleTracker.track).parameters
with contextlib.redirect_stdout(io.StringIO()):
    if which == "simple" and new:
        tracker = SimpleTracker(search_window_size=3, backend="serial")
        tracks = tracker.track(path, "vo", detection_mode="max", feature_threshold=0.0)
    elif which == "simple":
        tracks = SimpleTracker().track(path, "vo", mode="max", filter=False, size=3, threshold=0.0)
    elif new:
        tracker = HodgesTracker(min_track_points=1, backend="serial")
        tracks = tracker.track(path, "vo", detection_mode="max", object_threshold=float(threshold))
    else:
        tracker = HodgesTracker(min_lifetime=1)
        tracks = tracker.track(path, "vo", mode="max", filter=False, threshold=float(threshold), taper_points=0)
print(json.dumps({"imports": imports, "maxima": len(tracks.lats), "tracks": len(tracks)}))
"""


def environment(folder, version):
    """The python of an environment that has a version, made if it is not there.

    Returns
    -------
    (Path or None, str)
        None, and which command would help, where it cannot be made.
    """
    needed, package = VERSIONS[version]
    place = Path(folder) / f"pystormtracker-{version}"
    python = place / "bin" / "python"
    if (place / "complete").exists():
        return python, ""
    interpreter = _interpreter(needed)
    if interpreter is None:
        return (
            None,
            f"PyStormTracker {version} is missing: it is tried on Python {needed}; run `uv python install {needed}`",
        )
    shutil.rmtree(place, ignore_errors=True)
    try:
        subprocess.run([interpreter, "-m", "venv", place], check=True)
        subprocess.run([python, "-m", "pip", "install", "-qq", package], check=True)
    except (OSError, subprocess.CalledProcessError):
        return None, f"PyStormTracker {version} is missing: run `{place}/bin/pip install '{package}'`"
    (place / "complete").touch()
    return python, ""


def versions(python):
    """What an environment has, in words."""
    code = "import pystormtracker as p, numba as n; print(p.__version__, n.__version__)"
    return "PyStormTracker {} (Numba {})".format(*_run([python, "-c", code], None).split())


def tracked(python, path, which, threshold, seconds=None):
    """CPU seconds of a tracker, imports left out, and what it found.

    Raises
    ------
    subprocess.TimeoutExpired
        It takes longer than so many seconds by the clock.
    """
    before = children_cpu()
    found = json.loads(_run([python, "-c", PROGRAM, path, which, threshold], seconds))
    return children_cpu() - before - found["imports"], found


def _run(command, seconds):
    environment = fresh_process.one_thread()
    environment.pop("PYTHONPATH")
    words = list(map(str, command))
    done = subprocess.run(words, env=environment, stdout=subprocess.PIPE, text=True, check=True, timeout=seconds)
    return done.stdout


def _interpreter(needed):
    """A Python of this version: this one, one in PATH, of pyenv, or of uv."""
    if sys.version_info[:2] == tuple(map(int, needed.split("."))):
        return sys.executable
    kept = Path.home() / ".pyenv" / "versions"
    known = sorted(kept.glob(f"{needed}.*/bin/python"))
    candidates = [shutil.which(f"python{needed}"), *map(str, known), _of_uv(needed)]
    return next((one for one in candidates if one and _is(one, needed)), None)


def _of_uv(needed):
    if not shutil.which("uv"):
        return None
    done = subprocess.run(["uv", "python", "find", needed], capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else None


def _is(python, needed):
    """Whether it really runs, which what pyenv puts into PATH may not."""
    try:
        done = subprocess.run([python, "--version"], capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.SubprocessError):
        return False
    return re.match(rf"Python {re.escape(needed)}\.", done.stdout) is not None
