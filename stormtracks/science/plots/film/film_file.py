"""A moving figure -> a file: GIF by Pillow, MP4 by ffmpeg."""

import logging
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.animation import FFMpegWriter
from matplotlib.figure import Figure
from PIL import Image

from stormtracks import disk
from stormtracks.science import destination
from stormtracks.science.errors import InputError
from stormtracks.science.plots.film.palette import Palette
from stormtracks.science.plots.film.scene import Frame, Scene

FILMS = (".gif", ".mp4")
MOST_PIXELS = 3_000_000
"""Of a frame: a film is for a screen, and all frames of a GIF are in memory at once, a byte a pixel."""
PER_SECOND = 10
_SAMPLED = 6  # frames whose colours make the palette
_HOLD_MS = 1500  # how long the last frame stays

Progress = Callable[[int, int], object]

logging.getLogger("matplotlib.animation").setLevel(logging.ERROR)
"""What ffmpeg says is in the refusal."""


def save_film(
    scene: Scene,
    path: str | os.PathLike[str],
    overwrite: bool = False,
    dpi: int = 100,
    progress: Progress | None = None,
) -> Path:
    """Write a film whole, or not at all; the suffix (.gif, .mp4) says how.

    Parameters
    ----------
    scene : Scene
    path : path
    overwrite : bool
    dpi : int
        Dots per inch: with the figure's width they make the film's.
    progress : callable, optional
        Called as ``progress(done, total)`` after each frame.

    Raises
    ------
    InputError
        Another suffix, a file in the way that may not be replaced, no folder for it; too many pixels; no ffmpeg for an
        MP4, or one that fails.
    """
    path = check_film(path, overwrite)
    if len(scene) < 2:
        raise InputError(f"{path}: a film needs at least two times, and there are {len(scene)}; choose others")
    width, height = scene.figure.get_size_inches() * dpi
    if width * height > MOST_PIXELS:
        raise InputError(
            f"{path}: frames of {width:.0f} x {height:.0f} pixels are too large for a film; lower --dpi (100 is usual)"
        )
    write = _write_gif if path.suffix.lower() == ".gif" else _write_mp4
    try:
        with disk.whole(path) as unfinished:
            write(scene, unfinished, dpi, progress or (lambda *_: None))
    except (subprocess.CalledProcessError, BrokenPipeError) as error:
        raise InputError(f"{path}: ffmpeg failed ({_said(error)}); choose a name that ends in .gif") from error
    return path


def check_film(path: str | os.PathLike[str], overwrite: bool = False) -> Path:
    """The path of a film that can be written here; see `save_film` for what is refused."""
    path = Path(path)
    if path.suffix.lower() not in FILMS:
        raise InputError(f"{path}: a film's name must end in {', '.join(FILMS)}; choose another name")
    if path.suffix.lower() == ".mp4" and not FFMpegWriter.isAvailable():
        raise InputError(
            f"{path}: MP4 is written by the program ffmpeg, which is not installed here; install it, or choose a name "
            "that ends in .gif"
        )
    return destination.check(path, overwrite)


def _write_gif(scene: Scene, path: Path, dpi: int, progress: Progress) -> None:
    """One palette for all frames, so that only what moves is stored of each."""
    some = np.unique(np.linspace(0, len(scene) - 1, _SAMPLED).astype(int))
    palette = Palette.of(scene.frames(some, dpi))
    images = (_image(palette, frame) for frame in _counted(scene, dpi, progress))
    durations = [1000 // PER_SECOND] * (len(scene) - 1) + [_HOLD_MS]
    first = next(images)
    first.save(path, format="GIF", save_all=True, append_images=images, duration=durations, loop=0, optimize=True)


def _image(palette: Palette, frame: Frame) -> Image.Image:
    image = Image.fromarray(palette.indices(frame), mode="P")
    image.putpalette(palette.colours.tobytes())
    return image


def _write_mp4(scene: Scene, path: Path, dpi: int, progress: Progress) -> None:
    frames = _counted(scene, dpi, progress)
    first = next(frames)
    height, width = first.shape[:2]
    still = Figure(figsize=(width / dpi, height / dpi), dpi=dpi)  # nothing but the frame, so that it is drawn at once
    image = still.figimage(first)
    writer = FFMpegWriter(fps=PER_SECOND, codec="h264", extra_args=["-f", "mp4"])
    with matplotlib.rc_context({"savefig.facecolor": "white"}), writer.saving(still, str(path), dpi):
        writer.grab_frame()
        for frame in frames:
            image.set_data(frame)
            writer.grab_frame()
        for _ in range(_HOLD_MS * PER_SECOND // 1000):
            writer.grab_frame()


def _said(error: subprocess.CalledProcessError | BrokenPipeError) -> str:
    """The last line of what ffmpeg said, or how it ended."""
    if isinstance(error, BrokenPipeError):
        return "it ended before the last frame"
    lines = str(error.stderr or "").strip().splitlines()
    return lines[-1] if lines else f"exit status {error.returncode}"


def _counted(scene: Scene, dpi: int, progress: Progress) -> Iterator[Frame]:
    for number, frame in enumerate(scene.frames(range(len(scene)), dpi), start=1):
        yield frame
        progress(number, len(scene))
