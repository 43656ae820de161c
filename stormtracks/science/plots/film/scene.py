"""A figure in which some things move: what is still is drawn once, and what moves on top of it for each time."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from stormtracks.science.arrays import Times

Frame = npt.NDArray[np.uint8]
"""Red, green and blue of each pixel, shape (height, width, 3)."""

MOST_FRAMES = 300
"""More times than this are thinned out: half a minute, and some 20 MB at most."""


@dataclass(frozen=True)
class Scene:
    """A moving figure.

    Attributes
    ----------
    figure : matplotlib.figure.Figure
        With everything in it; what moves is marked by `set_animated`.
    times : ndarray of datetime64[s], shape (nframes,)
    show : callable
        Puts what moves where it is at a time, and returns it in the order of drawing.
    """

    figure: Figure
    times: Times
    show: Callable[[np.datetime64], Sequence[Artist]]

    def __len__(self) -> int:
        return len(self.times)

    def frames(self, numbers: Iterable[int], dpi: int) -> Iterator[Frame]:
        """The frames with these numbers, one after another; even in width and height, as MP4 needs them."""
        width, height = (2 * max(round(size * dpi / 2), 1) for size in self.figure.get_size_inches())
        self.figure.set_dpi(dpi)
        self.figure.set_size_inches((width + 0.01) / dpi, (height + 0.01) / dpi)
        canvas = FigureCanvasAgg(self.figure)
        canvas.draw()
        still = canvas.copy_from_bbox(self.figure.bbox)
        for number in numbers:
            canvas.restore_region(still)
            for artist in self.show(self.times[number]):
                self.figure.draw_artist(artist)
            yield np.array(canvas.buffer_rgba())[..., :3]


def thinned(times: Times, most: int = MOST_FRAMES) -> Times:
    """Ascending times of a film: all of them, or every second, third ... where there are more than `most`.

    The last one is always there.
    """
    every = np.unique(times)
    step = -(-len(every) // most) if len(every) else 1
    kept = every[::step]
    return kept if not len(every) or kept[-1] == every[-1] or len(kept) == 1 else np.append(kept[: most - 1], every[-1])
