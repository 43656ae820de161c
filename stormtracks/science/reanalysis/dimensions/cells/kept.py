"""Weights that are kept: in memory, and those that take seconds as files too, which prove themselves when read."""

import hashlib
import logging
from collections import OrderedDict
from pathlib import Path

from stormtracks import private
from stormtracks.errors import StormtracksError
from stormtracks.science import kept_arrays
from stormtracks.science.reanalysis.dimensions.cells import weights as weights_
from stormtracks.science.reanalysis.dimensions.cells.places import Places
from stormtracks.science.reanalysis.dimensions.cells.weights import Weights

_MOST = 8
"""Grids in memory; winds and further fields seldom have more than two."""
_MOST_FILES = 32
_SLOW = ("linear triangles", "quadratic triangles")
"""Those that are kept as files."""
_KIND = f"stormtracks weights 1, shares {weights_.FORMAT}"
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
    found = kept_arrays.read(file, _KIND)
    if found is None:
        return None
    from scipy import sparse  # a third of a slot's start-up time, and few data have cells

    ends, cells, shares, shape, which = found
    matrix = sparse.csr_matrix((shares, cells, ends), shape=(int(shape[0]), int(shape[1])))
    return Weights(matrix, weights_.even_grid(step), _SLOW[int(which)])


def _write(file: Path, found: Weights) -> None:
    matrix, which = found.matrix, _SLOW.index(found.method)
    kept_arrays.write(file, _KIND, [matrix.indptr, matrix.indices, matrix.data, matrix.shape, which], _MOST_FILES)
