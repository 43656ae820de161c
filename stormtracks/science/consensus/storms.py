"""What a consensus of lists is: storms with a probability and an intensity, each with its spread."""

import dataclasses
from dataclasses import dataclass
from typing import ClassVar

from stormtracks.science import heads as track_heads
from stormtracks.science.arrays import Bools, Floats, Times
from stormtracks.science.consensus.mean import ConsensusTracks
from stormtracks.science.records import Tracks


@dataclass(frozen=True, kw_only=True)
class ConsensusStorms(ConsensusTracks):
    """Storms of one year of which the members' lists tell, as the members agree on them.

    `held_by` says whose list has each storm, so that `share` is the share of the members' lists. What else a consensus
    has is in `ConsensusTracks`.

    Attributes
    ----------
    list_name : str
        One of `lists.LISTS`.
    probability : ndarray of float64, shape (nstorms,)
        That it is a storm of the list as the classifier says, mean over all members: one whose list does not have the
        storm counts with the probability of its track of it, 0 where it has none. Classifiers say it of tropical
        cyclones only: of the list "etc" it is the share.
    calibrated : ndarray of float64, shape (nstorms,)
        That it is real, given share and probability; NaN where no calibration is known.
    intensity_max, intensity_max_std : ndarray of float64, shape (nstorms,)
        Highest wind around it, m s-1: mean and standard deviation over the members that have it; NaN without winds.
    pressure_lowest, pressure_lowest_std : ndarray of float64, shape (nstorms,)
        Pa, the same.
    tropical : ndarray of float64, shape (npoints,)
        Share of the storm's members at the time in which it is a tropical cyclone.
    wind, wind_std, pressure, pressure_std : ndarray of float64, shape (npoints,)
        Mean and standard deviation over the members: m s-1 and Pa; NaN without the field.
    lat_smooth, lon_smooth : ndarray of float64, shape (npoints,)
        The mean path smoothed in time, to be shown; degrees. Nothing is measured on it.
    """

    list_name: str
    probability: Floats
    calibrated: Floats
    intensity_max: Floats
    intensity_max_std: Floats
    pressure_lowest: Floats
    pressure_lowest_std: Floats
    tropical: Floats
    wind: Floats
    wind_std: Floats
    pressure: Floats
    pressure_std: Floats
    lat_smooth: Floats
    lon_smooth: Floats

    per_storm: ClassVar[tuple[str, ...]] = (
        *ConsensusTracks.per_storm, "probability", "calibrated", "intensity_max", "intensity_max_std",
        "pressure_lowest", "pressure_lowest_std",
    )  # fmt: skip
    per_point: ClassVar[tuple[str, ...]] = (
        *ConsensusTracks.per_point, "tropical", "wind", "wind_std", "pressure", "pressure_std", "lat_smooth",
        "lon_smooth",
    )  # fmt: skip

    @property
    def paths(self) -> Tracks:
        """The mean paths as they are drawn, smoothed in time."""
        return dataclasses.replace(self.tracks, lat=self.lat_smooth, lon=self.lon_smooth)

    @property
    def heads(self) -> track_heads.Heads:
        """What is known of each storm without its points, with wind and pressure: means over the members."""
        return dataclasses.replace(super().heads, wind_m_s=self.intensity_max, pressure_pa=self.pressure_lowest)

    def __repr__(self) -> str:
        return f"<ConsensusStorms: list {self.list_name} of {self._counted()}>"

    @property
    def tropical_point(self) -> Bools:
        """Points at which at least half of the storm's members call it tropical, shape (npoints,) of bool."""
        return self.tropical >= 0.5

    def tropical_time(self, storm: int) -> tuple[Times, Times] | None:
        """First and last time at which a storm is tropical; None where it never is."""
        time = self.time[self.points(storm)][self.tropical_point[self.points(storm)]]
        return (time[0], time[-1]) if len(time) else None
