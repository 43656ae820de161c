"""A worker on another host, as a network namespace, whose link goes down without a word and comes back."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from needs import need

from stormtracks.pyro_cluster.journal import runs
from tests.processes import wait_for

CHECKOUT = Path(__file__).parents[3]
MANAGER = """
import sys
from stormtracks.pyro_cluster import pyro_manager, pyro_task
pyro_task.TASKS["sleep"] = ""
sys.exit(pyro_manager.main())
"""
pytestmark = [pytest.mark.netns, pytest.mark.slow]


@pytest.fixture
def far():
    """A namespace and a pair of interfaces: (name, our address, its address, our interface)."""
    need("ip", root=True)
    name, link, net = f"stfar{os.getpid()}", f"stl{os.getpid()}"[:13], f"10.78.{os.getpid() % 250}"
    commands = f"""netns add {name}
    link add {link} type veth peer name eth0 netns {name}
    addr add {net}.1/24 dev {link}
    link set {link} up
    -n {name} addr add {net}.2/24 dev eth0
    -n {name} link set eth0 up
    -n {name} link set lo up"""
    try:
        for command in commands.splitlines():
            subprocess.run(["ip", *command.split()], check=True)
        yield name, f"{net}.1", f"{net}.2", link
    finally:
        subprocess.run(["ip", "netns", "del", name], check=False)
        subprocess.run(["ip", "link", "del", link], check=False, stderr=subprocess.DEVNULL)


@pytest.fixture
def start():
    """Start programs: start("a", "b") -> Popen; they end with the test."""
    started = []

    def run(*command, **options):
        started.append(subprocess.Popen(list(map(str, command)), cwd=CHECKOUT, text=True, **options))
        return started[-1]

    yield run
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture
def worker(start, tmp_path):
    """Start a worker and wait until it is ready: worker("w", address, nameserver, slots, "before", "it")."""

    def run(name, host, nameserver, slots, *before):
        log = tmp_path / f"{name}.log"
        command = ["-m", "stormtracks.pyro_cluster.pyro_worker", "--name", name, "--host", host, "--slots", slots]
        command += ["--nameserver", nameserver, "--tasks", "tests.cluster_tasks:TASKS", "--log", log]
        start(*before, sys.executable, *command, start_new_session=True)
        wait_for(lambda: log.exists() and f"worker {name} ready" in log.read_text())

    return run


def test_a_link_that_goes_down_and_up_costs_no_task(home, launch, far, start, worker):
    namespace, here, there, link = far
    line = launch("pyro_nameserver", "--host", here, "--port", "0").stdout.readline()
    nameserver = re.search(r"nameserver at (\S+),", line).group(1)
    worker("near", here, nameserver, 1)  # one slot, so that there is work left when the other is back
    worker("distant", there, nameserver, 2, "ip", "netns", "exec", namespace)
    extent = ["--start-year", "2000", "--end-year", "2001", "--members", "70", "--task", "sleep"]
    manager = start(sys.executable, "-uc", MANAGER, *extent, "--nameserver", nameserver, stdout=subprocess.PIPE)
    wait_for(lambda: _working(home) == 3)
    subprocess.run(["ip", "link", "set", link, "down"], check=True)
    cut = time.monotonic()
    lines = _until(manager, "worker distant lost: ")
    print(f"noticed after {time.monotonic() - cut:.1f} s")
    subprocess.run(["ip", "link", "set", link, "up"], check=True)
    output = "".join(lines) + manager.communicate(timeout=60)[0]
    assert manager.returncode == 0 and re.search(r"complete +140\n", output)
    # A slot may have been between two tasks when the link went down.
    assert re.search(r"its (2 tasks are|1 task is) outstanding again", output)
    assert "worker distant joined: 2 slots" in output.split("lost: ")[1]


def _working(home):
    try:
        return len(runs.read(place=home / "runs").working)
    except runs.JournalRefused:  # not begun yet
        return 0


def _until(process, text):
    lines = [""]
    while text not in lines[-1]:
        lines.append(process.stdout.readline())
        assert lines[-1], "".join(lines)
    return lines
