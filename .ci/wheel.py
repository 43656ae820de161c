"""Build the wheel, install it into an environment of its own, and use it where there is no checkout.

Held: the wheel has every file of the package that git tracks, and the requirements of requirements.txt; one task and a
cluster on the sample find what the checkout finds; stormtracks.open tells of these results, says what a table lacks and
makes it once [notebook] is installed; `pip install -e` imports the checkout.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
import zipfile
from email.parser import HeaderParser
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
SAMPLE = CHECKOUT / "sample"
TASK = """
import json, sys
import stormtracks
from stormtracks.science import kernel, pipeline
from stormtracks.version import code_version
data, best_tracks, results = sys.argv[1:]
setup = {"data": data, "best_tracks": best_tracks, "results": results}
counts = pipeline.run_task(1987, 0, "vort_track", setup)["counts"]
print(json.dumps(
    {"file": stormtracks.__file__, "version": code_version(), "counts": counts, "kernel": kernel.in_use()}
))
"""
NOTEBOOK = """
import sys
import stormtracks
from stormtracks.errors import StormtracksError
results = stormtracks.open(sys.argv[1])
print(results.tracks)
try:
    print(results.tracks.to_dataframe().track_id.nunique(), results.tracks.to_xarray().sizes["trajectory"])
except StormtracksError as error:
    print(error)
"""
CLUSTER = """
import sys
from pathlib import Path
from stormtracks import checkout
from stormtracks.console import demo
checkout.CHECKOUT = Path(sys.argv[1])  # for the sample alone
demo.demo(sys.argv[2])
"""


def main():
    """Run all of it; any difference ends the program with a message."""
    with tempfile.TemporaryDirectory(prefix="stormtracks-wheel-") as folder:
        place = Path(folder)
        elsewhere = place / "elsewhere"
        elsewhere.mkdir()
        run(sys.executable, "-m", "venv", place / "venv")
        python = place / "venv" / "bin" / "python"

        wheel = timed("build", lambda: build(python, place / "wheel"))
        print(f"{wheel.name}: {wheel.stat().st_size / 1e3:.0f} kB")
        check_contents(wheel)
        timed("install with all requirements", lambda: pip(python, "install", wheel))

        here = task(sys.executable, CHECKOUT, place / "results-of-checkout")
        installed = timed("one task", lambda: task(python, elsewhere, place / "results-of-wheel"))
        same("counts", installed["counts"], here["counts"])
        same("version", installed["version"], here["version"])
        same("kernel", installed["kernel"], "compiled")
        if not Path(installed["file"]).is_relative_to(place):
            sys.exit(f"error: the wheel's Python imported {installed['file']}")
        opened = timed("stormtracks.open", lambda: notebook(python, elsewhere, place / "results-of-wheel"))
        same("tracks", opened[0], f"<MemberTracks: {here['counts']['tracks']} tracks of 1987, members 0>")
        lacking = opened[1].partition(", which")[0]
        same("what a table lacks", lacking, "a table, data set or shape needs the package pandas")
        timed("install [notebook]", lambda: pip(python, "install", f"{wheel}[notebook]"))
        opened = notebook(python, elsewhere, place / "results-of-wheel")
        same("tables", opened[1], f"{here['counts']['tracks']} {here['counts']['tracks']}")
        timed("a cluster", lambda: run(python, "-c", CLUSTER, CHECKOUT, place / "results", cwd=elsewhere))

        timed("install -e", lambda: pip(python, "install", "--no-deps", "-e", CHECKOUT))
        editable = task(python, elsewhere, place / "results-of-wheel")
        same("file", editable["file"], str(CHECKOUT / "stormtracks" / "__init__.py"))
        same("kernel of the checkout", editable["kernel"], "compiled")
    print(f"the wheel does what the checkout does: {json.dumps(here['counts'])}")


def build(python, folder):
    pip(python, "wheel", "--no-deps", "--wheel-dir", folder, CHECKOUT)
    (wheel,) = folder.glob("*.whl")
    return wheel


def check_contents(wheel):
    listing = run("git", "ls-files", "--", "stormtracks", cwd=CHECKOUT, capture_output=True).stdout
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (metadata,) = (name for name in names if name.endswith(".dist-info/METADATA"))
        needed = HeaderParser().parsestr(archive.read(metadata).decode()).get_all("Requires-Dist")
    ours = [name for name in names if ".dist-info/" not in name]
    compiled = [name for name in ours if name.endswith(".so")]
    same("files", sorted(set(ours) - set(compiled)), sorted(listing.split()))
    same("compiled kernels", len(compiled), 1)
    same("machines that it is for", wheel.stem.split("-")[-1] == "any", False)
    same("requirements", requirements(line for line in needed if ";" not in line), listed("requirements.txt"))
    for name in ("dev", "grib", "zarr", "dask", "parquet", "notebook"):
        extra = (line.split(";")[0] for line in needed if f"extra == '{name}'" in line)
        same(f"requirements of [{name}]", requirements(extra), listed(f"requirements-{name}.txt"))


def listed(name):
    return requirements((CHECKOUT / name).read_text().splitlines())


def requirements(lines):
    """Each as (name, {bounds}), however it is written, and whatever Pythons it is for."""
    lines = [line.split("#")[0].split(";")[0].replace(" ", "") for line in lines]
    parts = [re.fullmatch(r"([\w.-]+)(.*)", line) for line in lines if line]
    return sorted((part[1].lower().replace("_", "-"), sorted(part[2].split(","))) for part in parts)


def task(python, folder, results):
    """What one task says, run in a folder; only of the checkout's own Python is that the checkout."""
    where = [SAMPLE / "20crv2c_1987", SAMPLE / "ibtracs" / "IBTrACS.NA.v04r00.nc", results]
    done = run(python, "-c", TASK, *where, cwd=folder, capture_output=True)
    return json.loads(done.stdout.splitlines()[-1])


def notebook(python, folder, results):
    """What stormtracks.open says of results, and of their tables."""
    return run(python, "-c", NOTEBOOK, results, cwd=folder, capture_output=True).stdout.splitlines()


def same(what, found, expected):
    if found != expected:
        sys.exit(f"error: {what}: found {found}, expected {expected}")


def pip(python, command, *words):
    run(python, "-m", "pip", command, "--quiet", "--disable-pip-version-check", *words)


def run(*words, cwd=None, **options):
    """Run a program without PYTHONPATH, so that nothing but its own environment is found; its failure is ours."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run([str(word) for word in words], check=True, cwd=cwd, env=environment, text=True, **options)


def timed(what, function):
    began = time.monotonic()
    value = function()
    print(f"{what}: {time.monotonic() - began:.1f} s", flush=True)
    return value


if __name__ == "__main__":
    main()
