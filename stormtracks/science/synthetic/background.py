"""What storms are planted in: jets and red noise on the sphere, without divergence, different from member to member."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.fft

from stormtracks.science.arrays import Floats
from stormtracks.science.sphere import EARTH_RADIUS_KM
from stormtracks.science.synthetic.harmonics import Waves, legendre, products
from stormtracks.science.synthetic.plan import Plan

SHARED_VARIANCE = 0.75
"""Part of the noise's variance that all members have in common: 20CRv2c's members of September 1987 have
correlations of 0.7 (southern hemisphere) to 0.97 (northern) in the vorticity of their geostrophic winds."""

TRUNCATION = 96
"""Highest degree of the noise; the amplitudes fall off long before it."""


@dataclass(frozen=True)
class Layer:
    """A part of the noise with a motion and a place of its own.

    Attributes
    ----------
    drift : float
        Motion of the pattern, degrees of longitude eastward per day.
    lifetime_h : float
        Time in which a structure of degree 15 decorrelates to 1/e; others as degree to the power of -0.5.
    std : tuple of (float, float)
        Latitude (degrees) and standard deviation of the vorticity there (1e-5 s-1).
    """

    drift: float
    lifetime_h: float
    std: tuple[tuple[float, float], ...]


_COMMON, _OWN = np.float32(SHARED_VARIANCE**0.5), np.float32((1 - SHARED_VARIANCE) ** 0.5)

LAYERS = (
    Layer(10.0, 48.0, ((-90, 3.5), (-72, 3.5), (-60, 2.7), (-50, 2.5), (-38, 2.3), (-25, 0.8), (-10, 0.0), (10, 0.0),
                       (25, 0.8), (38, 2.3), (50, 2.5), (60, 2.7), (72, 3.5), (90, 3.5))),
    Layer(-5.0, 72.0, ((-90, 0.0), (-45, 0.0), (-25, 1.25), (-10, 1.15), (10, 1.15), (25, 1.25), (45, 0.0), (90, 0.0))),
)  # fmt: skip
"""Extratropics and tropics."""


class Background:
    """Red noise and jets, step after step.

    Parameters
    ----------
    plan : Plan
    """

    def __init__(self, plan: Plan) -> None:
        grid = plan.axes
        lat = np.clip(grid.lat, -90 + 1e-4, 90 - 1e-4)  # 11 m beside the poles, where all is finite
        size = min(TRUNCATION, len(grid.lon) // 2 - 1)
        self._nlon = len(grid.lon)
        self._functions = legendre(lat, size)
        self._cos = np.cos(np.radians(lat))[:, None]
        self._layers = [_Weighted.at(layer, lat, plan.noise) for layer in LAYERS]
        self._chains = [_Chain(plan, layer, size, number) for number, layer in enumerate(LAYERS)]
        self._jets = jets(lat)

    def __iter__(self) -> Iterator[tuple[Floats, Floats]]:
        """Eastward and northward wind of each step, m s-1, float32, shape (member, nlat, nlon)."""
        for coefficients in zip(*self._chains, strict=True):
            yield self._winds(coefficients)

    def _winds(self, coefficients: tuple[Waves, ...]) -> tuple[Floats, Floats]:
        eastward: Any = 0
        northward: Any = 0
        for layer, coefficient in zip(self._layers, coefficients, strict=True):
            psi, slope = (products(functions, coefficient) for functions in self._functions)
            order = np.arange(len(psi), dtype=np.float32)[:, None, None]
            eastward = eastward - layer.weight * slope - layer.slope * psi
            northward = northward + (layer.weight / self._cos.astype(np.float32)) * order * (1j * psi)
        u, v = self._to_grid(eastward), self._to_grid(northward)
        u += self._jets[:, None]
        return u, v

    def _to_grid(self, waves: Waves) -> Floats:
        """Fourier coefficients (order, latitude, member) -> (member, latitude, longitude)."""
        waves = np.ascontiguousarray(waves.transpose(2, 1, 0))
        return scipy.fft.irfft(waves, n=self._nlon, axis=-1, norm="forward")


def jets(lat: Floats) -> Floats:
    """Mean eastward wind, m s-1, float32: westerlies about 45 degrees, trades about 10 degrees."""
    distance = np.abs(lat)
    westerlies = 8.0 * np.exp(-(((distance - 45) / 14) ** 2))
    trades = -4.0 * np.exp(-(((distance - 10) / 13) ** 2))
    return ((westerlies + trades) * np.cos(np.radians(lat))).astype(np.float32)


@dataclass(frozen=True)
class _Weighted:
    """A layer's strength by latitude and its derivative (per radian), float32, shape (nlat, 1)."""

    weight: Floats
    slope: Floats

    @classmethod
    def at(cls, layer: Layer, lat: Floats, noise: float) -> "_Weighted":
        places, values = np.transpose(np.array(layer.std))
        fine = np.arange(-90, 90.01, 0.25)
        rough = np.interp(fine, places, values)
        kernel = np.exp(-0.5 * (np.arange(-60, 61) / 20.0) ** 2)  # 5 degrees: a smooth weight keeps the noise red
        smooth = np.convolve(np.pad(rough, 60, mode="edge"), kernel / kernel.sum(), mode="valid")
        slope = np.gradient(smooth, np.radians(fine))
        pick = [np.interp(lat, fine, line) * noise * 1e-5 for line in (smooth, slope)]
        return cls(*(line[:, None].astype(np.float32) for line in pick))


