"""20CRv3: a file per variable and member."""

import contextlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import netCDF4

from stormtracks.science.arrays import Floats
from stormtracks.science.synthetic.layouts.layout import Field, Layout, fields_of
from stormtracks.science.synthetic.layouts.netcdf.file import created, field_variable, horizontal, time
from stormtracks.science.synthetic.plan import Plan

_NAMES = {"u": "UGRD", "v": "VGRD", "z": "HGT", "prmsl": "PRMSL"}


class Apart(Layout):
    """`YEAR/UGRD850.YEAR_memNNN.nc`, `YEAR/PRMSL.YEAR_memNNN.nc`, ..."""

    @staticmethod
    def names(plan: Plan) -> list[str]:
        return [
            f"{plan.year}/{_NAMES[field.short_name]}{field.level or ''}.{plan.year}_mem{member:03d}.nc"
            for field in fields_of(plan).values()
            for member in range(1, plan.members + 1)
        ]

    def __init__(self, stack: contextlib.ExitStack, paths: Sequence[Path], plan: Plan) -> None:
        wanted = [(name, field) for name, field in fields_of(plan).items() for _ in range(plan.members)]
        self._variables: dict[str, list[netCDF4.Variable]] = {name: [] for name, _ in wanted}
        for path, (name, field) in zip(paths, wanted, strict=True):
            self._variables[name].append(self._create(stack.enter_context(created(path, plan)), field, plan))

    @staticmethod
    def _create(dataset: netCDF4.Dataset, field: Field, plan: Plan) -> netCDF4.Variable:
        horizontal(dataset, plan)
        time(dataset, plan, "hours since 1800-01-01 00:00:0.0", "proleptic_gregorian")
        variable = field_variable(dataset, _NAMES[field.short_name], field, ("time", "lat", "lon"), plan)
        variable.set_var_chunk_cache(0, 1, 0.0)  # chunks are written whole, and there may be 480 such files
        return variable

    def write(self, step: int, fields: Mapping[str, Floats]) -> None:
        for name, variables in self._variables.items():
            for variable, field in zip(variables, fields[name], strict=True):
                variable[step] = field
