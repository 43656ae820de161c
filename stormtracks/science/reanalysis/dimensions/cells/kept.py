"""Weights that are kept: in memory, and those that take seconds as files too, which prove themselves when read."""

import contextlib
import hashlib
import io
import logging
from collections import OrderedDict
from pathlib import Path

import numpy as np

from stormtracks import disk, private
from stormtracks.errors import StormtracksError
from stormtracks.science.reanalysis.dimensions.cells import weights as weights_
from stormtracks.science.reanalysis.dimensions.cells.places import Places
from stormtracks.science.reanalysis.dimensions.cells.weights import Weights

_MOST = 8
"""Grids in memory; winds and further fields seldom have more than two."""
_MOST_FILES = 32
_SLOW = ("linear triangles", "quadratic triangles")
"""Those that are kept as files."""
_HEAD = b"stormtracks weights 1, shares %d " % weights_.FORMAT
_known: OrderedDict[str, Weights] = OrderedDict()
_log = logging.getLogger(__name__)


def weights(places: Places, step: float) -> Weights:
    """The weights of some cells on a grid of so many degrees, made where they are not kept; see `weights.make`."""
    key = hashlib.sha256(f"{weights_.FORMAT} {places.key} {step!r}".encode()).hexdigest()
    if key not in _known:
        file = _file(key)
        found = _read(file, step) if file is not None else None
        if found is None:
            found = weights_.make(*places.find(), step)
            if file is not None and found.method in _SLOW:
                _write(file, found)
        _known[key] = found
        while len(_known) > _MOST:
            _known.popitem(last=False)
    _known.move_to_end(key)
    return _known[key]


def _file(key: str) -> Path | None:
    """Where weights are kept; None where no folder of our own can be had, which costs time only."""
    try:
        return private.state("weights") / f"{key[:32]}.weights"
    except (StormtracksError, OSError) as error:
        _log.info("weights of cells are made anew: %s", error)
        return None


def _read(file: Path, step: float) -> Weights | None:
    """What a file keeps; None where there is none, or it does not prove itself."""
    try:
        with private.open_file(file) as opened:
            head, content = opened.readline(256), opened.read()
    except (StormtracksError, OSError):
        return None
    if head != _HEAD + _hash(content) + b"\n":
        _log.info("%s is damaged or of another format, and is made anew", file)
        return None
    stored = io.BytesIO(content)
    ends, cells, shares, shape, which = (np.load(stored, allow_pickle=False) for _ in range(5))
    method = _SLOW[int(which)]
    from scipy import sparse  # a third of a slot's start-up time, and few data have cells

    matrix = sparse.csr_matrix((shares, cells, ends), shape=(int(shape[0]), int(shape[1])))
    return Weights(matrix, weights_.even_grid(step), method)


def _write(file: Path, found: Weights) -> None:
    content = io.BytesIO()
    which = _SLOW.index(found.method)
    for one in (found.matrix.indptr, found.matrix.indices, found.matrix.data, found.matrix.shape, which):
        np.save(content, np.asarray(one), allow_pickle=False)
    with contextlib.suppress(OSError):  # a full disk costs time only
        disk.write_whole(file, _HEAD + _hash(content.getvalue()) + b"\n" + content.getvalue(), 0o600, durable=False)
        by_age = sorted(file.parent.glob("*.weights"), key=lambda one: one.stat().st_mtime)
        for old in by_age[:-_MOST_FILES]:
            old.unlink(missing_ok=True)


def _hash(content: bytes) -> bytes:
    return hashlib.sha256(content).hexdigest().encode()
