"""What a planted season is like: the colour of its noise, its cyclones, the strength of its storms."""

from dataclasses import dataclass, replace

import numpy as np

from stormtracks.science.arrays import Floats

SHARED_VARIANCE = 0.75
"""Part of the noise's variance that all members have in common: 20CRv2c's members of September 1987 have
correlations of 0.7 (southern hemisphere) to 0.97 (northern) in the vorticity of their geostrophic winds."""

_Line = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Colour:
    """The spectrum of a noise's vorticity by spherical-harmonic degree n.

    Attributes
    ----------
    truncation : int
        Highest degree.
    rolloff, power : float
        The spectrum is multiplied by exp(-(n / rolloff) ** power).
    high_pass : float
        And by n^4 / (n^4 + high_pass^4); 0: not at all. Without it the large waves' pressure has a spread of 45 hPa in
        mid-latitudes.
    """

    truncation: int
    rolloff: float
    power: float
    high_pass: float = 0.0

    def spectrum(self, size: int) -> Floats:
        """Variance by degree 0 to `size`, adding up to 1: rises to degree 8, is flat to about 25 and falls beyond as
        the degree to the power of -1 (an energy spectrum of -3), down to what the model of the archive resolves."""
        degree = np.arange(size + 1.0)
        shape = degree / (degree + 8) / (1 + (degree / 25) ** 2) ** 0.15
        shape *= np.exp(-((degree / self.rolloff) ** self.power))
        if self.high_pass:
            shape *= degree**4 / (degree**4 + self.high_pass**4)
        return shape / shape.sum()


@dataclass(frozen=True)
class Layer:
    """A part of the noise with a motion, a place and a colour of its own.

    Attributes
    ----------
    drift : float
        Motion of the pattern, degrees of longitude eastward per day.
    lifetime_h : float
        Time in which a structure of degree 15 decorrelates to 1/e; others as degree to the power of -0.5.
    std : tuple of (float, float)
        Latitude (degrees) and standard deviation of the vorticity there (1e-5 s-1).
    colour : Colour
    shared : float
        Part of the variance that all members have in common.
    """

    drift: float
    lifetime_h: float
    std: _Line
    colour: Colour
    shared: float = SHARED_VARIANCE


@dataclass(frozen=True)
class Population:
    """Cyclones that come and go at random.

    Attributes
    ----------
    kind : str
        One of `cyclones.CLASSES`.
    per_day : float
        Births per day in each hemisphere.
    latitudes : tuple of (float, float)
        Of birth, degrees from the equator.
    life_days : tuple of (float, float)
    peak, spread : float
        Median of the highest vorticity (s-1), and standard deviation of its logarithm.
    eastward, poleward : tuple of (float, float)
        Motion, degrees per day.
    size_km : tuple of (float, float)
        Distance of the strongest wind.
    upper_share : tuple of (float, float)
        Share of the wind at 200 hPa in that at 850 hPa.
    exponent : float
        The vorticity is `peak` times the sine of the share of life lived, to this power: below 1 it stays high longer.
    winter, winter_strength : float
        Excess of births, and of strength, in the hemisphere's winter, as a share; negative: in its summer.
    seclusions : float
        Share of warm seclusions.
    apart_km : float
        Distance that cyclones keep from each other where they can; 0: none.
    over_land : bool
        Born over land only.
    """

    kind: str
    per_day: float
    latitudes: tuple[float, float]
    life_days: tuple[float, float]
    peak: float
    spread: float
    eastward: tuple[float, float]
    poleward: tuple[float, float]
    size_km: tuple[float, float]
    upper_share: tuple[float, float] = (1.0, 1.0)
    exponent: float = 1.0
    winter: float = 0.0
    winter_strength: float = 0.0
    seclusions: float = 0.0
    apart_km: float = 0.0
    over_land: bool = False


@dataclass(frozen=True)
class Nature:
    """All of it.

    Attributes
    ----------
    layers : tuple of Layer
    populations : tuple of Population
    at_rest, per_knot : float
        Vorticity (s-1) that the grid shows of a storm: at_rest + per_knot * (wind in kt).
    storm_size_km : tuple of (float, float) or None
        Distance of the strongest wind of the storms; None: the same for all, by the grid.
    """

    layers: tuple[Layer, ...]
    populations: tuple[Population, ...]
    at_rest: float
    per_knot: float
    storm_size_km: tuple[float, float] | None = None


