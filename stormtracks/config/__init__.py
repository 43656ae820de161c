"""hosts.yaml and the other YAML files -> frozen dataclasses and plain values; unknown and repeated keys are refused."""

from stormtracks.checkout import CHECKOUT
from stormtracks.config.cluster import Cluster, Nameserver
from stormtracks.config.loading import chosen, hosts_file, load, load_archives, load_dataset, load_settings
from stormtracks.config.worker_host import LAUNCHES, QUEUES, WorkerHost
from stormtracks.strict_dataclass import KeyRefused

__all__ = [
    "CHECKOUT",
    "LAUNCHES",
    "QUEUES",
    "Cluster",
    "KeyRefused",
    "Nameserver",
    "WorkerHost",
    "chosen",
    "hosts_file",
    "load",
    "load_archives",
    "load_dataset",
    "load_settings",
]
