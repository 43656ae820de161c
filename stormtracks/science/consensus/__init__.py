"""One track per storm over the members of an ensemble, or one storm for those of their lists, with a probability."""

from stormtracks.science.consensus.grouping.groups import ConsensusSettings, group
from stormtracks.science.consensus.list_consensus import consensus_of_lists
from stormtracks.science.consensus.mean import ConsensusTracks, mean_tracks
from stormtracks.science.consensus.names import Candidate, candidate
from stormtracks.science.consensus.of_folder import consensus
from stormtracks.science.consensus.storm_table import consensus_table, to_json
from stormtracks.science.consensus.storms import ConsensusStorms

__all__ = [
    "Candidate",
    "ConsensusSettings",
    "ConsensusStorms",
    "ConsensusTracks",
    "candidate",
    "consensus",
    "consensus_of_lists",
    "consensus_table",
    "group",
    "mean_tracks",
    "to_json",
]
