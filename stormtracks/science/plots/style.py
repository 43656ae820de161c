"""Colours and labels that figures share: Okabe-Ito, viridis, magma. Told apart with any colour vision, and in grey."""

import logging

import matplotlib
import numpy as np
from matplotlib.colors import ListedColormap

logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
"""A list of fonts that another installation has cached costs a line for each font, and changes nothing that is seen."""

BLACK = "#000000"
ORANGE = "#E69F00"
BLUE = "#0072B2"
VERMILION = "#D55E00"
GREEN = "#009E73"
"""Okabe and Ito 2008."""
GREY = "#777777"

STRENGTH = ListedColormap(matplotlib.colormaps["viridis"](np.linspace(0.15, 0.95, 256)), name="strength")
"""Viridis without its ends, for lines: one end looks black, as best tracks are, the other is lost on white."""

AMOUNT = ListedColormap(matplotlib.colormaps["magma_r"](np.linspace(0.03, 0.72, 256)), name="amount")
"""Pale for little, dark for much: on white, where there is nothing, the eye goes to the most."""

DIVERGING = "PuOr_r"
"""Purple below, orange above zero: safe with red-green blindness."""

VORTICITY_LABEL = "cyclonic relative vorticity (10$^{-5}$ s$^{-1}$)"
