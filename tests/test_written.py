"""YAML as people write it: a case per line, what is written and what is made of it, or how it is refused."""

import re

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from stormtracks import config, lined_yaml, written
from stormtracks.config import KeyRefused
from stormtracks.science.reanalysis import Dataset
from stormtracks.science.settings import Settings
from stormtracks.strict_dataclass import assignments, build


def host(tmp_path, *lines):
    """The host that these lines describe, below its name in line 2."""
    path = tmp_path / "hosts.yaml"
    path.write_text("\n".join(["workers:", "  - name: w1", *(f"    {line}" for line in lines), ""]))
    return config.load(path).workers[0]


# what is written -> key, value
TAKEN = [
    ("slots: 8", "slots", 8),
    ("slots: +8", "slots", 8),
    ("port: !!int 22", "port", 22),
    ("user: 007", "user", "007"),
    ("user: 12", "user", "12"),
    ("user: NO", "user", "NO"),
    ("user: on", "user", "on"),
    ("user: true", "user", "true"),
    ("user: 2005-06-01", "user", "2005-06-01"),
    ("user: 1_000", "user", "1_000"),
    ("user: 2:22", "user", "2:22"),
    ("user: 1e3", "user", "1e3"),
    ("user: 0x1F", "user", "0x1F"),
    ("user: =", "user", "="),
    ("user: ~", "user", None),
    ("user: null", "user", None),
    ("user:", "user", None),
    ("user: '~'", "user", "~"),
    ("forward_agent: yes", "forward_agent", True),
    ("forward_agent: Off", "forward_agent", False),
    ("forward_agent: true", "forward_agent", True),
    ("prefix: [nice, -n, 10]", "prefix", ("nice", "-n", "10")),
    ("slots: none", "slots", None),
    ("env: {OMP_NUM_THREADS: 02, FLAG: yes, V: 1_000, T: 2:22}", "env",
     {"OMP_NUM_THREADS": "02", "FLAG": "yes", "V": "1_000", "T": "2:22"}),
    ("env: {A: 1.10, B: 2005-06-01, C: NO, D: ~, E: , F: 0x1F, G: 'q', H: true, NO: 1e3}", "env",
     {"A": "1.10", "B": "2005-06-01", "C": "NO", "D": "~", "E": "", "F": "0x1F", "G": "q", "H": "true", "NO": "1e3"}),
    ("dataset: {level: 850, files: {u: '{year}.nc', v: \"v_{year}.nc\"}}", "dataset",
     {"level": 850, "files": {"u": "{year}.nc", "v": "v_{year}.nc"}}),
]  # fmt: skip


@pytest.mark.parametrize(("line", "key", "value"), TAKEN, ids=[line for line, _, _ in TAKEN])
def test_a_host_gets_what_a_person_reads(tmp_path, line, key, value):
    found = getattr(host(tmp_path, line), key)
    assert found == value
    assert type(found) is type(value)


