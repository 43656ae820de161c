"""Storm tracks from ensembles of reanalyses, on whatever machines SSH can reach.

The map: `science` (room 1) makes tracks from files, `pyro_cluster` (room 2) spreads the work;
`config` reads hosts.yaml, `commands` writes the shell lines. What both rooms stand on: `errors`, `paths`, `disk`,
`process`, `readable`, `address`. See docs/architecture.md.
"""

__version__ = "1.0.0"
