"""What a manager's request becomes on this host: an order for a slot, checked, with this host's part of the setup."""

import hashlib
import json
from collections.abc import Callable, Collection, Mapping
from typing import Any

from stormtracks import label
from stormtracks.errors import BadValue
from stormtracks.label import Label
from stormtracks.pyro_cluster.plain import PLACES, Options, Order, plain
from stormtracks.pyro_cluster.worker import listing
from stormtracks.pyro_cluster.worker.writers import Kind

TASKS = "stormtracks.science.pipeline:TASKS"
"""The table of tasks that a worker does unless it is told another one."""
SETUP = ("data", "results", "best_tracks", "scratch", "dataset")
"""This host's part of a task's setup."""
OPTIONS = tuple(Options.__annotations__)
PLACE_CHARACTERS = 2000


class Orders:
    """Makes orders of requests.

    Parameters
    ----------
    setup : mapping
        Values of `SETUP`; others, and None, are left out.
    known : callable
        The tasks that can be done.

    Attributes
    ----------
    setup : dict
        This host's part of a task's setup.
    """

    def __init__(self, setup: Mapping[str, Any], known: Callable[[], Collection[str]]) -> None:
        self.setup = {key: value for key, value in setup.items() if key in SETUP and value is not None}
        self._known = known

    def order(self, year: Label, ensemble_member: int, task: str, options: Options) -> tuple[Order, float | None]:
        """The order for a task, and the seconds that it may take; None: no limit.

        Raises
        ------
        BadValue
        """
        if not _is_number(year) and not label.is_written_start(year):
            raise BadValue(
                f"'year' must be a whole number of 0 or more, not {label.shown(year)}, or the start of a forecast "
                "written as 2025-06-01T00"
            )
        if not _is_number(ensemble_member):
            raise BadValue(f"'ensemble_member' must be a whole number of 0 or more, not {label.shown(ensemble_member)}")
        if task not in self._known():
            raise BadValue(f"unknown task {task!r}; known: {', '.join(self._known())}")
        unknown = set(options) - set(OPTIONS)
        if unknown:
            raise BadValue(f"unknown option {sorted(unknown)[0]!r}; known: {', '.join(OPTIONS)}")
        setup = {**self.setup, "overwrite": bool(options.get("overwrite"))}
        if folder := self.folder(options):
            setup["results"] = folder
        if options.get("settings") is not None:
            setup["settings"] = options["settings"]
        order: Order = {"year": year, "ensemble_member": ensemble_member, "task": task, "setup": setup}
        return order, _seconds(options.get("timeout"))

    def folder(self, options: Options) -> str | None:
        """Where results go: the worker's folder, or the one below it that the run has chosen.

        Raises
        ------
        BadValue
        """
        folder, chosen = self.setup.get("results"), options.get("results")
        if chosen is None:
            return folder
        if not isinstance(chosen, str) or not folder:
            raise BadValue(f"'results' must be a folder below the worker's results folder, not {chosen!r:.200}")
        return listing.within(folder, chosen)

    def places(self) -> dict[str, str]:
        """What results depend on here, and where they go, as text."""
        return {key: _place(self.setup.get(key)) for key in PLACES}


def kind_of(order: Order) -> Kind | None:
    """The kind of results that an order makes; None where the worker has no folder for them."""
    setup = order["setup"]
    made_from = {key: setup.get(key) for key in ("settings", "dataset")}
    return Kind.of(setup["results"], order["task"], made_from) if setup.get("results") else None


def _is_number(value: object) -> bool:
    return type(value) is int and value >= 0


def _place(value: object) -> str:
    """A part of the setup as text: a path, or a description as JSON."""
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(plain(value), sort_keys=True)
    if len(text) <= PLACE_CHARACTERS:
        return text
    return f"{text[: PLACE_CHARACTERS - 70]}... {hashlib.sha256(text.encode()).hexdigest()}"


def _seconds(timeout: object) -> float | None:
    if timeout is None:
        return None
    # `not > 0` also refuses NaN.
    if isinstance(timeout, bool) or not isinstance(timeout, (int, float)) or not timeout > 0:
        raise BadValue(f"'timeout' must be a number of seconds above 0, not {timeout!r}")
    return timeout
