"""Whose points a pass over the fields knows: a small file for each member, made by whichever slot comes first."""

import contextlib
from collections.abc import Callable

import numpy as np

from stormtracks.science.passes import blocks
from stormtracks.science.passes.folder import Lacks, PassFolder, Piece, Table, lacks_nothing
from stormtracks.science.passes.points import COLUMNS, UNKNOWN, TrackPoints

PointsOf = Callable[[int], TrackPoints | None]
"""The points of a member's tracks; None: they are not known without reading its winds."""


class Roster:
    """The points of all members that are known.

    Parameters
    ----------
    folder : PassFolder
        Of the pass.
    depends_on : str
        What the points depend on.
    members : int
    points_of : callable
        See `PointsOf`; asked once for each member that is not known.
    """

    def __init__(self, folder: PassFolder, depends_on: str, members: int, points_of: PointsOf) -> None:
        self._folder = folder
        self._depends_on = f"{depends_on} points"
        self._points_of = points_of
        self._members = range(members)
        self._known: dict[int, TrackPoints] = {}
        self._asked = False

    def put(self, member: int, points: TrackPoints) -> None:
        """The points of a member as its own result has them, in place of what was found otherwise."""
        self._known[member] = points
        own = self._piece(member, lambda: points, lambda _, digest: not np.array_equal(digest, points.digest))
        if own.fault(0):
            self._folder.do(own, wait=True, member=0)

    def known(self) -> dict[int, TrackPoints]:
        """The points by member; those of members that nobody has looked for yet are looked for."""
        if not self._asked:
            for wait in (False, True):  # first what no other slot is looking for
                for member in self._members:
                    if member not in self._known:
                        self._look_for(member, wait)
            self._asked = True
        return self._known

    def ask_again(self) -> None:
        """Look for the members that are not known once more, when they are asked for next."""
        self._asked = False

    def _look_for(self, member: int, wait: bool) -> None:
        piece = self._piece(member, lambda: self._points_of(member))
        if piece.fault():
            self._folder.do(piece, wait)
        with contextlib.suppress(blocks.Unproven):
            _, table = piece.block.read(0)
            self._known[member] = TrackPoints(*(np.ascontiguousarray(table[name]) for name in COLUMNS))

    def _piece(self, member: int, find: Callable[[], TrackPoints | None], lacks: Lacks = lacks_nothing) -> Piece:
        name, depends_on = f"points_{member:03d}", f"{self._depends_on} of {member}"
        block = blocks.Block(self._folder.path / f"{name}.points", depends_on, 1, len(UNKNOWN), COLUMNS, "points")
        return Piece(name, block, lambda: _table(find()), lacks)


def _table(points: TrackPoints | None) -> Table | None:
    if points is None:
        return None
    return vars(points), np.zeros(len(points), int), points.digest[np.newaxis]
