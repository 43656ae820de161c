"""A cluster of hosts on this machine: each a network namespace with its own hostname, processes, sshd and folders.

The nameserver and the manager are outside, as on a real cluster. Needs root. Fault tests cut hosts off, block ports,
freeze and kill what runs in them, and give them small disks.
"""

import contextlib
import ipaddress
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

from needs import NAMESPACES, need
from processes import wait_for
from sshd import PrivateSshd

PREFIX = "strm"


class HostCluster:
    """Some hosts on a bridge of their own; a context manager that leaves nothing.

    Parameters
    ----------
    folder : Path
        Each host has a folder of its own in it, w1, w2, ...: its home, code, data and results.
    client_key : Path
        Whose ``.pub`` may log in.
    count : int

    Attributes
    ----------
    address : str
        Of this side of the bridge, for the nameserver.
    hosts : list of Host
    """

    def __init__(self, folder, client_key, count=3):
        need(*NAMESPACES, root=True)
        self.folder, self._key, self._count = Path(folder), client_key, count
        self.bridge = f"{PREFIX}{os.getpid()}"
        self.hosts = []

    def __enter__(self):
        _sweep()
        try:
            self._build()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for host in self.hosts:
            host.down()
        run_quietly("ip", "link", "del", self.bridge)

    def __getitem__(self, name):
        return next(host for host in self.hosts if host.name == name)

    def _build(self):
        run("ip", "link", "add", self.bridge, "type", "bridge")
        network = _free_network()
        self.address = str(network[1])
        run("ip", "addr", "add", f"{self.address}/24", "dev", self.bridge)
        run("ip", "link", "set", self.bridge, "up")
        for number in range(1, self._count + 1):
            self.hosts.append(Host(self, number, str(network[10 + number])))
            self.hosts[-1].up(self._key)
        for host in self.hosts:
            wait_for(host.sshd.pid_file.exists, what=f"the sshd of {host.name}")


