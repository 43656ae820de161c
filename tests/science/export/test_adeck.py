"""An a-deck: fields where ATCF has them, members as techniques, a number for what is one storm."""

import dataclasses
import re

import numpy as np
import pytest
from ensembles import save_ensemble
from storm_lists import storm_list

from stormtracks.science import results
from stormtracks.science.consensus import ConsensusSettings
from stormtracks.science.errors import InputError
from stormtracks.science.export import Selection, write
from stormtracks.science.export.adeck import _storms
from stormtracks.science.export.selection import Piece

FIELDS = re.compile(
    r"(AL|EP|WP|IO|SH|SL), (\d\d), (\d{10}), (\d\d), (M\d{3}|MEAN), ( *\d+), ( *\d{1,3}[NS]), ( *\d{1,4}[EW]), "
    r"( *\d{1,3}), ( *\d{1,4}), (TC|EX|XX), "
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return save_ensemble(tmp_path_factory.mktemp("results"), 3, (2005, 2006))


def rows(path):
    """The fields of each line, each where its column is."""
    found = [FIELDS.match(line) for line in path.read_text().splitlines()]
    assert all(found)
    return [[field.strip() for field in line.groups()] for line in found]


def test_fields_stand_where_atcf_has_them(folder, tmp_path):
    path = write(folder, tmp_path / "a.dat", "adeck", Selection(members=(1,), years=(2005,)))
    lines = path.read_text().splitlines()
    assert lines[0].startswith("AL, 01, 2005080100, 01, M001,   0,")
    fields = lines[0].split(",")
    assert fields[27].strip() == "ARLENE" and len({line.count(",") for line in lines}) == 1
    tracks = results.load_tracks(results.path(folder, "vort_track", 2005, 1))
    first = rows(path)[0]
    assert first[6] == f"{round(10 * tracks.lat[0])}N" and first[7] == f"{round(-10 * tracks.lon[0])}W"


def test_a_storm_has_one_number_in_all_members(folder, tmp_path):
    found = rows(write(folder, tmp_path / "a.dat", "adeck"))
    techniques = {}
    for basin, number, start, _, technique, *_ in found:
        techniques.setdefault((start[:4], basin, number), set()).add(technique)
    for year in ("2005", "2006"):
        sizes = sorted(len(of) for (when, *_), of in techniques.items() if when == year)
        assert sizes == [1, 1, 1, 3, 3, 3, 3]  # a stray track of each member, and four storms that all have


def test_hours_count_from_the_beginning_of_each_track(folder, tmp_path):
    tau = [int(row[5]) for row in rows(write(folder, tmp_path / "a.dat", "adeck", Selection(members=(0,))))]
    assert tau[:17] == [*range(0, 96, 6), 0]


def test_a_list_has_winds_in_knots_and_pressures_in_hpa(tmp_path):
    storms = storm_list(0, classes=(1, 1, 2, 3, 0))[0]
    storms.fields["wind_max"][0] = np.nan
    results.save_list(results.Header(2005, 0, "m0", "classify", {}, {"version": "1"}), storms, tmp_path)
    found = rows(write(tmp_path, tmp_path / "a.dat", "adeck", Selection(storm_list="tc")))
    tropical = storms.of("tc")
    wind = np.nan_to_num(tropical.fields["wind_max"]) * 3600 / 1852
    assert [int(row[8]) for row in found] == np.rint(wind).astype(int).tolist()
    assert found[0][8] == "0"
    assert [int(row[9]) for row in found] == np.rint(tropical.fields["pressure_min"] / 100).astype(int).tolist()
    assert [row[10] == "TC" for row in found] == tropical.tropical.tolist()


def test_a_consensus_is_the_technique_mean(folder, tmp_path):
    found = rows(write(folder, tmp_path / "a.dat", "adeck", Selection(consensus=ConsensusSettings())))
    assert {row[4] for row in found} == {"MEAN"}
    assert len({tuple(row[:3]) for row in found}) == 8


def test_more_storms_than_numbers_are_refused(tmp_path):
    save_ensemble(tmp_path, 1)
    result = results.load(tmp_path, 2005, 0)
    many = dataclasses.replace(
        result.tracks, row_size=np.ones(len(result.tracks.time), np.int32), lat=np.full(len(result.tracks.time), 20.0),
        lon=np.full(len(result.tracks.time), -50.0),
    )  # fmt: skip
    matches = dataclasses.replace(result.matches, storm_of_track=np.full(len(many), -1, np.int32))
    results.save(dataclasses.replace(result, tracks=many, matches=matches), tmp_path)
    with pytest.raises(InputError, match=r"69 storms per basin and year at most, and 2005 has 71 in AL; export a list"):
        write(tmp_path, tmp_path / "a.dat", "adeck")
    assert not (tmp_path / "a.dat").exists()


def test_pieces_of_a_best_track_are_one_storm_though_they_never_meet():
    tracks = storm_list(0)[0].tracks
    sid = np.array(["A", "", "A", ""])
    storm = _storms([Piece(2005, 0, tracks, sid, sid)])
    assert storm[0] == storm[2] and len(set(storm.tolist())) == 3
