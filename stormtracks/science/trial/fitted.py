"""Fitting the logistic function on matched members, and what it says of others."""

from collections.abc import Sequence

import numpy as np

from stormtracks import label
from stormtracks.errors import BadValue
from stormtracks.science import lists
from stormtracks.science.arrays import Floats
from stormtracks.science.lists import Features, Weights
from stormtracks.science.trial.matched import MatchedMember
from stormtracks.version import code_version


def fit(members: Sequence[MatchedMember]) -> Weights:
    """Weights that tell the storms of members from their other tracks.

    Parameters
    ----------
    members : list of MatchedMember

    Returns
    -------
    Weights
        With what they were fitted on.

    Raises
    ------
    BadValue
        No members; members of different data; no storm among their tracks.
    """
    if not members:
        raise BadValue("there is no member to fit on; give years that have results")
    kind = members[0].member.kind
    described = [_described(one) for one in members]
    for one in members[1:]:
        if one.member.kind != kind:
            raise BadValue(
                f"{one.year} member {one.ensemble_member} is of other data than {members[0].year} member "
                f"{members[0].ensemble_member}: fit each kind of data by itself"
            )
    true = np.concatenate([one.is_storm for one in members])
    logistic = lists.fit(np.concatenate([one.values for one in described]), true)
    fitted_on = {
        "years": label.in_order(one.year for one in members),
        "members": sorted({one.ensemble_member for one in members}),
        **kind,
        "truth": "planted" if members[0].planted else "best tracks",
        "version": code_version(),
        "counts": {"tracks": len(true), "storms": int(true.sum())},
    }
    return Weights(described[0].names, described[0].variables, logistic, fitted_on)


def probabilities(weights: Weights, members: Sequence[MatchedMember]) -> list[Floats]:
    """That each track of each member is a tropical cyclone."""
    return [weights.probability(_described(one)) for one in members]


def _described(one: MatchedMember) -> Features:
    member = one.member
    return lists.features(member.tracks, member.fields, member.axis, grid_degrees=member.grid_degrees)
