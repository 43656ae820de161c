"""Names on a map, each beside its place and none over another; what finds no room is left out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from stormtracks.science.arrays import Bools, Floats
from stormtracks.science.plots.maps.map_sheet import MapSheet
from stormtracks.science.plots.printed import FONT, text_width

_GAP = 0.06  # inches between a place and its name
_APART = 0.5  # of a name's height, between it and another one beside it
_SIDES = ((1, 0.0), (-1, 0.0), (0, 1.0), (0, -1.0), (1, 0.8), (-1, 0.8), (1, -0.8), (-1, -0.8))
"""Where a name may stand: to the right or left of its place (1, -1), and how far above it, in heights."""


@dataclass(frozen=True)
class Name:
    """A text at a place: map coordinates, the text and shorter ones in case that it does not fit, and its colour."""

    xy: Floats
    texts: Sequence[str]
    colour: str = "#222222"
    bold: bool = False


def add_names(sheet: MapSheet, names: Iterable[Name], avoid: Floats | None = None, size_pt: float | None = None) -> int:
    """Write names, the first ones first, where there is room within the map.

    Parameters
    ----------
    sheet : MapSheet
    names : iterable of Name
        In order of their worth.
    avoid : ndarray, shape (n, 2), optional
        Map coordinates of what is better not covered, such as the points of tracks: of the free sides of a place that
        with the fewest of them is taken.
    size_pt : float, optional
        None: as the labels of the grid.

    Returns
    -------
    int
        How many were left out.
    """
    size = sheet.sheet.printed.tick_pt - 0.5 if size_pt is None else size_pt
    obstacles = sheet.points(np.zeros((0, 2)) if avoid is None else avoid)
    taken = np.zeros((0, 4))
    left_out = 0
    for name in names:
        found = _room(sheet, name, size, taken, obstacles)
        if found is None:
            left_out += 1
            continue
        box, text = found
        taken = np.concatenate([taken, box[None]])
        _write(sheet, box, text, name, size)
    return left_out


def _room(sheet: MapSheet, name: Name, size: float, taken: Floats, obstacles: Floats) -> tuple[Floats, str] | None:
    """The best free box, as west, south, east, north in inches, and the text that fits there."""
    x, y, width, height = sheet.map_box
    place = sheet.points(name.xy)
    if not (x <= place[0] <= x + width and y <= place[1] <= y + height):
        return None
    for text in name.texts:
        wide, high = text_width(text, size, name.bold) + _APART * size / 72.0, size / 72.0
        boxes = [_beside(place, wide, high, *side) for side in _SIDES]
        free = [
            box
            for box in boxes
            if box[0] > x and box[1] > y and box[2] < x + width and box[3] < y + height
            if not _overlap(box, taken).any()
        ]
        if free:
            return min(free, key=lambda box: int(_inside(box, obstacles).sum())), text
    return None


def _beside(place: Floats, wide: float, high: float, side: int, up: float) -> Floats:
    middle_x = place[0] + side * (_GAP + wide / 2)
    middle_y = place[1] + (up * (_GAP + high / 2) if side == 0 else up * high)
    return np.array([middle_x - wide / 2, middle_y - high / 2, middle_x + wide / 2, middle_y + high / 2])


def _overlap(one: Floats, others: Floats) -> Bools:
    """Which of the others, shape (n, 4), a box lies on."""
    return np.asarray(np.all((one[:2] < others[:, 2:]) & (others[:, :2] < one[2:]), axis=1))


def _inside(box: Floats, points: Floats) -> Floats:
    return np.all((points > box[:2]) & (points < box[2:]), axis=-1)


def _write(sheet: MapSheet, box: Floats, text: str, name: Name, size: float) -> None:
    width, height = sheet.figure.get_size_inches()
    middle = (box[0] + box[2]) / 2 / width, (box[1] + box[3]) / 2 / height
    sheet.figure.text(
        *middle, text, ha="center", va="center_baseline", fontsize=size, family=FONT, color=name.colour,
        weight="bold" if name.bold else "normal", zorder=10,
        parse_math=False,
        bbox={"facecolor": "white", "alpha": 0.6, "linewidth": 0, "pad": 0.2},
    )  # fmt: skip
