"""The task `classify`: tracks and what is around them -> a list of storms -> result file. It reads no fields."""

import hashlib
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from stormtracks import paths, strict_dataclass
from stormtracks.label import Label
from stormtracks.science import leads, lists, matching, reanalysis, results
from stormtracks.science.errors import InputError, NeedsResult, ResultError
from stormtracks.science.lists import CLASSES, StormList, Verdict
from stormtracks.science.passes import Progress
from stormtracks.science.results import Member
from stormtracks.science.settings import LOGISTIC, Settings, Setup
from stormtracks.science.tasks import details, observed
from stormtracks.version import code_version

NAME = "classify"


def classify(
    year: Label, ensemble_member: int, setup: Setup | Mapping[str, Any], progress: Progress | None = None
) -> details.Details:
    """Say which of one member's tracks are storms, of which kind and how strong; see `run_task`.

    Raises
    ------
    NeedsResult
        The member has no result of `vort_track` or of `field_collection`, or they do not belong together.
    BadValue
        The weights of a fitted list were fitted on other data.
    """
    clock = details.Clock()
    setup = setup if isinstance(setup, Setup) else strict_dataclass.build(Setup, setup, "setup")
    member = _member(year, ensemble_member, setup)
    weights = _Weights.of(setup.settings)
    recipe = _recipe(setup, member, weights)
    place = results.path(setup.results, NAME, year, ensemble_member)
    results.sweep(place)
    if not setup.overwrite and (there := results.existing(place, recipe)):
        saved = place, results.digest(place)
        return details.of(there, saved, clock, skipped=True, matches=results.load_list(place)[1].matches)
    verdict = weights.applied(_by_the_rule(member, setup.settings), member, setup.settings)
    storms, remarks = _matched(lists.listed(member.tracks, member.fields, verdict), member, setup)
    told = {"told_by": weights.name or verdict.evidence.name, "made_of": dict(member.fields.made_of)}
    remarks = [f"storms are told by {told['told_by']}", *verdict.evidence.remarks, *_refused(member), *remarks]
    provenance = recipe | told | {"remarks": remarks, "version": code_version(), "host": platform.node()}
    header = results.Header(
        year, ensemble_member, member.tracked.member_label, NAME, _counts(storms, verdict), provenance | clock.spent()
    )
    return details.of(
        header, results.save_list(header, storms, setup.results), clock, skipped=False, matches=storms.matches
    )


def _recipe(setup: Setup, member: Member, weights: "_Weights") -> dict[str, Any]:
    """What the list is made from: settings, best tracks, the two results, and the weights of a fitted list."""
    return results.recipe(
        setup.settings,
        observed.inputs(setup),
        NAME,
        dataset=setup.dataset,
        vort_track=member.tracked_as,
        field_collection=member.collected_as,
        weights=weights.digest,
        **{key: value for key, value in member.tracked.provenance.items() if key == leads.KEY},
    )


def _member(year: Label, ensemble_member: int, setup: Setup) -> Member:
    """What the list is made of, if both results are there and of these settings."""
    for task in ("vort_track", "field_collection"):
        place = results.path(setup.results, task, year, ensemble_member)
        chain = "--task vort_track,field_collection,classify"
        wanted = {"settings": setup.settings.of_task(task), "dataset": setup.dataset}
        try:
            header = results.existing(place, wanted)
        except ResultError as error:
            raise ResultError(f"{error}. {NAME} is built on this result: {chain} makes all") from error
        if header is None:
            raise NeedsResult(f"{place}: is not there, and {NAME} is built on it; run it with {chain}", task)
    return results.load_member(setup.results, year, ensemble_member)


def _by_the_rule(member: Member, settings: Settings) -> Verdict:
    thresholds = settings.keywords(lists.classes)
    return lists.classes(member.tracks, member.fields, member.axis, grid_degrees=member.grid_degrees, **thresholds)


def _matched(storms: StormList, member: Member, setup: Setup) -> tuple[StormList, list[str]]:
    """The list with its matches, and what is to be said of them."""
    best = observed.best_tracks(setup, member.axis)
    tracks = storms.of("tc").tracks
    found = matching.match(tracks, best, member.axis, **setup.settings.keywords(matching.match))
    return lists.matched(storms, found), [*best.remarks, *observed.why_no_matches(setup, best, member.axis, found)]


def _refused(member: Member) -> list[str]:
    """Why fields that are there were not used: without them a list is another one."""
    reasons = dict.fromkeys(why for name, why in member.fields.missing.items() if name in lists.ASKED)
    return [
        f"field_collection did without a field that is {why}" for why in reasons if why.startswith(reanalysis.REFUSED)
    ]


def _counts(storms: StormList, verdict: Verdict) -> dict[str, float]:
    each = np.bincount(verdict.storm_class, minlength=len(CLASSES)).tolist()
    return {
        "tracks": len(verdict.storm_class),
        **dict(zip(CLASSES, each, strict=True)),
        "storms": len(storms.matches),
        "matches": int(storms.matches.hit.sum()),
    }


class _Weights:
    """The weights that take the rule's place; none where it stays."""

    def __init__(self, name: str = "", digest: str = "", weights: lists.Weights | None = None) -> None:
        self.name = name
        self.digest = digest
        self._weights = weights

    @classmethod
    def of(cls, settings: Settings) -> "_Weights":
        """The file that the settings name, read."""
        if not settings.classifier.startswith(LOGISTIC):
            return cls()
        path = paths.expand(settings.classifier.removeprefix(LOGISTIC), where="classifier")
        return cls(f"weights of {path.name}", _digest(path), lists.load_weights(path))

    def applied(self, verdict: Verdict, member: Member, settings: Settings) -> Verdict:
        """The verdict by them, where there are any."""
        if self._weights is None:
            return verdict
        if settings.other_weights != "allow":
            self._weights.check(member.kind, self.name)
        described = lists.features(member.tracks, member.fields, member.axis, grid_degrees=member.grid_degrees)
        probability = self._weights.probability(described)
        return lists.told_by(verdict, probability, **settings.keywords(lists.told_by))


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    except OSError as error:
        raise InputError(
            f"{path}: {error.strerror}; give the file that inv classify --save wrote as classifier={LOGISTIC}FILE"
        ) from error
