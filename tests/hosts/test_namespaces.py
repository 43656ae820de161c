"""Hosts that are cut off, blocked or full: what the commands say of them, while the others go on."""

import os
import subprocess
import time

import pytest
from fab import ROOT
from namespaces import HostCluster, run
from needs import NAMESPACES, need
from processes import alive

pytestmark = [pytest.mark.netns, pytest.mark.sshd]


@pytest.fixture
def cluster(operator):
    """Two hosts with this checkout as their code, and a nameserver outside."""
    with HostCluster(operator.folder, operator.key, 2) as made:
        operator.trust(*(host.sshd for host in made.hosts))
        for host in made.hosts:
            (host.folder / "data").mkdir()
        more = {"code": str(ROOT), "tasks": "tests.cluster_tasks:TASKS", "slots": 1}
        entries = [host.entry(**more) for host in made.hosts]
        operator.configure({"nameserver": {"host": made.address}, "workers": entries})
        yield made


@pytest.fixture
def nameserver(operator, cluster):
    words = ["-m", "stormtracks.pyro_cluster.pyro_nameserver", "--host", cluster.address]
    process = operator.run(*words, stdout=subprocess.PIPE, text=True)
    assert "nameserver at" in process.stdout.readline()
    yield
    process.terminate()
    process.communicate(timeout=10)


def test_hosts_have_names_and_processes_of_their_own(cluster):
    w1, w2 = cluster.hosts
    assert (w1.run("hostname"), w2.run("hostname")) == ("w1\n", "w2\n")
    assert not set(w1.pids()) & set(w2.pids())
    assert w1.run("ps", "ax").count("/usr/sbin/sshd") <= 2


@pytest.mark.slow
def test_a_host_that_is_cut_off_costs_seconds_and_no_other_host(operator, cluster, nameserver):
    assert operator.fab("start-workers").returncode == 0
    cluster["w2"].cut()
    began = time.monotonic()
    done = operator.fab("workers")
    assert time.monotonic() - began < 30
    assert done.returncode == 1
    assert "does not answer in time" in done.stdout
    assert done.stdout.splitlines()[1].endswith("idle")
    cluster["w2"].restore()
    assert operator.fab("stop-workers").returncode == 0


@pytest.mark.slow
def test_a_worker_behind_a_firewall_is_told_from_one_that_answers(operator, cluster, nameserver):
    assert operator.fab("start-workers").returncode == 0
    cluster["w1"].block_pyro()
    again = operator.fab("start-workers")
    assert again.returncode == 1
    assert "but this machine cannot reach it" in again.stdout
    cluster["w1"].unblock_pyro()
    assert operator.fab("start-workers").returncode == 0
    workers = [host.worker() for host in cluster.hosts]
    assert operator.fab("stop-workers").returncode == 0
    assert not any(map(alive, workers))


@pytest.mark.slow
def test_a_full_disk_is_found_by_check(operator, cluster):
    results = cluster["w1"].folder / "results"
    cluster["w1"].small_disk(results, "64k")
    cluster["w1"].run("dd", "if=/dev/zero", f"of={results}/full", "bs=1k", "count=64")
    said = operator.fab("check").stdout
    assert "w1 FAILED" in said and f"data: no year can be read in {cluster['w1'].folder}/data" in said
    assert f"results: cannot write in {results} as root (No space left on device)" in said
    assert f"cannot write in {cluster['w2'].folder}" not in said


def test_nothing_is_left_and_what_a_killed_run_left_is_swept(operator):
    need(*NAMESPACES, root=True)
    run("ip", "netns", "add", "strm999999999-w1")
    with HostCluster(operator.folder, operator.key, 1) as made:
        inside = made.hosts[0].pids()
        assert inside
    names = subprocess.run(["ip", "netns", "list"], capture_output=True, text=True).stdout
    assert "strm999999999-w1" not in names
    assert f"strm{os.getpid()}-w1" not in names
    assert made.bridge not in os.listdir("/sys/class/net")  # noqa: PTH208
    assert not any(map(alive, inside))
