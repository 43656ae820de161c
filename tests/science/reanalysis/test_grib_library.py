"""eccodes beside the other libraries of the process."""

import subprocess
import sys

from needs import need_extra

need_extra("grib")

_MAP_AFTER_GRIB = """
from stormtracks.science.reanalysis.stored.grib import library
handle = library.eccodes().codes_grib_new_from_samples("regular_ll_pl_grib2")
assert library.value(handle, "edition", int) == 2
import sqlite3, ssl
import cartopy.crs
x, y = cartopy.crs.Mercator().transform_point(10, 50, cartopy.crs.PlateCarree())
assert round(x) == 1113195, x
assert sqlite3.connect(":memory:").execute("select 1").fetchone() == (1,)
"""


def test_a_map_is_drawn_by_its_own_library_after_grib_was_read():
    """eccodes brings another PROJ, and its loader made that the one of the whole process: it ended in a crash."""
    done = subprocess.run([sys.executable, "-c", _MAP_AFTER_GRIB], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
