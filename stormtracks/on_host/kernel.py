"""Compile the kernel for this host, where it has a compiler; without one all works, only slower."""

from collections.abc import Mapping
from typing import Any

from stormtracks.on_host.answers import KernelAnswer
from stormtracks.science.kernel import build


def run(request: Mapping[str, Any]) -> KernelAnswer:
    """Compile it, unless its library is there."""
    try:
        build.build()
    except build.NotBuilt as reason:
        return {"fault": str(reason)}
    return {"fault": ""}
