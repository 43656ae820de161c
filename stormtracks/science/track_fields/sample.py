"""Fields around track points -> features: pressure, warm core, thickness, wind, vorticity, means, sea."""

import functools
from collections.abc import Callable, Mapping

import numpy as np

from stormtracks.science import coasts, sphere
from stormtracks.science.arrays import Floats, Ints
from stormtracks.science.records import Grid
from stormtracks.science.settings import Settings
from stormtracks.science.track_fields import cells, features
from stormtracks.science.track_fields.discs import Disc, Discs
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
    near_radius_km, depth_radius_deg, core_near_radius_km, core_radius_deg, phase_radius_km, wind_radius_km, \
vorticity_radius_km, mean_radius_km : float
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
        phase_radius_km: float = Settings.phase_radius_km,
        wind_radius_km: float = Settings.wind_radius_km,
        vorticity_radius_km: float = Settings.vorticity_radius_km,
        mean_radius_km: float = Settings.mean_radius_km,
    ) -> None:
        self.grid = grid
        self.levels_hpa = {**features.LEVELS_HPA, **(levels_hpa or {})}
        self.near_radius_km = near_radius_km
        self.depth_radius_deg = depth_radius_deg
        self.core_near_radius_km = core_near_radius_km
        self.core_radius_deg = core_radius_deg
        self.phase_radius_km = phase_radius_km
        self.wind_radius_km = wind_radius_km
        self.vorticity_radius_km = vorticity_radius_km
        self.mean_radius_km = mean_radius_km
        self._discs: Callable[..., Discs] = functools.cache(functools.partial(Discs, grid))
        self._rays: Callable[[float], Rays] = functools.cache(functools.partial(Rays, grid))

    def sample(
        self, fields: Mapping[str, Floats], points: Points, pressure_at: tuple[Floats, Floats] | None = None
    ) -> dict[str, Floats]:
        """The features of some points.

        Parameters
        ----------
        fields : mapping of str to ndarray of float32, shape (nfields, nlat, nlon)
            By role, in SI units. `vorticity` is cyclonic; where it is not there it is made of `u` and `v`, the wind,
            around the points. NaN where a value is missing.
        points : Points
        pressure_at : tuple of ndarray, shape (n,), optional
            Latitude and longitude of the pressure minima, where pressure is on another grid and was sampled before.

        Returns
        -------
        dict of str to ndarray of float32, shape (n,)
            Those of `features.NEEDS` whose roles are there; NaN where one is not known, as outside the grid.
        """
        flat = {role: np.ascontiguousarray(values, np.float32).reshape(-1) for role, values in fields.items()}
        found = {name: np.full(len(points), np.nan, np.float32) for name in features.available(flat)}
        reaches = self._reaches(found)
        if reaches:
            curl_km = self.vorticity_radius_km if {"u", "v"} <= set(flat) else 0.0
            for which, disc in self._discs(max(reaches), curl_km).around(points.field, points.lat, points.lon):
                for name, values in self._around(flat, disc, points, which).items():
                    found[name][which] = values
        if "pressure_depth" in found:
            at = found["pressure_lat"], found["pressure_lon"]
            found["pressure_depth"][:] = self._depth(flat["pressure"], points, *at, found["pressure_min"])
            pressure_at = at
        if "warm_core" in found:
            found["warm_core"][:] = self._core(flat, points, pressure_at)
        found["sea"][:] = ~coasts.on_land(points.lat, points.lon)
        return found

    def _reaches(self, names: Mapping[str, Floats]) -> list[float]:
        """Radii of the discs about the points that features are taken from."""
        radius = {
            "pressure_min": self.near_radius_km,
            "lower_thickness_asymmetry": self.phase_radius_km,
            "thermal_wind_upper": self.phase_radius_km,
            "wind_max": self.wind_radius_km,
            "vorticity_mean": self.vorticity_radius_km,
            **dict.fromkeys(features.MEANS, self.mean_radius_km),
        }
        return [km for name, km in radius.items() if name in names]

    def _around(self, flat: Mapping[str, Floats], disc: Disc, points: Points, which: Ints) -> dict[str, Floats]:
        """The features that are taken from a disc about the point itself."""
        found: dict[str, Floats] = {}
        if "pressure" in flat:
            found |= self._pressure(flat["pressure"], disc)
        if "u" in flat and "v" in flat:
            found |= self._wind(flat["u"], flat["v"], disc, points.lat[which], points.lon[which])
        if "vorticity" in flat:
            found["vorticity_mean"] = disc.near(self.vorticity_radius_km).mean(disc.values(flat["vorticity"]))
        means = {name: role for name, role in features.MEANS.items() if role in flat}
        if means:
            near = disc.near(self.mean_radius_km)
            found |= {name: near.mean(disc.values(flat[role])) for name, role in means.items()}
        heights = [role for role in features.LEVELS_HPA if role in flat]
        if "height_middle" in heights and len(heights) > 1:
            found |= self._phase({role: flat[role] for role in heights}, disc, points.east[which], points.north[which])
        return found

    def _pressure(self, pressure: Floats, disc: Disc) -> dict[str, Floats]:
        lowest, cell = disc.near(self.near_radius_km).lowest(disc.values(pressure))
        lat, lon = self._position(cell)
        unknown = np.isnan(lowest)
        lat[unknown] = lon[unknown] = np.nan
        return {"pressure_min": lowest, "pressure_lat": lat, "pressure_lon": lon}

    def _wind(self, u: Floats, v: Floats, disc: Disc, lat: Floats, lon: Floats) -> dict[str, Floats]:
        east, north = disc.values(u), disc.values(v)
        vorticity = disc.near(self.vorticity_radius_km).mean(disc.vorticity(east, north))
        east *= east
        north *= north
        east += north
        lowest, cell = disc.near(self.wind_radius_km).lowest(np.negative(east, out=east))
        away = sphere.distance_km(lat, lon, *self._position(cell))
        return {
            "wind_max": np.sqrt(-lowest),
            "wind_max_distance": np.where(np.isnan(lowest), np.nan, away),
            "vorticity_mean": vorticity,
        }

    def _phase(self, flat: Mapping[str, Floats], disc: Disc, east: Floats, north: Floats) -> dict[str, Floats]:
        """Hart's phase space: asymmetry of the lower thickness, and thermal winds of two layers of two levels each."""
        near = disc.near(self.phase_radius_km)
        heights = {role: disc.values(field) for role, field in flat.items()}
        ranges = {role: near.range_of(values) for role, values in heights.items()}
        found: dict[str, Floats] = {}
        for name, lower, upper in features.LAYERS:
            if lower in heights and upper in heights:
                layer = np.log(self.levels_hpa[lower] / self.levels_hpa[upper])
                found[name] = (ranges[lower] - ranges[upper]) / np.float32(layer)
        if "height_lower" in heights:
            thickness = heights["height_middle"] - heights["height_lower"]
            found["lower_thickness_asymmetry"] = near.asymmetry(thickness, east, north)
        return found

    def _depth(self, pressure: Floats, points: Points, lat: Floats, lon: Floats, lowest: Floats) -> Floats:
        row, column, _ = cells.nearest(self.grid, lat, lon)
        return self._rays(self.depth_radius_deg).rise((pressure,), points.field, row, column, lowest)

    def _core(self, flat: Mapping[str, Floats], points: Points, at: tuple[Floats, Floats] | None) -> Floats:
        """How far the upper thickness falls around its maximum near the pressure minimum, else near the point."""
        cold = flat["height_middle"], flat["height_upper"]  # their difference is lowest where the layer is thickest
        lat, lon = points.lat, points.lon
        if at is not None:
            lat, lon = (np.where(np.isnan(one), other, one) for one, other in zip(at, (lat, lon), strict=True))
        core = np.full(len(points), np.nan, np.float32)
        for which, disc in self._discs(self.core_near_radius_km).around(points.field, lat, lon):
            lowest, cell = disc.near(self.core_near_radius_km).lowest(disc.values(*cold))
            row, column = self._row_and_column(cell)
            rays = self._rays(self.core_radius_deg)
            core[which] = rays.rise(cold, points.field[which], row, column, lowest)
        return core

    def _row_and_column(self, cell: Ints) -> tuple[Ints, Ints]:
        nlat, nlon = self.grid.shape
        row, column = np.divmod(cell % (nlat * nlon), nlon)
        return row, column

    def _position(self, cell: Ints) -> tuple[Floats, Floats]:
        row, column = self._row_and_column(cell)
        return self.grid.lat[row], sphere.wrap(self.grid.lon)[column]
