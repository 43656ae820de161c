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


def resolve(client: Any, address: str) -> Any:
    """The future of the function that answers, on one worker."""
    return submit(client, address, "stormtracks", pkgutil.resolve_name, ANSWER)


def call(client: Any, address: str, key: str, answer: Any, question: str) -> Any:
    """The future of an answer."""
    return submit(client, address, key, operator.call, answer, question)


def submit(client: Any, address: str, key: str, *call: Any) -> Any:
    """A future of a call on one worker and no other, which Dask neither repeats nor knows from before."""
    only = {"workers": [address], "allow_other_workers": False, "pure": False, "retries": 0}
    return client.submit(*call, **only, key=f"{key}-{secrets.token_hex(8)}")
