"""How a figure is printed: its width, resolution, projection and title, and the sizes of type that suit the width."""

import functools
import re
import textwrap
from dataclasses import dataclass

from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.textpath import TextPath

from stormtracks.errors import BadValue
from stormtracks.strict_dataclass import unknown

COLUMN_MM, PAGE_MM = 89.0, 183.0
"""One column and two of the journals of Nature, AMS (79, 165) and Wiley (80, 170) or somewhat more."""
NARROW_MM = 120.0
"""A figure narrower than this has smaller type and fewer labels."""
FONT = "DejaVu Sans"
"""Comes with matplotlib, so that a figure is the same on every machine."""
PROJECTIONS = (
    "auto",
    "robinson",
    "equal-earth",
    "platecarree",
    "mercator",
    "lambert",
    "north-polar",
    "south-polar",
)

LONGEST_TITLE = 500
"""Characters."""

_POINTS_PER_INCH = 72.0
_MM_PER_INCH = 25.4
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class Print:
    """How a figure is printed.

    Attributes
    ----------
    width_mm : float
        Width of the whole figure, 60 to 400 mm; `COLUMN_MM` and `PAGE_MM` are those of journals.
    dpi : int
        Dots per inch of a PNG, and of what is an image within PDF and SVG; 30 to 1200.
    projection : str
        One of `PROJECTIONS`; auto: as the region asks.
    title : str or None
        Instead of the figure's own; '' for none at all.

    Examples
    --------
    >>> from stormtracks.science.plots import Print
    >>> column = Print(width_mm=89, dpi=600)
    >>> round(column.width, 2), column.title_pt, column.tick_pt
    (3.5, 8.0, 6.0)
    """

    width_mm: float = PAGE_MM
    dpi: int = 200
    projection: str = "auto"
    title: str | None = None

    def __post_init__(self) -> None:
        if not 60.0 <= self.width_mm <= 400.0:
            raise BadValue(f"a figure's width must be 60 to 400 mm, not {self.width_mm:g}; journals take 89 or 183")
        if not 30 <= self.dpi <= 1200:
            raise BadValue(f"a figure must have 30 to 1200 dots per inch, not {self.dpi}")
        if self.title is not None and len(self.title) > LONGEST_TITLE:
            raise BadValue(
                f"a figure's title must have at most {LONGEST_TITLE} characters, not {len(self.title)}; shorten it"
            )
        if self.projection not in PROJECTIONS:
            raise BadValue(unknown(self.projection, PROJECTIONS, "projection"))

    @property
    def width(self) -> float:
        """Inches."""
        return self.width_mm / _MM_PER_INCH

    @property
    def narrow(self) -> bool:
        """Whether there is room for one column only."""
        return self.width_mm < NARROW_MM

    @property
    def title_pt(self) -> float:
        """Size of the title's type, points."""
        return 8.0 if self.narrow else 9.5

    @property
    def label_pt(self) -> float:
        """Size of the type of axes' labels and of legends, points."""
        return 6.5 if self.narrow else 7.5

    @property
    def tick_pt(self) -> float:
        """Size of the smallest type, points; journals ask for 5 at least."""
        return 6.0 if self.narrow else 7.0

    @property
    def thin(self) -> float:
        """What widths of lines on maps are multiplied by."""
        return 0.65 if self.narrow else 1.0

    def titled(self, title: str) -> str:
        """The title asked for, or else this one."""
        return title if self.title is None else self.title


def text_width(text: str, size_pt: float, bold: bool = False) -> float:
    """Width of a line of text in inches, in `FONT`."""
    return _unit_width(text, bold) * size_pt / _POINTS_PER_INCH


def lines(text: str, size_pt: float, width: float, bold: bool = False) -> list[str]:
    """A text as lines that are no wider than so many inches; a line of its own stays one, a word only where it fits."""
    return [line for own in text.splitlines() for line in _wrapped(_CONTROL.sub(" ", own), size_pt, width, bold)]


def lacking(text: str) -> str:
    """The characters of a text that `FONT` does not have, each once; matplotlib draws boxes in their place."""
    there = get_font(findfont(FontProperties(family=FONT))).get_charmap()
    return "".join(one for one in dict.fromkeys(text) if not one.isspace() and ord(one) not in there)


def _wrapped(text: str, size_pt: float, width: float, bold: bool) -> list[str]:
    whole = text_width(text, size_pt, bold)
    if whole <= width:
        return [text] if text else []
    best: list[str] = []
    about = int(len(text) * width / whole) + 4
    for most in range(about, 8, -1):
        broken = textwrap.wrap(text, most, break_long_words=False)
        if best and len(broken) > len(best):
            break  # the last one has lines of about the same length
        if all(text_width(line, size_pt, bold) <= width for line in broken):
            best = broken
    return best or next(
        broken
        for broken in (textwrap.wrap(text, most) for most in range(about, 0, -1))
        if max(map(len, broken), default=0) <= 1 or all(text_width(line, size_pt, bold) <= width for line in broken)
    )


@functools.lru_cache(maxsize=2000)
def _unit_width(text: str, bold: bool) -> float:
    """Width at a size of 1, measured at 100 so that hinting does not matter."""
    if not text.strip():
        return 0.3 * len(text)
    font = FontProperties(family=FONT, weight="bold" if bold else "normal")
    literal = text.replace("$", r"\$")  # of a person or a folder: no formula
    return float(TextPath((0, 0), literal, size=100, prop=font).get_extents().width) / 100
