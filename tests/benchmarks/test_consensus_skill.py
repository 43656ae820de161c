import json

import pytest
from storm_lists import save_lists

from benchmarks import consensus_skill
from stormtracks.science.consensus.calibration import load


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    places = [tmp_path_factory.mktemp(name) for name in ("one", "other")]
    return [str(save_lists(place, members=3, years=(year,))) for place, year in zip(places, (2005, 2006), strict=True)]


def test_seasons_are_scored_and_the_calibration_is_kept(folders, tmp_path, capsys):
    kept, figure = tmp_path / "calibration.json", tmp_path / "reliability.png"
    consensus_skill.main([*folders, "--write", str(kept), "--figure", str(figure)])
    out = capsys.readouterr().out
    consensus = next(line for line in out.splitlines() if "consensus" in line).split()
    assert [float(figure) for figure in consensus[1:6]] == [1.0, 1.0, 0.25, 4, 1]
    assert "tested on 2006, 3 members" in out and figure.stat().st_size > 10_000
    assert load(kept).about["fitted_on"] == ["real 2005, 3 members", "real 2006, 3 members"]
    assert json.loads(kept.read_text())["calibrations"]["tc, rule"]["storms"] == 8


def test_one_season_is_too_few_for_a_calibration(folders, capsys):
    consensus_skill.main([folders[0]])
    assert "give two or more" in capsys.readouterr().out
