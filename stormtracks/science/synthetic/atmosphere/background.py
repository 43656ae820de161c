"""What storms are planted in: jets and red noise on the sphere, without divergence, different from member to member."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.fft

from stormtracks.science.arrays import Floats
from stormtracks.science.sphere import EARTH_RADIUS_KM
from stormtracks.science.synthetic.atmosphere.harmonics import Waves, legendre, products
from stormtracks.science.synthetic.atmosphere.levels import LEVELS, UPPER_WAVES_WEST, UPWARD, jets, noise_share, share
from stormtracks.science.synthetic.nature import Layer, nature
from stormtracks.science.synthetic.plan import Plan


class Background:
    """Red noise and jets, step after step.

    Parameters
    ----------
    plan : Plan
    """

    def __init__(self, plan: Plan) -> None:
        grid = plan.axes
        lat = np.clip(grid.lat, -90 + 1e-4, 90 - 1e-4)  # 11 m beside the poles, where all is finite
        like = nature(plan.like)
        self._nlon = len(grid.lon)
        sizes = [min(layer.colour.truncation, self._nlon // 2 - 1) for layer in like.layers]
        functions = legendre(lat, max(sizes))
        self._functions = [_of_size(functions, size) for size in sizes]
        self._cos = np.cos(np.radians(lat))[:, None]
        self._chains = [
            _Chain(plan, layer, _amplitudes(layer.colour.spectrum(size)), number)
            for number, (layer, size) in enumerate(zip(like.layers, sizes, strict=True))
        ]
        self._levels = {level: _Level.at(level, like.layers, lat, plan.noise) for level in LEVELS}

    def __iter__(self) -> Iterator[tuple[Floats, Floats]]:
        """Eastward and northward wind of each step at 850 hPa, m s-1, float32, shape (member, nlat, nlon)."""
        for winds in self.levels((850,)):
            yield winds[850]

    def levels(self, wanted: Sequence[int] = LEVELS) -> Iterator[dict[int, tuple[Floats, Floats]]]:
        """The winds of each step at several levels (hPa)."""
        for coefficients in zip(*self._chains, strict=True):
            layers = zip(self._functions, coefficients, strict=True)
            waves = [tuple(products(function, part) for function in functions) for functions, part in layers]
            yield {level: self._winds(waves, self._levels[level]) for level in wanted}

    def _winds(self, waves: Sequence[tuple[Waves, ...]], level: "_Level") -> tuple[Floats, Floats]:
        eastward, northward = np.zeros((2, max(len(psi) for psi, _ in waves), *waves[0][0].shape[1:]), np.complex64)
        order = np.arange(len(eastward), dtype=np.float32)[:, None, None]
        for layer, (psi, slope) in zip(level.layers, waves, strict=True):
            some = slice(len(psi))
            eastward[some] -= layer.weight * slope
            eastward[some] -= layer.slope * psi
            northward[some] += (layer.weight / self._cos.astype(np.float32)) * order[some] * (1j * psi)
        if level.west:
            turn = np.exp(1j * np.radians(level.west) * order).astype(np.complex64)
            eastward, northward = eastward * turn, northward * turn
        u, v = self._to_grid(eastward), self._to_grid(northward)
        u += level.jets[:, None]
        return u, v

    def _to_grid(self, waves: Waves) -> Floats:
        """Fourier coefficients (order, latitude, member) -> (member, latitude, longitude)."""
        waves = np.ascontiguousarray(waves.transpose(2, 1, 0))
        return scipy.fft.irfft(waves, n=self._nlon, axis=-1, norm="forward")


def _of_size(functions: tuple[Floats, Floats], size: int) -> tuple[Floats, Floats]:
    """Legendre functions and their slopes up to a degree."""
    p, slope = (np.ascontiguousarray(table[: size + 1, :, : size + 1]) for table in functions)
    return p, slope


@dataclass(frozen=True)
class _Level:
    """A level's part of the background: each layer's strength there, the waves' way west (degrees), the jets."""

    layers: tuple["_Weighted", ...]
    west: float
    jets: Floats

    @classmethod
    def at(cls, level: int, layers: Sequence[Layer], lat: Floats, noise: float) -> "_Level":
        weighted = tuple(_Weighted.at(layer, lat, noise, level) for layer in layers)
        return cls(weighted, UPWARD[level] * UPPER_WAVES_WEST, jets(lat, level))


@dataclass(frozen=True)
class _Weighted:
    """A layer's strength by latitude and its derivative (per radian), float32, shape (nlat, 1)."""

    weight: Floats
    slope: Floats

    @classmethod
    def at(cls, layer: Layer, lat: Floats, noise: float, level: int) -> "_Weighted":
        places, values = np.transpose(np.array(layer.std))
        fine = np.arange(-90, 90.01, 0.25)
        rough = np.interp(fine, places, values) * share(level, noise_share(fine))
        kernel = np.exp(-0.5 * (np.arange(-60, 61) / 20.0) ** 2)  # 5 degrees: a smooth weight keeps the noise red
        smooth = np.convolve(np.pad(rough, 60, mode="edge"), kernel / kernel.sum(), mode="valid")
        slope = np.gradient(smooth, np.radians(fine))
        pick = [np.interp(lat, fine, line) * noise * 1e-5 for line in (smooth, slope)]
        return cls(*(line[:, None].astype(np.float32) for line in pick))


class _Chain:
    """Coefficients of a layer's streamfunction, step after step: a first-order autoregression that moves eastward.

    Every member draws from a generator of its own, and one more gives what all have in common.
    """

    def __init__(self, plan: Plan, layer: Layer, scale: Floats, number: int) -> None:
        seeds = [(0, 0)] + [(1, member) for member in range(plan.members)]
        self._generators = [np.random.default_rng([plan.seed, 3, number, *seed]) for seed in seeds]
        degree = np.arange(len(scale))
        self._scale = scale
        self._common, self._own = (np.float32(part**0.5) for part in (layer.shared, 1 - layer.shared))
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
            yield np.multiply(self._scale, self._common * common + self._own * own)
            if step == self._steps:
                return
            state = self._keep * state + self._fresh * self._draw()

    def _draw(self) -> Waves:
        size = self._scale.shape[0]
        draws = np.empty((size, size, len(self._generators)), np.complex64)
        for member, generator in enumerate(self._generators):
            draws[..., member] = generator.standard_normal((size, size, 2), dtype=np.float32).view(np.complex64)[..., 0]
        return draws


def _amplitudes(spectrum: Floats) -> Floats:
    """Standard deviation of the coefficients (real and imaginary part each) by order and degree, from a `spectrum`.

    They are those of the streamfunction over the Earth's radius, m s-1, and the vorticity has a variance of 1 s-2.
    """
    degree = np.arange(float(len(spectrum)))
    vorticity = np.sqrt(spectrum / (2 * degree + 1))
    radius = 1e3 * EARTH_RADIUS_KM
    psi = np.divide(vorticity * radius, degree * (degree + 1), where=degree > 0, out=np.zeros_like(degree))
    order = degree[:, None]
    both = np.where(order == 0, 1.0, np.sqrt(0.5))  # a wave's variance is shared by its two parts
    return (np.where(order <= degree, psi, 0.0) * both).astype(np.float32)[..., None]
