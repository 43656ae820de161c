"""TempestExtremes, which is C++: found on this machine, or built from its sources; what it does with a field."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

SOURCE = "https://github.com/ClimateGlobalChange/tempestextremes"
PROGRAMS = ("DetectNodes", "StitchNodes")
MISSING = (
    "TempestExtremes is missing: put DetectNodes and StitchNodes into PATH, or install what builds them here, "
    f"`apt-get install cmake g++ libnetcdf-dev`, where {SOURCE} can be reached"
)
_LOOK_SECONDS, _BUILD_SECONDS = 60, 1800
_FREE_OF_QUESTIONS = {"GIT_TERMINAL_PROMPT": "0"}


def programs(folder):
    """Where the two programs are, by name: in PATH, or built in a folder; None where neither can be."""
    found = {name: shutil.which(name) for name in PROGRAMS}
    if all(found.values()):
        return found
    place = Path(folder) / "tempestextremes"
    built = {name: next(iter(place.rglob(f"bin/{name}")), None) for name in PROGRAMS}
    if not all(built.values()) and _build(place):
        built = {name: next(iter(place.rglob(f"bin/{name}")), None) for name in PROGRAMS}
    return {name: str(path) for name, path in built.items()} if all(built.values()) else None


def maxima_and_tracks(found, files, variable, threshold, reach_degrees, merge_degrees=0.0):
    """Detect maxima of a variable, and stitch them to tracks.

    Parameters
    ----------
    found : dict
        Of `programs`.
    files : list of Path
    variable : str
        A name, or what TempestExtremes makes of several: ``_CURL{8,2}(u,v)``.
    threshold : float
        Maxima below it are left out.
    reach_degrees : float
        How far a storm moves from step to step.
    merge_degrees : float, optional
        Weaker maxima this near to another are left out.

    Returns
    -------
    dict
        Number of `maxima` and of `tracks`.
    """
    with tempfile.TemporaryDirectory(prefix="stormtracks-bench-") as folder:
        nodes, tracks = Path(folder) / "nodes.txt", Path(folder) / "tracks.txt"
        detect = ["--in_data", ";".join(map(str, files)), "--searchbymax", variable, "--mergedist", merge_degrees]
        detect += ["--thresholdcmd", f"{variable},>=,{threshold},0", "--outputcmd", f"{variable},max,0"]
        _run(found["DetectNodes"], *detect, "--out", nodes)
        stitch = ["--in_fmt", "lon,lat,value", "--range", reach_degrees, "--mintime", "1", "--maxgap", "0"]
        _run(found["StitchNodes"], "--in", _written(nodes), *stitch, "--out", tracks)
        lines = _written(nodes).read_text().splitlines()
        starts = tracks.read_text().splitlines()
    return {"maxima": _maxima(lines), "tracks": sum(line.startswith("start") for line in starts)}


def _maxima(lines):
    """Those of a file of nodes: a line for each time, indented lines for its maxima."""
    return sum(line.startswith("\t") for line in lines)


def _written(nodes):
    """The file of nodes, which has another name where the program was built with MPI."""
    return nodes if nodes.exists() else next(nodes.parent.glob(f"{nodes.name}*"))


def _run(*words):
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    subprocess.run(list(map(str, words)), env=environment, stdout=subprocess.DEVNULL, check=True)


def _build(place):
    """Clone and build without MPI; whether that succeeded."""
    environment = {**os.environ, **_FREE_OF_QUESTIONS}
    if not shutil.which("git") or not shutil.which("cmake"):
        return False
    steps = (
        (["git", "ls-remote", "--exit-code", SOURCE, "HEAD"], _LOOK_SECONDS),
        (["git", "clone", "-q", "--depth", "1", SOURCE, place / "source"], _BUILD_SECONDS),
        (["cmake", "-S", place / "source", "-B", place / "build", "-DENABLE_MPI=OFF", "-DCMAKE_BUILD_TYPE=Release",
          f"-DCMAKE_INSTALL_PREFIX={place}"], _BUILD_SECONDS),
        (["cmake", "--build", place / "build", "--target", "install"], _BUILD_SECONDS),
    )  # fmt: skip
    shutil.rmtree(place, ignore_errors=True)
    try:
        for words, seconds in steps:
            output = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            subprocess.run(list(map(str, words)), env=environment, timeout=seconds, check=True, **output)
    except (OSError, subprocess.SubprocessError):
        return False
    return True
