"""What a hosts.yaml says for workers that another engine starts, and what becomes of it without that engine."""

import pytest

from stormtracks import config
from stormtracks.console import foreign
from stormtracks.console.cluster import manage
from stormtracks.errors import BadValue

DASK = "{name: cluster, launch: dask, data: data, results: /shared/results, scheduler: 'tls://10.0.0.7:8786'}"
HERE = "{name: here, launch: local, data: data, results: results}"
FAR = "{name: far, address: far.example.org, data: data, results: results}"


@pytest.fixture
def hosts(tmp_path):
    """Writes a hosts.yaml of some entries."""

    def write(*entries):
        path = tmp_path / "hosts.yaml"
        path.write_text("results: results\nworkers:\n" + "".join(f"  - {entry}\n" for entry in entries))
        return config.load(str(path))

    return write


def test_the_entry_of_the_engine_is_meant_among_others(hosts, tmp_path):
    found = foreign.values(hosts(HERE, DASK, FAR), None)
    assert found["scheduler"] == "tls://10.0.0.7:8786" and found["entry"].name == "cluster"
    assert found["entry"].setup["data"] == str(tmp_path / "data")
    assert foreign.values(hosts(HERE, DASK), "tcp://10.0.0.8:1")["scheduler"] == "tcp://10.0.0.8:1"


def test_an_only_entry_is_meant_whatever_its_launch(hosts):
    assert foreign.values(hosts(HERE), None)["entry"].name == "here"


@pytest.mark.parametrize(("entries", "message"), [
    ((DASK, DASK.replace("cluster", "other")), r"several entries with launch: dask \(cluster, other\)"),
    ((HERE, FAR), "does not say what the workers of dask work on"),
])  # fmt: skip
def test_it_must_be_clear_which_entry_is_meant(hosts, entries, message):
    with pytest.raises(BadValue, match=message):
        foreign.values(hosts(*entries), None)


def test_a_run_on_dask_workers_alone_without_that_engine_is_refused(hosts):
    cluster = hosts(DASK)
    with pytest.raises(BadValue, match=r"are Dask's .launch: dask.; give --engine dask too"):
        manage({"start_year": 1987, "end_year": 1987, "members": 2}, str(cluster.path))


def test_dask_workers_beside_others_are_no_reason_to_refuse(hosts):
    assert foreign.refuse_none(hosts(DASK, HERE)) is None
