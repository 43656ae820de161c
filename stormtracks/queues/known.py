"""The queueing systems that there are, by the `launch` of hosts.yaml."""

from stormtracks.queues.system import System

SYSTEMS: dict[str, System] = {}
"""launch -> system: "slurm", "pbs"."""
