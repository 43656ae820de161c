"""Fields around track points -> features: pressure, warm core, thickness, wind, vorticity, means, sea."""

import functools
from collections.abc import Callable, Iterator, Mapping

import numpy as np

from stormtracks.science import sphere
from stormtracks.science.arrays import Bools, Floats, Ints
from stormtracks.science.climatology import coasts
from stormtracks.science.records import Grid
from stormtracks.science.settings import Settings
from stormtracks.science.track_fields import cells, features
from stormtracks.science.track_fields.around import around, vorticity
from stormtracks.science.track_fields.discs import CurlTable, DiscTable, Places, fineness
from stormtracks.science.track_fields.points import Points
from stormtracks.science.track_fields.rays import Rays


class Sampler:
    """Samples fields of one grid around track points. Its tables are made when they are first needed, and kept.

    Parameters
    ----------
    grid : Grid
        Of the fields: global or regional, even or Gaussian rows.
    levels_hpa : mapping, optional
        Pressure of `height_upper`, `height_middle` and `height_lower`; what it lacks is as in `features.LEVELS_HPA`.
    near_radius_km, depth_radius_deg, core_near_radius_km, core_radius_deg, core_min_depth_pa, phase_radius_km, \
wind_radius_km, vorticity_radius_km, mean_radius_km : float
    collect_points : str
        See `Settings`.

    Examples
    --------
    The pressure around tropical storm Cindy and around a place on the equator; the first is closed.

    >>> import numpy as np
    >>> from stormtracks.science.records import Grid
    >>> from stormtracks.science.track_fields import Points, Sampler
    >>> grid = Grid(np.arange(-90.0, 91.0, 2.0), np.arange(0.0, 360.0, 2.0), periodic=True)
    >>> pressure = np.full((1, *grid.shape), 101000.0, np.float32)
    >>> pressure[0, 60, 155] = 99800.0  # 30N, 310E
    >>> nowhere = np.full(2, np.nan)
    >>> points = Points(np.zeros(2, int), np.array([31.0, 0.0]), np.array([-51.0, -51.0]), nowhere, nowhere)
    >>> found = Sampler(grid).sample({"pressure": pressure}, points)
    >>> found["pressure_min"].tolist(), found["pressure_depth"].tolist()
    ([99800.0, 101000.0], [1200.0, 0.0])
    """

    def __init__(
        self,
        grid: Grid,
        levels_hpa: Mapping[str, float] | None = None,
        *,
        near_radius_km: float = Settings.near_radius_km,
        depth_radius_deg: float = Settings.depth_radius_deg,
        core_near_radius_km: float = Settings.core_near_radius_km,
        core_radius_deg: float = Settings.core_radius_deg,
        core_min_depth_pa: float = Settings.core_min_depth_pa,
        phase_radius_km: float = Settings.phase_radius_km,
        wind_radius_km: float = Settings.wind_radius_km,
        vorticity_radius_km: float = Settings.vorticity_radius_km,
        mean_radius_km: float = Settings.mean_radius_km,
        collect_points: str = Settings.collect_points,
    ) -> None:
        self.grid = grid
        self.levels_hpa = {**features.LEVELS_HPA, **(levels_hpa or {})}
        self.near_radius_km = near_radius_km
        self.depth_radius_deg = depth_radius_deg
        self.core_near_radius_km = core_near_radius_km
        self.core_radius_deg = core_radius_deg
        self.core_min_depth_pa = core_min_depth_pa
        self.phase_radius_km = phase_radius_km
        self.wind_radius_km = wind_radius_km
        self.vorticity_radius_km = vorticity_radius_km
        self.mean_radius_km = mean_radius_km
        self.collect_points = collect_points
        self._disc: Callable[[float], DiscTable] = functools.cache(functools.partial(DiscTable.of, grid))
        self._curl: Callable[[float], CurlTable] = functools.cache(functools.partial(CurlTable.of, grid))
        self._rays: Callable[[float], Rays] = functools.cache(functools.partial(Rays, grid))

    def sample(
        self, fields: Mapping[str, Floats], points: Points, known: Mapping[str, Floats] | None = None
    ) -> dict[str, Floats]:
        """The features of some points.

        Parameters
        ----------
        fields : mapping of str to ndarray of float32, shape (nfields, nlat, nlon)
            By role, in SI units; each is asked for once. `vorticity` is cyclonic; where it is not there it is made of
            `u` and `v`, the wind, around the points. NaN where a value is missing.
        points : Points
        known : mapping of str to ndarray of float32, shape (n,), optional
            Features of pressure, where that is on another grid and was sampled before.

        Returns
        -------
        dict of str to ndarray of float32, shape (n,)
            Those of `features.NEEDS` whose roles are there; NaN where one is not known, as outside the grid. Those of
            heights are not looked for where no low of `core_min_depth_pa` is closed; with `collect_points` "lows" no
            others but those of pressure are.
        """
        found = {name: np.full(len(points), np.nan, np.float32) for name in features.available(set(fields))}
        found["sea"][:] = ~coasts.on_land(points.lat, points.lon)
        if "pressure" in fields:
            found |= self._pressure(_flat(fields, "pressure"), points)
            known = found
        lows = _Some(self, points, self._lows(known or {}, len(points)))
        around = lows if self.collect_points == "lows" else _Some(self, points, np.arange(len(points)))
        self._near(found, fields, around)
        self._of_heights(found, fields, lows, known or {})
        return found

    def _lows(self, known: Mapping[str, Floats], count: int) -> Ints:
        """The points around which a low is closed, or may be: nothing is known of pressure."""
        if "pressure_depth" not in known:
            return np.arange(count)
        return np.flatnonzero(~(known["pressure_depth"] < self.core_min_depth_pa))

    def _near(self, found: dict[str, Floats], fields: Mapping[str, Floats], around: "_Some") -> None:
        """Fill in the features that need no heights."""
        if "u" in fields and "v" in fields:
            u, v = _flat(fields, "u"), _flat(fields, "v")
            around.collect(found, lambda places, points: self._wind(u, v, places, points))
            if "vorticity" not in fields:
                around.collect(found, lambda places, _: {"vorticity_mean": self._vorticity(u, v, places)})
        means = {name: (role, self.mean_radius_km) for name, role in features.MEANS.items()}
        for name, (role, km) in {**means, "vorticity_mean": ("vorticity", self.vorticity_radius_km)}.items():
            if role in fields:
                around.collect(found, functools.partial(self._mean, name, _flat(fields, role), self._disc(km)))

    def _of_heights(
        self, found: dict[str, Floats], fields: Mapping[str, Floats], lows: "_Some", known: Mapping[str, Floats]
    ) -> None:
        """Fill in the features of thickness, of points around which a low is closed."""
        if not any(name in found for name in features.OF_HEIGHTS):
            return
        heights = {role: _flat(fields, role) for role in features.LEVELS_HPA if role in fields}
        lows.collect(found, functools.partial(self._phase, heights))
        if "warm_core" in found:
            at = (known[name][lows.which] if name in known else None for name in ("pressure_lat", "pressure_lon"))
            found["warm_core"][lows.which] = self._core(heights, lows.points, *at)

    def _pressure(self, pressure: Floats, points: Points) -> dict[str, Floats]:
        places = Places.of(self.grid, points.field, points.lat, points.lon)
        lowest, row, column = self._lowest((pressure,), places, len(points), self.near_radius_km)
        unknown = np.isnan(lowest)
        lat, lon = self.grid.lat[row].astype(np.float32), self._lon[column].astype(np.float32)
        lat[unknown] = lon[unknown] = np.nan
        return {
            "pressure_min": lowest,
            "pressure_lat": lat,
            "pressure_lon": lon,
            "pressure_depth": self._rays(self.depth_radius_deg).rise((pressure,), points.field, row, column, lowest),
        }

    def _lowest(self, flat: tuple[Floats, ...], places: Places, count: int, km: float) -> tuple[Floats, Ints, Ints]:
        """The lowest of a field (the first minus the others) within a distance, and its row and column; NaN, 0, 0."""
        lowest, cell = np.full(count, np.nan, np.float32), np.zeros(count, np.intp)
        for here in self.parts(places):
            lowest[here.which], cell[here.which] = around(here, self._disc(km)).lowest(*flat)
        return lowest, *self._row_and_column(cell)

    def _wind(self, u: Floats, v: Floats, places: Places, points: Points) -> dict[str, Floats]:
        strongest, cell = around(places, self._disc(self.wind_radius_km)).strongest(u, v)
        row, column = self._row_and_column(cell)
        away = sphere.distance_km(points.lat, points.lon, self.grid.lat[row], self._lon[column])
        return {"wind_max": strongest, "wind_max_distance": np.where(np.isnan(strongest), np.nan, away)}

    def _vorticity(self, u: Floats, v: Floats, places: Places) -> Floats:
        return vorticity(places, self._curl(self.vorticity_radius_km), u, v)

    def _phase(self, flat: Mapping[str, Floats], places: Places, points: Points) -> dict[str, Floats]:
        """Hart's phase space: asymmetry of the lower thickness, and thermal winds of two layers of two levels each."""
        near = around(places, self._disc(self.phase_radius_km))
        ranges = near.ranges(flat)
        found: dict[str, Floats] = {}
        for name, lower, upper in features.LAYERS:
            if lower in flat and upper in flat:
                layer = np.log(self.levels_hpa[lower] / self.levels_hpa[upper])
                found[name] = (ranges[lower] - ranges[upper]) / np.float32(layer)
        if "height_lower" in flat:
            heights = flat["height_middle"], flat["height_lower"]
            right_less_left = near.asymmetry(*heights, points.east, points.north)
            found["lower_thickness_asymmetry"] = np.where(points.lat < 0, -right_less_left, right_less_left)
        return found

    def _mean(self, name: str, flat: Floats, table: DiscTable, places: Places, _: Points) -> dict[str, Floats]:
        return {name: around(places, table).mean(flat)}

    def _core(self, flat: Mapping[str, Floats], points: Points, lat: Floats | None, lon: Floats | None) -> Floats:
        """How far the upper thickness falls around its maximum near the pressure minimum, else near the point."""
        cold = flat["height_middle"], flat["height_upper"]  # their difference is lowest where the layer is thickest
        lat = points.lat if lat is None else np.where(np.isnan(lat), points.lat, lat)
        lon = points.lon if lon is None else np.where(np.isnan(lon), points.lon, lon)
        places = Places.of(self.grid, points.field, lat, lon)
        lowest, row, column = self._lowest(cold, places, len(points), self.core_near_radius_km)
        return self._rays(self.core_radius_deg).rise(cold, points.field, row, column, lowest)

    def parts(self, places: Places) -> Iterator[Places]:
        """Places whose discs have nearly as many cells, some at a time."""
        wide = self._wide.take(places.line)
        for zone in (np.flatnonzero(~wide), np.flatnonzero(wide)):
            for part in cells.parts(len(zone), USUAL_CELLS):
                yield places.take(zone[part])

    def _row_and_column(self, cell: Ints) -> tuple[Ints, Ints]:
        nlat, nlon = self.grid.shape
        row, column = np.divmod(cell % (nlat * nlon), nlon)
        return row, column

    @functools.cached_property
    def _wide(self) -> Bools:
        """Which lines of a table of discs lie beyond `WIDE_LATITUDE`."""
        return np.repeat(np.abs(self.grid.lat) > WIDE_LATITUDE, fineness(self.grid) ** 2)

    @functools.cached_property
    def _lon(self) -> Floats:
        return sphere.wrap(self.grid.lon)


USUAL_CELLS = 33
"""Cells of a usual disc, by which positions are shared out."""

WIDE_LATITUDE = 45.0
"""Degrees beyond which a disc has up to twice as many cells as at the equator."""


class _Some:
    """Some of the points, in parts that are worked on in one go; a part's cells are looked up once for all fields."""

    def __init__(self, sampler: Sampler, points: Points, which: Ints) -> None:
        self.which = which
        self.points = points.take(which)
        places = Places.of(sampler.grid, self.points.field, self.points.lat, self.points.lon)
        self._parts = [(part, self.points.take(part.which)) for part in sampler.parts(places)]

    def collect(self, found: dict[str, Floats], features_at: Callable[[Places, Points], dict[str, Floats]]) -> None:
        """Fill in features of these points."""
        for places, points in self._parts:
            for name, values in features_at(places, points).items():
                found[name][self.which[places.which]] = values


def _flat(fields: Mapping[str, Floats], role: str) -> Floats:
    return np.ascontiguousarray(fields[role], np.float32).reshape(-1)
