"""The queueing systems that there are, by the `launch` of hosts.yaml."""

from stormtracks.queues.pbs import Pbs
from stormtracks.queues.slurm import Slurm
from stormtracks.queues.system import System

SYSTEMS: dict[str, System] = {"slurm": Slurm(), "pbs": Pbs()}
"""launch -> system."""
