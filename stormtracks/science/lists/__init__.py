"""Which tracks are cyclones of which kind, how probably, and how strong: lists of storms. It knows no files.

The way of a member: `classes` says of each track what it is, by the physical rule (`tropical`, `extratropical`), and
how probably it is a tropical cyclone (`chance`); `listed` makes the list of those that are storms; `matched` says which
observed storms these are. Where matched years are there, `fit` finds a logistic function of `features` that `told_by`
puts in the rule's place; its `Weights` say for which data they are.
"""

from stormtracks.science.lists.evidence import ASKED, Evidence
from stormtracks.science.lists.features import Features, features
from stormtracks.science.lists.listing import listed, matched
from stormtracks.science.lists.logistic import fit
from stormtracks.science.lists.storm_list import CLASSES, LISTS, StormList, in_list
from stormtracks.science.lists.verdict import Verdict, classes, told_by
from stormtracks.science.lists.weights import Weights
from stormtracks.science.lists.weights import load as load_weights
from stormtracks.science.lists.weights import save as save_weights

__all__ = [
    "ASKED",
    "CLASSES",
    "LISTS",
    "Evidence",
    "Features",
    "StormList",
    "Verdict",
    "Weights",
    "classes",
    "features",
    "fit",
    "in_list",
    "listed",
    "load_weights",
    "matched",
    "save_weights",
    "told_by",
]
