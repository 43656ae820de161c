"""Results of members -> their tracks, what is around them, and which of them are storms."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stormtracks import label
from stormtracks.label import Label
from stormtracks.science import ibtracs, matching, results, synthetic
from stormtracks.science.arrays import Bools
from stormtracks.science.errors import InputError
from stormtracks.science.records import BestTracks, Matches
from stormtracks.science.results import Member
from stormtracks.science.settings import Settings
from stormtracks.science.synthetic.truth import truth_name


@dataclass(frozen=True)
class MatchedMember:
    """A member whose storms are known.

    Attributes
    ----------
    year : int or str
    ensemble_member : int
    member : Member
        Its results.
    storms : BestTracks
        What was there: planted storms, or observed ones.
    matches : Matches
        Of all of its tracks with them.
    planted : bool
        Whether the storms are the truth.
    """

    year: Label
    ensemble_member: int
    member: Member
    storms: BestTracks
    matches: Matches
    planted: bool

    @property
    def is_storm(self) -> Bools:
        """Which tracks are a storm or a piece of one, shape (ntracks,)."""
        return self.matches.storm_of_track >= 0


def matched_members(folder: Path, chosen: Mapping[Label, tuple[int, ...]]) -> Iterator[MatchedMember]:
    """Read members one after the other.

    Parameters
    ----------
    folder : Path
        Folder of all results, with those of ``vort_track`` and ``field_collection``.
    chosen : mapping of int or str to tuple of int
        Year, or start of a forecast -> members.

    Raises
    ------
    InputError
        Results were matched with no best tracks, and there is no truth of planted storms beside the data.
    """
    for year in label.in_order(chosen):
        for number in chosen[year]:
            yield _matched(folder, year, number)


def _matched(folder: Path, year: Label, number: int) -> MatchedMember:
    member = results.load_member(folder, year, number)
    settings = Settings.of_result(member.tracked.provenance["settings"])
    storms, planted = _storms(member.tracked.provenance, year, number, member, settings)
    limits = settings.keywords(matching.match)
    found = matching.match(member.tracks, storms, member.axis, **limits)
    return MatchedMember(year, number, member, storms, found, planted)


def _storms(
    provenance: Mapping[str, Any], year: Label, number: int, member: Member, settings: Settings
) -> tuple[BestTracks, bool]:
    """The truth beside the data, if it is there; else the best tracks that the result was matched with."""
    inputs = [Path(file["path"]) for file in provenance["inputs"]]
    for folder in dict.fromkeys(path.parent for path in inputs):
        for truth in (folder / truth_name(year), folder.parent / truth_name(year)):
            if truth.is_file():
                return synthetic.load_truth(truth).storms(number), True
    times, file = member.axis.times, inputs[-1]
    try:
        return ibtracs.load(file, times[0], times[-1], wind_source=settings.wind_source), False
    except InputError as error:
        if len(member.matches):
            raise
        raise InputError(
            f"{year} member {number}: it was matched with no best track, and there is no {truth_name(year)} beside the "
            "data; compute vort_track with --best-tracks"
        ) from error