# what is written below line 2 -> line, and a part of the refusal
REFUSED = [
    ("port: 022", 3, "'port' must be a whole number, not '022': with a leading 0 .* write it without"),
    ("slots: 010", 3, "'slots' must be a whole number, not '010': with a leading 0"),
    ("port: 0601", 3, "'port' .* '0601'"),
    ("port: 090", 3, "'port' .* '090'"),
    ("port: 2:22", 3, "'port' .* '2:22': with ':' it counts sixties"),
    ("port: 2:90", 3, "'port' .* '2:90'"),
    ("memory_limit_mb: 1_000", 3, "'memory_limit_mb' .* '1_000': write it without '_'"),
    ("slots: 0x1F", 3, "'slots' .* '0x1F': write its decimal digits"),
    ("slots: 0b1", 3, "'slots' .* '0b1'"),
    ("slots: 0o17", 3, "'slots' .* '0o17'"),
    ("slots: 1e3", 3, "'slots' .* '1e3': write its decimal digits"),
    ("slots: !!int 022", 3, "'slots' .* '022'"),
    ("slots: 4.0", 3, "'slots' must be a whole number, not 4.0"),
    ("slots: yes", 3, "'slots' must be a whole number, not 'yes'"),
    ("slots: 1,000", 3, "'slots' must be a whole number, not '1,000'"),
    ("slots: 2005-06-01", 3, "'slots' must be a whole number, not '2005-06-01'"),
    ("slots: '022'", 3, "'slots' must be a whole number, not '022': with a leading 0"),
    ("forward_agent: 1", 3, "'forward_agent' must be true or false, not 1"),
    ("forward_agent: y", 3, "'forward_agent' must be true or false, not 'y'"),
    ("data: ~", 3, "'data' must be text, not None .*leave it out for its default"),
    ("data: {year}", 3, "'data' must be text, not .*needs quotes"),
    ("data: {year}/u.nc", 3, "a text with braces or brackets needs quotes, such as '{year}/u.nc'"),
    ("dataset: {files: {u: {year}/u.nc, v: v.nc}}", 3, "a text with braces or brackets needs quotes"),
    ("data: [a]b", 3, "a text with braces or brackets needs quotes"),
    ("data: *.nc", 3, "a text that begins with a mark such as .* needs quotes"),
    ("data: %d", 3, "a text that begins with a mark such as .* needs quotes"),
    ("data: @here", 3, "a text that begins with a mark such as .* needs quotes"),
    ("data: !here", 3, "a text that begins with a mark such as .* needs quotes"),
    ("data: C: the disk", 3, "a text with ': ' in it needs quotes"),
    ('data: "C:\\Users"', 3, "use single quotes"),
    ("\tslots: 4", 3, "use blanks, not tabs"),
    ("slots:\t4\n\tport: 2", 3, "use blanks, not tabs"),
    ("data:~/x\n    port: 1", 3, "with a blank after the colon|': ' in it needs quotes"),
    ("{a: b}: c", 3, "a key must be a text"),
    ("slots: 4\n    slots: 5", 4, "the key 'slots' is given twice, first in line 3; remove one"),
    ("dataset: {level: 0850}", 3, "'level' is 0850: with a leading 0"),
    ("dataset:\n      level: 850\n      first_member: 01", 5, "'first_member' is 01: with a leading 0"),
    ("env: {A: [1]}", 3, "must be text, not "),
    ("launch: lsf", 3, "'launch' must be one of ssh, local"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "message"), REFUSED, ids=[text for text, _, _ in REFUSED])
def test_what_some_read_otherwise_is_refused_with_line_key_and_hint(tmp_path, text, line, message):
    with pytest.raises(KeyRefused, match=rf"hosts\.yaml, line {line}: .*({message})"):
        host(tmp_path, text)


# a file of settings -> a setting and its value, or a part of the refusal
SETTINGS = [
    ("threshold_s1: 5e-5", ("threshold_s1", 5e-5)),
    ("threshold_s1: 5.0e-5", ("threshold_s1", 5e-5)),
    ("level_hpa: 850", ("level_hpa", 850.0)),
    ("min_points: 8", ("min_points", 8)),
    ("season: [06-01, 12-01]", ("season", ("06-01", "12-01"))),
    ("season: none", ("season", None)),
    ("season: ~", ("season", None)),
    ("region: [0, 60, 260, 360]", ("region", (0, 60, 260, 360))),
    ("region: none", ("region", None)),
    ("max_distance_km: none", ("max_distance_km", None)),
    ("min_points: 010", "line 2: 'min_points' is 010: with a leading 0"),
    ("level_hpa: 0850", "line 2: 'level_hpa' is 0850"),
    ("max_distance_km: 1_000", "line 2: 'max_distance_km' is 1_000: write it without '_'"),
    ("min_points: 1e1", "line 2: 'min_points' must be a whole number, not '1e1': write its decimal digits"),
    ("region: [0, 060, 260, 360]", "line 2: 'region' is 060"),
    ("season: [2005-06-01, 2005-12-01]", r"line 2: 'season' must be two dates \(MM-DD\) such as \[06-01, 12-01\]"),
    ("season: [0601, 1201]", "line 2: 'season' is 0601"),
    ("linker: NO", "line 2: 'linker' must be one of nearest, motion, course, not 'NO'"),
    ("linker: 3", "line 2: 'linker' must be text, not 3; write it in quotes"),
]


@pytest.mark.parametrize(("text", "outcome"), SETTINGS, ids=[text for text, _ in SETTINGS])
def test_a_file_of_settings(tmp_path, text, outcome):
    path = tmp_path / "settings.yaml"
    path.write_text(f"# ours\n{text}\n")
    if isinstance(outcome, tuple):
        assert getattr(Settings.from_mapping(config.load_settings(path), str(path)), outcome[0]) == outcome[1]
        return
    with pytest.raises(KeyRefused, match=rf"settings\.yaml, {outcome}"):
        Settings.from_mapping(config.load_settings(path), str(path))


