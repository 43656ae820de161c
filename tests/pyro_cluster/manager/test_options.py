"""The options of a run: what is typed, its values, and that both command lines have the same."""

import inspect

import pytest

import tasks
from stormtracks.console import cluster as console
from stormtracks.errors import BadValue
from stormtracks.pyro_cluster import pyro_manager
from stormtracks.pyro_cluster.manager import options
from stormtracks.pyro_cluster.manager.plan import ManagePlan, settings_of
from stormtracks.science.settings import RENAMED
from stormtracks.strict_dataclass import KeyRefused

GIVEN = {"start_year": "2005", "members": "56"}


def test_what_is_not_given_has_its_default():
    values = options.read(GIVEN)
    assert (values["end_year"], values["timeout"], values["task"], values["overwrite"]) == (
        2005,
        None,
        "vort_track",
        False,
    )
    assert options.read({**GIVEN, "end_year": "2007", "timeout": "1.5"}) == {
        **values,
        "end_year": 2007,
        "timeout": "1.5",
    }


def test_the_defaults_are_those_of_a_plan():
    values = options.read(GIVEN)
    settings = settings_of(values.pop("settings"), values.pop("set"))
    assert ManagePlan(**values, settings=settings) == ManagePlan(2005, 2005, 56)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"members": "3"}, "--start-year is missing; give the first year"),
        ({"start_year": "2005"}, "--members is missing; give the number of"),
        (GIVEN | {"end_year": "soon"}, "--end-year must be a whole number, not 'soon'"),
        (GIVEN | {"retries": "1.5"}, "--retries must be a whole number, not '1.5'"),
        (GIVEN | {"wait": "a minute"}, "--wait must be a number, not 'a minute'"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(given, message):
    with pytest.raises(BadValue, match=message):
        options.read(given)


def test_both_command_lines_have_these_options_and_no_defaults_of_their_own():
    names = {option.key: option.kind is bool for option in options.OPTIONS}
    inv = {name: one.default for name, one in inspect.signature(tasks.manage.body).parameters.items()}
    del inv["_"], inv["hosts"]
    inv["set"] = inv.pop("set_")
    assert inv == {name: False if switch else None for name, switch in names.items()}
    ours = vars(pyro_manager.parser().parse_args([]))
    assert ours.pop("nameserver") == ("localhost", 9090)
    assert ours == dict.fromkeys(names)


def test_pyro_manager_reads_its_options_by_the_table(tmp_path):
    (tmp_path / "a.yaml").write_text("min_points: 8\nlinker: nearest\n")
    arguments = ["--start-year", "2005", "--members", "2", "--any-version", "--settings", tmp_path / "a.yaml"]
    given = vars(pyro_manager.parser().parse_args([*map(str, arguments), "--set", "min_points=9", "--set", "x=[1, 2]"]))
    values = options.read(given)
    assert values["any_version"] and values["end_year"] == 2005
    assert settings_of(values["settings"], values["set"]) == {"min_points": 9, "linker": "nearest", "x": [1, 2]}


def test_inv_manage_refuses_a_setting_that_the_science_does_not_know():
    with pytest.raises(KeyRefused, match=r"--set: unknown key 'min_point'; did you mean 'min_points'\?"):
        console.manage(GIVEN | {"set": ["min_point=8"]})


def test_old_names_of_settings_are_read_and_both_at_once_are_refused(tmp_path):
    (tmp_path / "a.yaml").write_text("threshold: 3.0e-5\n")
    file = str(tmp_path / "a.yaml")
    assert settings_of([file], ["max_speed=30"], RENAMED) == {"threshold_s1": 3e-5, "max_speed_m_s1": 30}
    assert settings_of([file], ["threshold_s1=4e-5"], RENAMED) == {"threshold_s1": 4e-5}
    with pytest.raises(KeyRefused, match="--set: 'threshold' is the old name of 'threshold_s1'"):
        settings_of([], ["threshold=3e-5", "threshold_s1=4e-5"], RENAMED)
