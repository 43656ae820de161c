"""Files whose values lie on cells, each kind with the attributes that its programs write."""

import netCDF4
import numpy as np

from stormtracks.science.reanalysis.dimensions.cells import healpix

AXIS = (0.5, 0.6, 0.7)
"""Of the rotation, in m s-1 at its equator, divided by SPEED."""
SPEED = 20.0


def rotation(lat, lon, axis=AXIS):
    """u and v of a solid-body rotation."""
    lat, lon = np.radians(lat), np.radians(lon)
    x, y, z = (SPEED * one for one in axis)
    u = z * np.cos(lat) - np.sin(lat) * (x * np.cos(lon) + y * np.sin(lon))
    return u, x * np.sin(lon) - y * np.cos(lon) + 0 * lat


def rows(counts):
    """Latitudes and longitudes of a reduced grid with so many points in each row, north to south as GRIB has them."""
    lat = np.degrees(np.arcsin(np.polynomial.legendre.leggauss(len(counts))[0]))[::-1]
    return np.repeat(lat, counts), np.concatenate([np.arange(one) * 360 / one for one in counts])


def octahedral(number):
    """Points of each row of the octahedral grid of a number: 20, 24, 28 ..."""
    half = 20 + 4 * np.arange(number)
    return np.concatenate([half, half[::-1]])


def spiral(cells):
    """Latitudes and longitudes of cells in no rows, about evenly spread (a Fibonacci spiral)."""
    place = np.arange(cells) + 0.5
    return np.degrees(np.arcsin(1 - 2 * place / cells)), np.degrees(np.pi * (1 + 5**0.5) * place) % 360


class CellFile:
    """A file of two times with u850 and v850 of a rotation on cells, open for what a kind adds.

    Parameters
    ----------
    path : Path
    dimension : str
    lat, lon : ndarray
        Of its cells, degrees.
    """

    def __init__(self, path, dimension, lat, lon):
        self.nc = netCDF4.Dataset(path, "w")
        self.dimension, self.lat, self.lon = dimension, lat, lon
        self.nc.createDimension("time", None)
        self.nc.createDimension(dimension, len(lat))
        self.add("time", [0, 6], ("time",), units="hours since 2005-08-01", standard_name="time")
        self.winds = [
            self.add(name, np.stack([one, one]), ("time", dimension), units="m s-1")
            for name, one in zip(("u850", "v850"), rotation(lat, lon), strict=True)
        ]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.nc.close()

    def add(self, name, values, dimensions, **attributes):
        """A variable."""
        values = np.asarray(values)
        kind = values.dtype if values.dtype.kind != "f" or name.endswith("850") is False else np.float32
        variable = self.nc.createVariable(name, kind, dimensions)
        variable[...] = values
        variable.setncatts(attributes)
        return variable

    def say(self, **attributes):
        """Attributes of both winds."""
        for one in self.winds:
            one.setncatts(attributes)

    def places(self, lat="lat", lon="lon", radians=False, **attributes):
        """Latitudes and longitudes along the cells."""
        turn = np.radians if radians else np.asarray
        for name, values in ((lat, self.lat), (lon, self.lon)):
            self.add(name, turn(values), (self.dimension,), **attributes)


def _grib(file):
    file.places("latitude", "longitude", units="degrees")
    file.say(GRIB_gridType="reduced_gg", coordinates="latitude longitude")


def _cdo(file):
    counts = octahedral(24)
    file.nc.createDimension("reduced_points", len(counts))
    file.nc.createDimension("lat", len(counts))
    latitudes = file.lat[np.cumsum(counts) - counts]
    file.add("lat", latitudes, ("lat",), units="degrees_north", standard_name="latitude")
    file.add("reduced_points", counts.astype("i4"), ("lat",))
    file.say(CDI_grid_type="gaussian_reduced", CDI_grid_latitudes="lat", CDI_grid_reduced_points="reduced_points")


def _nextgems(file):
    file.add("crs", 0, (), grid_mapping_name="healpix", healpix_nside=16, healpix_order="nest")
    file.say(grid_mapping="crs")


def _cf(file):
    file.add("crs", 0, (), grid_mapping_name="healpix", refinement_level=4, indexing_scheme="nested")
    file.say(grid_mapping="crs")


def _xdggs(file):
    numbers = np.arange(len(file.lat))
    file.add("cell_ids", numbers, (file.dimension,), grid_name="healpix", level=4, indexing_scheme="ring")


def _permuted(file):
    order = np.random.default_rng(3).permutation(len(file.lat))
    for one in file.winds:
        one[...] = one[:, order]
    file.add("cell", order, ("cell",), grid_name="healpix", nside=16, indexing_scheme="ring")


def _cam(file):
    file.places(units="degrees_north")
    file.nc["lon"].units = "degrees_east"


def _icon(file):
    file.places("clat", "clon", True, units="radian")
    file.nc["clat"].standard_name, file.nc["clon"].standard_name = "latitude", "longitude"
    file.say(CDI_grid_type="unstructured", coordinates="clat clon", number_of_grid_in_reference=1)


def _mpas(file):
    file.places("latCell", "lonCell", True)  # without units, as older versions write them


def _hswm(file):
    file.places("grid_center_lat", "grid_center_lon", True, units="radians")


KINDS = {
    "GRIB reduced": ("values", rows(octahedral(24)), _grib),
    "CDO reduced": ("rgrid", rows(octahedral(24)), _cdo),
    "HEALPix nested": ("cell", healpix.places(16, "nested"), _nextgems),
    "HEALPix by CF": ("cell", healpix.places(16, "nested"), _cf),
    "HEALPix ring by xdggs": ("cells", healpix.places(16, "ring"), _xdggs),
    "HEALPix in any order": ("cell", healpix.places(16, "ring"), _permuted),
    "CAM-SE": ("ncol", spiral(4000), _cam),
    "ICON": ("ncells", spiral(4000), _icon),
    "MPAS": ("nCells", spiral(4000), _mpas),
    "hswm": ("grid_cells", spiral(4000), _hswm),
}


def write(path, kind):
    """The file of a kind."""
    dimension, (lat, lon), add = KINDS[kind]
    with CellFile(path, dimension, lat, lon) as file:
        add(file)
