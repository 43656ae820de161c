"""Folders of results as they are typed: below those of hosts.yaml, by name or by path."""

import pytest

from stormtracks.console import local_paths
from stormtracks.errors import BadValue


@pytest.fixture
def results(tmp_path, monkeypatch):
    """The results folder of a hosts.yaml, which is in the present folder."""
    (tmp_path / "hosts.yaml").write_text("results: results\nworkers: [{name: w, launch: local}]\n")
    monkeypatch.delenv("STORMTRACKS_HOSTS", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "results"


@pytest.mark.parametrize("typed", ["motion", "results/motion", "./results/motion", "{results}/motion"])
def test_a_folder_below_by_name_or_by_path(results, typed):
    assert local_paths.folder_below(typed.format(results=results), results) == "motion"


@pytest.mark.parametrize("typed", ["..", "../x", "/etc", "results/../..", ".hidden"])
def test_what_leads_elsewhere_is_refused(results, typed):
    with pytest.raises(BadValue, match="does not lie below the results folder"):
        local_paths.folder_below(typed, results)


def test_none_is_the_folder_itself(results):
    assert local_paths.folder_below(None, results) is local_paths.folder_below("results", results) is None
    assert local_paths.results_folder() == results


def test_results_of_a_run_are_found_by_the_name_that_it_was_given(results):
    (results / "motion").mkdir(parents=True)
    assert local_paths.results_folder("motion") == results / "motion"
    assert str(local_paths.results_folder("results/motion")) == "results/motion"
    assert str(local_paths.results_folder("nowhere")) == "nowhere"
