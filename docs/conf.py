"""How Sphinx makes the site of these pages: `inv docs`. The pages are plain Markdown and can be read without it too."""

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]
os.environ["PYTHONPATH"] = str(HERE.parent)  # for the kernels that run the notebooks

import reference  # noqa: E402  (beside this file, which Sphinx does not put on the path)

from stormtracks import __version__  # noqa: E402

project = "stormtracks"
author = "the stormtracks developers"
copyright = f"2026, {author}"  # noqa: A001  (Sphinx's name)
release = version = __version__

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
myst_heading_anchors = 3
nitpicky = True
# Types in docstrings are words for people: "ndarray of float64, shape (nt,)".
nitpick_ignore_regex = [("py:.*", ".*")]
suppress_warnings = ["ref.python"]  # a word in backquotes may name attributes of several classes; it is then not a link
napoleon_google_docstring = False
napoleon_use_ivar = True  # else an attribute would have two entries: that of the class's text, and its own
napoleon_use_param = False  # else the words of a type, such as "shape", would be links to what has that name
napoleon_use_rtype = False
autodoc_typehints = "none"  # signatures stay short: the text says types with shapes and units

# Notebooks are kept without outputs and run each time the site is built, so that what they show is true.
nb_execution_mode = "force"
nb_execution_timeout = 240  # seconds per cell
nb_execution_raise_on_error = True
nb_merge_streams = True

html_theme = "furo"
html_title = f"stormtracks {__version__}"
html_copy_source = False
html_show_sourcelink = False


def setup(app):
    """Fill in, page by page, what is made from the code."""
    app.connect("source-read", _fill)


def _fill(app, page, source):
    source[0] = reference.filled(source[0])