class Host:
    """One host of a `HostCluster`."""

    def __init__(self, cluster, number, address):
        self.cluster, self.name, self.address = cluster, f"w{number}", address
        self.namespace, self._link = f"{cluster.bridge}-{self.name}", f"{cluster.bridge}{self.name}"
        self.folder = cluster.folder / self.name
        self._process = None

    def up(self, client_key):
        """Switch it on."""
        self.sshd = PrivateSshd(self.folder, client_key, self.address, 22)
        run("ip", "netns", "add", self.namespace)
        run("ip", "link", "add", self._link, "type", "veth", "peer", "name", "eth0", "netns", self.namespace)
        run("ip", "link", "set", self._link, "master", self.cluster.bridge, "up")
        run("ip", "-n", self.namespace, "addr", "add", f"{self.address}/24", "dev", "eth0")
        for device in ("eth0", "lo"):
            run("ip", "-n", self.namespace, "link", "set", device, "up")
        boot = f'hostname {self.name}; "$@" & while :; do wait; sleep 0.2; done'  # pid 1 reaps whatever is orphaned
        self._process = subprocess.Popen(
            [
                "ip",
                "netns",
                "exec",
                self.namespace,
                "unshare",
                "--uts",
                "--pid",
                "--mount-proc",
                "--fork",
                "--kill-child",
                "sh",
                "-c",
                boot,
                "init",
                *self.sshd.command("-D"),
            ],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )

    def down(self):
        """Switch it off: everything that runs in it ends at once."""
        if self._process:
            self._process.kill()
            self._process.wait()
        run_quietly("ip", "netns", "del", self.namespace)
        run_quietly("ip", "link", "del", self._link)

    def entry(self, **more):
        """Its section of hosts.yaml."""
        return {
            "name": self.name,
            "address": self.address,
            "data": str(self.folder / "data"),
            "results": str(self.folder / "results"),
            "code": str(self.folder / "code"),
            "python": sys.executable,
            **more,
        }

    def run(self, *command):
        """Run a command in it; what it wrote."""
        inside = ["nsenter", "-t", str(self.init), "-n", "-u", "-p", "-m", "--", *map(str, command)]
        return subprocess.run(inside, check=True, stdout=subprocess.PIPE, text=True).stdout

    @property
    def init(self):
        """Pid, outside, of its first process."""
        parent = self._process.pid
        return int(wait_for(lambda: Path(f"/proc/{parent}/task/{parent}/children").read_text().split())[0])

    def pids(self, word=""):
        """Pids, outside, of what runs in it, with a word in their command lines."""
        mine = Path(f"/proc/{self.init}/ns/pid").readlink()
        found = []
        for path in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if (path / "ns" / "pid").readlink() == mine and word.encode() in (path / "cmdline").read_bytes():
                    found.append(int(path.name))
        return sorted(found)

    def worker(self):
        """Pid, outside, of its worker."""
        return self.pids("stormtracks.pyro_cluster.pyro_worker")[0]

    def slots(self):
        """Pids, outside, of its worker's slots."""
        return self.pids("stormtracks.pyro_cluster.worker.slots.slot_main\0")

    def send(self, number, pids):
        """Send a signal to some of its processes."""
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def freeze(self):
        """Stop every process of its worker, as a machine that swaps."""
        self.send(signal.SIGSTOP, self.pids("stormtracks"))

    def thaw(self):
        """Undo `freeze`."""
        self.send(signal.SIGCONT, self.pids("stormtracks"))

    def cut(self):
        """Pull its cable: packets go nowhere, nobody is told."""
        run("ip", "link", "set", self._link, "down")

    def restore(self):
        """Plug the cable in again."""
        run("ip", "link", "set", self._link, "up")

    def change_address(self, old, new):
        """Take an address from it and give it another, as DHCP may; None: none."""
        for what, address in (("del", old), ("add", new)):
            if address:
                run("ip", "-n", self.namespace, "addr", what, f"{address}/24", "dev", "eth0")

    def block_pyro(self):
        """Drop everything but SSH, as a firewall."""
        self.run("iptables", "-A", "INPUT", "!", "-i", "lo", "-p", "tcp", "!", "--dport", "22", "-j", "DROP")

    def unblock_pyro(self):
        """Undo `block_pyro`."""
        self.run("iptables", "-F", "INPUT")

    def small_disk(self, folder, size="1m"):
        """Put a small file system on a folder of it, which only it sees."""
        Path(folder).mkdir(parents=True, exist_ok=True)
        self.run("mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder)

    def remove_disk(self, folder):
        """Undo `small_disk`."""
        self.run("umount", "-l", folder)


def run(*command):
    """Run a command that must succeed."""
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stdout.strip()}")


def run_quietly(*command):
    """Run a command of a clean-up, which may find nothing to do."""
    subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)


def _free_network():
    """A network that no interface and no route of this machine has; two test runs at once do not meet."""
    taken = subprocess.run(["ip", "-4", "route", "show", "table", "all"], capture_output=True, text=True).stdout
    while True:
        network = ipaddress.ip_network(f"10.{random.randrange(64, 128)}.{random.randrange(256)}.0/24")
        if f" {str(network)[:-4]}" not in f" {taken}":
            return network


def _sweep():
    """Remove what a killed test run left: its name has a pid that is gone."""
    names = subprocess.run(["ip", "netns", "list"], capture_output=True, text=True).stdout.split()
    links = os.listdir("/sys/class/net")  # noqa: PTH208
    for name in [name for name in (*names, *links) if name.startswith(PREFIX)]:
        pid = "".join(character for character in name[len(PREFIX) :].partition("w")[0] if character.isdigit())
        if pid and not Path(f"/proc/{pid}").exists():
            run_quietly("ip", "netns", "del", name)
            run_quietly("ip", "link", "del", name)
