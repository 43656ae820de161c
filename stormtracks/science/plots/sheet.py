"""A figure as rows between margins, laid out in inches: nothing lies on anything else, and panels are equally wide."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from stormtracks.science.plots.printed import FONT, Print, lines, text_width

Box = tuple[float, float, float, float]
"""Left, bottom, width and height of a part of a figure, inches."""

_EDGE = 0.06  # inches between the figure's edge and what comes first
_HANDLE_EM, _COLUMN_EM, _LINE_EM = 2.9, 1.4, 1.45  # of a legend: a handle with its gap, the gap of columns, a line


@dataclass(frozen=True)
class Row:
    """A row: its height, and the room over and under it for what belongs to it (ticks, labels); inches."""

    height: float
    over: float = 0.0
    under: float = 0.0


@dataclass(frozen=True)
class Sheet:
    """A figure and the boxes of its rows, from top to bottom; `key` is the lowest, for the legend."""

    figure: Figure
    printed: Print
    boxes: tuple[Box, ...]
    key: Box

    @classmethod
    def of(
        cls,
        printed: Print,
        title: str,
        rows: Sequence[Row],
        handles: Sequence[Artist] = (),
        *,
        left: float = 0.5,
        right: float = 0.12,
    ) -> "Sheet":
        """A figure with so many rows, its title above them and its legend below.

        Parameters
        ----------
        printed : Print
        title : str
            The figure's own; `printed` may have another one. It is broken into lines.
        rows : list of Row
        handles : list of Artist
            What the legend shows, each with its label.
        left, right : float
            Margins of all rows, inches.
        """
        width = printed.width
        headline = lines(printed.titled(title), printed.title_pt, width - 2 * _EDGE)
        head = _EDGE + len(headline) * printed.title_pt * 1.3 / 72.0 + (0.05 if headline else 0.0)
        key = key_height(printed, handles)
        height = head + sum(row.over + row.height + row.under for row in rows) + key + _EDGE
        figure = Figure(figsize=(width, height))
        boxes, top = [], height - head
        for row in rows:
            top -= row.over + row.height
            boxes.append((left, top, width - left - right, row.height))
            top -= row.under
        if headline:
            figure.suptitle(
                "\n".join(headline), y=1 - _EDGE / height, fontsize=printed.title_pt, family=FONT, linespacing=1.2,
                parse_math=False,
            )  # fmt: skip
        sheet = cls(figure, printed, tuple(boxes), (_EDGE, top - key, width - 2 * _EDGE, key))
        sheet._add_key(handles)
        return sheet

    def share(self, box: Box) -> Box:
        """A box as matplotlib wants it: as shares of the figure."""
        width, height = self.figure.get_size_inches()
        left, bottom, wide, high = box
        return left / width, bottom / height, wide / width, high / height

    def axes(self, row: int, sharex: Axes | None = None) -> Axes:
        """Plain axes in a row, with type of the right size and no line at the top and on the right."""
        axes = self.figure.add_axes(self.share(self.boxes[row]), sharex=sharex)
        axes.tick_params(labelsize=self.printed.tick_pt, width=0.6, length=2.5)
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        for side in ("left", "bottom"):
            axes.spines[side].set_linewidth(0.6)
        return axes

    def _add_key(self, handles: Sequence[Artist]) -> None:
        if not handles:
            return
        left, bottom, width, height = self.share(self.key)
        key = self.figure.legend(
            handles=list(handles), loc="upper center", bbox_to_anchor=(left, bottom, width, height),
            ncols=_key_columns(self.printed, handles), fontsize=self.printed.label_pt, frameon=False,
            borderpad=0.0, borderaxespad=0.3, columnspacing=_COLUMN_EM, handlelength=2.1, handletextpad=0.6,
            labelspacing=0.3,
        )  # fmt: skip
        for text in key.get_texts():
            text.set_parse_math(False)  # names of folders are not formulas


def key_height(printed: Print, handles: Sequence[Artist]) -> float:
    """Height of a legend below a figure, inches; 0 without handles."""
    if not handles:
        return 0.0
    deep = -(-len(handles) // _key_columns(printed, handles))
    return deep * _LINE_EM * printed.label_pt / 72.0 + 0.03


def _key_columns(printed: Print, handles: Sequence[Artist]) -> int:
    """The most columns that fit beside one another; matplotlib fills them one after the other."""
    em = printed.label_pt / 72.0
    wide = np.array([text_width(str(one.get_label()), printed.label_pt) for one in handles])
    for columns in range(len(handles), 1, -1):
        parts = np.array_split(wide, columns)  # as matplotlib does
        if sum(max(part) + (_HANDLE_EM + _COLUMN_EM) * em for part in parts) <= printed.width - 2 * _EDGE:
            return columns
    return 1