SET = [
    ("min_points=8", ("min_points", 8)),
    ("threshold_s1=5e-5", ("threshold_s1", 5e-5)),
    ("season=[06-01, 12-01]", ("season", ("06-01", "12-01"))),
    ('season=["06-01", "12-01"]', ("season", ("06-01", "12-01"))),
    ("region=[0, 60, 260, 360]", ("region", (0, 60, 260, 360))),
    ("region=none", ("region", None)),
    ("min_points=010", "--set: 'min_points' must be a whole number, not '010': with a leading 0"),
    ("min_points=1_000", "--set: 'min_points' must be a whole number, not '1_000': write it without '_'"),
    ("min_points=2:22", "--set: 'min_points' must be a whole number, not '2:22'"),
    ("min_points=0x1F", "--set: 'min_points' must be a whole number, not '0x1F'"),
    ("min_points=1e3", "--set: 'min_points' must be a whole number, not 1000.0"),
    ("level_hpa=0850", "--set: 'level_hpa' must be a number, not '0850': with a leading 0"),
    ("level_hpa=1_000", "--set: 'level_hpa' must be a number, not '1_000'"),
    ("season=[0601, 1201]", "'season' must be text, not 1201"),
    ("linker=NO", "'linker' must be one of nearest, motion, course, not 'NO'"),
]


@pytest.mark.parametrize(("text", "outcome"), SET, ids=[text for text, _ in SET])
def test_the_command_line_alike(text, outcome):
    if isinstance(outcome, tuple):
        assert getattr(Settings().changed([text]), outcome[0]) == outcome[1]
        return
    with pytest.raises(KeyRefused, match=re.escape(outcome)):
        Settings().changed([text])


def test_a_description_names_the_key_within_a_key_and_its_line(tmp_path):
    path = tmp_path / "model.yaml"
    path.write_text("files:\n  u: {year}\n  v: v.nc\n")
    with pytest.raises(KeyRefused, match=r"model\.yaml, line 2: 'u' must be text, .*needs quotes"):
        Dataset.from_mapping(config.load_dataset(path), str(path))


def test_anchors_and_merged_keys_are_taken(tmp_path):
    path = tmp_path / "hosts.yaml"
    path.write_text(
        "defaults: &all {slots: 4, env: &env {A: 01}}\nworkers:\n  - {<<: *all, name: w1, env: {<<: *env, B: 02}}\n"
    )
    worker = config.load(path).workers[0]
    assert (worker.slots, worker.env) == (4, {"A": "01", "B": "02"})


scalars = st.one_of(
    st.from_regex(r"[-+]?[0-9_:.xXob]{1,6}", fullmatch=True),
    st.from_regex(r"[-+]?[0-9]{1,3}([eE.:_-][-+]?[0-9]{1,2}){0,3}", fullmatch=True),
    st.sampled_from(["y", "n", "yes", "off", "True", "NO", "Null", "~", "=", "<<", ".inf", ".nan", "0o7", "08", "-0"]),
    st.sampled_from(["2005-06-01", "2005-06-01 12:30:00", "12:30:00", "1e3", "1_0.5", "0b1", "0x_F", "1:30.5"]),
)


@given(scalars)
def test_a_whole_number_is_what_a_person_reads_or_it_is_refused(text):
    try:
        found = build(config.Nameserver, {"port": written.read(text)}).port
    except KeyRefused:
        return
    assert re.fullmatch(r"\+?[1-9][0-9]*", text)
    assert found == int(text)


@given(scalars)
def test_a_text_is_what_stands_there_or_it_is_nothing(text):
    found = written.read(text)
    assert found is None or str(found) == text


@given(scalars.filter(lambda text: _is_yaml(text)))
def test_what_yaml_1_1_turns_into_something_else_is_as_a_person_means_or_refused(tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "written.yaml"
    path.write_text(f"a: {text}\n")
    old = yaml.safe_load(path.read_text())["a"]
    try:
        found = lined_yaml.resolved(lined_yaml.read(path))["a"]
    except KeyRefused:
        return
    if isinstance(found, (int, float)) and not isinstance(found, bool):
        assert float(text.replace(".inf", "inf").replace(".nan", "nan")) == found or found != found
    elif found is not None and not isinstance(found, bool):
        assert found == text
    assert type(found) is not type(old) or isinstance(found, float) or found == old


def _is_yaml(text):
    try:
        return set(yaml.safe_load(f"a: {text}")) == {"a"}
    except (yaml.YAMLError, ValueError):
        return False


def test_assignments_keep_texts_of_lists():
    assert assignments(["a=[x, 1, none]", "b=[]"]) == {"a": ["x", 1, None], "b": []}
