"""The features of a point by plain loops in double precision: what the tables are held against."""

import numpy as np

from stormtracks.science import sphere
from stormtracks.science.track_fields import discs, rays


def nearest(grid, lat, lon):
    """Row and column of the nearest cell, None where the place is off the grid."""
    half = np.diff(grid.lat) / 2
    row = np.searchsorted(grid.lat[:-1] + half, lat)
    spacing = grid.lon[1] - grid.lon[0]
    east = (lon - grid.lon[0] + spacing / 2) % 360.0 - spacing / 2
    column = int(np.rint(east / spacing))
    if grid.periodic:
        column %= len(grid.lon)
    inside = grid.lat[0] - half[0] <= lat <= grid.lat[-1] + half[-1] and 0 <= column < len(grid.lon)
    return (int(row), column) if inside else None


def areas(grid):
    half = np.diff(grid.lat) / 2
    inner = grid.lat[:-1] + half
    edges = np.clip([grid.lat[0] - half[0], *inner, grid.lat[-1] + half[-1]], -90, 90)
    return np.broadcast_to(np.diff(np.sin(np.radians(edges)))[:, np.newaxis], grid.shape)


def disc(grid, lat, lon, km):
    """Which cells of a grid lie within a distance, of the columns that are looked at there; the nearest one does."""
    row, column = nearest(grid, lat, lon)
    inside = sphere.distance_km(*told_apart(grid, lat, lon), grid.lat[:, np.newaxis], grid.lon) <= km
    inside[:, ~looked_at(grid, row, column)] = False
    inside[row, column] = True
    return inside


def told_apart(grid, lat, lon):
    """The middle of the part of its nearest cell that a place lies in."""
    row, column = nearest(grid, lat, lon)
    half, spacing = np.diff(grid.lat) / 2, grid.lon[1] - grid.lon[0]
    south = max(-90.0, grid.lat[row] - half[max(row - 1, 0)])
    north = min(90.0, grid.lat[row] + half[min(row, len(half) - 1)])
    parts = int(np.ceil(max(2 * np.median(half), spacing) / discs.FINENESS_DEG - 1e-6)) // 2 * 2 + 1
    up = np.clip(np.floor((lat - south) / (north - south) * parts), 0, parts - 1)
    away = (lon - grid.lon[column] + 180) % 360 - 180
    along = np.clip(np.floor((away / spacing + 0.5) * parts), 0, parts - 1)
    lon = grid.lon[column] + ((along + 0.5) / parts - 0.5) * spacing
    return south + (up + 0.5) / parts * (north - south), lon


def looked_at(grid, row, column):
    """Which columns are looked at from a cell: near a pole only every second, fourth and so on."""
    away = np.arange(len(grid.lon)) - column
    if grid.periodic:
        away -= len(grid.lon) * np.where(2 * away > len(grid.lon), 1, np.where(2 * away <= -len(grid.lon), -1, 0))
    return away % stride(grid, row) == 0


def stride(grid, row):
    """How many columns lie between those that are looked at from a row, and one."""
    closer = np.median(np.diff(grid.lat)) / ((grid.lon[1] - grid.lon[0]) * np.cos(np.radians(grid.lat[row])))
    columns = 1
    while 2 * columns <= min(closer * (1 + 1e-9), len(grid.lon) // 8):
        columns *= 2
    return columns


def lowest(field, grid, lat, lon, km):
    """The lowest value within a distance, and its cell; NaN and None where there is none."""
    values = np.where(disc(grid, lat, lon, km) & ~np.isnan(field), field, np.inf)
    cell = np.unravel_index(values.argmin(), values.shape)
    return (values[cell], cell) if np.isfinite(values[cell]) else (np.nan, None)


def rise(field, grid, cell, radius_deg):
    """The least over the rays of the highest rise on the way."""
    spacing = min(np.diff(grid.lat).min(), grid.lon[1] - grid.lon[0])
    samples = max(rays.LEAST_SAMPLES, int(np.ceil(2 * radius_deg / spacing)))
    highest = [_highest(field, grid, cell, bearing, radius_deg, samples) for bearing in np.arange(16) * 22.5]
    known = [value for value in highest if not np.isnan(value)]
    least = min(known, default=np.inf) - field[cell]
    return max(0.0, least) if len(known) >= rays.ENOUGH_BEARINGS or least <= 0 else np.nan


def _highest(field, grid, cell, bearing, radius_deg, samples):
    values, left = [], False
    for sample in range(1, samples + 1):
        lat, east = destination(grid.lat[cell[0]], 0.0, bearing, radius_deg * sample / samples)
        apart = (grid.lon[1] - grid.lon[0]) * stride(grid, cell[0])
        there = nearest(grid, lat, grid.lon[cell[1]] + np.rint(east / apart) * apart)
        left = left or there != cell
        if left:
            values.append(np.nan if there is None else field[there])
    values = np.array(values or [field[cell]])
    known = values[~np.isnan(values)]
    return known.max() if len(known) * 2 >= len(values) else np.nan


def destination(lat, lon, bearing, degrees):
    """Where a great circle leads."""
    phi, way, course = np.radians([lat, degrees, bearing])
    sine = np.sin(phi) * np.cos(way) + np.cos(phi) * np.sin(way) * np.cos(course)
    east = np.arctan2(np.sin(course) * np.sin(way) * np.cos(phi), np.cos(way) - np.sin(phi) * sine)
    return np.degrees(np.arcsin(np.clip(sine, -1, 1))), lon + np.degrees(east)


def mean(field, weight):
    """Mean of what is known, NaN where nothing is."""
    weight = np.where(np.isnan(field), 0.0, weight)
    return (np.nan_to_num(field) * weight).sum() / weight.sum() if weight.sum() else np.nan


def asymmetry(thickness, grid, lat, lon, heading, km):
    """Hart's B: thickness to the right of the motion minus to the left of it; the reverse in the south."""
    centre = told_apart(grid, lat, lon)
    bearing = bearing_to(*centre, grid.lat[:, np.newaxis], grid.lon)
    right = np.sin(np.radians(bearing - heading)) * np.sin(
        sphere.distance_km(*centre, grid.lat[:, np.newaxis], grid.lon) / sphere.EARTH_RADIUS_KM
    )
    weight = areas(grid) * disc(grid, lat, lon, km)
    share = np.clip(right / 1e-3, -1, 1) / 2 + 0.5  # a cell on the line belongs to both sides
    difference = mean(thickness, weight * share) - mean(thickness, weight * (1 - share))
    return difference if lat >= 0 else -difference


def bearing_to(lat1, lon1, lat2, lon2):
    """Initial bearing of the great circle between places, degrees."""
    phi1, phi2, east = np.radians(lat1), np.radians(lat2), np.radians(lon2 - lon1)
    return np.degrees(
        np.arctan2(
            np.sin(east) * np.cos(phi2), np.cos(phi1) * np.sin(phi2) - np.sin(phi1) * np.cos(phi2) * np.cos(east)
        )
    )
