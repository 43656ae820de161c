"""Geopotential in balance with winds that have no divergence."""

import numpy as np
import scipy.fft

from stormtracks.science.arrays import Floats
from stormtracks.science.records import Grid
from stormtracks.science.sphere import EARTH_RADIUS_KM
from stormtracks.science.synthetic.atmosphere.harmonics import Waves, finer, legendre, products, quadrature

EARTH_ROTATION = 7.292e-5
"""s-1, by the stars."""

TRUNCATION = 180
"""Highest degree on fine grids; coarser ones have what they resolve."""

_POLE = 90 - 1e-4  # 11 m beside a pole, where all is finite


class Balance:
    """Pressure fields of a grid's winds.

    Parameters
    ----------
    grid : Grid
        All longitudes, rows S->N from pole to pole, as `Plan.axes`.
    truncation : int, optional
        Highest degree of the geopotential, as that of a spectral model; without it as far as the grid goes, and no
        further than `TRUNCATION`.

    Notes
    -----
    A flow that has no divergence, and gets none, fulfils

        lap(Phi) = div((f + zeta) (v, -u)) - lap((u^2 + v^2) / 2),

    the divergence of the equation of motion in its vector-invariant form (Charney 1955), which is exact on the sphere.
    On a plane it reads lap(Phi) = f zeta - beta u + 2 J(u, v); around a vortex it is the gradient wind. The tables of
    Legendre functions are made once for a grid.

    Examples
    --------
    Air that turns about the Earth's axis, by 10 m/s at the equator: the geopotential falls towards the poles.

    >>> import numpy as np
    >>> from stormtracks.science.synthetic.atmosphere.balance import Balance
    >>> from stormtracks.science.synthetic.plan import Plan
    >>> grid = Plan(2005, grid=5).axes
    >>> u = np.broadcast_to(10 * np.cos(np.radians(grid.lat))[:, None], (1, *grid.shape))
    >>> phi = Balance(grid).geopotential(u, np.zeros_like(u))
    >>> round(float(phi[0, 18, 0] - phi[0, 0, 0]))
    4696
    """

    def __init__(self, grid: Grid, truncation: int | None = None) -> None:
        self._size = min(TRUNCATION, len(grid.lat) - 2, len(grid.lon) // 2 - 1)
        kept = min(self._size, truncation or self._size) + 1
        self._nlon = len(grid.lon)
        self._synthesis = legendre(np.clip(grid.lat, -_POLE, _POLE), self._size)[0]
        self._kept_synthesis = np.ascontiguousarray(self._synthesis[:kept, :, :kept])
        self._divergence, analysis = _matrices(len(grid.lat), self._size)
        self._analysis = np.ascontiguousarray(analysis[:kept, :kept])
        degree = np.arange(float(kept))
        inverse = np.divide(-1.0, degree * (degree + 1), where=degree > 0, out=np.zeros_like(degree))
        self._inverse = (inverse * (1e3 * EARTH_RADIUS_KM) ** 2).astype(np.float32)[:, None]
        self._coriolis = (2 * EARTH_ROTATION * np.sin(np.radians(grid.lat))).astype(np.float32)[:, None]

    def geopotential(self, u: Floats, v: Floats) -> Floats:
        """Geopotential, its global mean 0.

        Parameters
        ----------
        u, v : ndarray of float32, shape (member, nlat, nlon)
            Winds without divergence, m s-1.

        Returns
        -------
        ndarray of float32, shape (member, nlat, nlon)
            m2 s-2. That of a member does not depend on how many there are.
        """
        absolute = self._coriolis + self.vorticity(u, v)
        kept = slice(len(self._analysis))
        head = self._inverse * self._diverge(absolute * v, -absolute * u)[kept, kept]
        head -= products(self._analysis, self._to_waves((u * u + v * v) / np.float32(2))[kept])
        head[0, 0] = 0
        return self._to_grid(self._kept_synthesis, head)

    def vorticity(self, u: Floats, v: Floats) -> Floats:
        """Relative vorticity (s-1), all of it that the truncation holds; float32, shape (member, nlat, nlon)."""
        return self._to_grid(self._synthesis, self._diverge(v, -u))

    def _diverge(self, eastward: Floats, northward: Floats) -> Waves:
        """Coefficients (order, degree, member) of the divergence of a field of vectors (member, nlat, nlon)."""
        both = np.concatenate([1j * self._to_waves(eastward), self._to_waves(northward)], axis=1)
        return products(self._divergence, both.astype(np.complex64, copy=False))

    def _to_waves(self, field: Floats) -> Waves:
        """(member, latitude, longitude) -> (order, latitude, member)."""
        waves: Waves = scipy.fft.rfft(field, axis=-1, norm="forward")
        return waves[..., : self._size + 1].transpose(2, 1, 0)

    def _to_grid(self, functions: Floats, coefficients: Waves) -> Floats:
        """(order, degree, member) -> (member, latitude, longitude)."""
        waves = np.ascontiguousarray(products(functions, coefficients).transpose(2, 1, 0))
        field: Floats = scipy.fft.irfft(waves, n=self._nlon, axis=-1, norm="forward")
        return field


def _matrices(rows: int, size: int) -> tuple[Floats, Floats]:
    """Matrices from Fourier coefficients to those of harmonics: of a wind's divergence, and of a scalar.

    Returns
    -------
    divergence : ndarray of float32, shape (order, degree, 2 rows)
        The integral of div(F) Y is that of -F . grad Y, so that nothing is differentiated but the Legendre functions.
        `rows` times the imaginary unit times the eastward component come first, then the northward one.
    scalar : ndarray of float32, shape (order, degree, rows)
    """
    lat = np.clip(np.linspace(-90, 90, 2 * rows - 1), -_POLE, _POLE)
    p, slope = legendre(lat, size, np.float64)
    weights = quadrature(2 * rows - 1)[:, None] / 2
    of_wind = weights / (1e3 * EARTH_RADIUS_KM)
    across = of_wind / np.cos(np.radians(lat))[:, None]
    divergence = np.empty((size + 1, size + 1, 2 * rows), np.float32)
    scalar = np.empty((size + 1, size + 1, rows), np.float32)
    finer_rows = [finer(rows, odd=False), finer(rows, odd=True)]
    for order in range(size + 1):
        of_scalar, of_vector = finer_rows[order % 2], finer_rows[(order + 1) % 2]
        divergence[order, :, :rows] = (order * across * p[order]).T @ of_vector
        divergence[order, :, rows:] = -(of_wind * slope[order]).T @ of_vector
        scalar[order] = (weights * p[order]).T @ of_scalar
    return divergence, scalar
