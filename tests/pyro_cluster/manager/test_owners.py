"""Whose the results of a year are."""

from stormtracks.pyro_cluster.manager.owners import owned_years


def test_a_year_is_that_of_the_worker_that_has_most_of_it():
    files = {"a": [(2000, "0"), (2002, "0")], "b": [(2000, "1"), (2000, "2"), (2001, "0")], "c": []}
    assert owned_years(files) == {"a": [2002], "b": [2001, 2000], "c": []}


def test_in_a_folder_that_workers_share_nothing_is_anybodys():
    files = {(2000, "0"), (2001, "0")}
    assert owned_years({"a": files, "b": files}) == {"a": [], "b": []}
    assert owned_years({"a": files}) == {"a": [2001, 2000]} and owned_years({}) == {}
