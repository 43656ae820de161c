"""20CRv2c: a file per variable, each chunk one step of all members."""

import contextlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import netCDF4
import numpy as np

from stormtracks.science.arrays import Floats
from stormtracks.science.synthetic.layouts.layout import Field, Layout, fields_of
from stormtracks.science.synthetic.layouts.netcdf.file import created, field_variable, horizontal, time
from stormtracks.science.synthetic.plan import Plan


class Together(Layout):
    """`u850_YEAR.nc`, `prmsl_YEAR.nc`, ..."""

    @staticmethod
    def names(plan: Plan) -> list[str]:
        return [f"{name}_{plan.year}.nc" for name in fields_of(plan)]

    def __init__(self, stack: contextlib.ExitStack, paths: Sequence[Path], plan: Plan) -> None:
        self._variables = {
            name: self._create(stack.enter_context(created(path, plan)), name, field, plan)
            for path, (name, field) in zip(paths, fields_of(plan).items(), strict=True)
        }

    @staticmethod
    def _create(dataset: netCDF4.Dataset, name: str, field: Field, plan: Plan) -> netCDF4.Variable:
        horizontal(dataset, plan)
        dataset.createDimension("ensemble_member", plan.members)
        member = dataset.createVariable("ensemble_member", "i4", ("ensemble_member",))
        member.long_name = "ensemble member number"
        member[:] = np.arange(1, plan.members + 1)
        time(dataset, plan, "hours since 1-1-1 0:0:0", "standard")
        return field_variable(dataset, name, field, ("time", "ensemble_member", "lat", "lon"), plan)

    def write(self, step: int, fields: Mapping[str, Floats]) -> None:
        for name, variable in self._variables.items():
            variable[step] = fields[name]
