"""Loaded by Dask in each worker that a run starts on its own machine: Ctrl-C is meant for the run, which ends them."""

import signal


def dask_setup(worker: object) -> None:
    """Called by Dask, in the worker's main thread."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
