"""All fields of a season, winds and further ones, as a pass samples them around the points of tracks."""

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from stormtracks.science import vorticity
from stormtracks.science.arrays import Floats, Ints
from stormtracks.science.passes.points import TrackPoints
from stormtracks.science.reanalysis import Further, Season
from stormtracks.science.records import Block, Grid
from stormtracks.science.settings import Settings
from stormtracks.science.track_fields import Points, Sampler, features

_KEPT_SAMPLERS = 8


class AllFields:
    """The fields of a season; see `passes.collection.Fields`.

    Parameters
    ----------
    winds : Season
    further : Further
    settings : Settings

    Attributes
    ----------
    missing : dict of str to str
        Features that cannot be made -> why not.
    made_of : dict of str to str
        Each of the others -> variables and levels.
    """

    def __init__(self, winds: Season, further: Further, settings: Settings) -> None:
        self._winds = winds
        self._further = further
        self._settings = settings
        self.axis = winds.axis
        self.members = len(winds.members)
        self.block = Block.largest([winds.block, further.block])
        self.cuts = winds.cuts & further.cuts
        self.beside = len(further.roles)
        of_winds = ("u", "v") if winds.quantity == "winds" else ("vorticity",)
        grids = dict.fromkeys(of_winds, winds.grid) | {role: further.grid(role) for role in further.roles}
        self._parts = _by_grid(grids, further.levels, settings)
        self.grid = max((sampler.grid for sampler in self._parts), key=lambda grid: grid.shape)
        self.features = tuple(
            name for name in features.NEEDS if any(name in features.available(on) for on in self._parts.values())
        )
        self.missing = {
            name: why
            for name, why in features.missing(set(grids), self._why_missing(of_winds)).items()
            if name not in self.features
        }
        self.made_of = {name: self._made_of(name) for name in self.features if features.NEEDS[name]}

    @property
    def identity(self) -> Any:
        """What the features depend on, in plain values; see `passes.collection.Fields`."""
        inputs = {*self._winds.inputs(), *self._further.inputs()}
        files = sorted((file.path.name, file.size, file.mtime_ns) for file in inputs)
        settings = [self._settings.of_task(task) for task in ("vort_track", "field_collection")]
        return [settings, self._winds.choice, self._further.choice, files]

    def sample(
        self, start: int, stop: int, members: slice | Sequence[int], field: Ints, points: TrackPoints
    ) -> Mapping[str, Floats]:
        """The features of points; see `passes.collection.Fields`."""
        if not len(points):
            return dict.fromkeys(self.features, np.zeros(0, np.float32))
        taken = Points(field, points.lat, points.lon, points.east, points.north)
        read = _Read(
            functools.partial(self._of_winds, start, stop, members), functools.partial(self._flat, start, stop, members)
        )
        found: dict[str, Floats] = {}
        for sampler, roles in self._parts.items():
            found |= sampler.sample(read.of(roles), taken, found)
        return found

    def missing_values(self, steps: slice) -> Ints:
        """How many values were missing; see `passes.collection.Fields`."""
        counts = [self._further.missing_values[role][steps] for role in self._further.roles]
        return np.concatenate(counts).T if counts else np.zeros((self.members, 0), np.int32)

    def note_missing(self, steps: slice, member: int, missing: Ints) -> None:
        """Take over what another slot counted; see `passes.collection.Fields`."""
        rows = missing.reshape(len(self._further.roles), steps.stop - steps.start)
        for role, row in zip(self._further.roles, rows, strict=True):
            self._further.missing_values[role][steps, member] = row

    def _of_winds(self, start: int, stop: int, members: slice | Sequence[int]) -> dict[str, Floats]:
        """The winds, or cyclonic vorticity where the files have that: fields one after the other."""
        arrays = [array.reshape(-1, *self._winds.grid.shape) for array in self._winds.read(start, stop, members)]
        if len(arrays) == 1:
            return {"vorticity": vorticity.cyclonic(arrays[0], self._winds.grid)}
        return dict(zip(("u", "v"), arrays, strict=True))

    def _flat(self, start: int, stop: int, members: slice | Sequence[int], role: str) -> Floats:
        fields = self._further.read(role, start, stop, members)
        return fields.reshape(-1, *fields.shape[2:])

    def _why_missing(self, of_winds: Sequence[str]) -> dict[str, str]:
        """Role -> why it is not there."""
        without = {} if "u" in of_winds else dict.fromkeys(("u", "v"), "the files have vorticity, not winds")
        return without | self._further.missing

    def _made_of(self, name: str) -> str:
        """Variables and levels that a feature is made of."""
        made_of = " and ".join(self._named(role) for role in features.NEEDS[name])
        thinned = self._settings.collect_points == "lows" and "pressure" in self._further.roles
        return f"{made_of}, around closed lows" if thinned and name in features.AROUND_LOWS else made_of

    def _named(self, role: str) -> str:
        if role in self._further.roles:
            taken = self._further.choice[role]
            variable, level = taken["variable"], taken["level_hpa"]
        else:
            variables, level = self._winds.choice["variables"], self._winds.choice["level_hpa"]
            variable = variables.get(role) or " and ".join(variables.values())
        return f"{variable} at {level:g} hPa" if level else str(variable)


class _Read(Mapping[str, Floats]):
    """Fields that are read when they are asked for, so that each is sampled while a processor's cache has it."""

    def __init__(
        self,
        winds: Callable[[], dict[str, Floats]],
        further: Callable[[str], Floats],
        roles: Sequence[str] = (),
        kept: dict[str, Floats] | None = None,
    ) -> None:
        self._winds = winds
        self._further = further
        self._roles = roles
        self._kept = {} if kept is None else kept  # u is read with v

    def of(self, roles: Sequence[str]) -> "_Read":
        """Those of some roles."""
        return _Read(self._winds, self._further, roles, self._kept)

    def __getitem__(self, role: str) -> Floats:
        if role not in self._roles:
            raise KeyError(role)
        if role not in self._kept and role in OF_WINDS:
            self._kept.update(self._winds())
        return self._kept.pop(role) if role in self._kept else self._further(role)

    def __contains__(self, role: object) -> bool:
        return role in self._roles  # without reading it

    def __iter__(self) -> Iterator[str]:
        return iter(self._roles)

    def __len__(self) -> int:
        return len(self._roles)


OF_WINDS = ("u", "v", "vorticity")
"""Roles that are read from the files of the winds."""


def _by_grid(
    grids: Mapping[str, Grid], levels_hpa: Mapping[str, float], settings: Settings
) -> dict[Sampler, tuple[str, ...]]:
    """A sampler for each grid, and the roles on it; that of the pressure comes first."""
    found: dict[Sampler, tuple[str, ...]] = {}
    chosen = tuple(settings.keywords(Sampler).items())
    levels = tuple((role, level) for role, level in levels_hpa.items() if role in features.LEVELS_HPA)
    for role in sorted(grids, key=lambda role: role != "pressure"):
        grid = grids[role]
        sampler = _sampler(grid.lat.tobytes(), grid.lon.tobytes(), grid.periodic, levels, chosen)
        found[sampler] = (*found.get(sampler, ()), role)
    return found


@functools.lru_cache(maxsize=_KEPT_SAMPLERS)  # a slot does many members on one grid: its tables are made once
def _sampler(
    lat: bytes, lon: bytes, periodic: bool, levels: tuple[tuple[str, float], ...], chosen: tuple[tuple[str, Any], ...]
) -> Sampler:
    grid = Grid(np.frombuffer(lat), np.frombuffer(lon), periodic)
    return Sampler(grid, dict(levels), **dict(chosen))