class _Chain:
    """Coefficients of a layer's streamfunction, step after step: a first-order autoregression that moves eastward.

    Every member draws from a generator of its own, and one more gives what all have in common.
    """

    def __init__(self, plan: Plan, layer: Layer, size: int, number: int) -> None:
        seeds = [(0, 0)] + [(1, member) for member in range(plan.members)]
        self._generators = [np.random.default_rng([plan.seed, 3, number, *seed]) for seed in seeds]
        degree = np.arange(size + 1)
        self._scale = _amplitudes(size)
        lifetime = np.clip(layer.lifetime_h * np.sqrt(15 / np.maximum(degree, 1)), 6, 120)
        keep = np.exp(-plan.step_hours / lifetime)
        turn = np.exp(-1j * np.radians(layer.drift) * plan.step_hours / 24 * degree)  # degree stands for order here
        self._keep = (turn[:, None] * keep[None]).astype(np.complex64)[..., None]
        self._fresh = np.sqrt(1 - keep**2).astype(np.float32)[None, :, None]
        self._steps = len(plan.times)

    def __iter__(self) -> Iterator[Waves]:
        """Coefficients, complex64, shape (order, degree, member)."""
        state = self._draw()
        for step in itertools.count(1):
            common, own = state[..., :1], state[..., 1:]
            yield np.multiply(self._scale, _COMMON * common + _OWN * own)
            if step == self._steps:
                return
            state = self._keep * state + self._fresh * self._draw()

    def _draw(self) -> Waves:
        size = self._scale.shape[0]
        draws = np.empty((size, size, len(self._generators)), np.complex64)
        for member, generator in enumerate(self._generators):
            draws[..., member] = generator.standard_normal((size, size, 2), dtype=np.float32).view(np.complex64)[..., 0]
        return draws


def _amplitudes(size: int) -> Floats:
    """Standard deviation of the coefficients (real and imaginary part each) by order and degree.

    They are those of the streamfunction over the Earth's radius, m s-1, and the vorticity has a variance of 1 s-2; its
    spectrum rises to degree 8, is flat to about 25 and falls beyond as the degree to the power of -1 (an energy
    spectrum of -3), down to what the model of the archive resolves.
    """
    degree = np.arange(size + 1.0)
    spectrum = degree / (degree + 8) / (1 + (degree / 25) ** 2) ** 0.15 * np.exp(-((degree / 90) ** 8))
    spectrum /= spectrum.sum()
    vorticity = np.sqrt(spectrum / (2 * degree + 1))
    radius = 1e3 * EARTH_RADIUS_KM
    psi = np.divide(vorticity * radius, degree * (degree + 1), where=degree > 0, out=np.zeros(size + 1))
    order = np.arange(size + 1)[:, None]
    both = np.where(order == 0, 1.0, np.sqrt(0.5))  # a wave's variance is shared by its two parts
    return (np.where(order <= degree, psi, 0.0) * both).astype(np.float32)[..., None]
