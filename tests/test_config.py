"""hosts.yaml is read to the last key, and what it may not say is refused with its line."""

import dataclasses
import itertools
import re
from pathlib import Path

import pytest

from stormtracks import config
from stormtracks.config import KeyRefused, worker_host
from stormtracks.paths import PathRefused
from stormtracks.pyro_cluster import bounds


def cluster(tmp_path, text):
    path = tmp_path / "hosts.yaml"
    path.write_text(text)
    return config.load(path)


def test_a_worker_needs_only_a_name(tmp_path):
    loaded = cluster(tmp_path, "workers:\n  - name: w1\n")
    worker = loaded.workers[0]
    assert (worker.name, worker.ssh_host, worker.launch, worker.local) == ("w1", "w1", "ssh", False)
    assert (loaded.nameserver.host, loaded.nameserver.port) == ("localhost", 9090)
    assert loaded.results == tmp_path / "results"


def test_extras_are_those_that_there_are(tmp_path):
    loaded = cluster(tmp_path, "defaults: {extras: [grib]}\nworkers:\n  - name: w1\n  - {name: w2, extras: []}\n")
    assert [worker.extras for worker in loaded.workers] == [("grib",), ()]
    with pytest.raises(KeyRefused, match=r"line 2: .*there is no extra 'grub'; choose from grib, zarr"):
        cluster(tmp_path, "workers:\n  - {name: w1, extras: [grub]}\n")


def test_defaults_hold_for_every_host_and_a_host_may_differ(tmp_path):
    loaded = cluster(
        tmp_path,
        """
defaults: {user: me, slots: 4, env: {A: 1, B: two}}
workers:
  - {name: w1, address: 10.0.0.1, env: {B: three}}
  - {name: w2, slots: 2}
""",
    )
    w1, w2 = loaded.workers
    assert (w1.user, w1.slots, w1.env, w1.place) == ("me", 4, {"A": "1", "B": "three"}, "w1 (me@10.0.0.1)")
    assert (w2.user, w2.slots, w2.env) == ("me", 2, {"A": "1", "B": "two"})


def test_the_shipped_file_is_this_machine_on_the_sample():
    shipped = config.load(config.CHECKOUT / "hosts.yaml")
    assert [(w.name, w.local, w.data) for w in shipped.workers] == [("local", True, "sample/20crv2c_1987")]
    assert shipped.nameserver == config.Nameserver("localhost", 9090)


def test_the_shipped_file_says_what_each_key_means():
    text = (config.CHECKOUT / "hosts.yaml").read_text()
    described = set(re.findall(r"^#    ([a-z_]+):.*# ", text, re.MULTILINE)) | {"name", "data", "results"}
    assert {field.name for field in dataclasses.fields(config.WorkerHost)} <= described | {"best_tracks", "python"}


ALIASES = "a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 10)}]\n" for old, new in itertools.pairwise("abcdefgh")
)
REFUSALS = [
    ("workers:\n  - name: w1\n    sluts: 4\n", r"hosts.yaml, line 3: unknown key 'sluts'; did you mean 'slots'\?"),
    ("wokers: []\n", r"line 1: unknown key 'wokers'; did you mean 'workers'\?"),
    ("nameserver:\n  prt: 1\nworkers: [{name: a}]\n", r"line 2: unknown key 'prt'; did you mean 'port'\?"),
    ("workers:\n  - name: w1\n    slots: many\n", r"line 3: 'slots' must be a whole number, not 'many'"),
    ("workers:\n  - name: w1\n    slots: 0\n", r"'slots' must be at least 1, not 0"),
    (f"workers:\n  - name: w1\n    slots: {'9' * 23}\n", r"line 3: 'slots' must be at most 512, not 9{23}"),
    (
        f"workers:\n  - name: w1\n    slots: {'9' * 5000}\n",
        r"line 3: 'slots' must be .*9{9}\.\.\.: no number .* digits",
    ),
    (
        "workers:\n  - {name: w1, memory_pause_percent: 95, memory_end_percent: 80}\n",
        r"line 2: 'memory_end_percent' \(80\) must be above 'memory_pause_percent' \(95\)",
    ),
    ("workers:\n  - {name: w1, memory_end_percent: 70}\n", r"'memory_end_percent' \(70\) must be above .* \(80\)"),
    ("workers:\n  - {name: w1, memory_pause_percent: 96}\n", r"'memory_end_percent' \(95\) must be above .* \(96\)"),
    ("workers:\n  - {name: w1, grace: .inf}\n", r"'grace' must be 0 or more"),
    ("workers:\n  - name: w1\n    memory_limit_mb: 1000000001\n", r"line 3: 'memory_limit_mb' must be at most 1000000"),
    (f"workers:\n  - name: w1\n    port: {'9' * 23}\n", r"line 3: 'port' must be 1 to 65535"),
    (f"workers: {'[' * 3000}{']' * 3000}\n", r"line 1: more than 20 lists or mappings lie inside one another; close"),
    (f"workers:\n - {'{a: ' * 3000}1{'}' * 3000}\n", "line 2: more than 20 lists or mappings"),
    ("".join(f"{' ' * depth}a:\n" for depth in range(3000)), "line 20: more than 20 lists or mappings"),
    (ALIASES, "line 5: more than 100,000 values"),
    ("workers:\n  - name: w1\n    launch: lsf\n", r"'launch' must be one of ssh, local, slurm, pbs, dask, not 'lsf'"),
    ("workers:\n  - name: w1\n    port: 70000\n", r"'port' must be 1 to 65535, not 70000"),
    ("workers:\n  - name: w1\n    env: {'A B': 1}\n", r"'A B' is not the name of an environment variable"),
    ("workers:\n  - name: ../w\n", r"line 2: 'name' must consist of letters, digits"),
    ("workers:\n  - name: a\n    address: -oProxyCommand=x\n", r"'address' must not start with '-'"),
    ('workers:\n  - name: a\n    data: "x\\0y"\n', r"'data' must not have NUL"),
    ("workers:\n  - {name: a, data: ''}\n", r"line 2: 'data' must not be empty; to use its default, remove the key"),
    ("defaults: [a]\nworkers: [{name: a}]\n", r"line 1: 'defaults' must be keys and values"),
    ("workers:\n  - slots: 1\n", r"line 2: the key 'name' is missing"),
    ("workers:\n  - name: w1\n  - name: w2\n  - name: w1\n", r"line 4: 'w1' is listed twice, first in line 2"),
    (
        "workers:\n  - {name: a, address: h}\n  - {name: b, address: h}\n",
        r"3: b \(h\) is listed twice, first in line 2",
    ),
    ("workers:\n  - name: w1\n    slots: 1\n    slots: 2\n", r"line 4: the key 'slots' is given twice, first in"),
    (
        "defaults: {name: x}\nworkers: [{name: a}]\n",
        r"line 1: 'name' cannot be a default, because each host has its own",
    ),
    ("workers: []\n", r"'workers' must be a list with at least one host"),
    ("workers:\n  - w1\n", r"worker number 1 must be keys and values"),
    ("workers: [}\n", r"hosts.yaml, line 1: "),
    ("just words\n", r"expected keys and values, found 'just words'"),
    ("results: 3\nworkers: [{name: a}]\n", r"line 1: 'results' must be a path, not 3"),
    ("results: $NOPE/r\nworkers: [{name: a}]\n", r"line 1: 'results': \$NOPE/r: the variable \$NOPE is not set on"),
    ("workers:\n  - name: a\n    dataset: $NOPE/d\n", r"line 3: 'dataset': \$NOPE/d: the variable \$NOPE is not set"),
    ("defaults: {identity: ~/$NOPE}\nworkers: [name: a]\n", r"line 1: 'identity': ~/\$NOPE: the variable \$NOPE is"),
    ("workers: !!python/object/apply:os.system ['true']\n", r"could not determine a constructor"),
]


