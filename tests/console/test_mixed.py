"""What the commands do with results that were made differently: refused, or said."""

import dataclasses

import pytest

from stormtracks.console import plot, summary
from stormtracks.science import results
from stormtracks.science.results import MixedResults
from tests.science.ensembles import member_result

OPTIONS = {"years": None, "member": None, "storm": None, "region": None, "best_tracks": None, "overwrite": True}


@pytest.fixture
def folder(tmp_path):
    for member in range(4):
        made = {"settings": {"threshold_s1": 9e-5 if member == 3 else 2.5e-5}}
        results.save(dataclasses.replace(member_result(member), provenance=made), tmp_path)
    return tmp_path


@pytest.mark.parametrize("by", ["year", "consensus", "candidates"])
def test_summary(folder, capsys, by):
    with pytest.raises(MixedResults, match=r"2005 member 3: threshold_s1 is 9e-05, not 2\.5e-05"):
        summary.summarise(by, str(folder))
    summary.summarise(by, str(folder), mixed=True)
    assert "note: results that were made differently are taken together: 2005 member 3" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["density", "storm", "years"])
def test_plot(folder, capsys, kind):
    place = folder / f"{kind}.png"
    with pytest.raises(MixedResults):
        plot.plot(
            kind,
            str(place),
            OPTIONS | {"storm": "ARLENE" if kind == "storm" else None} | {"results": str(folder), "mixed": False},
        )
    assert not place.exists()
    plot.plot(
        kind,
        str(place),
        OPTIONS | {"storm": "ARLENE" if kind == "storm" else None} | {"results": str(folder), "mixed": True},
    )
    assert place.exists() and "made differently" in capsys.readouterr().out
