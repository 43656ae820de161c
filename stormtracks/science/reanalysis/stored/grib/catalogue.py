"""What is in a GRIB file: its fields, and what eccodes says of each kind of product and grid, asked once per kind."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from stormtracks.science.arrays import Floats
from stormtracks.science.reanalysis.stored.grib import grids, library, naming
from stormtracks.science.reanalysis.stored.grib.grids import GridOf
from stormtracks.science.reanalysis.stored.grib.naming import Names
from stormtracks.science.reanalysis.stored.grib.scan import headers
from stormtracks.science.reanalysis.stored.grib.scan.headers import Headers
from stormtracks.science.reanalysis.stored.grib.scan.product import UNKNOWN_NUMBER, Product
from stormtracks.science.reanalysis.stored.grib.scan.window import Broken, located
from stormtracks.science.reanalysis.stored.grib.values import message

_MOST_KNOWN = 4096


class Catalogue(NamedTuple):
    """What is in a file.

    Attributes
    ----------
    headers : Headers
    names : list of Names
        Of each product; the same object for those of a kind.
    grids : list of GridOf
        Of each section of a grid.
    """

    headers: Headers
    names: list[Names]
    grids: list[GridOf]

    @property
    def products(self) -> list[Product]:
        """The products, each with the number of its member."""
        found = map(self.headers.product, range(len(self.headers.products)))
        return [
            one if one.number >= 0 else one._replace(number=naming.number(names, one.number == UNKNOWN_NUMBER))
            for one, names in zip(found, self.names, strict=True)
        ]


_names: dict[tuple[object, ...], Names] = {}
_grids: dict[bytes, GridOf] = {}
_positions: dict[bytes, tuple[Floats, Floats]] = {}


def of_file(path: Path, descriptor: int) -> Catalogue:
    """Scan an open file, and ask eccodes about what was not met before in this process.

    Raises
    ------
    InputError
        See `headers.scan`; eccodes is not installed.
    """
    found = headers.scan(path, descriptor)
    ask = _Questions(path, descriptor, found)
    return Catalogue(found, ask.names(), ask.grids())


def positions(section: bytes, data: bytes) -> tuple[Floats, Floats]:
    """Latitudes and longitudes of the cells of a grid; those of the last grid are kept, since files come in many.

    Parameters
    ----------
    section : bytes
        Of the grid, as in `Headers.grids`.
    data : bytes
        A message that has it.

    Returns
    -------
    latitudes, longitudes : ndarray, shape (cells,)
        Degrees, in stored order; not to be changed.

    Raises
    ------
    library.Unreadable
    """
    if section not in _positions:
        found = grids.positions(data)
        for one in found:
            one.flags.writeable = False
        _positions.clear()
        _positions[section] = found
    return _positions[section]


class _Questions:
    """What is asked about a file: of the first field of each kind."""

    def __init__(self, path: Path, descriptor: int, found: Headers) -> None:
        self._path = path
        self._descriptor = descriptor
        self._headers = found

    def names(self) -> list[Names]:
        first = _first(self._headers.fields["product"])
        answers = []
        for place, row in enumerate(first):
            product = self._headers.product(place)
            answers.append({} if product.fault else self._known(_names, product.naming, row, naming.of_message))
        return answers

    def grids(self) -> list[GridOf]:
        first = _first(self._headers.fields["grid"])
        sections = self._headers.grids
        return [
            self._known(_grids, sections[place], row, grids.of_message)
            if len(sections[place]) > 1
            else GridOf("none", (0,), 0, 0, fault="its grid is one of a catalogue (section 2 is not there)")
            for place, row in enumerate(first)
        ]

    def _known(self, known: dict[Any, Any], key: Any, row: int, ask: Callable[[bytes], Any]) -> Any:
        if key not in known:
            if len(known) >= _MOST_KNOWN:
                known.clear()
            known[key] = self._answer(row, ask)
        return known[key]

    def _answer(self, row: int, ask: Callable[[bytes], Any]) -> Any:
        field = self._headers.fields[row]
        try:
            try:
                return ask(message.read(self._descriptor, field).data)
            except library.Unreadable as error:
                raise Broken(f"eccodes cannot read it ({error})", int(field["offset"])) from None
        except Broken as broken:
            raise located(self._path, int(field["message"]), broken) from None


def _first(places: np.ndarray) -> list[int]:
    """The first field of each place of a list, whose places appear in their order."""
    return np.unique(places, return_index=True)[1].tolist()
