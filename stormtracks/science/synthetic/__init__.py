"""An ensemble whose truth is known: storms along observed best tracks, planted in an artificial background.

The winds are those of a two-dimensional flow without divergence at 850 hPa: shielded vortices along the tracks,
jets, moving lows and red noise on the sphere. Files have the layout of the archive (see `planted_files`), and what was
planted stands beside them (see `truth`).
"""

from stormtracks.science.synthetic.plan import FORECASTS, LAYOUTS, LIKE, Plan
from stormtracks.science.synthetic.planted_files import Planted, plant
from stormtracks.science.synthetic.storms.cyclones import CLASSES
from stormtracks.science.synthetic.storms.planted_storms import EXTRA_STORMS
from stormtracks.science.synthetic.truth import Truth, load_truth

__all__ = ["CLASSES", "EXTRA_STORMS", "FORECASTS", "LAYOUTS", "LIKE", "Plan", "Planted", "Truth", "load_truth", "plant"]
