"""The memory of host and container, from files as the kernels write them, and once from the kernel of this machine."""

import contextlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from needs import lacks

from stormtracks.pyro_cluster.worker.slots.host_memory import HostMemory, Use

MEMINFO = "MemTotal:       16000000 kB\nMemFree:          100000 kB\nMemAvailable:    4000000 kB\n"


@pytest.fixture
def system(tmp_path):
    """write({path: text}) -> a HostMemory that reads these files."""

    def write(files):
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return HostMemory(tmp_path / "proc", tmp_path / "cgroup")

    return write


def group(folder, used, limit, version=2, cache=0):
    names = ("current", "max") if version == 2 else ("usage_in_bytes", "limit_in_bytes")
    kind = "inactive_file" if version == 2 else "total_inactive_file"
    return {
        f"{folder}/memory.{names[0]}": f"{used}\n",
        f"{folder}/memory.{names[1]}": f"{limit}\n",
        f"{folder}/memory.stat": f"anon 5\n{kind} {cache}\n",
    }


def test_a_host_without_groups(system):
    use = system({"proc/meminfo": MEMINFO}).use()
    assert use == Use(1024 * 12_000_000, 1024 * 16_000_000)
    assert use.share == 0.75
    assert str(use) == "12.3 of 16.4 GB (75%) of the host's memory in use"


def test_nothing_to_ask_is_no_answer(system):
    assert system({}).use() is None
    assert system({"proc/meminfo": "nonsense"}).use() is None


@pytest.mark.parametrize(("version", "line", "place"), [(2, "0::", ""), (1, "4:memory:", "/memory")])
def test_the_limit_of_a_group_counts_where_it_is_nearer(system, version, line, place):
    files = {"proc/meminfo": MEMINFO, "proc/self/cgroup": f"{line}/a/b\n"}
    files |= group(f"cgroup{place}/a/b", 900, 1000, version, cache=50)
    assert system(files).use() == Use(850, 1000, "container")
    files |= group(f"cgroup{place}/a", 1960, 2000, version)  # of the group around it, fuller still
    assert system(files).use() == Use(1960, 2000, "container")
    files |= group(f"cgroup{place}/a", 10, 2000, version) | group(f"cgroup{place}/a/b", 10, 1000, version)
    assert system(files).use().of == "host"


@pytest.mark.parametrize(("version", "line", "place"), [(2, "0::", ""), (1, "4:cpu,memory:", "/memory")])
def test_in_a_container_the_group_is_the_root(system, version, line, place):
    files = {"proc/self/cgroup": f"{line}/docker/0123\n"} | group(f"cgroup{place}", 96, 100, version)
    assert system(files).use() == Use(96, 100, "container")


@pytest.mark.parametrize(("version", "line", "limit"), [(2, "0::", "max"), (1, "4:memory:", 9223372036854771712)])
def test_a_group_without_a_limit_does_not_count(system, version, line, limit):
    place = "" if version == 2 else "/memory"
    files = {"proc/self/cgroup": f"{line}/a\n"} | group(f"cgroup{place}/a", 10**9, limit, version)
    assert system(files).use() is None


def test_this_machine_can_be_asked():
    use = HostMemory().use()
    assert use is None or 0 < use.used < use.total


CHILD = """
from stormtracks.pyro_cluster.worker.slots.host_memory import HostMemory
eaten = bytearray(150_000_000)
print(HostMemory().use())
"""


def test_a_real_group_with_a_limit(tmp_path):
    base = Path("/sys/fs/cgroup/memory")
    folder = base / f"stormtracks-test-{os.getpid()}"
    try:
        folder.mkdir()
        (folder / "memory.limit_in_bytes").write_text("200000000")
    except OSError:
        with contextlib.suppress(OSError):
            folder.rmdir()
        lacks("groups (cgroups of version 1) that we may make")
    try:
        command = ["sh", "-c", 'echo $$ > "$0"/cgroup.procs && exec "$@"', folder, sys.executable, "-c", CHILD]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert "of the container's memory in use" in done.stdout
        assert "of 0.2 GB (" in done.stdout
    finally:
        folder.rmdir()


@pytest.mark.parametrize(
    ("version", "line", "place"),
    [
        (2, "0::/system.slice/slurmstepd.scope", "/system.slice/slurmstepd.scope"),
        (1, "4:memory:/slurm/uid_1000", "/memory/slurm/uid_1000"),
    ],
)
def test_the_limit_of_a_job_counts_where_slurm_has_put_it(system, version, line, place):
    inner = "/job_123/step_batch/user/task_0" if version == 2 else "/job_123/step_batch/task_0"
    files = {"proc/meminfo": MEMINFO, "proc/self/cgroup": f"{line}{inner}\n"}
    files |= group(f"cgroup{place}/job_123", 4000, 5000, version, cache=100)
    assert system(files).use() == Use(3900, 5000, "container")