@pytest.mark.parametrize(("text", "message"), REFUSALS)
def test_what_is_wrong_is_refused_with_its_line(tmp_path, text, message):
    with pytest.raises((KeyRefused, PathRefused), match=message):
        cluster(tmp_path, text)
    assert [path.name for path in tmp_path.iterdir()] == ["hosts.yaml"]


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(KeyRefused, match=r"no\.yaml: cannot be read \(No such file"):
        config.load(tmp_path / "no.yaml")


def test_only_picks_hosts_and_refuses_unknown_ones(tmp_path):
    loaded = cluster(tmp_path, "workers: [{name: w1}, {name: w2}, {name: w3}]\n")
    assert [w.name for w in loaded.only("w3, w1").workers] == ["w3", "w1"]
    assert loaded.only(None).workers == loaded.only("").workers == loaded.workers
    with pytest.raises(KeyRefused, match=r"unknown host 'w11'; did you mean 'w1'\?"):
        loaded.only("w11")


def test_the_file_is_chosen_by_argument_then_environment_then_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert config.hosts_file() == config.CHECKOUT / "hosts.yaml"
    (tmp_path / "hosts.yaml").touch()
    assert config.hosts_file() == tmp_path / "hosts.yaml"
    monkeypatch.setenv("STORMTRACKS_HOSTS", str(tmp_path / "other.yaml"))
    assert config.hosts_file() == tmp_path / "other.yaml"
    assert config.hosts_file("third.yaml") == tmp_path / "third.yaml"


def test_paths_of_this_machine_start_beside_the_file(tmp_path, monkeypatch):
    monkeypatch.setenv("DISK", "/disk")
    loaded = cluster(tmp_path, "results: $DISK/r\nworkers: [{name: a, identity: keys/id, data: ~/$THEIRS}]\n")
    assert loaded.results == Path("/disk/r")
    assert loaded.workers[0].identity == f"{tmp_path}/keys/id"
    assert loaded.workers[0].data == "~/$THEIRS"  # the host's own


def test_a_dataset_stands_in_the_file_or_beside_it(tmp_path):
    (tmp_path / "model.yaml").write_text("files: {u: 'u_{year}.nc'}\nlevel: 850\n")
    loaded = cluster(tmp_path, "workers:\n  - {name: a, dataset: model.yaml}\n  - {name: b, dataset: {level: 850}}\n")
    assert loaded.workers[0].dataset == {"files": {"u": "u_{year}.nc"}, "level": 850}
    assert loaded.workers[1].dataset == {"level": 850}
    assert type(loaded.workers[0].dataset["files"]) is dict


def test_settings_are_plain_and_a_key_twice_is_refused(tmp_path):
    path = tmp_path / "settings.yaml"
    path.write_text("threshold: 5e-5\nregion: [0, 60, 260, 360]\n")
    assert config.load_settings(path) == {"threshold": "5e-5", "region": [0, 60, 260, 360]}
    path.write_text("threshold: 1\nthreshold: 2\n")
    with pytest.raises(KeyRefused, match="line 2: the key 'threshold' is given twice"):
        config.load_settings(path)


def test_as_many_slots_as_a_manager_believes():
    assert worker_host._MOST["slots"] == bounds.SLOTS
