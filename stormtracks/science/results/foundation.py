"""What a result is built on: other results of the same member, told from any others that might take their place."""

import hashlib
from collections.abc import Iterable

import numpy as np

from stormtracks.science.records import Tracks
from stormtracks.science.results.alike import fingerprint
from stormtracks.science.results.header import Header


def foundation(header: Header, arrays: Iterable[np.ndarray]) -> str:
    """What a recipe says of a result that the new one is built on.

    Parameters
    ----------
    header : Header
        Of the result that is there.
    arrays : iterable of ndarray
        What is taken of it.

    Returns
    -------
    str
        The fingerprint of its recipe, which is the same for results that belong together, and after a hyphen a hash of
        its arrays. A result that was computed again with the same outcome is therefore the same foundation.
    """
    content = hashlib.sha256()
    for array in arrays:
        content.update(np.ascontiguousarray(array).tobytes())
    return f"{fingerprint(header.provenance)}-{content.hexdigest()[:12]}"


def foundation_of_tracks(header: Header, tracks: Tracks) -> str:
    """The same of a result of ``vort_track``, of which the tracks are taken."""
    return foundation(header, (tracks.row_size, tracks.time, tracks.lat, tracks.lon))
