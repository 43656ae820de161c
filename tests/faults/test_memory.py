"""A worker in a container that is too small for its tasks: the kernel's own limit, on a group made for the test."""

import contextlib
import os
import re
from pathlib import Path

import pytest
from needs import lacks

from tests.processes import wait_for

GROUPS = {  # of which version of cgroup -> where its groups are, and the file of the limit
    1: (Path("/sys/fs/cgroup/memory"), "memory.limit_in_bytes"),
    2: (Path("/sys/fs/cgroup"), "memory.max"),
}


@pytest.fixture
def container():
    """container(MB) -> the words before a command that puts it into a group with that limit."""
    made = []

    def make(megabytes):
        for base, limit in GROUPS.values():
            folder = base / f"stormtracks-{os.getpid()}-{len(made)}"
            with contextlib.suppress(OSError):
                folder.mkdir()
                made.append(folder)
                (folder / limit).write_text(str(megabytes * 10**6))
                return ["sh", "-c", 'echo $$ > "$0"/cgroup.procs && exec "$@"', folder]
        return lacks("groups of processes with a limit of memory that we may make")

    yield make
    for folder in made:
        wait_for(
            lambda folder=folder: not (folder / "cgroup.procs").read_text(), what="the end of what is in the group"
        )
        folder.rmdir()


@pytest.mark.slow
def test_the_kernel_ends_a_slot_and_not_the_worker(container, stage):
    worker = stage.worker("w", "--memory-end", 0, "--memory-pause", 0, slots=1, inside=container(250))
    manager = stage.manage("stumble", members=4)
    output = manager.ends(0)
    assert re.search(r"2000 member 3: attempt 1 failed on w .*killed by SIGKILL \(the kernel does that", output), output
    assert worker.runs()
    worker.terminate()
    worker.wait(20)


@pytest.mark.slow
def test_the_newest_task_is_given_back_before_the_kernel_ends_any(container, stage):
    worker = stage.worker("w", "--memory-end", 80, "--memory-pause", 0, inside=container(400))
    manager = stage.manage("swell", "--retries", 0, members=2)
    output = manager.ends(0)
    ended = r"2000 member \d was ended for lack of memory on the host: .* of 0.4 GB .* of the container's memory"
    assert re.search(ended, worker.output()), worker.output()
    assert re.search(f"worker w: {ended}", output), output
    assert "failed on" not in output
    assert "killed" not in worker.output()
    worker.terminate()
    worker.wait(20)
