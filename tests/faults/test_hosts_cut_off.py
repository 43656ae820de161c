"""Hosts that fall silent: frozen, cut off, blocked by a firewall; and what they do when they are back."""

import re
import socket
import time

import pytest

from tests.faults.test_processes import SILENT_SECONDS

pytestmark = [pytest.mark.netns, pytest.mark.slow]

SILENCES = {
    "host: worker's processes SIGSTOP": ("freeze", "thaw"),
    "host: cable pulled": ("cut", "restore"),
    "host: Pyro's port blocked, SSH alive": ("block_pyro", "unblock_pyro"),
}


def test_three_hosts_fall_silent_at_once_and_come_back(far, hosts):
    """Each is noticed in time, the rest of the run goes on, and what they finish late does no harm."""
    for host in hosts.hosts:
        far.worker(host.name, host=host, seconds=2.0)
    here = far.worker("here", "--host", far.address, seconds=0.2)
    manager = far.manage(years=4, members=32)
    for host in hosts.hosts:
        far.until_begun(2, host.name)
    struck = {}
    for host, (fault, (strike, _)) in zip(hosts.hosts, SILENCES.items(), strict=True):
        getattr(host, strike)()
        struck[host] = fault, time.time()
    assert _ssh_answers(hosts.hosts[2])
    for host, (fault, at) in struck.items():
        pattern = f"worker {host.name} lost: .*; its 2 tasks are outstanding again"
        manager.noticed(fault, pattern, at, SILENT_SECONDS)
    before, done = set(far.made()), manager.counts()["complete"]
    manager.until(lambda counts: counts["complete"] > done + 4)
    back = time.time()
    for host, (_, undo) in zip(hosts.hosts, SILENCES.values(), strict=True):
        getattr(host, undo)()
    for host in hosts.hosts:
        manager.noticed("a host is back", rf"worker {host.name} joined: .* \(it is back\)", back, 30)
    assert re.search(r"complete +128\n", manager.ends(0, 90))
    assert set(far.made()) > before
    assert len(far.made()) == 128
    assert here.runs()


def test_a_cable_out_for_a_moment_costs_nothing(far, hosts):
    host = hosts.hosts[0]
    far.worker(host.name, host=host, seconds=1.0)
    manager = far.manage(members=6)
    far.until_begun(2)
    host.cut()
    time.sleep(2.0)  # shorter than any patience here
    host.restore()
    output = manager.ends(0)
    assert "lost" not in output
    assert re.search(r"complete +6\n", output)


def _ssh_answers(host):
    with socket.create_connection((host.address, 22), 5) as sock:
        return sock.recv(4) == b"SSH-"


def test_a_host_that_gets_another_address_is_found_there(far, hosts):
    """As by DHCP: the worker notices that it listens on an address that is gone, listens anew and registers that."""
    host, other = hosts.hosts[1], hosts.hosts[1].address.rpartition(".")[0] + ".77"
    worker = far.worker(host.name, host=host, seconds=0.5, slots=1)
    manager = far.manage(members=6)
    manager.until(lambda counts: counts["complete"] >= 1)
    at = time.time()
    try:
        host.change_address(host.address, other)
        worker.until_logged(f"{host.address} is gone from this host: listening on {other} instead")
        manager.noticed("host: another address", rf"worker {host.name} joined: .* \(it is back\)", at, 30)
        assert re.search(r"complete +6\n", manager.ends(0, 90))
    finally:
        host.change_address(other, host.address)


def test_a_host_without_an_address_waits_for_one(far, hosts):
    host = hosts.hosts[2]
    worker = far.worker(host.name, host=host, seconds=0.1)
    host.change_address(host.address, None)
    worker.until_logged(f"{host.address} is gone from this host, and no other address leads to the nameserver")
    host.change_address(None, host.address)
    worker.until_logged(f"{host.address} is an address of this host again")
    assert re.search(r"complete +3\n", far.manage().ends(0))
