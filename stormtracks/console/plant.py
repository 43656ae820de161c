"""`inv plant`: an ensemble whose storms are known."""

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from stormtracks import checkout, label, paths
from stormtracks.console.terminal import output, progress
from stormtracks.errors import BadValue
from stormtracks.readable import size
from stormtracks.science import ibtracs, synthetic
from stormtracks.science.settings import TASKS

YEAR = 2005
STEP_HOURS = {"20crv2c": 6, "20crv3": 3}
SAMPLE_TRACKS = "sample/ibtracs/IBTrACS.NA.v04r00.nc"


def plant(dest: str | None, wanted: Mapping[str, Any], best_tracks: str | None = None, overwrite: bool = False) -> None:
    """Write what a plan asks for, with its progress, and say what is there and how to track it."""
    if not dest:
        raise BadValue("--dest is missing; give a folder for the files")
    folder = paths.expand(dest, where="--dest")
    if best_tracks:
        observed = paths.expand(best_tracks, where="--best-tracks")
    else:
        observed = checkout.shipped(SAMPLE_TRACKS, "give a file with --best-tracks")
    chosen = {**wanted, "year": wanted["year"] or _year_of(wanted["start"])}
    plan = synthetic.Plan(step_hours=STEP_HOURS.get(wanted["layout"], 6), **chosen)
    best = ibtracs.load(observed, plan.times[0], plan.times[-1])
    with progress(f"writing {plan.members} members of {plan.year}") as report:
        planted = synthetic.plant(folder, plan, best, report, overwrite)
    written = size(sum(_bytes(file) for file in planted.files))
    out = output()
    out.print(
        f"{planted.storms} storms in {planted.members} members at {planted.steps} times: "
        f"{_counted(planted.files)}, {written}, in {folder}",
        soft_wrap=True,
    )
    compared = "; once two years are tracked, `inv classify` compares lists with it" if plan.like else ""
    out.print(f"the truth: {planted.truth}{compared}", soft_wrap=True)
    year = label.of(str(plan.times[0])) if plan.layout in synthetic.FORECASTS else plan.year
    command = ["inv", "track", "--year", year, "--ensemble-member", 0, "--data", folder, "--results", "RESULTS"]
    command += ["--best-tracks", observed] if best_tracks else []
    command += ["--task", ",".join(TASKS)] if plan.like else []
    purpose = "to list the storms of" if plan.like else "to track"
    out.print(f"{purpose} one member: {shlex.join(map(str, command))}", soft_wrap=True)


def _counted(files: Sequence[Path]) -> str:
    kind = "store" if files[0].is_dir() else "file"
    return f"{len(files)} {kind}{'' if len(files) == 1 else 's'}"


def _bytes(file: Path) -> int:
    """Of a file, or of all files of a store."""
    files = (one for one in file.rglob("*") if one.is_file()) if file.is_dir() else [file]
    return sum(one.stat().st_size for one in files)


def _year_of(start: str | None) -> int:
    """The year of the first day, 2005 without one."""
    year = (start or str(YEAR))[:4]
    if not year.isdecimal():
        raise BadValue(f"--start must be a day such as 2005-06-01, not {start!r}")
    return int(year)
