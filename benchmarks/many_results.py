"""Results of many years and members, written from a few: what a summary of a whole run is asked of."""

import dataclasses
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from benchmarks.fresh_process import ROOT
from stormtracks.science import pipeline, results
from stormtracks.science.records import Maxima

FIRST = 1850
"""The year of the first ones."""
_SUMMED_UP = """
import os, runpy
try:
    runpy.run_module("invoke", run_name="__main__", alter_sys=True)
finally:
    from benchmarks.fresh_process import peak_mb
    print(sum(os.times()[:4]), peak_mb())
"""


class ManyResults:
    """A folder that grows by whole years of results of `vort_track` and `classify`.

    Parameters
    ----------
    folder : Path
    members : int
        Of each year.
    like : Path, optional
        Folder of results of both tasks, whose members stand for those of each year in turn; none: the sample's.
    """

    def __init__(self, folder, members, like=None):
        self.folder = folder
        self.saving = 0.0
        self._members = members
        self._years = 0
        self._like = _of(like or _sample(folder.with_name("sample")))

    def __len__(self):
        return self._years * self._members

    @property
    def tracks(self):
        """How many tracks a result has, in the mean."""
        return round(np.mean([len(tracked.tracks) for tracked, _, _ in self._like]))

    def grow(self, years=1):
        """Write some more years; the CPU seconds of saving results of `vort_track` are in `saving`."""
        for year in range(FIRST + self._years, FIRST + self._years + years):
            for member in range(self._members):
                self._write(year, member)
        self._years += years

    def _write(self, year, member):
        tracked, header, storms = self._like[member % len(self._like)]
        whose = {"year": year, "ensemble_member": member, "member_label": str(member + 1)}
        made = dataclasses.replace(tracked, **whose, matches=_in(year, tracked.matches))
        began = time.process_time()
        results.save(made, self.folder)
        self.saving += time.process_time() - began
        listed = dataclasses.replace(storms, matches=_in(year, storms.matches))
        results.save_list(dataclasses.replace(header, **whose), listed, self.folder)


def summed_up(folder, *options):
    """CPU and clock seconds of `inv summary` on a folder, start of Python and imports with it, and its peak in MB."""
    command = [sys.executable, "-c", _SUMMED_UP, "summary", "--results", str(folder), *options]
    began = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT)
    clock = time.perf_counter() - began
    used, peak = map(float, done.stdout.split()[-2:])
    return used, clock, peak


def _in(year, matches):
    """Matches with storms of another year, which have names of their own."""
    sid = np.array([f"{year}{one[4:]}" for one in matches.sid.tolist()], dtype=str)
    return dataclasses.replace(matches, sid=sid)


def _of(folder):
    """Each result of `vort_track`, and header and storms of its list; without maxima, which no summary asks for."""
    found = []
    for path in sorted(Path(folder, "vort_track").glob("*/*.nc")):
        made = results.load(path)
        none = Maxima(**{field.name: getattr(made.maxima, field.name)[:0] for field in dataclasses.fields(Maxima)})
        made = dataclasses.replace(made, maxima=none)
        found.append((made, *results.load_list(folder, made.year, made.ensemble_member)))
    return found


def _sample(place):
    setup = {"data": str(ROOT / "sample/20crv2c_1987"), "results": str(place)}
    setup["best_tracks"] = str(ROOT / "sample/ibtracs/IBTrACS.NA.v04r00.nc")
    for task in pipeline.TASKS:
        pipeline.run_task(1987, 0, task, setup)
    return place
