"""A store of forecasts, as dynamical.org has them: starts, leads, members; version 3, shards of all leads."""

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from stormtracks.science.arrays import Floats, Ints
from stormtracks.science.synthetic.layouts.layout import Field
from stormtracks.science.synthetic.layouts.zarr import axes
from stormtracks.science.synthetic.layouts.zarr.axes import Axis
from stormtracks.science.synthetic.layouts.zarr.stored import Stored
from stormtracks.science.synthetic.plan import Plan

_DAYS_BETWEEN = 5
_DAYS_AHEAD = 10
_TILE = 32


class Forecasts(Stored):
    """`forecasts_YEAR.zarr`: a forecast every five days, up to ten days ahead, each of them perfect.

    A season of less than ten days is one forecast. Only starts whose last lead lies in the season are there.
    """

    group = "pressure_level"
    variables: ClassVar = {
        "u": ("wind_u", "U component of wind"),
        "v": ("wind_v", "V component of wind"),
        "z": ("geopotential_height", "Geopotential height"),
        "prmsl": ("pressure_reduced_to_mean_sea_level", "Pressure reduced to MSL"),
    }

    @staticmethod
    def names(plan: Plan) -> list[str]:
        return [f"forecasts_{plan.year}.zarr"]

    def __init__(self, stack: contextlib.ExitStack, paths: Sequence[Path], plan: Plan) -> None:
        super().__init__(stack, paths, plan)
        self._waiting_leads: dict[tuple[int, Field], Floats] = {}

    def axes(self, plan: Plan, levels: list[int]) -> list[Axis]:
        starts, leads = _starts(plan)
        start = {"standard_name": "forecast_reference_time", "long_name": "Forecast initialization time"}
        lead = {"standard_name": "forecast_period", "long_name": "Forecast lead time", "units": "seconds"}
        return [
            Axis("init_time", axes.seconds(plan.times[starts]), {**start, **axes.SECONDS}),
            Axis("lead_time", leads * plan.step_hours * 3600.0, lead | {"dtype": "timedelta64[us]"}),
            Axis("ensemble_member", np.arange(plan.members, dtype=np.int16), axes.MEMBER),
            *([Axis("pressure_level", np.array(levels, np.int64), axes.PRESSURE)] if levels else []),
            *axes.horizontal(plan),
        ]

    def chunks(self, found: Sequence[Axis]) -> tuple[list[int], list[int] | None]:
        inner = [_TILE if axis.name in ("latitude", "longitude") else len(axis) for axis in found]
        one = [at for at, axis in enumerate(found) if axis.name in ("init_time", "pressure_level")]
        for at in one:
            inner[at] = 1
        outer = [-(-len(axis) // n) * n if n == _TILE else n for axis, n in zip(found, inner, strict=True)]
        return inner, outer

    def more(self) -> None:
        starts, leads = _starts(self._plan)
        times = axes.seconds(self._plan.times[starts[:, None] + leads])
        about = {"standard_name": "time", "long_name": "Valid time", **axes.SECONDS}
        for group in ("", "pressure_level/"):
            self.store.coordinate(f"{group}valid_time", ["init_time", "lead_time"], times, about)
        for axis in self.axes(self._plan, []):
            self.coordinate(axis.name, axis)

    def attributes(self, field: Field) -> dict[str, Any]:
        return {**super().attributes(field), "coordinates": "valid_time", "step_type": "instant"}

    def put(self, array: Any, step: int, field: Field, block: Floats) -> None:
        starts, leads = _starts(self._plan)
        for place, start in enumerate(starts):
            lead = step - start
            if 0 <= lead < len(leads):
                forecast = self._waiting_leads.setdefault(
                    (place, field), np.empty((len(leads), *block.shape[1:]), "f4")
                )
                forecast[lead] = block[0][:, ::-1]
                if lead == len(leads) - 1:  # a shard has all leads: it is written once
                    array[(place, slice(None), slice(None), *self.level_place(field))] = forecast
                    del self._waiting_leads[place, field]


def _starts(plan: Plan) -> tuple[Ints, Ints]:
    """Steps at which forecasts start, and the steps from there on that each of them has."""
    per_day = 24 // plan.step_hours
    leads = np.arange(min(_DAYS_AHEAD * per_day + 1, len(plan.times)))
    return np.arange(0, len(plan.times) - len(leads) + 1, _DAYS_BETWEEN * per_day), leads
