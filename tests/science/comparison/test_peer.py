"""The same pairs as huracanpy finds."""

import huracanpy
import numpy as np
import pytest
from ensembles import member_result, save_ensemble

from stormtracks.science.comparison import pair
from stormtracks.science.export import Selection, write


@pytest.mark.slow
@pytest.mark.parametrize(("one", "other", "noise_km"), [(0, 1, 80.0), (2, 3, 200.0)])
def test_pairs_are_those_of_huracanpy(tmp_path, one, other, noise_km):
    save_ensemble(tmp_path, 4, noise_km=noise_km)
    theirs = [
        huracanpy.load(str(write(tmp_path, tmp_path / f"{member}.csv", "csv", Selection(members=(member,)))))
        for member in (one, other)
    ]
    found = pair(*(member_result(member, noise_km=noise_km).tracks for member in (one, other)))
    match = huracanpy.assess.match(theirs, names=["A", "B"], max_dist=300, min_overlap=6)
    assert len(found) >= 3
    assert set(zip(found.one.tolist(), found.other.tolist(), strict=True)) == set(
        zip((match.id_A - 1).tolist(), (match.id_B - 1).tolist(), strict=True)
    )
    np.testing.assert_allclose(np.sort(found.distance_km), np.sort(match.dist), rtol=0.02)
