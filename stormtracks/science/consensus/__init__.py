"""One track per storm over the members of an ensemble: which have it, its mean path, how far apart they are."""

from stormtracks.science.consensus.groups import ConsensusSettings, group
from stormtracks.science.consensus.mean import ConsensusTracks, mean_tracks
from stormtracks.science.consensus.storm_table import consensus_table, to_json
from stormtracks.science.consensus.year_consensus import consensus

__all__ = ["ConsensusSettings", "ConsensusTracks", "consensus", "consensus_table", "group", "mean_tracks", "to_json"]
