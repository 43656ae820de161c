"""Files of a planted season in the layouts of the archives, a wing per format: `netcdf`, `grib`, `zarr`."""

from stormtracks.science.synthetic.layouts.grib.per_lead import PerLead
from stormtracks.science.synthetic.layouts.grib.reduced import Reduced
from stormtracks.science.synthetic.layouts.grib.yearly import Grib1, Grib2Ccsds, Grib2Complex, Grib2Simple
from stormtracks.science.synthetic.layouts.layout import Layout, provenance
from stormtracks.science.synthetic.layouts.netcdf.apart import Apart
from stormtracks.science.synthetic.layouts.netcdf.cam import Cam
from stormtracks.science.synthetic.layouts.netcdf.per_variable import PerVariable
from stormtracks.science.synthetic.layouts.netcdf.seasonal import Seasonal
from stormtracks.science.synthetic.layouts.netcdf.together import Together
from stormtracks.science.synthetic.layouts.zarr.forecast import Forecasts
from stormtracks.science.synthetic.layouts.zarr.healpix import Healpix
from stormtracks.science.synthetic.layouts.zarr.reanalysis import Arco, Long, Sharded, Version2, WeatherBench

LAYOUTS: dict[str, type[Layout]] = {
    "20crv2c": Together, "20crv3": Apart, "era5": PerVariable, "seas5": Seasonal, "lens2": Cam,
    "grib1": Grib1, "grib2": Grib2Simple, "grib2-ccsds": Grib2Ccsds, "grib2-complex": Grib2Complex,
    "grib1-reduced": Reduced, "gefs": PerLead,
    "zarr2": Version2, "zarr3": Sharded, "zarr3-long": Long, "arco": Arco, "weatherbench2": WeatherBench,
    "zarr-forecasts": Forecasts, "healpix": Healpix,
}  # fmt: skip
"""By `Plan.layout`."""

__all__ = ["LAYOUTS", "Layout", "provenance"]
