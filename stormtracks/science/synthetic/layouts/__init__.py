"""Files of a planted season in the layouts of the archives."""

from stormtracks.science.synthetic.layouts.apart import Apart
from stormtracks.science.synthetic.layouts.layout import Layout, provenance
from stormtracks.science.synthetic.layouts.per_variable import PerVariable
from stormtracks.science.synthetic.layouts.together import Together

LAYOUTS: dict[str, type[Layout]] = {"20crv2c": Together, "20crv3": Apart, "era5": PerVariable}
"""By `Plan.layout`."""

__all__ = ["LAYOUTS", "Layout", "provenance"]
