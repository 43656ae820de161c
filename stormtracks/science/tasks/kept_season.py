"""The season of the task before: what is known of its files need not be found out again for each member.

Only what is known is kept, no open file. It is used again where the folder has the same files as then; so a task that
takes its member's share of a pass opens none of them.
"""

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass

from stormtracks import web_path
from stormtracks.label import Label
from stormtracks.science import reanalysis
from stormtracks.science.errors import InputError
from stormtracks.science.reanalysis import Further, Season
from stormtracks.science.settings import Setup


@dataclass
class _Kept:
    """A season, its further fields once they are asked for, and what its folder had when it was opened."""

    wanted: str
    state: list[tuple[str, int, int]] | None
    season: Season
    further: Further | None = None


_DEPTH = 12
"""Folders below the folder of data that a description may lead to."""

_kept: list[_Kept] = []
"""At most one; a task takes it away while it uses it."""


@contextlib.contextmanager
def season(year: Label, ensemble_member: int, setup: Setup) -> Iterator[Season]:
    """The year's winds or vorticity, with this member's files opened first; a context.

    Raises
    ------
    InputError
        As `reanalysis.open_season`; at the end, where a file changed meanwhile.
    """
    with _taken(year, ensemble_member, setup) as one, one.season as opened:
        yield opened


@contextlib.contextmanager
def with_further(year: Label, ensemble_member: int, setup: Setup) -> Iterator[tuple[Season, Further]]:
    """The same with the further fields that there are."""
    with _taken(year, ensemble_member, setup) as one, one.season as opened:
        if one.further is None:
            described, first = setup.dataset, ensemble_member
            one.further = reanalysis.open_further(setup.data, year, opened, dataset=described, ensemble_member=first)
        with one.further as further:
            yield opened, further


@contextlib.contextmanager
def _taken(year: Label, ensemble_member: int, setup: Setup) -> Iterator[_Kept]:
    """The kept season, or a new one; it is kept unless something goes wrong, or each member has files of its own."""
    chosen = setup.settings.keywords(reanalysis.open_season)
    wanted = json.dumps([str(setup.data), year, chosen, setup.dataset], sort_keys=True)
    state = _state(setup)
    one = _kept.pop() if _kept else None
    same = one is not None and state is not None and (one.wanted, one.state) == (wanted, state)
    if one is None or not same or not 0 <= ensemble_member < len(one.season.members):
        described, first = setup.dataset, ensemble_member
        opened = reanalysis.open_season(setup.data, year, **chosen, dataset=described, ensemble_member=first)
        one = _Kept(wanted, state, opened)
    yield one
    if one.season.block.members > 1 and (one.further is None or one.further.block.members > 1 or not one.further.roles):
        _kept[:] = [one]


def _state(setup: Setup) -> list[tuple[str, int, int]] | None:
    """What lies below the folder of data; None: that cannot be said, and opening it will say why."""
    with contextlib.suppress(OSError, InputError):
        return reanalysis.state(web_path.of(setup.data), _DEPTH, _described(setup))
    return None


def _described(setup: Setup) -> list[str]:
    """The files that the description names."""
    return list(reanalysis.Dataset.from_mapping(setup.dataset or {}).files.values())
