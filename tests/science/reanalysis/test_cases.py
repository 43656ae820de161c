"""Every kind of file that people have: read right, refused by its cause, or read with a remark."""

import re

import numpy as np
import pytest

from stormtracks.science import pipeline, results
from stormtracks.science.errors import InputError, LevelMissing, ManyStarts
from stormtracks.science.reanalysis import coverage, inventory, take
from tests.science.reanalysis.cases import Case
from tests.science.reanalysis.kinds_of_folder import CASES as FOLDERS
from tests.science.reanalysis.kinds_of_layout import CASES as LAYOUTS
from tests.science.reanalysis.kinds_of_level import CASES as LEVELS
from tests.science.reanalysis.kinds_of_members import CASES as MEMBERS
from tests.science.reanalysis.kinds_of_run import CASES as RUNS
from tests.science.reanalysis.kinds_of_statistic import CASES as STATISTICS
from tests.science.reanalysis.kinds_of_time import CASES as TIMES

CASES = [*LEVELS, *STATISTICS, *RUNS, *TIMES, *LAYOUTS, *FOLDERS, *MEMBERS]


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_case(tmp_path, case: Case):
    case.write(tmp_path / "data")
    setup = {"data": str(tmp_path / "data"), "results": str(tmp_path / "results")}
    setup |= {"settings": case.settings, "dataset": case.dataset or None}
    if case.refused:
        with pytest.raises(InputError, match=case.refused) as refused:
            pipeline.run_task(2005, 0, "vort_track", setup)
        there = take(tmp_path / "data", case.dataset or None)
        said = str(refused.value) in (there.nothing, there.refusals.get(2005))
        passing = isinstance(refused.value, LevelMissing) or (isinstance(refused.value, ManyStarts) and there.starts)
        assert said or case.settings or passing or "values at" in str(refused.value)
        return
    details = pipeline.run_task(2005, 0, "vort_track", setup)
    tracks = results.load(details["path"]).tracks
    assert list(tracks.row_size) == [case.points] * 2 and tracks.dates[0] == case.first
    assert inventory(tmp_path / "data", case.dataset or None) == {2005: case.members}
    remarks = " ".join(details["remarks"])
    assert re.search(case.remark, remarks) if case.remark else not remarks
    known = coverage.of(tmp_path / "data", case.dataset or None)
    assert known is None or 2005 in known, "what can be done would be given to other hosts"


def test_the_names_of_cases_are_their_own():
    names = [case.name for case in CASES]
    assert len(set(names)) == len(names) and not np.any([not name for name in names])
