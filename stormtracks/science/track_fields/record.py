"""What the fields show around each point of a member's tracks: the noun that `field_collection` makes."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from stormtracks.science.arrays import Floats
from stormtracks.science.shown import Shown


@dataclass(frozen=True)
class TrackFields(Shown):
    """Features of each point of a member's tracks.

    Attributes
    ----------
    values : dict of str to ndarray of float32, shape (npoints,)
        By the feature's name, such as "pressure_depth", in SI units and in the order of the tracks' points; NaN where
        it is not known.
    made_of : dict of str to str
        What each feature was made of, such as "z200 - z500" or "wind at 850 hPa".
    missing : dict of str to str
        Features that could not be made -> why not, such as "no file with pressure". They are not in `values`.
    grid_degrees : float or None
        Spacing of the grid that the tracks were found on, degrees of latitude; None where nobody said.
    """

    values: Mapping[str, Floats]
    made_of: Mapping[str, str] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    grid_degrees: float | None = None

    def get(self, name: str, points: int) -> Floats:
        """The feature `name`, shape (points,); all NaN where it could not be made."""
        return self.values.get(name, np.full(points, np.nan, np.float32))

    def __repr__(self) -> str:
        return f"<TrackFields: {', '.join(self.values) or 'none'}; missing: {', '.join(self.missing) or 'none'}>"