def nature(like: str | None) -> Nature:
    """What a season is like.

    Parameters
    ----------
    like : str or None
        One of `NATURES`, as in `Plan.like`.

    Returns
    -------
    Nature
    """
    return NATURES[like]


def _mirrored(*north: tuple[float, float]) -> _Line:
    """Latitudes and values of the north, and the same of the south."""
    return tuple((-lat, value) for lat, value in reversed(north)) + north


def _noise(extratropics: tuple[float, Colour], tropics: tuple[float, Colour], planetary: float) -> tuple[Layer, ...]:
    """Noise of the extratropics and of the tropics, each with its strength and its colour; and planetary waves."""
    parts = ((LAYERS[0], *extratropics), (LAYERS[1], *tropics), (PLANETARY, planetary, PLANETARY.colour))
    return tuple(
        replace(layer, std=tuple((lat, std * times) for lat, std in layer.std), colour=colour)
        for layer, times, colour in parts
    )


_ERA5 = Colour(96, 90.0, 8.0)

LAYERS = (
    Layer(10.0, 48.0, _mirrored((10, 0.0), (25, 0.8), (38, 2.3), (50, 2.5), (60, 2.7), (72, 3.5), (90, 3.5)), _ERA5),
    Layer(-5.0, 72.0, _mirrored((10, 1.15), (25, 1.25), (45, 0.0), (90, 0.0)), _ERA5),
)
"""Extratropics and tropics."""

PLANETARY = Layer(
    2.0, 120.0, _mirrored((10, 0.08), (25, 0.32), (50, 0.32), (70, 0.24), (90, 0.24)), Colour(12, 7.0, 2.0, 3.0), 0.95
)
"""Waves whose vorticity is small and whose pressure is not: highs and lows that the cyclones lie in."""

_PLAIN = (
    Population("midlatitude_low", 10.0, (35, 70), (2.0, 5.0), 8.0e-5, 0.4, (5, 15), (0, 3), (330.0, 330.0)),
    Population("tropical_disturbance", 36.0, (5, 32), (0.5, 2.0), 4.8e-5, 0.3, (-8, 2), (-1, 2), (300.0, 300.0)),
)
"""Mid-latitude lows, and disturbances of the trades and the monsoons."""

_CLASSES = (
    Population(
        "midlatitude_low", 3.2, (30, 62), (3.0, 8.0), 1.2e-4, 0.4, (8, 16), (0, 2.5), (220.0, 400.0), (1.2, 1.8),
        exponent=0.7, winter=0.02, winter_strength=0.2, seclusions=0.05, apart_km=1200.0,
    ),
    Population(
        "tropical_disturbance", 36.0, (5, 32), (0.5, 2.0), 4.2e-5, 0.3, (-8, 2), (-1, 2), (220.0, 300.0), (0.2, 1.6)
    ),
    Population(
        "subtropical_low", 0.15, (25, 40), (2.0, 6.0), 9.0e-5, 0.3, (-3, 8), (0, 2), (300.0, 450.0), (0.6, 1.1),
        exponent=0.7, apart_km=1200.0,
    ),
    Population(
        "heat_low", 1.0, (15, 40), (3.0, 10.0), 5.5e-5, 0.3, (-0.3, 0.3), (-0.2, 0.2), (300.0, 500.0), (-0.4, 0.1),
        winter=-0.9, over_land=True,
    ),
)  # fmt: skip
"""Everything but storms: each population has a class, and shares of its wind that go up to 200 hPa."""

_LOWS, _DISTURBANCES, *_OTHERS = _CLASSES

NATURES: dict[str | None, Nature] = {
    None: Nature(LAYERS, _PLAIN, 3.0e-5, 1.0e-6),
    "20crv2c": Nature(
        _noise((0.9, Colour(62, 40.0, 3.0, 14.0)), (1.1, Colour(62, 40.0, 3.0, 12.0)), 1.0),
        _CLASSES, 2.5e-5, 1.7e-6, (225.0, 330.0),
    ),
    "era5": Nature(
        _noise((0.85, Colour(96, 90.0, 8.0, 14.0)), (1.1, Colour(96, 90.0, 8.0, 9.0)), 1.25),
        (
            replace(_LOWS, per_day=3.6, peak=1.35e-4, size_km=(250.0, 480.0)),
            replace(_DISTURBANCES, peak=4.6e-5, size_km=(250.0, 330.0)), *_OTHERS,
        ),
        2.5e-5, 1.7e-6, (225.0, 330.0),
    ),
}  # fmt: skip
"""By `Plan.like`."""
