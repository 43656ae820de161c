"""The files of a worker on its host."""

from pathlib import Path

import pytest

from stormtracks import paths
from stormtracks.on_host.worker_files import WorkerFiles, optional_path_of, path_of


@pytest.fixture
def host(monkeypatch):
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.setenv("DISK", "/disk")
    monkeypatch.delenv("NONE", raising=False)


@pytest.mark.parametrize(
    ("base", "local", "path"),
    [("~/code", False, "/home/me/code/d"), ("$DISK/c", False, "/disk/c/d"), ("/my $NONE/~", True, "/my $NONE/~/d")],
)
def test_a_relative_path_is_below_the_code_or_here_beside_hosts_yaml(host, base, local, path):
    assert path_of({"base": base, "local": local, "data": "d"}, "data") == Path(path)


def test_what_hosts_yaml_does_not_name_is_none():
    assert optional_path_of({"base": "/", "local": True, "scratch": None}, "scratch") is None


@pytest.mark.parametrize("key", ["data", "results", "best_tracks", "scratch"])
def test_a_variable_that_is_not_set_is_refused_by_key(host, key):
    with pytest.raises(paths.PathRefused, match=rf"'{key}' in hosts.yaml: \$NONE/x: the variable \$NONE is not set on"):
        path_of({"base": "/", "local": True, key: "$NONE/x"}, key)


def test_a_worker_is_known_by_three_files_of_its_name(monkeypatch):
    monkeypatch.setenv("STORMTRACKS_HOME", "/state")
    files = WorkerFiles.of({"name": "w1"})
    assert [path.name for path in (files.pid, files.log)] == ["worker-w1.pid", "worker-w1.log"]
    assert files.ready.name == "worker-w1.ready"
    assert files.folder == files.pid.parent
