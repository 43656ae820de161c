"""Planting the same season in many layouts, its weather computed once."""

import dataclasses
from unittest import mock

from stormtracks.science import ibtracs, synthetic
from stormtracks.science.synthetic import planted_files

SAMPLE_TRACKS = "sample/ibtracs/IBTrACS.NA.v04r00.nc"


class PlantedOnce:
    """Folders of planted seasons, each made when it is first asked for.

    Parameters
    ----------
    make_folder : callable
        Name -> a new folder; pytest's ``tmp_path_factory.mktemp``.
    """

    def __init__(self, make_folder):
        self._make_folder = make_folder
        self._folders, self._weather = {}, {}

    def __call__(self, layout, plan):
        """The folder of a plan in a layout."""
        plan = dataclasses.replace(plan, layout=layout)
        if plan not in self._folders:
            self._folders[plan] = self._make_folder(layout)
            best = ibtracs.load(SAMPLE_TRACKS, plan.times[0], plan.times[-1])
            with mock.patch.object(planted_files, "Weather", self._remembered):
                synthetic.plant(self._folders[plan], plan, best)
        return self._folders[plan]

    def _remembered(self, plan, storms):
        """The weather, which does not depend on the layout."""
        key = dataclasses.replace(plan, layout=None)
        if key not in self._weather:
            self._weather[key] = _Weather(_REAL(plan, storms))
        return self._weather[key]


_REAL = planted_files.Weather


class _Weather:
    def __init__(self, real):
        self.cyclones = real.cyclones
        self._steps = [{level: tuple(part.copy() for part in winds) for level, winds in step.items()} for step in real]

    def __iter__(self):
        return iter(self._steps)
