"""The compiled way from fields to maxima: what `find.c` is given, and what it gives back.

Each table is made by the NumPy path's own functions and handed over, so that both paths compute with the same numbers.
"""

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from stormtracks.science import kernel, sphere
from stormtracks.science.arrays import Floats
from stormtracks.science.records import Grid, Maxima

_KINDS = {"cyclonic": 0, "vorticity": 1, "winds": 2}
_ENDS = {"open": 0, "pole": 1, "across": 2}
_ALL, _NO_ROOM = 0, 1
_LEAST = 3
"""Rows, and columns, that a grid has for a point to have neighbours on all sides."""
_MOST_CELLS = 2**30
"""Places in a field are numbers of 32 bits."""
_ROOM = 1 << 15
"""Maxima that there is room for at first."""
_MARGIN_KM = 0.003
"""What rounding positions and distances moves two points, at most, and twice as much."""


class _Weights(Protocol):
    """What `vorticity.stencil` gives."""

    @property
    def east(self) -> Floats: ...
    @property
    def above(self) -> Floats: ...
    @property
    def here(self) -> Floats: ...
    @property
    def below(self) -> Floats: ...
    @property
    def ends(self) -> tuple[tuple[int, str], ...]: ...
    @property
    def poles(self) -> tuple[float, float]: ...


class _Grid(ctypes.Structure):
    """See `grid.h`, as all of these."""

    _fields_ = (
        ("nlat", ctypes.c_int64),
        ("nlon", ctypes.c_int64),
        ("periodic", ctypes.c_int32),
        ("is_pole", ctypes.c_int32 * 2),
        *((name, ctypes.c_void_p) for name in ("sin_lat", "cos_lat", "lon", "sin_lon", "cos_lon")),
        *((name, ctypes.c_void_p) for name in ("pole_lat", "pole_lon", "fits", "reach", "region")),
    )


class _Stencil(ctypes.Structure):
    _fields_ = (
        *((name, ctypes.c_void_p) for name in ("east", "above", "here", "below", "hemisphere")),
        ("poles", ctypes.c_double * 2),
        ("ends", ctypes.c_int32 * 2),
    )


class _Limits(ctypes.Structure):
    _fields_ = (
        ("threshold", ctypes.c_float),
        ("surely_near", ctypes.c_double),
        ("surely_far", ctypes.c_double),
        ("metres", ctypes.c_double),
    )


@dataclass(frozen=True)
class Tables:
    """What is known of a grid, for the kernel.

    Attributes
    ----------
    grid : ctypes.Structure
        Points to the arrays.
    arrays : dict of str to ndarray
        Are kept as long as they are pointed to.
    """

    grid: _Grid
    arrays: dict[str, np.ndarray]

    @classmethod
    def of(cls, grid: Grid, fits: Floats, reach: Floats, region: sphere.Region | None) -> "Tables":
        """Make them, from `maxima`'s tables of fits, and of the region in which maxima are looked for."""
        phi, lam = np.radians(grid.lat.astype(float)), np.radians(grid.lon.astype(float))
        pole_lon = sphere.on_grid(sphere.wrap(grid.lon.astype(float)))
        arrays = {
            "sin_lat": np.sin(phi),
            "cos_lat": np.cos(phi),
            "lon": lam,
            "sin_lon": np.sin(lam),
            "cos_lon": np.cos(lam),
            "pole_lat": sphere.on_grid(grid.lat),
            "pole_lon": np.where(pole_lon == 180.0, -180.0, pole_lon),
            "fits": fits,
            "reach": reach,
        }
        if region is not None:
            inside = sphere.in_region(grid.lat[:, np.newaxis], grid.lon, region)
            arrays["region"] = np.broadcast_to(inside, grid.shape).astype(np.uint8)
        is_pole = [grid.periodic and bool(sphere.is_pole(grid.lat[row])) for row in (0, -1)]
        filled = _Grid(*grid.shape, grid.periodic, (ctypes.c_int32 * 2)(*is_pole))
        return cls(filled, _pointed_to(filled, arrays))


