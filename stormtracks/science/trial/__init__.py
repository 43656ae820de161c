"""Lists of tropical cyclones on trial: fitted on some years, tested on others, by POD and FAR with their intervals.

`matched` reads tracks and says which are storms, by the truth of planted data or by best tracks; `fitted` fits a
logistic function on them; `curve` says what a list of every length finds; `steps` scores time steps; `trial` puts all
together.
"""

from stormtracks.science.trial.curve import CLASSES_KT, Curve, Interval
from stormtracks.science.trial.fitted import fit, probabilities
from stormtracks.science.trial.matched import MatchedMember, matched_members
from stormtracks.science.trial.steps import StepSkill, step_skill
from stormtracks.science.trial.trial import Row, Trial, trial

__all__ = [
    "CLASSES_KT",
    "Curve",
    "Interval",
    "MatchedMember",
    "Row",
    "StepSkill",
    "Trial",
    "fit",
    "matched_members",
    "probabilities",
    "step_skill",
    "trial",
]
