"""The only geometry: the Earth's radius, great-circle distance, longitude difference, points as unit vectors."""

import numpy as np

EARTH_RADIUS_KM = 6371.0
"""Mean radius (IUGG R1 is 6371.0088; reanalysis models use 6371.2 or 6371.229: 0.004 % apart)."""


def unit_vectors(lat, lon):
    """Points on the unit sphere.

    Parameters
    ----------
    lat, lon : array_like, shape (n,)
        Degrees.

    Returns
    -------
    ndarray, shape (n, 3)
        x towards (0N, 0E), y towards (0N, 90E), z towards the north pole.
    """
    phi, lam = np.radians(lat, dtype=float), np.radians(lon, dtype=float)
    cos = np.cos(phi)
    return np.stack([cos * np.cos(lam), cos * np.sin(lam), np.sin(phi)], axis=-1)


def lat_lon(vectors):
    """Latitude and longitude (degrees, longitude in [-180, 180)) of vectors of any length > 0, shape (..., 3)."""
    x, y, z = np.moveaxis(np.asarray(vectors, dtype=float), -1, 0)
    return np.degrees(np.arctan2(z, np.hypot(x, y))), wrap(np.degrees(np.arctan2(y, x)))


def distance_km(lat1, lon1, lat2, lon2):
    """Great-circle distance in km; arguments in degrees, broadcast against each other.

    Notes
    -----
    The haversine with the sine clipped to 1, so that equal and antipodal points are safe.
    """
    phi1, phi2 = np.radians(lat1, dtype=float), np.radians(lat2, dtype=float)
    half_lat, half_lon = (phi2 - phi1) / 2, np.radians(np.subtract(lon2, lon1, dtype=float)) / 2
    a = np.sin(half_lat) ** 2 + np.cos(phi1) * np.cos(phi2) * np.sin(half_lon) ** 2
    return 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(a, 0.0, 1.0)))


def chord(km):
    """Straight-line distance on the unit sphere between points `km` apart along the surface."""
    return 2 * np.sin(np.minimum(np.asarray(km, dtype=float) / (2 * EARTH_RADIUS_KM), np.pi / 2))


def arc_km(chord_length):
    """Surface distance in km between points a straight line of `chord_length` apart on the unit sphere."""
    return 2 * EARTH_RADIUS_KM * np.arcsin(np.minimum(np.asarray(chord_length, dtype=float) / 2, 1.0))


def wrap(lon):
    """Longitude in [-180, 180)."""
    return (np.asarray(lon, dtype=float) + 180.0) % 360.0 - 180.0


def lon_difference(lon1, lon2):
    """`lon2 - lon1` the short way round, degrees in [-180, 180)."""
    return wrap(np.subtract(lon2, lon1, dtype=float))


def in_region(lat, lon, region):
    """Which points lie in (south, north, west, east), edges included; west > east goes through 180 or 0.

    All of them where `region` is None.
    """
    if region is None:
        return np.ones(np.shape(lat), bool)
    south, north, west, east = region
    width = 360.0 if east - west >= 360.0 else (east - west) % 360.0
    return (lat >= south) & (lat <= north) & ((lon - west) % 360.0 <= width)


def between(lat1, lon1, lat2, lon2, fraction):
    """Points a fraction of the way along the great circle from one point to another.

    Parameters
    ----------
    lat1, lon1, lat2, lon2 : array_like, shape (n,)
        Degrees; not antipodal, where the way is not defined.
    fraction : array_like, shape (n,)
        0 at the first, 1 at the second.

    Returns
    -------
    lat, lon : ndarray, shape (n,)
        Degrees; lon in [-180, 180).
    """
    first, second = unit_vectors(lat1, lon1), unit_vectors(lat2, lon2)
    angle = 2 * np.arcsin(np.minimum(np.linalg.norm(second - first, axis=-1) / 2, 1.0))
    fraction = np.asarray(fraction, dtype=float)
    # sin(k angle) / sin(angle), which is k where the angle vanishes; np.sinc is the one that is safe there.
    weight = [k * np.sinc(k * angle / np.pi) / np.sinc(angle / np.pi) for k in (1 - fraction, fraction)]
    return lat_lon(weight[0][..., None] * first + weight[1][..., None] * second)
