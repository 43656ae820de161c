"""Dask itself, which is an extra: imported when a run chooses it, and by nothing else."""

import importlib
import logging
import operator
import pkgutil
import secrets
from collections.abc import Mapping
from contextlib import AbstractContextManager
from types import ModuleType
from typing import Any

from stormtracks import extras

ANSWER = "stormtracks.pyro_cluster.worker.guest:answer"
"""What is called on a Dask worker, by its name: neither this machine nor the scheduler needs to load it."""
NEVER = logging.CRITICAL + 1


def load() -> ModuleType:
    """The package distributed.

    Raises
    ------
    extras.Lacking
        With what installs it.
    """
    found = extras.load("dask")
    # What it logs of lost connections and restarts, the run says itself.
    logging.getLogger("distributed").setLevel(NEVER)
    return found


def configured(values: Mapping[str, object]) -> AbstractContextManager[object]:
    """Dask's configuration with other values, for as long as the context lasts; workers begun in it keep them."""
    return importlib.import_module("dask").config.set(values)


def ask(client: Any, address: str, key: str, question: str) -> Any:
    """The future of what `ANSWER` returns on one worker and no other; Dask neither repeats it nor knows it from before.

    One task looks the function up and calls it: kept by another, the function would be data, and Dask does not retire
    a worker whose data no other can take.
    """
    key = f"{key}-{secrets.token_hex(8)}"
    graph = {key: (operator.call, (pkgutil.resolve_name, ANSWER), question)}
    (asked,) = client.get(graph, [key], sync=False, workers=[address], allow_other_workers=False, retries=0)
    return asked
