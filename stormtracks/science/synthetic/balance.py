"""Geopotential in balance with winds that have no divergence."""

import numpy as np
import scipy.fft

from stormtracks.science.arrays import Floats
from stormtracks.science.records import Grid
from stormtracks.science.sphere import EARTH_RADIUS_KM
from stormtracks.science.synthetic.harmonics import Waves, finer, legendre, products, quadrature

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
    >>> from stormtracks.science.synthetic.balance import Balance
    >>> from stormtracks.science.synthetic.plan import Plan
    >>> grid = Plan(2005, grid=5).axes
    >>> u = np.broadcast_to(10 * np.cos(np.radians(grid.lat))[:, None], (1, *grid.shape))
    >>> phi = Balance(grid).geopotential(u, np.zeros_like(u))
    >>> round(float(phi[0, 18, 0] - phi[0, 0, 0]))
    4696
    """

    def __init__(self, grid: Grid) -> None:
        self._size = min(TRUNCATION, len(grid.lat) - 2, len(grid.lon) // 2 - 1)
        self._nlon = len(grid.lon)
        self._synthesis = legendre(np.clip(grid.lat, -_POLE, _POLE), self._size)[0]
        self._divergence = _divergence(len(grid.lat), self._size)
        degree = np.arange(self._size + 1.0)
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
        head = self._inverse * self._diverge(absolute * v, -absolute * u)
        energy = (u * u + v * v) / np.float32(2)
        phi = self._to_grid(head) - energy
        return phi + self._mean(energy)

    def vorticity(self, u: Floats, v: Floats) -> Floats:
        """Relative vorticity (s-1), all of it that the truncation holds; float32, shape (member, nlat, nlon)."""
        return self._to_grid(self._diverge(v, -u))

    def _diverge(self, eastward: Floats, northward: Floats) -> Waves:
        """Coefficients (order, degree, member) of the divergence of a field of vectors (member, nlat, nlon)."""
        both = np.concatenate([1j * self._to_waves(eastward), self._to_waves(northward)], axis=1)
        return products(self._divergence, both.astype(np.complex64, copy=False))

    def _to_waves(self, field: Floats) -> Waves:
        """(member, latitude, longitude) -> (order, latitude, member)."""
        waves: Waves = scipy.fft.rfft(field, axis=-1, norm="forward")
        return waves[..., : self._size + 1].transpose(2, 1, 0)

    def _to_grid(self, coefficients: Waves) -> Floats:
        """(order, degree, member) -> (member, latitude, longitude)."""
        waves = np.ascontiguousarray(products(self._synthesis, coefficients).transpose(2, 1, 0))
        field: Floats = scipy.fft.irfft(waves, n=self._nlon, axis=-1, norm="forward")
        return field

    def _mean(self, field: Floats) -> Floats:
        """Global mean of each member, shape (member, 1, 1)."""
        weights = quadrature(field.shape[1]).astype(np.float32) / 2
        mean: Floats = (field.mean(axis=-1) * weights).sum(axis=-1)
        return mean[:, None, None]


def _divergence(rows: int, size: int) -> Floats:
    """Matrices from a wind's Fourier coefficients to those of its divergence, shape (order, degree, 2 rows).

    The integral of div(F) Y is that of -F . grad Y, so that nothing is differentiated but the Legendre functions.
    `rows` times the imaginary unit times the eastward component come first, then the northward one.
    """
    lat = np.linspace(-90, 90, 2 * rows - 1)
    p, slope = legendre(np.clip(lat, -_POLE, _POLE), size, np.float64)
    weights = quadrature(2 * rows - 1) / (2e3 * EARTH_RADIUS_KM)
    across = weights / np.cos(np.radians(np.clip(lat, -_POLE, _POLE)))
    interpolation = [finer(rows, odd=True), finer(rows, odd=False)]  # of vectors: the signs are a scalar's reversed
    matrices = np.empty((size + 1, size + 1, 2 * rows), np.float32)
    for order in range(size + 1):
        fine = interpolation[order % 2]
        matrices[order, :, :rows] = (order * across[:, None] * p[order]).T @ fine
        matrices[order, :, rows:] = -(weights[:, None] * slope[order]).T @ fine
    return matrices