@dataclass(frozen=True)
class Stencil:
    """What winds or vorticity are multiplied by, for the kernel.

    Attributes
    ----------
    stencil : ctypes.Structure
        Points to the arrays.
    arrays : dict of str to ndarray
        Are kept as long as they are pointed to.
    """

    stencil: _Stencil
    arrays: dict[str, np.ndarray]

    @classmethod
    def of(cls, weights: _Weights, hemisphere: Floats) -> "Stencil":
        """Make it from `vorticity.stencil`, and from the sign of each row's latitude."""
        ends = (_ENDS[how] for _, how in weights.ends)
        filled = _Stencil(poles=(ctypes.c_double * 2)(*weights.poles), ends=(ctypes.c_int32 * 2)(*ends))
        arrays = {name: getattr(weights, name).reshape(-1) for name in ("east", "above", "here", "below")}
        return cls(filled, _pointed_to(filled, arrays | {"hemisphere": hemisphere.astype(np.float32)}))


def takes(fields: Sequence[Floats], grid: Grid) -> bool:
    """Whether there is a kernel, and fields, each (n, nlat, nlon), are such as it reads."""
    nlat, nlon = grid.shape
    fits = min(nlat, nlon) >= _LEAST and nlat * (nlon + 2) <= _MOST_CELLS
    shape = len(fields[0]), nlat, nlon
    return fits and kernel.library() is not None and all(_is_read(one, shape) for one in fields)


def find(
    kind: str,
    fields: Sequence[Floats],
    tables: Tables,
    stencil: Stencil | None,
    *,
    threshold_s1: float,
    min_separation_km: float,
) -> Maxima | None:
    """Maxima of some fields.

    Parameters
    ----------
    kind : {'cyclonic', 'vorticity', 'winds'}
    fields : sequence of ndarray of float32, shape (n, nlat, nlon)
        One array, or u and v.
    tables : Tables
    stencil : Stencil, optional
        None where fields are cyclonic.
    threshold_s1, min_separation_km : float
        See `maxima.find`.

    Returns
    -------
    Maxima
        `step` is the index along the first axis.
    None
        Instead of them, where NumPy has to do it: a value is infinite.
    """
    library = kernel.library()
    assert library is not None  # `takes` says so
    limits = _limits(threshold_s1, min_separation_km)
    fields = [np.ascontiguousarray(one) for one in fields]
    parts: list[tuple[np.ndarray, ...]] = []
    done, room = 0, _ROOM
    while done < len(fields[0]) or not parts:
        ended, count, part = _call(library, _KINDS[kind], [one[done:] for one in fields], tables, stencil, limits, room)
        if ended == _NO_ROOM and not count:
            room *= 4
        elif ended not in (_ALL, _NO_ROOM):
            return None
        part[0][:] += done
        parts.append(part)
        done += count
    return Maxima(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _is_read(field: Floats, shape: tuple[int, ...]) -> bool:
    """Whether it is of single precision and has no mask, of which the kernel would know nothing."""
    return field.dtype == np.float32 and field.shape == shape and not np.ma.isMaskedArray(field)


def _limits(threshold_s1: float, min_separation_km: float) -> _Limits:
    apart = min_separation_km
    near = float(sphere.chord(apart - _MARGIN_KM)) ** 2 if apart > _MARGIN_KM else -1.0
    is_everywhere = apart + _MARGIN_KM >= np.pi * sphere.EARTH_RADIUS_KM
    far = np.inf if is_everywhere else float(sphere.chord(apart + _MARGIN_KM)) ** 2
    return _Limits(threshold_s1, near, far, round(1000 * apart) if apart > 0 else -1)


def _call(
    library: ctypes.CDLL,
    kind: int,
    fields: Sequence[Floats],
    tables: Tables,
    stencil: Stencil | None,
    limits: _Limits,
    room: int,
) -> tuple[int, int, tuple[np.ndarray, ...]]:
    """Why it ended, of how many fields the maxima were found, and these maxima."""
    columns = tuple(np.empty(room, kind) for kind in (np.int32, np.float64, np.float64, np.float32))
    done, found = ctypes.c_int64(), ctypes.c_int64()
    library.find_maxima.restype = ctypes.c_int64
    ended = library.find_maxima(
        ctypes.byref(tables.grid),
        None if stencil is None else ctypes.byref(stencil.stencil),
        ctypes.byref(limits),
        ctypes.c_int64(kind),
        _address(fields[0]),
        _address(fields[1]) if len(fields) > 1 else None,
        ctypes.c_int64(len(fields[0])),
        ctypes.c_int64(room),
        ctypes.byref(done),
        ctypes.byref(found),
        *map(_address, columns),
    )
    return ended, done.value, tuple(column[: found.value].copy() for column in columns)


def _pointed_to(filled: Any, arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Have a structure point to arrays of its names, which are to be kept."""
    kept = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    for name, array in kept.items():
        setattr(filled, name, array.ctypes.data)
    return kept


def _address(array: np.ndarray) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)
