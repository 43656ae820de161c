"""The queueing systems that there are, by the `launch` of hosts.yaml."""

from stormtracks.queues.slurm import Slurm
from stormtracks.queues.system import System

SYSTEMS: dict[str, System] = {"slurm": Slurm()}
"""launch -> system: "slurm", "pbs"."""
