"""What runs in the process that looks which years a host has data for, and ends.

Started by `inventory` with ``python -m``; its argument is MODULE:TABLE. The host's part of a task's setup comes in as
JSON, a line of JSON goes out: ``years`` (a list; null: not sure).
"""

import contextlib
import importlib
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from stormtracks import label, lineage
from stormtracks.label import Label
from stormtracks.pyro_cluster.plain import plain

NICE = 10
"""The tasks go first."""
_WORST_OOM_SCORE = "1000"

Years = Callable[[Mapping[str, Any]], Sequence[Label] | None]
"""Given a setup, says for which years, or starts, a task finds data here; None: that is not sure."""


def main(argv: Sequence[str] | None = None) -> int:
    """Look, and write what was found."""
    (table,) = argv or sys.argv[1:]
    _give_way()
    found = look(looks_of(table), json.load(sys.stdin))
    sys.stdout.write(json.dumps({"years": plain(found)}) + "\n")
    return 0


def looks_of(table: str) -> Mapping[str, Years]:
    """The functions beside the table, in its module's ``YEARS``, by the task whose data they look for."""
    return getattr(importlib.import_module(table.partition(":")[0]), "YEARS", {})


def look(looks: Mapping[str, Years], setup: Mapping[str, Any]) -> list[Label] | None:
    """Years that any of the tasks finds data for; None as soon as that is not sure for one of them."""
    found: set[Label] = set()
    for one in dict.fromkeys(looks.values()):  # tasks that read the same share a function
        years = one(setup)
        if years is None:
            return None
        found.update(years)
    return label.in_order(found)


def _give_way() -> None:
    """Have the kernel end this process with its worker, run it after the tasks, and end it first for lack of memory."""
    os.nice(NICE)
    lineage.end_with_parent()
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(_WORST_OOM_SCORE)


if __name__ == "__main__":
    sys.exit(main())
