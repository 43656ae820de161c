"""Exports of some tracks, which say what they are of; and the names of candidates."""

import csv
import json

import pytest
import xarray as xr
from storm_lists import save_lists

from stormtracks.science import export
from stormtracks.science.consensus import ConsensusSettings, consensus
from stormtracks.science.export import Selection
from stormtracks.science.filters import Filter, NothingLeft

OBSERVED = Filter(matched=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return save_lists(tmp_path_factory.mktemp("results"))


def rows(path):
    with path.open() as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("storm_list", [None, "tc"])
def test_only_tracks_that_are_asked_for(folder, tmp_path, storm_list):
    every = rows(export.write(folder, tmp_path / "all.csv", "csv", Selection(storm_list=storm_list)))
    some = rows(export.write(folder, tmp_path / "some.csv", "csv", Selection(storm_list=storm_list, asked=OBSERVED)))
    assert [(row["member"], row["time"], row["sid"]) for row in some] == [
        (row["member"], row["time"], row["sid"]) for row in every if row["sid"]
    ]
    assert 0 < len(some) < len(every)


def test_the_file_says_what_it_is_of(folder, tmp_path):
    export.write(folder, tmp_path / "some.csv", "csv", Selection(asked=Filter(min_hours=48, matched=True)))
    about = json.loads((tmp_path / "some.csv.about.json").read_text())["selection"]
    assert about["only_tracks_that"] == "last 48 h or more and are observed storms"
    assert about["filter"] == {"min_hours": 48, "matched": True}
    export.write(folder, tmp_path / "all.csv", "csv")
    assert "filter" not in json.loads((tmp_path / "all.csv.about.json").read_text())["selection"]


@pytest.mark.parametrize("storm_list", [None, "tc"])
def test_candidates_keep_their_names_under_a_filter(folder, tmp_path, storm_list):
    names = {}
    for number, asked in enumerate((Filter(), Filter(matched=False), OBSERVED)):
        chosen = Selection(consensus=ConsensusSettings(), storm_list=storm_list, asked=asked)
        made = rows(export.write(folder, tmp_path / f"{number}.csv", "csv", chosen))
        assert all(bool(row["sid"]) != bool(row["candidate"]) for row in made)
        names[number] = {row["candidate"]: row["time"] for row in reversed(made) if row["candidate"]}
    agreed = consensus(folder, 2005, list=storm_list)
    assert set(names[0]) == set(agreed.candidate_name[agreed.candidate].tolist()) != set()
    assert names[1] == names[0]
    assert names[2] == {}


def test_a_consensus_is_of_all_tracks_and_then_chosen_from(folder, tmp_path):
    chosen = Selection(consensus=ConsensusSettings(), asked=Filter(min_share=1.0, region=(0, 45, -80, -10)))
    with xr.open_dataset(export.write(folder, tmp_path / "c.nc", "netcdf", chosen)) as made:
        assert made["name"].values.tolist() == ["ARLENE"]
        assert made["candidate"].values.tolist() == [""]


@pytest.mark.parametrize("chosen", [Selection, lambda asked: Selection(consensus=ConsensusSettings(), asked=asked)])
def test_nothing_left_is_refused_and_leaves_no_file(folder, tmp_path, chosen):
    with pytest.raises(NothingLeft, match="0 that last 900 h or more"):
        export.write(folder, tmp_path / "no.csv", "csv", chosen(asked=Filter(min_hours=900)))
    assert list(tmp_path.iterdir()) == []
